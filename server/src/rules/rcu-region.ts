// RCU sections: locks and unlocks that do not match, and calls that need a section.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, whenLeft } from "./breach-rule.ts";
import { whileLeaving } from "./region-words.ts";

export const rcuRegion = defineBreachRule(
  {
    code: "rcu-region",
    title: "RCU section is not balanced, or is missing",
    severity: "error",
    category: "Execution Context Safety",
    verifier: [
      "unmatched rcu read unlock \\(kernel function \\w+\\)",
      "nested rcu read lock \\(kernel function \\w+\\)",
      "bpf_rcu_read_unlock is missing",
      ".+ cannot be used inside bpf_rcu_read_lock-ed region",
      "kernel func \\w+ requires RCU critical section protection",
      "expected an RCU CS when using \\w+",
    ],
  },
  {
    unmatched: (breach) =>
      `${call(breach)} ends an RCU section that this path never opened; remove it, or call bpf_rcu_read_lock() on every path that comes here`,
    nested: (breach) =>
      `${call(breach)} is called inside an RCU section: these do not nest on this kernel; open the section once`,
    "open-at-exit": (breach, places) =>
      `the RCU section opened here is not closed ${whenLeft(breach, places)}; call bpf_rcu_read_unlock() before leaving`,
    "left-inside": (breach) => `${whileLeaving(breach)} inside an RCU section; call bpf_rcu_read_unlock() first`,
    "needs-section": (breach) =>
      `${call(breach)} needs an RCU section, and this program can sleep; put bpf_rcu_read_lock() before it and bpf_rcu_read_unlock() behind the last use of what it gives`,
    "iterator-outside": (breach) =>
      `${call(breach)} uses ${variable(breach)} after the RCU section in which it was made has ended; keep one section around the whole loop`,
  },
);

function call(breach: Breach): string {
  return `${breach.callee}()`;
}

function variable(breach: Breach): string {
  const { variable: name } = breach.words;
  return name === undefined || name === "" || name.startsWith("__") ? "the iterator" : `iterator \`${name}\``;
}
