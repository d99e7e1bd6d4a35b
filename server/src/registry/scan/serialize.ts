// Text of a facts file: one entry a line, so that a new kernel reads as a plain diff.
import type { KernelFacts } from "../facts.ts";

export function serializeFacts(facts: KernelFacts): string {
  const members = Object.entries(facts).map(([key, value]) => `${JSON.stringify(key)}: ${serializeMember(value)}`);
  return `{\n${members.join(",\n")}\n}\n`;
}

function serializeMember(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0 || typeof value[0] === "string") return JSON.stringify(value);
  return `[\n${value.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`;
}
