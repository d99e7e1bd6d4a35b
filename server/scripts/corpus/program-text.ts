// Finds the text that a verdict fact was taken on, so that a program which changed since is
// not counted. The text is looked up by content and not by name or line: a program that only
// moved keeps its verdict, and the distance it moved corrects the fact's line numbers.
import { createHash } from "node:crypto";
import type { VerdictFact } from "./facts.ts";

/** 1-based first line of the program's text now, or undefined: not there as it was judged. */
export function locate(fact: VerdictFact, text: string): number | undefined {
  if (fact.macroGenerated) {
    return hashOfLines(linesOf(text)) === fact.hash ? fact.lines[0] : undefined;
  }
  const lines = linesOf(text);
  const [first, last] = fact.lines;
  const height = last - first + 1;
  const matches = (line: number): boolean =>
    line >= 1 &&
    line + height - 1 <= lines.length &&
    hashOfLines(lines.slice(line - 1, line - 1 + height)) === fact.hash;
  // Nearest place first: point releases move a program by a few lines.
  const reach = Math.max(first, lines.length - first);
  for (let distance = 0; distance <= reach; distance++) {
    if (matches(first + distance)) return first + distance;
    if (distance > 0 && matches(first - distance)) return first - distance;
  }
  return undefined;
}

/** Hash of lines of C with runs of white space made one space: re-indenting does not change it. */
export function hashOfLines(lines: readonly string[]): string {
  const text = lines.map((line) => line.replace(/\s+/g, " ").trim()).join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

export function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
