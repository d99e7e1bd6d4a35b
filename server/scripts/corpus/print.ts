// The scoreboard as text. Names first, for whoever looks for the next thing to fix.
import type { RuleInfo } from "../../src/check/api.ts";
import type { MutantResult, MutantScore } from "./mutants.ts";
import type { FileRun } from "./runner.ts";
import {
  type Finding,
  findingOf,
  type Recall,
  type Scoreboard,
  type ScoredProgram,
  slowestOf,
  sumOf,
} from "./score.ts";

export interface PrintOptions {
  /** Findings of hits as well, and whole messages. */
  readonly verbose: boolean;
}

export function printScoreboard(
  title: string,
  board: Scoreboard,
  rules: readonly RuleInfo[],
  options: PrintOptions,
): string {
  const out: string[] = [`== ${title}`, ""];
  const { facts } = board;
  out.push(
    `${board.files} files in ${board.seconds.toFixed(1)} s; ${facts.counted} of ${facts.total} verdict facts match the sources` +
      ` (${share(facts.counted, facts.total)})`,
  );
  out.push(`slowest: ${board.slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(2)} s`).join(", ")}`);
  list(out, "Changed programs, not counted", board.changed.map(nameOf));
  list(
    out,
    "Exceptions",
    board.exceptions.map(({ file, stack }) => `${file}: ${options.verbose ? stack : firstLines(stack)}`),
  );

  out.push("", `False positives: ${board.falsePositives.length} of ${board.accepted} accepted programs`);
  for (const program of board.falsePositives) out.push(...programLines(program));
  out.push(`Warnings on accepted programs: ${board.warned.length} (${share(board.warned.length, board.accepted)})`);
  for (const program of board.warned) out.push(...programLines(program));

  recallSection(out, "Core: about kfuncs, visible in the source", board.core, options);
  recallSection(out, "Other kfunc programs, visible in the source at least in part", board.visible, options);
  recallSection(out, "Helpers: the same protocols, no kfunc", board.helpers, options);
  const rest = Object.entries(board.rest).map(([name, { hits, total }]) => `${name} ${hits.length}/${total}`);
  out.push("", "About something else, or not visible (found of total)", `  ${rest.join(", ")}`);

  out.push("", "Rejected programs whose message a rule's patterns match, by class");
  for (const rule of rules) {
    const classes = Object.entries(board.patterns[rule.code] ?? {}).sort(([, a], [, b]) => b - a);
    const words = classes.map(([name, count]) => `${name} ${count}`);
    out.push(`  ${rule.code}: ${words.join(", ") || "none"}`);
  }

  const programs = facts.counted;
  out.push(
    "",
    `Analyzed in full: ${programs - board.notAnalyzed.length} of ${programs} (${share(programs - board.notAnalyzed.length, programs)})`,
  );
  for (const { file, program, reason } of board.notAnalyzed) out.push(`  ${file}:${program}: ${reason}`);
  if (board.unjudged.length > 0) {
    out.push("", `Errors in programs without a verdict: ${board.unjudged.length}`);
    for (const program of board.unjudged) out.push(...programLines(program));
  }
  return out.join("\n");
}

export function printMutants(title: string, result: MutantScore, options: PrintOptions): string {
  const rejected = result.hits.length + result.misses.length;
  const accepted = result.acceptedClean + result.falsePositives.length;
  const out = [
    `== ${title}`,
    "",
    `Rejected mutants found: ${result.hits.length} of ${rejected} (${share(result.hits.length, rejected)}), ` +
      `${result.hits.filter((hit) => hit.patternMatches).length} with a rule that claims the message; ` +
      `${result.seconds.toFixed(1)} s`,
  ];
  for (const name of [...new Set([...result.hits, ...result.misses].map((r) => groupOf(r)))].sort()) {
    const hits = result.hits.filter((r) => groupOf(r) === name).length;
    out.push(`  ${name}: ${hits} of ${hits + result.misses.filter((r) => groupOf(r) === name).length}`);
  }
  out.push("Misses:");
  for (const miss of result.misses) {
    const { mutant } = miss;
    const why = miss.notAnalyzed === undefined ? "" : ` [not analyzed: ${miss.notAnalyzed}]`;
    out.push(`  ${mutant.file}:${mutant.line} ${mutant.program} (${groupOf(miss)}) ${mutant.message ?? ""}${why}`);
  }
  out.push(`False positives: ${result.falsePositives.length} of ${accepted} accepted mutants`);
  for (const { mutant, findings } of result.falsePositives) {
    out.push(...programLines({ file: `${mutant.file}:${mutant.line}`, program: mutant.program, findings }));
  }
  if (options.verbose) {
    out.push("Found:");
    for (const { mutant, findings } of result.hits) {
      out.push(...programLines({ file: `${mutant.file}:${mutant.line}`, program: mutant.program, findings }));
    }
  }
  list(
    out,
    "Exceptions",
    result.exceptions.map(({ file, stack }) => `${file}: ${options.verbose ? stack : firstLines(stack)}`),
  );
  list(out, "Changed, not counted", result.changed.map(nameOf));
  return out.join("\n");
}

/** Every program and finding of the files, for a corpus without verdicts in which everything loads. */
export function printAllLoads(
  title: string,
  runs: readonly FileRun[],
): { readonly text: string; readonly ok: boolean } {
  const programs = runs.flatMap((run) => (run.check?.programs ?? []).map((program) => ({ run, program })));
  const skipped = programs.filter(({ program }) => !program.analyzed);
  const errors = runs.flatMap((run) => findings(run, "error"));
  const warnings = runs.flatMap((run) => findings(run, "warning"));
  const failed = runs.filter((run) => run.exception !== undefined);
  const seconds = runs.reduce((sum, run) => sum + run.milliseconds, 0) / 1000;
  const out = [
    `== ${title}`,
    "",
    `${runs.length} files, ${programs.length} programs in ${seconds.toFixed(1)} s`,
    `slowest: ${slowestOf(runs)
      .map(({ file, seconds }) => `${file} ${seconds.toFixed(2)} s`)
      .join(", ")}`,
    `Errors (all of it loads, so each is false): ${errors.length}`,
    ...errors.flatMap(programLines),
    `Warnings: ${warnings.length}`,
    ...warnings.flatMap(programLines),
    `Analyzed in full: ${programs.length - skipped.length} (${share(programs.length - skipped.length, programs.length)})`,
    ...skipped.map(({ run, program }) => `  ${run.file}:${program.name}: ${program.reason ?? "no reason given"}`),
  ];
  list(
    out,
    "Exceptions",
    failed.map((run) => `${run.file}: ${firstLines(run.exception ?? "")}`),
  );
  return { text: out.join("\n"), ok: errors.length === 0 && failed.length === 0 };
}

function recallSection(
  out: string[],
  title: string,
  table: Readonly<Record<string, Recall>>,
  options: PrintOptions,
): void {
  const all = sumOf(table);
  const withPattern = all.hits.filter((hit) => hit.patternMatches).length;
  const placed = all.hits.filter((hit) => hit.place !== undefined);
  const own = placed.filter((hit) => hit.place === "own-line").length;
  const near = own + placed.filter((hit) => hit.place === "related-line").length;
  out.push("", `${title}: ${all.hits.length} of ${all.total} found (${share(all.hits.length, all.total)})`);
  out.push(
    `  with a rule that claims the kernel's message: ${withPattern} (${share(withPattern, all.total)}); ` +
      `marked line: own ${own}, own or related ${near} of ${placed.length} (${share(near, placed.length)})`,
  );
  for (const [name, recall] of Object.entries(table)) {
    const matched = recall.hits.filter((hit) => hit.patternMatches).length;
    out.push(`  ${name}: ${recall.hits.length} of ${recall.total}, pattern ${matched}`);
    for (const miss of recall.misses) {
      const line = miss.defectLine === undefined ? "" : `:${miss.defectLine}`;
      const why = miss.notAnalyzed === undefined ? "" : ` [not analyzed: ${miss.notAnalyzed}]`;
      out.push(`    missed ${miss.file}${line} ${miss.program}: ${miss.message}${why}`);
    }
    for (const hit of recall.hits) {
      if (!hit.patternMatches)
        out.push(`    other pattern ${hit.file} ${hit.program}: ${hit.findings[0]?.code} for ${hit.message}`);
      if (hit.place === "elsewhere") {
        out.push(
          `    other line ${hit.file}:${hit.defectLine} ${hit.program}: reported at ${hit.findings.map((f) => f.line).join(", ")}`,
        );
      }
      if (options.verbose) out.push(...programLines(hit).map((text) => `  ${text}`));
    }
  }
}

function programLines(program: ScoredProgram): string[] {
  return [
    `  ${program.file} ${program.program}`,
    ...program.findings.flatMap((finding) => [
      `    ${finding.line}: ${finding.severity} ${finding.code}: ${finding.message}`,
      ...finding.related.map((place) => `      ${place.line}: ${place.message}`),
    ]),
  ];
}

function findings(run: FileRun, severity: Finding["severity"]): ScoredProgram[] {
  return (run.check?.diagnostics ?? [])
    .filter((d) => d.severity === severity)
    .map((d) => ({ file: run.file, program: d.programs.join(", "), findings: [findingOf(d)] }));
}

function list(out: string[], title: string, names: readonly string[]): void {
  if (names.length === 0) return;
  out.push(`${title}: ${names.length}`, ...names.map((name) => `  ${name}`));
}

function nameOf(program: { readonly file: string; readonly program: string }): string {
  return `${program.file}:${program.program}`;
}

function groupOf(result: MutantResult): string {
  return `${result.mutant.kind}, ${result.mutant.class ?? "accepted"}`;
}

function firstLines(stack: string): string {
  return stack.split("\n").slice(0, 3).join(" | ");
}

function share(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}
