// A store to memory that a call gave for reading only.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const readOnlyMemory = defineBreachRule(
  {
    code: "read-only-memory",
    title: "Write to memory that is only for reading",
    severity: "error",
    category: "Memory Safety",
    verifier: [
      "only read is supported",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) cannot write into .*rdonly_.+",
      "R\\d+ type=.*rdonly_.* expected=.+",
    ],
  },
  {
    passed: (breach) =>
      `${named(breach)} is only for reading, but ${breach.callee}() wants memory that can be written; get it for writing${slice(breach)}, or pass a copy`,
    object: (breach) =>
      `${place(breach)} is in an object of the kernel, which programs of this type may only read; use a kfunc or helper that changes it`,
    written: (breach) =>
      `${place(breach)} is in memory from ${breach.subject?.origin.call ?? "a call"}() that is only for reading; get it for writing${slice(breach)}, or write elsewhere`,
  },
);

function place(breach: Breach): string {
  return breach.words["name"] ? `\`${breach.words["name"]}\`` : "this";
}

function slice(breach: Breach): string {
  return breach.words["class"] === "slice" ? " with bpf_dynptr_slice_rdwr()" : "";
}
