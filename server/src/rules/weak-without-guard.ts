// A weak extern is called as if it were there for certain.
import { defineBreachRule } from "./breach-rule.ts";

export const weakWithoutGuard = defineBreachRule(
  {
    code: "weak-without-guard",
    title: "Weak kfunc is called without asking whether it exists",
    severity: "error",
    category: "Policy",
    verifier: [
      "invalid func unknown#-?\\d+",
      "kfunc '.+' is referenced but wasn't resolved",
      "invalid kernel function call not eliminated in verifier pass",
    ],
  },
  {
    missing: ({ callee, words }) =>
      `${callee}() is weak and Linux ${words["kernel"]} does not have it${words["kernels"] === "" ? "" : ` (Linux ${words["kernels"]} has it)`}; call it only if bpf_ksym_exists(${callee})`,
    "tested-elsewhere": ({ callee, words }) =>
      `${callee}() is weak and tested in another place, but not here; Linux ${words["kernel"]} does not have it, so call it only if bpf_ksym_exists(${callee})`,
    unknown: {
      severity: "warning",
      text: ({ callee }) =>
        `${callee}() is weak and no kernel known here has it; call it only if bpf_ksym_exists(${callee})`,
    },
  },
  ({ callee }, span) =>
    callee === undefined ? undefined : { kind: "guard", name: callee, at: span, weaken: undefined },
);
