// The program's context is passed where it may not be, or something else where it must be.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const contextArgument = defineBreachRule(
  {
    code: "context-argument",
    title: "Context is passed wrongly",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) expected pointer to ctx, but got .+",
      "dereference of modified ctx ptr R\\d+ off=-?\\d+ disallowed",
      "variable ctx access var_off=.+ disallowed",
      "R\\d+ type=ctx expected=.+",
      "R\\d+ type=.+ expected=ctx",
      "(?:R\\d+ and R\\d+|arg#\\d+ arg#\\d+) memory, len pair leads to invalid memory access",
    ],
  },
  {
    "not-context": (breach) =>
      `${named(breach)} is ${breach.words["is"]}, but ${breach.callee}() takes the program's context; pass the pointer that the program was called with`,
    inside: (breach) =>
      `${named(breach)} points into the context, but ${breach.callee}() takes the context itself; pass the pointer that the program was called with`,
    memory: (breach: Breach) =>
      `${named(breach)} is the program's context, which ${breach.callee}() cannot use as memory; copy what is needed into a buffer and pass that`,
  },
);
