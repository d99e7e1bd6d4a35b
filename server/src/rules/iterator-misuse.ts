// An iterator is not in the state that the call expects: it was not made, was
// made twice, is gone, or does not live in the stack.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const iteratorMisuse = defineBreachRule(
  {
    code: "iterator-misuse",
    title: "Iterator is used before it was made, after it was destroyed, or made twice",
    severity: "error",
    category: "Resource Lifetime Safety",
    verifier: [
      "expected uninitialized iter_.+ as (?:arg #\\d+|R\\d+)",
      "expected an initialized iter_.+ as (?:arg #\\d+|R\\d+)",
      "(?:arg#\\d+|R\\d+) expected pointer to an iterator on stack",
      "invalid read from stack .+",
    ],
  },
  {
    never: (breach) => `iterator ${iterator(breach)} was not made before ${call(breach)}; call its new function first`,
    ended: (breach) =>
      `iterator ${iterator(breach)} was destroyed by ${breach.words["by"]}() before ${call(breach)}; make it anew first`,
    overwritten: (breach) =>
      `iterator ${iterator(breach)} was written to by the program, which ends it, before ${call(breach)}; leave its bytes alone`,
    copied: (breach) =>
      `iterator ${iterator(breach)} is copied by assignment, which does not work; pass its address on`,
    "already-new": (breach) =>
      `iterator ${iterator(breach)} is still in use when ${call(breach)} makes it anew; destroy it first, or use another variable`,
    "not-on-stack": (breach) =>
      `${iterator(breach)} is not a variable in the stack, where ${call(breach)} needs its iterator; use a local variable`,
    offset: (breach) =>
      `${iterator(breach)} points beside the iterator; ${call(breach)} needs the address of the iterator itself`,
    "other-kind": (breach) =>
      `${iterator(breach)} is a ${breach.words["is"]}, and ${call(breach)} needs a ${breach.words["wanted"]}`,
  },
);

function iterator(breach: Breach): string {
  return breach.words["name"] ? `\`${breach.words["name"]}\`` : named(breach, "here");
}

function call(breach: Breach): string {
  return `${breach.callee}()`;
}
