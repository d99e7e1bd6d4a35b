// The kernel has the function, but not for programs of this kind.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule } from "./breach-rule.ts";

export const kfuncNotAllowed = defineBreachRule(
  {
    code: "kfunc-not-allowed",
    title: "Program of this kind may not call the kfunc",
    severity: "error",
    category: "Policy",
    verifier: [
      "calling kernel function .+ is not allowed",
      ".+ cannot be used in tracing programs on types with NMI unsafe fields",
      "tracing progs cannot use bpf_\\{list_head,rb_root\\} yet",
      "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs",
    ],
  },
  {
    type: (breach) =>
      `${called(breach)} from a "${breach.words["place"]}" program on Linux ${kernel(breach)}; ${who(breach)}`,
    freeing: (breach) =>
      `${called(breach)} from ${breach.words["place"]} on Linux ${kernel(breach)} for an object with member \`${breach.words["member"]}\`, which cannot be freed in an NMI; keep such objects out of tracing programs, or make the program sleepable`,
    place: (breach) => `${called(breach)} from ${breach.words["place"]} on Linux ${kernel(breach)}; ${who(breach)}`,
  },
);

function called({ callee }: Breach): string {
  return `${callee}() may not be called`;
}

function kernel({ words }: Breach): string {
  return words["kernel"] ?? "";
}

function who({ words, why }: Breach): string {
  if (words["who"] === "") return why === "type" ? "programs may only attach to it" : "call it from another program";
  return `move the call to a program that may: ${words["who"]}`;
}
