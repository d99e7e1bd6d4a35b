// The target kernel has no such function, or none under this name.

import type { SourceSpan } from "../base/source.ts";
import type { Fix } from "../check/api.ts";
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule } from "./breach-rule.ts";
import type { Places } from "./define.ts";

export const kfuncNotAvailable = defineBreachRule(
  {
    code: "kfunc-not-available",
    title: "Target kernel does not have the kfunc",
    severity: "error",
    category: "Policy",
    verifier: [
      "extern \\(func ksym\\) '.+': not found in kernel or module BTFs",
      "kfunc '.+' is referenced but wasn't resolved",
      "invalid func unknown#-?\\d+",
      "invalid kernel function call not eliminated in verifier pass",
      "calling kernel function .+ is not allowed",
    ],
  },
  {
    renamed: (breach) =>
      breach.callee === `${breach.words["replacement"]}_impl`
        ? `the header's form of ${breach.words["replacement"]}() is not that of Linux ${breach.words["kernel"]}; use the headers of that kernel`
        : `${subject(breach)}; ${breach.words["replacement"]}() took its place`,
    missing: (breach) => `${subject(breach)}; declare it __weak and call it only if bpf_ksym_exists(${breach.callee})`,
    unknown: {
      severity: "warning",
      text: (breach) =>
        `no kernel known here has ${breach.callee}(); unless a module brings it, the file does not load on Linux ${breach.words["kernel"]}`,
    },
  },
  fix,
);

function subject({ callee, words }: Breach): string {
  const needs = (words["needs"] ?? "") === "" ? "" : `, with ${words["needs"]}`;
  const where = words["kernels"] === "" ? "" : ` (Linux ${words["kernels"]} has it${needs})`;
  return `Linux ${words["kernel"]} has no kfunc ${callee}()${where}`;
}

function fix(breach: Breach, span: SourceSpan, places: Places): Fix | undefined {
  const { callee, words, why } = breach;
  if (callee === undefined || why === "unknown") return undefined;
  const own = places.externDeclaration(callee);
  const { replacement = "", prototype = "" } = words;
  if (why !== "renamed")
    return { kind: "guard", name: callee, at: span, weaken: words["weak"] === "" ? own : undefined };
  if (words["same"] === "") return undefined;
  const declaration = places.isDeclared(replacement) ? undefined : `extern ${prototype} __ksym;`;
  return { kind: "rename-call", from: callee, to: replacement, at: span, declaration, after: own };
}
