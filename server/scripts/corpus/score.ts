// Holds the checker's findings against the verdict facts. Pure: facts, results and rules in,
// one scoreboard out; printing and the ratchet read the scoreboard.
import type { Diagnostic, RuleInfo } from "../../src/check/api.ts";
import type { Rejection, VerdictFact } from "./facts.ts";
import { locate } from "./program-text.ts";
import type { FileRun } from "./runner.ts";

/** The classes in which programs without kfuncs are counted too: helpers have the same protocols. */
export const helperClasses: readonly string[] = [
  "leak",
  "null-arg",
  "null-deref",
  "release-unreferenced",
  "use-after-release",
  "rcu-region",
  "preempt-region",
  "irq-region",
  "sleepable",
];

/** A finding as the scoreboard keeps it: enough to read and to compare, no spans. */
export interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly related: readonly { readonly file: string; readonly line: number; readonly message: string }[];
}

export interface ScoredProgram {
  readonly file: string;
  readonly program: string;
  readonly findings: readonly Finding[];
}

export interface Hit extends ScoredProgram {
  readonly class: string;
  readonly message: string;
  /** One of the findings belongs to a rule that claims the kernel's message. */
  readonly patternMatches: boolean;
  /** undefined when the fact marks no line. */
  readonly defectLine: number | undefined;
  readonly place: "own-line" | "related-line" | "elsewhere" | undefined;
}

export interface Miss {
  readonly file: string;
  readonly program: string;
  readonly class: string;
  readonly message: string;
  readonly defectLine: number | undefined;
  /** Set when the program was not analyzed in full: why. */
  readonly notAnalyzed: string | undefined;
}

export interface Recall {
  readonly total: number;
  readonly hits: readonly Hit[];
  readonly misses: readonly Miss[];
}

export interface Scoreboard {
  readonly facts: { readonly total: number; readonly counted: number };
  /** Programs whose text is no longer the one judged, or whose file is gone. */
  readonly changed: readonly { readonly file: string; readonly program: string }[];
  readonly accepted: number;
  readonly falsePositives: readonly ScoredProgram[];
  readonly warned: readonly ScoredProgram[];
  /** Rejected programs whose defect is about kfunc use, visible in the source and not made by a test macro. */
  readonly core: Readonly<Record<string, Recall>>;
  /** The other rejected kfunc programs whose defect is visible in the source, if only in part. */
  readonly visible: Readonly<Record<string, Recall>>;
  /** Programs without kfuncs that break the same protocols with helpers. */
  readonly helpers: Readonly<Record<string, Recall>>;
  /** The rest: about something else, or not to be seen in the source. */
  readonly rest: Readonly<Record<string, Recall>>;
  readonly notAnalyzed: readonly { readonly file: string; readonly program: string; readonly reason: string }[];
  /** Rule -> class -> rejected programs whose message a pattern of the rule matches. */
  readonly patterns: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Errors that name no program with a counted fact. */
  readonly unjudged: readonly ScoredProgram[];
  readonly exceptions: readonly { readonly file: string; readonly stack: string }[];
  readonly files: number;
  readonly seconds: number;
  readonly slowest: readonly SlowFile[];
}

export interface SlowFile {
  readonly file: string;
  readonly seconds: number;
}

/** `textOf`: the text of a file of the corpus, by its name in the facts. */
export function score(
  facts: readonly VerdictFact[],
  runs: readonly FileRun[],
  rules: readonly RuleInfo[],
  textOf: (file: string) => string | undefined,
): Scoreboard {
  const byFile = new Map(runs.map((run) => [run.file, run]));
  const patterns = compilePatterns(rules);
  const changed: { file: string; program: string }[] = [];
  const falsePositives: ScoredProgram[] = [];
  const warned: ScoredProgram[] = [];
  const notAnalyzed: { file: string; program: string; reason: string }[] = [];
  const core: RecallTable = new Map();
  const helpers: RecallTable = new Map();
  const visible: RecallTable = new Map();
  const rest: RecallTable = new Map();
  const patternClasses: Record<string, Record<string, number>> = {};
  const judged = new Set<string>();
  let accepted = 0;
  let total = 0;

  for (const fact of facts) {
    const run = byFile.get(fact.file);
    if (run === undefined) continue; // outside the filter
    total++;
    const text = fact.textIn === undefined ? run.text : textOf(fact.textIn);
    const line = text === undefined ? undefined : locate(fact, text);
    if (line === undefined) {
      changed.push({ file: fact.file, program: fact.program });
      continue;
    }
    judged.add(`${fact.file}:${fact.program}`);
    const reason = whyNotAnalyzed(run, fact.program);
    if (reason !== undefined) notAnalyzed.push({ file: fact.file, program: fact.program, reason });
    const diagnostics = run.check?.diagnostics.filter((d) => d.programs.includes(fact.program)) ?? [];
    const errors = diagnostics.filter((d) => d.severity === "error");

    if (fact.rejection === undefined) {
      accepted++;
      const warnings = diagnostics.filter((d) => d.severity === "warning");
      if (errors.length > 0) falsePositives.push(scored(fact, errors));
      if (warnings.length > 0) warned.push(scored(fact, warnings));
      continue;
    }

    const { rejection } = fact;
    for (const [code, expressions] of patterns) {
      if (!expressions.some((expression) => expression.test(rejection.message))) continue;
      const classes = patternClasses[code] ?? {};
      patternClasses[code] = classes;
      classes[rejection.class] = (classes[rejection.class] ?? 0) + 1;
    }
    const entry = entryOf(tableFor(fact, rejection, { core, visible, helpers, rest }), rejection.class);
    if (errors.length > 0 && reason === undefined) {
      entry.hits.push(hitOf(fact, rejection, errors, patterns, line - fact.lines[0]));
    } else {
      entry.misses.push({
        file: fact.file,
        program: fact.program,
        class: rejection.class,
        message: rejection.message,
        defectLine: rejection.defectLine,
        notAnalyzed: reason,
      });
    }
  }

  return {
    facts: { total, counted: total - changed.length },
    changed,
    accepted,
    falsePositives,
    warned,
    core: recallsOf(core),
    helpers: recallsOf(helpers),
    visible: recallsOf(visible),
    rest: recallsOf(rest),
    notAnalyzed,
    patterns: patternClasses,
    unjudged: runs.flatMap((run) => unjudgedErrors(run, judged)),
    exceptions: runs.flatMap((run) => (run.exception === undefined ? [] : [{ file: run.file, stack: run.exception }])),
    files: runs.length,
    seconds: runs.reduce((sum, run) => sum + run.milliseconds, 0) / 1000,
    slowest: slowestOf(runs),
  };
}

