// A kptr field is changed other than by an exchange, or gets what it may not hold.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const kptrMisuse = defineBreachRule(
  {
    code: "kptr-misuse",
    title: "Kptr field is assigned, or exchanged for what it may not hold",
    severity: "error",
    category: "Resource Lifetime Safety",
    verifier: [
      "store to referenced kptr disallowed",
      "invalid kptr access, R\\d+ type=.+",
      "release helper .+ expects referenced PTR_TO_BTF_ID passed to .+",
      "R\\d+ must be referenced when passed to release function",
      "R\\d+ must have zero offset when passed to release func or trusted arg to kfunc",
      "dereference of modified .+ ptr .+",
      "R\\d+ has no valid kptr",
      "off=.+ doesn't point to kptr",
      "off=.+ kptr isn't referenced kptr",
      "R\\d+ doesn't have constant offset. kptr has to be at the constant offset",
      "R\\d+ type=.+ expected=.+",
      "BPF_ST imm must be 0 when storing to kptr at off=\\d+",
      "kptr access size must be BPF_DW",
    ],
  },
  {
    stored: (breach) => `${slot(breach)} owns what it points to and cannot be assigned; use bpf_kptr_xchg()`,
    "number-stored": (breach) => `${slot(breach)} is a kptr and cannot take a number other than 0`,
    "slot-on-stack": (breach) =>
      `${slot(breach)} is on the stack; ${call(breach)} needs a kptr field of a map value or object`,
    "no-slot": (breach) => `${slot(breach)} is not a kptr; ${call(breach)} needs a field declared with __kptr`,
    "unreferenced-slot": (breach) =>
      `${slot(breach)} owns nothing (__kptr_untrusted); ${call(breach)} needs a field declared with __kptr, and this one takes assignments`,
    "not-owned": (breach) =>
      `${named(breach)} ${whence(breach)} is not owned by the program; acquire a reference of your own before ${call(breach)}`,
    inside: (breach) => `${named(breach)} points inside the object; ${call(breach)} takes the object itself`,
    percpu: (breach) =>
      `${named(breach)} is a per-CPU object, but ${slot(breach)} is declared with __kptr; declare it with __percpu_kptr`,
    "not-percpu": (breach) =>
      `${named(breach)} is not a per-CPU object, but ${slot(breach)} is declared with __percpu_kptr; declare it with __kptr`,
    "other-type": (breach) =>
      `${named(breach)} is a struct ${breach.words["struct"]}, but ${slot(breach)} holds a struct ${breach.words["slotStruct"]}`,
  },
);

function slot(breach: Breach): string {
  return breach.words["slot"] ? `\`${breach.words["slot"]}\`` : "this field";
}

function call(breach: Breach): string {
  return `${breach.callee}()`;
}

function whence(breach: Breach): string {
  switch (breach.words["by"]) {
    case "argument":
      return "is an argument and";
    case "kptr":
      return "still belongs to the kptr it was read from and";
    case "member":
      return "was read from another object and";
    default:
      return "carries no reference and";
  }
}
