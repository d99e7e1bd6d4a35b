// A dynptr is not in the state, or not of the kind, that the call expects.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const dynptrMisuse = defineBreachRule(
  {
    code: "dynptr-misuse",
    title: "Dynptr is not made, gone, overwritten, or of the wrong kind",
    severity: "error",
    category: "Resource Lifetime Safety",
    verifier: [
      "Expected an initialized dynptr as (?:arg #\\d+|R\\d+)",
      "Expected a dynptr of type .+ as (?:arg #\\d+|R\\d+)",
      "Dynptr has to be an uninitialized dynptr",
      "cannot overwrite referenced dynptr",
      "potential write to dynptr at off=.+ disallowed",
      "(?:arg#\\d+|R\\d+) expected pointer to stack or const struct bpf_dynptr",
      "R\\d+ type=.+ expected=.*(?:dynptr_ptr|fp).*",
      "Unsupported reg type .+ for bpf_dynptr_from_mem data",
      "cannot release unowned const bpf_dynptr",
      "CONST_PTR_TO_DYNPTR cannot be released",
      "cannot pass in dynptr at an offset(?:=.+)?",
      "the prog does not allow writes to packet data",
      "negative offset dynptr_ptr ptr .+ disallowed",
      "dereference of modified dynptr_ptr ptr .+ disallowed",
      "R\\d+ invalid mem access 'dynptr_ptr'",
      "invalid read from stack .+",
      "arg (?:\\d+ is an unacquired reference|#?\\d+ is unacquired)",
    ],
  },
  {
    never: (breach) =>
      `dynptr ${dynptr(breach)} was not made before ${call(breach)}; make it first on every path, for example with bpf_dynptr_from_mem()`,
    ended: (breach) =>
      `dynptr ${dynptr(breach)} is passed to ${call(breach)} after ${breach.words["by"]}() ended it${breach.callee === breach.words["by"] ? "" : ", or what it belongs to"}; use it before`,
    overwritten: (breach) =>
      breach.callee === undefined
        ? "this writes over a dynptr that must be submitted or discarded first"
        : breach.words["owning"] === undefined
          ? `dynptr ${dynptr(breach)} was written to by the program, which ends it, before ${call(breach)}; leave its bytes alone`
          : `${call(breach)} overwrites dynptr ${dynptr(breach)}, which must be submitted or discarded first; use another variable`,
    copied: (breach) => `dynptr ${dynptr(breach)} is copied by assignment, which does not work; use bpf_dynptr_clone()`,
    "not-on-stack": (breach) =>
      `${dynptr(breach)} is not a dynptr in the stack, where ${call(breach)} needs it; use a local variable`,
    "const-new": (breach) =>
      `dynptr ${dynptr(breach)} was handed to this function and cannot be made anew by ${call(breach)}; use a local variable`,
    "const-release": (breach) =>
      `dynptr ${dynptr(breach)} was handed to this function and is not its own to release by ${call(breach)}`,
    offset: (breach) =>
      `${dynptr(breach)} points beside the dynptr; ${call(breach)} needs the address of the dynptr itself`,
    "other-kind": (breach) =>
      `${dynptr(breach)} is a ${breach.words["is"]}, and ${call(breach)} needs a ${breach.words["wanted"]}`,
    "not-owning": (breach) =>
      `dynptr ${dynptr(breach)} is of kind ${breach.words["type"]}, which needs no release; ${call(breach)} takes only ${breach.words["wanted"]} dynptrs`,
    "other-type": (breach) =>
      `dynptr ${dynptr(breach)} is of kind ${breach.words["type"]}; ${call(breach)} takes only ${breach.words["wanted"]} dynptrs`,
    bytes: (breach) =>
      `the bytes of dynptr ${dynptr(breach)} are not for the program to read or write; use the bpf_dynptr_ functions`,
    "data-not-in-map": (breach) =>
      `${named(breach)} is not memory of a map value, the only kind that ${call(breach)} takes; keep the data in a map`,
    "no-packet-write": (breach) =>
      `programs of this type may not write to packets, so ${call(breach)} is refused; use bpf_dynptr_slice() to read`,
  },
);

function dynptr(breach: Breach): string {
  return breach.words["name"] ? `\`${breach.words["name"]}\`` : named(breach, "here");
}

function call(breach: Breach): string {
  return `${breach.callee}()`;
}
