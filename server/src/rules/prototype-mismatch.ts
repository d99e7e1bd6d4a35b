// The program declares a kfunc otherwise than the kernel has it.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule } from "./breach-rule.ts";

export const prototypeMismatch = defineBreachRule(
  {
    code: "prototype-mismatch",
    title: "Extern does not agree with the kernel's prototype",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "extern \\(func ksym\\) '.+': func_proto \\[\\d+\\] incompatible with .+ \\[\\d+\\]",
      "kfunc '.+' is referenced but wasn't resolved",
      "invalid func unknown#-?\\d+",
      "invalid kernel function call not eliminated in verifier pass",
    ],
  },
  {
    count: (breach) =>
      `${declared(breach)} with ${parameters(breach.words["declared"])}, Linux ${breach.words["kernel"]} has ${breach.words["expected"]}; ${remedy(breach)}`,
    hidden: (breach) =>
      `${declared(breach)} with ${parameters(breach.words["declared"])}, but the verifier fills in what comes after the first ${breach.words["expected"]}; ${remedy(breach)}`,
    kind: (breach) =>
      `${declared(breach)} with ${breach.words["place"]} of type ${breach.words["declared"]}, which is ${breach.words["expected"]} in Linux ${breach.words["kernel"]}; ${remedy(breach)}`,
    forward: (breach) =>
      `${declared(breach)} with ${breach.words["tag"]}, which is nowhere defined: a struct known only by name does not agree with the kernel's; include vmlinux.h or define it`,
  },
  (breach, _span, places) => {
    const { callee, words, why } = breach;
    const at = callee === undefined ? undefined : places.externDeclaration(callee);
    if (at === undefined || why === "forward") return undefined;
    const weak = words["weak"] === "" ? "" : " __weak";
    return { kind: "correct", name: callee!, declaration: `extern ${words["prototype"]}${weak} __ksym;`, at };
  },
);

function declared({ callee, words }: Breach): string {
  return words["weak"] === "" ? `${callee}() is declared` : `weak ${callee}(), which stays unresolved, is declared`;
}

function parameters(count: string | undefined): string {
  return count === "1" ? "1 parameter" : `${count} parameters`;
}

function remedy({ words }: Breach): string {
  return `declare \`${words["prototype"]}\``;
}
