// The labelled mutants: recreated from the sources, checked, held against the kernel's verdict.
import { readFileSync } from "node:fs";
import type { RuleInfo } from "../../src/check/api.ts";
import type { VerdictFact } from "./facts.ts";
import { applyEdits, type MutationKind, type TextEdit } from "./mutate.ts";
import { hashOfLines, linesOf, locate } from "./program-text.ts";
import type { FileRun } from "./runner.ts";
import { compilePatterns, type Finding, findingOf, whyNotAnalyzed } from "./score.ts";

export interface MutantFact {
  readonly file: string;
  readonly program: string;
  readonly kind: MutationKind;
  /** 1-based line of the first edit when the fact was taken. */
  readonly line: number;
  readonly edits: readonly TextEdit[];
  /** Hash of the program's text after the edits. */
  readonly mutant: string;
  readonly verdict: "accepted" | "rejected";
  readonly class: string | undefined;
  readonly message: string | undefined;
}

interface MutantRecord {
  readonly file: string;
  readonly program: string;
  readonly kind: MutationKind;
  readonly line: number;
  readonly edits: readonly [number, number, number, string][];
  readonly mutant: string;
  readonly verdict: "accepted" | "rejected";
  readonly class?: string;
  readonly message?: string;
}

export function readMutants(path: string): readonly MutantFact[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const record = JSON.parse(line) as MutantRecord;
      return {
        ...record,
        edits: record.edits.map(([line, column, length, text]) => ({ line, column, length, text })),
        class: record.class,
        message: record.message,
      };
    });
}

/** The whole file with the mutation, or undefined when the program is not the one that was judged. */
export function recreate(mutant: MutantFact, fact: VerdictFact, text: string): string | undefined {
  const first = locate(fact, text);
  if (first === undefined) return undefined;
  const lines = text.split("\n");
  const height = fact.lines[1] - fact.lines[0] + 1;
  const mutated = applyEdits(lines.slice(first - 1, first - 1 + height).join("\n"), mutant.edits);
  if (hashOfLines(linesOf(mutated)) !== mutant.mutant) return undefined;
  lines.splice(first - 1, height, ...mutated.split("\n"));
  return lines.join("\n");
}

export interface MutantResult {
  readonly mutant: MutantFact;
  readonly findings: readonly Finding[];
  readonly patternMatches: boolean;
  readonly notAnalyzed: string | undefined;
}

export interface MutantScore {
  readonly changed: readonly MutantFact[];
  readonly hits: readonly MutantResult[];
  readonly misses: readonly MutantResult[];
  readonly falsePositives: readonly MutantResult[];
  readonly acceptedClean: number;
  readonly exceptions: readonly { readonly file: string; readonly stack: string }[];
  readonly seconds: number;
}

export interface MutantRun {
  readonly mutant: MutantFact;
  /** undefined: the sources changed. */
  readonly run: FileRun | undefined;
}

export function scoreMutants(runs: readonly MutantRun[], rules: readonly RuleInfo[]): MutantScore {
  const patterns = compilePatterns(rules);
  const changed: MutantFact[] = [];
  const hits: MutantResult[] = [];
  const misses: MutantResult[] = [];
  const falsePositives: MutantResult[] = [];
  let acceptedClean = 0;
  let milliseconds = 0;
  for (const { mutant, run } of runs) {
    if (run === undefined) {
      changed.push(mutant);
      continue;
    }
    milliseconds += run.milliseconds;
    const errors =
      run.check?.diagnostics.filter((d) => d.severity === "error" && d.programs.includes(mutant.program)) ?? [];
    const message = mutant.message ?? "";
    const result: MutantResult = {
      mutant,
      findings: errors.map(findingOf),
      patternMatches: errors.some((d) => patterns.get(d.code)?.some((p) => p.test(message)) === true),
      notAnalyzed: whyNotAnalyzed(run, mutant.program),
    };
    if (mutant.verdict === "accepted") {
      if (errors.length > 0) falsePositives.push(result);
      else acceptedClean++;
    } else if (errors.length > 0 && result.notAnalyzed === undefined) hits.push(result);
    else misses.push(result);
  }
  const exceptions = runs.flatMap(({ run }) =>
    run?.exception === undefined ? [] : [{ file: run.file, stack: run.exception }],
  );
  return { changed, hits, misses, falsePositives, acceptedClean, exceptions, seconds: milliseconds / 1000 };
}
