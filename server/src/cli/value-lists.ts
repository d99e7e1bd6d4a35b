// Option values that may be given several times, or several at once with commas.
import { InvalidArgumentError } from "commander";

/** Adds the comma-separated parts of `value` to those given before, each once. */
export function listOf(value: string, before: readonly string[]): readonly string[] {
  const parts = value.split(",").map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError("Expected a list such as 6.12,7.2.");
  return [...new Set([...before, ...parts])];
}
