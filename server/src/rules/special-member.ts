// The struct or section around a lock or a collection is not one that the kernel accepts.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const specialMember = defineBreachRule(
  {
    code: "special-member",
    title: "Lock, collection or node is touched, or lies where the kernel refuses it",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "(?:map|local) '.*' has no valid bpf_(?:res_)?spin_lock",
      "(?:bpf_list_head|bpf_rb_root) not found at offset=\\d+",
      "map '.*' has to have BTF in order to use bpf_(?:res_)?spin_lock",
      "tracing progs cannot use bpf_spin_lock yet",
      "tracing progs cannot use bpf_\\{list_head,rb_root\\} yet",
      "direct access to .+ is disallowed",
      ".+ cannot be accessed directly by load/store",
      "sleepable progs cannot use bpf_spin_lock yet",
      "socket filter progs cannot use bpf_spin_lock yet",
    ],
  },
  {
    "two-locks": (breach) =>
      `${named(breach, "this lock")} cannot be used: ${place(breach)} holds more than one lock (${locks(breach)}); put each into a struct or a section of its own`,
    "no-lock-beside": (breach) =>
      `${named(breach, "this collection")} cannot be used: there is no bpf_spin_lock in ${place(breach)} to protect \`${breach.words["root"]}\`; put one beside it`,
    "contains-missing": (breach) =>
      `${named(breach)} cannot be used: \`${breach.words["root"]}\` in ${place(breach)} does not say what it holds; declare it with __contains(struct, member)`,
    "contains-no-member": (breach) =>
      `${named(breach)} cannot be used: \`${breach.words["root"]}\` is declared to link \`${breach.words["field"]}\`, but struct ${breach.words["struct"]} has no such member`,
    "contains-no-node": (breach) =>
      `${named(breach)} cannot be used: \`${breach.words["root"]}\` is declared to link \`${breach.words["field"]}\` of struct ${breach.words["struct"]}, which is no struct ${breach.words["node"]}`,
    visible: (breach) =>
      `${named(breach, "this lock")} cannot be used: ${place(breach)} also holds \`${breach.words["other"]}\`, which is neither static nor hidden, so libbpf shares the section with user space and the file cannot be loaded; move the lock with what it protects to a SEC() of its own, static or __hidden`,
    touched: (breach) =>
      `this touches ${breach.words["name"] === "" ? "a" : `\`${breach.words["name"]}\`, a`} struct ${breach.words["tag"]}, which only the kernel may read or write; name the other members one by one`,
    sleepable: (breach) =>
      `${named(breach)} cannot be used here: on this kernel programs that may sleep cannot use maps with locks`,
    "program-type": (breach) =>
      `${named(breach)} cannot be used here: programs of type ${breach.words["type"]} may not use maps with locks or collections; use another hook, or another map`,
  },
);

function place(breach: Breach): string {
  return breach.words["place"] ?? "its value";
}

function locks(breach: Breach): string {
  const names = [...new Set([breach.words["lock"] ?? "", breach.words["other"] ?? ""])].filter((name) => name !== "");
  return names.map((name) => `\`${name}\``).join(", ");
}
