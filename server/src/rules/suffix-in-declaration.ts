// What a parameter's name asks is read from the kernel's own declaration.
import { defineBreachRule } from "./breach-rule.ts";

export const suffixInDeclaration = defineBreachRule(
  {
    code: "suffix-in-declaration",
    title: "Suffix of a parameter in an extern has no effect",
    severity: "hint",
    category: "Call Type Safety",
    verifier: [],
  },
  {
    ignored: ({ callee, words }) =>
      `\`${words["parameter"]}\`: the verifier reads suffixes from the kernel's declaration of ${callee}(), where the parameter is called \`${words["kernelName"]}\`; this ${words["suffix"]} changes nothing`,
  },
);
