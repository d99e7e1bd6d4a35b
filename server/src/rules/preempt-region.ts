// Regions without preemption: disable and enable must match.
import { defineBreachRule, whenLeft } from "./breach-rule.ts";
import { whileLeaving } from "./region-words.ts";

export const preemptRegion = defineBreachRule(
  {
    code: "preempt-region",
    title: "Preemption is not enabled again, or was not disabled",
    severity: "error",
    category: "Execution Context Safety",
    verifier: [
      "unmatched attempt to enable preemption \\(kernel function \\w+\\)",
      "\\d+ bpf_preempt_enable(?: is|\\(s\\) are) missing",
      ".+ cannot be used inside bpf_preempt_disable-ed region",
      "global function calls are not allowed with preemption disabled,",
      "use static function instead",
    ],
  },
  {
    unmatched: (breach) =>
      `${breach.callee}() enables preemption that this path never disabled; remove it, or call bpf_preempt_disable() on every path that comes here`,
    "open-at-exit": (breach, places) =>
      `preemption disabled here is not enabled again ${whenLeft(breach, places)}; call bpf_preempt_enable() before leaving`,
    "left-inside": (breach) => `${whileLeaving(breach)} while preemption is disabled; call bpf_preempt_enable() first`,
    "global-call": (breach) =>
      `global function ${breach.callee}() cannot be called while preemption is disabled; make it static, or call it after bpf_preempt_enable()`,
  },
);
