// Kfuncs are for programs under a license that the kernel takes for compatible with the GPL.
import { defineBreachRule } from "./breach-rule.ts";

export const nonGplLicense = defineBreachRule(
  {
    code: "non-gpl-license",
    title: "Kfunc is called under a license that is not compatible with the GPL",
    severity: "error",
    category: "Policy",
    verifier: ["cannot call kernel function from non-GPL compatible program"],
  },
  {
    called: ({ callee, words }) =>
      `the license of this file is "${words["license"]}", under which no kfunc may be called, ${callee}() neither; "GPL" or "Dual BSD/GPL" would allow it`,
  },
);
