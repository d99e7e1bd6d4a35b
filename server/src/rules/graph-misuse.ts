// A call on a list or tree whose root, node, lock or comparison is not what it needs.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const graphMisuse = defineBreachRule(
  {
    code: "graph-misuse",
    title: "List or tree is used without its lock or with the wrong node",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "bpf_spin_lock at off=-?\\d+ must be held for .+",
      "held lock and object are not in the same allocation",
      "(?:R\\d+|arg#\\d+|\\*\\(R11-\\d+\\)) expected pointer to (?:map value or )?allocated object",
      "allocated object must be referenced",
      "(?:bpf_list_head|bpf_list_node|bpf_rb_root|bpf_rb_node) not found at offset=\\d+",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) doesn't have constant offset\\. .+ has to be at the constant offset",
      "operation on .+ expects arg#1 .+ at offset=-?\\d+ in struct .+, but arg is at offset=-?\\d+ in struct .+",
      "arg#1 offset=-?\\d+, but expected .+ at offset=-?\\d+ in struct .+",
      "rbtree_remove node input must be non-owning ref",
      ".+ can only take non-owning or refcounted bpf_rb_node pointer",
      ".+ not allowed in rbtree cb",
      "At callback return the register R0 has .+ should have been in \\[0, 1\\]",
      "(?:R\\d+|arg#\\d+|\\*\\(R11-\\d+\\)) doesn't point to a type with bpf_refcount field",
      "(?:R\\d+|arg#\\d+|\\*\\(R11-\\d+\\)) is neither owning or non-owning ref",
      "variable ptr_ access var_off=.+ disallowed",
      "dereference of modified .+ ptr .+ disallowed",
    ],
  },
  {
    "no-lock": (breach) =>
      `${call(breach)} needs the lock that lies beside ${root(breach)}; take it before, and unlock after the last use of the nodes`,
    "wrong-lock": (breach) =>
      `\`${breach.words["lock"]}\` is held, but it does not protect ${root(breach)}; take the lock that lies in the same struct or section`,
    "root-place": (breach) =>
      `${named(breach)} is memory of the program; a list or tree lives in a map value or an object`,
    "root-not-owned": (breach) =>
      `${named(breach)} lies in an object that the program does not own; take it out of where it is kept, and use the lists in it while it is owned`,
    "root-variable": (breach) =>
      `${named(breach)} is at an offset that the program computes; ${call(breach)} needs one that is known when the program is loaded`,
    "not-a-root": (breach) => `${named(breach)} is not a list head or tree root, which ${call(breach)} needs`,
    "node-place": (breach) =>
      `${named(breach)} is not in an object of bpf_obj_new(); only such objects can be in ${root(breach)}`,
    "node-not-owned": (breach) =>
      `${named(breach)} is in an object that the program does not own; ${call(breach)} takes over an owned one`,
    "node-owned": (breach) =>
      `${named(breach)} is in an object that the program owns and that is in no tree; this kernel removes only nodes that a tree owns`,
    "node-loose": (breach) =>
      `${named(breach)} is neither in an owned object nor known to be in ${root(breach)}; look it up again under the lock`,
    "node-variable": (breach) =>
      `${named(breach)} is at an offset that the program computes; ${call(breach)} needs one that is known when the program is loaded`,
    "not-a-node": (breach) => `${named(breach)} is not the node that ${call(breach)} needs${wanted(breach)}`,
    "wrong-type": (breach) =>
      `${named(breach)} is in ${breach.words["other"] === "" ? "another struct" : `a struct ${breach.words["other"]}`}, but ${root(breach)} holds struct ${breach.words["struct"]}`,
    "wrong-node": (breach) => `${named(breach)} is not the member that ${root(breach)} links${wanted(breach)}`,
    "comparison-call": (breach) => `${call(breach)} is not allowed in the comparison of a tree`,
    "comparison-result": () =>
      "the comparison of a tree must return 0 or 1, as far as the verifier can tell; return a bool",
    "no-refcount": (breach) =>
      `${named(breach)} is in a struct${struct(breach)} without a struct bpf_refcount member; ${call(breach)} needs one to count references`,
  },
);

function call(breach: Breach): string {
  return `${breach.callee}()`;
}

function root(breach: Breach): string {
  const name = breach.words["root"];
  return name === undefined || name === "" ? "the collection" : `\`${name}\``;
}

function wanted(breach: Breach): string {
  const { struct, field } = breach.words;
  return struct === undefined || field === undefined ? "" : `; pass \`${field}\` of a struct ${struct}`;
}

function struct(breach: Breach): string {
  const tag = breach.words["struct"];
  return tag === undefined || tag === "" ? "" : ` ${tag}`;
}
