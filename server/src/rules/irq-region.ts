// Interrupts: saved into a variable on the stack, restored from it, last saved first.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, whenLeft } from "./breach-rule.ts";
import { whileLeaving } from "./region-words.ts";

export const irqRegion = defineBreachRule(
  {
    code: "irq-region",
    title: "Saved interrupt state is not restored, or not as it was saved",
    severity: "error",
    category: "Resource Lifetime Safety",
    verifier: [
      "expected uninitialized irq flag as .+",
      "expected an initialized irq flag as .+",
      ".+ doesn't point to an irq flag on stack",
      "cannot restore irq state out of order, expected id=\\d+ acquired at insn_idx=\\d+",
      "irq flag acquired by \\w+ kfuncs cannot be restored with \\w+ kfuncs",
      ".+ cannot be used inside bpf_local_irq_save-ed region",
    ],
  },
  {
    "not-on-stack": (breach) =>
      `${flag(breach)} is not a variable on the stack; ${breach.callee}() takes the address of a local \`unsigned long\``,
    "already-saved": (breach) =>
      `${flag(breach)} already holds saved interrupt state; restore it before ${breach.callee}(), or use another variable`,
    "not-saved": (breach) =>
      `${flag(breach)} holds no saved interrupt state here; pass the variable that was given to the save, unchanged, and only once`,
    "out-of-order": (breach) =>
      `${flag(breach)} is restored out of order: ${last(breach)} was saved last and must be restored first`,
    "not-a-lock's": (breach) =>
      `${flag(breach)} was saved by bpf_local_irq_save(); ${breach.callee}() takes the variable that its lock saved into`,
    "a-lock's": (breach) =>
      `${flag(breach)} was saved by bpf_res_spin_lock_irqsave(); only bpf_res_spin_unlock_irqrestore() may restore it`,
    "open-at-exit": (breach, places) =>
      `interrupts saved ${into(breach)}here are not restored ${whenLeft(breach, places)}; call bpf_local_irq_restore(${argument(breach)}) before leaving`,
    "left-inside": (breach) =>
      `${whileLeaving(breach)} while interrupts are disabled; call bpf_local_irq_restore(${argument(breach)}) first`,
  },
);

function flag(breach: Breach): string {
  const name = breach.text.replace(/^&/, "");
  return name === "" ? "the flag variable" : `\`${name}\``;
}

function last(breach: Breach): string {
  const { last: name } = breach.words;
  return name === undefined || name === "" ? "another state" : `\`${name}\``;
}

function into(breach: Breach): string {
  return breach.words["variable"] === "" ? "" : `into \`${breach.words["variable"]}\` `;
}

function argument(breach: Breach): string {
  return breach.words["variable"] === "" ? "" : `&${breach.words["variable"]}`;
}
