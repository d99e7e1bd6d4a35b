// Only the kernel's own test modules have the function.
import { defineBreachRule } from "./breach-rule.ts";

export const testOnlyKfunc = defineBreachRule(
  {
    code: "test-only-kfunc",
    title: "Kfunc exists only in the kernel's test modules",
    severity: "hint",
    category: "Policy",
    verifier: ["extern \\(func ksym\\) '.+': not found in kernel or module BTFs"],
  },
  {
    called: ({ callee }) =>
      `${callee}() belongs to the modules with which the kernel tests itself; no other kernel loads a file that calls it`,
  },
);
