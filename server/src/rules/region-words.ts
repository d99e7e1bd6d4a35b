// Words that the rules of regions share.
import type { Breach } from "../verifier/finding.ts";

/** "bpf_tail_call() leaves the program", of a breach that says how. */
export function whileLeaving(breach: Breach): string {
  const { callee, words } = breach;
  switch (words["how"]) {
    case "throw":
      return `${callee}() may throw, and nothing cleans up behind it,`;
    case "load":
      return `${callee}() leaves the program when it cannot read the packet: it may not be used`;
    default:
      return `${callee}() hands over to another program`;
  }
}
