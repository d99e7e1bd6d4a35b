// The loader drops the last ___suffix of an extern's name before it looks for it.
import { defineBreachRule } from "./breach-rule.ts";

export const flavorResolvesElsewhere = defineBreachRule(
  {
    code: "flavor-resolves-elsewhere",
    title: "Extern stands for another kfunc than its name says",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "extern \\(func ksym\\) '.+': func_proto \\[\\d+\\] incompatible with .+ \\[\\d+\\]",
      "extern \\(func ksym\\) '.+': not found in kernel or module BTFs",
      "kfunc '.+' is referenced but wasn't resolved",
      "invalid func unknown#-?\\d+",
    ],
  },
  {
    unresolved: ({ callee, words }) =>
      `the loader drops the last suffix of ${callee}() and looks for ${words["target"]}(), which does not agree; declare ${callee}___own() and call that`,
    resolved: {
      severity: "warning",
      text: ({ callee, words }) =>
        `the loader drops the last suffix of ${callee}(): this calls ${words["target"]}(); declare ${callee}___own() and call that`,
    },
  },
);
