// Expectations live in the C text itself: `// expect: code [code...]` on the line
// where a finding starts. `known-miss:` is a finding the kernel makes and we do not
// (yet), `known-false:` one that we make and it does not: both fail the day they
// stop being true. `note:` marks a line that must appear among a finding's places.
import type { Diagnostic, FileCheck } from "../../server/src/check/api.ts";

export interface Comparison {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly betterNow: readonly string[];
}

interface Expected {
  readonly line: number;
  readonly kind: "expect" | "known-miss" | "known-false" | "note";
  readonly code: string;
}

export function expectationsIn(text: string): Expected[] {
  const found: Expected[] = [];
  text.split("\n").forEach((line, index) => {
    for (const match of line.matchAll(/\/\/\s*(expect|known-miss|known-false):\s*([a-z-]+(?:\s+[a-z-]+)*)/g)) {
      for (const code of match[2]!.trim().split(/\s+/)) {
        found.push({ line: index + 1, kind: match[1] as Expected["kind"], code });
      }
    }
    if (/\/\/\s*note:/.test(line)) found.push({ line: index + 1, kind: "note", code: "" });
  });
  return found;
}

/** Missing and unexpected findings apart, each as `line N: code`. */
export function compare(text: string, result: FileCheck): Comparison {
  const expected = expectationsIn(text);
  const actual = result.diagnostics.map((d) => `line ${lineOf(d)}: ${d.code}`);
  const of = (kind: Expected["kind"]) =>
    expected.filter((e) => e.kind === kind).map((e) => `line ${e.line}: ${e.code}`);
  const places = new Set(
    result.diagnostics.flatMap((d) => d.related.map((r) => r.span.file.lines.positionAt(r.span.start).line + 1)),
  );
  const missingNotes = expected
    .filter((e) => e.kind === "note" && !places.has(e.line))
    .map((e) => `line ${e.line}: no finding refers to this place`);
  return {
    missing: [...of("expect").filter((e) => !actual.includes(e)), ...missingNotes],
    unexpected: actual.filter((a) => !of("expect").includes(a) && !of("known-false").includes(a)),
    betterNow: [
      ...of("known-miss").filter((e) => actual.includes(e)),
      ...of("known-false").filter((e) => !actual.includes(e)),
    ],
  };
}

export function lineOf(diagnostic: Diagnostic): number {
  return diagnostic.span.file.lines.positionAt(diagnostic.span.start).line + 1;
}
