// A kfunc is called that no extern in section .ksyms declares.
import { defineBreachRule } from "./breach-rule.ts";

export const missingKsym = defineBreachRule(
  {
    code: "missing-ksym",
    title: "Kfunc is not declared as a kernel symbol",
    severity: "error",
    category: "Program Structure",
    verifier: ["failed to find BTF for extern '.+'.*"],
  },
  {
    section: ({ callee }) =>
      `${callee}() is declared without __ksym, so the loader does not look for it in the kernel; add __ksym`,
    undeclared: ({ callee, words }) =>
      `kfunc ${callee}() is not declared; add \`extern ${words["prototype"]} __ksym;\``,
  },
  ({ callee, words, why }, span, places) => {
    if (callee === undefined) return undefined;
    if (why === "undeclared") {
      return { kind: "declare", name: callee, declaration: `extern ${words["prototype"]} __ksym;`, at: span };
    }
    const at = places.externDeclaration(callee);
    return at && { kind: "add-attribute", attribute: "__ksym", name: callee, at };
  },
);
