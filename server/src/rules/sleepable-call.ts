// Calls that may sleep where the program cannot.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule } from "./breach-rule.ts";

export const sleepableCall = defineBreachRule(
  {
    code: "sleepable-call",
    title: "Call may sleep where the program cannot",
    severity: "error",
    category: "Execution Context Safety",
    verifier: [
      "program must be sleepable to call sleepable kfunc \\w+",
      "kernel function \\w+ is sleepable but the program is not",
      "kernel func \\w+ is sleepable within .+",
      "helper call might sleep in a non-sleepable prog",
      "sleepable helper \\w+#\\d+ in .+",
      "sleepable global function \\w+\\(\\) called in .+",
    ],
  },
  {
    program: (breach) =>
      `${breach.callee}() may sleep, and this program cannot; attach it to a section that can (\`.s\`), or call it from a bpf_wq callback`,
    timer: (breach) => `${breach.callee}() may sleep, and a timer callback cannot; use a bpf_wq callback instead`,
    rcu: (breach) => `${breach.callee}() may sleep and is called inside an RCU section; ${move(breach)}`,
    preempt: (breach) => `${breach.callee}() may sleep and is called while preemption is disabled; ${move(breach)}`,
    irq: (breach) => `${breach.callee}() may sleep and is called while interrupts are disabled; ${move(breach)}`,
    "global-rcu": (breach) => `${globalFunction(breach)} is called inside an RCU section; ${move(breach)}`,
    "global-preempt": (breach) => `${globalFunction(breach)} is called while preemption is disabled; ${move(breach)}`,
    "global-irq": (breach) => `${globalFunction(breach)} is called while interrupts are disabled; ${move(breach)}`,
    "global-in-timer": (breach) =>
      `${globalFunction(breach)} is called in a timer callback; use a bpf_wq callback instead`,
  },
);

function globalFunction(breach: Breach): string {
  return `global function ${breach.callee}() contains calls that may sleep and`;
}

function move(breach: Breach): string {
  return `move ${breach.callee}() in front of the section or behind it`;
}
