// The address of a strong extern is never NULL to the compiler: it drops the test.
import { defineBreachRule } from "./breach-rule.ts";

export const guardWithoutWeak = defineBreachRule(
  {
    code: "guard-without-weak",
    title: "Existence of a kfunc is tested that is not declared weak",
    severity: "warning",
    category: "Policy",
    verifier: ["extern \\(func ksym\\) '.+': not found in kernel or module BTFs"],
  },
  {
    useless: ({ callee }) =>
      `${callee}() is not declared __weak, so this test is always true and the file does not load where the kernel lacks it; declare it __weak`,
    missing: {
      severity: "error",
      text: ({ callee, words }) =>
        `${callee}() is not declared __weak, so this test is always true; Linux ${words["kernel"]} lacks it and does not load the file; declare it __weak`,
    },
  },
  ({ callee }, _span, places) => {
    const at = callee === undefined ? undefined : places.externDeclaration(callee);
    return at === undefined ? undefined : { kind: "add-attribute", attribute: "__weak", name: callee!, at };
  },
);
