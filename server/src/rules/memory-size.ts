// The memory that is passed is smaller than the size beside it says, or what was returned is.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const memorySize = defineBreachRule(
  {
    code: "memory-size",
    title: "Memory is smaller than the size says",
    severity: "error",
    category: "Memory Safety",
    verifier: [
      "(?:R\\d+ and R\\d+|arg#\\d+ arg#\\d+) memory, len pair leads to invalid memory access",
      "R\\d+ (?:min|max) value is outside of the allowed memory range",
      "access beyond struct \\w+ at off \\d+ size \\d+",
      "invalid access to (?:map value|memory), .+",
      "invalid (?:read from|write to|indirect access to|.*access to) stack R\\d+ off=.+",
    ],
  },
  {
    "too-small": (breach) =>
      `${named(breach)} has at most ${breach.words["extent"]} bytes, but ${breach.callee}() is told that it has ${breach.words["size"]}; pass sizeof() of the buffer`,
    outside: (breach) =>
      `this access ends at byte ${breach.words["end"]} of memory${from(breach)} that has ${breach.words["size"]}; ask for more, or stay inside`,
  },
);

function from(breach: Breach): string {
  return breach.words["from"] ? ` from ${breach.words["from"]}()` : "";
}