export function slowestOf(runs: readonly FileRun[]): readonly SlowFile[] {
  return [...runs]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, 5)
    .map((run) => ({ file: run.file, seconds: run.milliseconds / 1000 }));
}

/** All hits and misses of a table, over its classes. */
export function sumOf(table: Readonly<Record<string, Recall>>): Recall {
  const all = Object.values(table);
  return {
    total: all.reduce((sum, recall) => sum + recall.total, 0),
    hits: all.flatMap((recall) => recall.hits),
    misses: all.flatMap((recall) => recall.misses),
  };
}

export function whyNotAnalyzed(run: FileRun, program: string): string | undefined {
  if (run.check === undefined) return "the checker failed on this file";
  const report = run.check.programs.find((p) => p.name === program);
  if (report === undefined) return "no such program was found in the file";
  return report.analyzed ? undefined : (report.reason ?? "no reason given");
}

export function findingOf(diagnostic: Diagnostic): Finding {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...placeOf(diagnostic.span),
    related: diagnostic.related.map((place) => ({ ...placeOf(place.span), message: place.message })),
  };
}

export function compilePatterns(rules: readonly RuleInfo[]): ReadonlyMap<string, readonly RegExp[]> {
  return new Map(rules.map((rule) => [rule.code, rule.verifier.map((source) => new RegExp(source))]));
}

/** Related places beyond this many are too many to read; they do not count as agreement. */
const relatedShown = 5;

function hitOf(
  fact: VerdictFact,
  rejection: Rejection,
  errors: readonly Diagnostic[],
  patterns: ReadonlyMap<string, readonly RegExp[]>,
  moved: number,
): Hit {
  const matching = errors.filter((d) => patterns.get(d.code)?.some((p) => p.test(rejection.message)) === true);
  const defectLine = rejection.defectLine === undefined ? undefined : rejection.defectLine + moved;
  const findings = (matching.length > 0 ? matching : errors).map(findingOf);
  return {
    ...scored(fact, errors),
    class: rejection.class,
    message: rejection.message,
    patternMatches: matching.length > 0,
    defectLine,
    place: defectLine === undefined ? undefined : agreement(fact.textIn ?? fact.file, defectLine, findings),
  };
}

function agreement(
  file: string,
  line: number,
  findings: readonly Finding[],
): "own-line" | "related-line" | "elsewhere" {
  const here = (place: { readonly file: string; readonly line: number }): boolean =>
    place.line === line && (place.file === file || place.file.endsWith(`/${file}`));
  if (findings.some(here)) return "own-line";
  return findings.some((finding) => finding.related.slice(0, relatedShown).some(here)) ? "related-line" : "elsewhere";
}

type RecallTable = Map<string, { readonly hits: Hit[]; readonly misses: Miss[] }>;

function tableFor(
  fact: VerdictFact,
  rejection: Rejection,
  tables: Readonly<Record<"core" | "visible" | "helpers" | "rest", RecallTable>>,
): RecallTable {
  if (rejection.core) return tables.core;
  if (rejection.sourceCheckable === "no") return tables.rest;
  if (fact.kfunc) return tables.visible;
  return helperClasses.includes(rejection.class) ? tables.helpers : tables.rest;
}

function entryOf(table: RecallTable, name: string): { readonly hits: Hit[]; readonly misses: Miss[] } {
  let entry = table.get(name);
  if (entry === undefined) {
    entry = { hits: [], misses: [] };
    table.set(name, entry);
  }
  return entry;
}

function recallsOf(table: RecallTable): Readonly<Record<string, Recall>> {
  const sorted = [...table].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([name, { hits, misses }]) => [name, { total: hits.length + misses.length, hits, misses }]),
  );
}

function scored(fact: VerdictFact, diagnostics: readonly Diagnostic[]): ScoredProgram {
  return { file: fact.file, program: fact.program, findings: diagnostics.map(findingOf) };
}

function unjudgedErrors(run: FileRun, judged: ReadonlySet<string>): ScoredProgram[] {
  const unjudged: ScoredProgram[] = [];
  for (const diagnostic of run.check?.diagnostics ?? []) {
    if (diagnostic.severity !== "error") continue;
    if (diagnostic.programs.some((program) => judged.has(`${run.file}:${program}`))) continue;
    unjudged.push({ file: run.file, program: diagnostic.programs.join(", "), findings: [findingOf(diagnostic)] });
  }
  return unjudged;
}

function placeOf(span: Diagnostic["span"]): { readonly file: string; readonly line: number } {
  return { file: span.file.path, line: span.file.lines.positionAt(span.start).line + 1 };
}
