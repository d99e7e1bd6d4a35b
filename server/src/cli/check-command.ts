// `kfunc-ls check`: finds the inputs, checks them one after the other, prints and decides
// the exit status. What is wrong with one input never keeps the others from being checked.
import { resolve } from "node:path";
import { fixTitles } from "../features/quick-fixes.ts";
import type { ExtraFlags } from "../loaders/compile-config.ts";
import { colorsFor } from "./colors.ts";
import { printable } from "./excerpt.ts";
import { exitCodes } from "./exit-codes.ts";
import { findInputs, type Input, type InputProblem } from "./find-inputs.ts";
import type { CliHost, Core } from "./host.ts";
import { jsonReport } from "./json-report.ts";
import { startProgress } from "./progress.ts";
import type { CheckedFile } from "./report.ts";
import { shownPaths } from "./shown-path.ts";
import { readSource } from "./source-text.ts";
import { Checkers, NoTarget, type TargetOptions } from "./targets.ts";
import { fileText, summaryText } from "./text-report.ts";

export interface CheckOptions extends TargetOptions {
  readonly include: readonly string[];
  readonly define: readonly string[];
  readonly format: "text" | "json";
  readonly stats?: boolean;
  readonly color?: boolean;
}

export async function checkCommand(paths: readonly string[], options: CheckOptions, host: CliHost): Promise<number> {
  const started = performance.now();
  const core = await host.core();
  const checkers = new Checkers(core, options, host.workingDirectory);
  try {
    await checkers.check();
  } catch (error) {
    if (!(error instanceof NoTarget)) throw error;
    host.stderr.write(`kfunc-ls: ${printable(error.message)}\n`);
    return exitCodes.usage;
  }

  const inputs = await findInputs(paths, host.workingDirectory);
  const problems: InputProblem[] = [...inputs.problems];
  const extra = extraFlags(options, host);

  const files: CheckedFile[] = [];
  const progress = startProgress(inputs.files.length, host);
  for (const input of inputs.files) {
    progress.next(input.shown);
    const checked = await checkFile(input, core, checkers, extra, host.workingDirectory);
    if (checked.kind === "problem") problems.push({ path: input.shown, message: checked.message });
    else files.push(checked.file);
  }
  progress.stop();
  for (const message of checkers.problems) host.stderr.write(`kfunc-ls: ${printable(message)}\n`);

  const kernels = checkers.kernels;
  const text = { colors: colorsFor(options.color, host), stats: options.stats === true, kernels };
  const report = { version: host.version, kernels, files, elapsedMs: elapsedSince(started) };
  if (options.format === "json") {
    host.stdout.write(`${JSON.stringify(jsonReport(report, text.stats), undefined, 2)}\n`);
  } else {
    for (const file of files) host.stdout.write(fileText(file, text));
    if (files.length > 0) host.stdout.write(summaryText(report, text.colors));
  }
  for (const { path, message } of problems) host.stderr.write(`kfunc-ls: ${printable(path)} ${message}\n`);

  if (problems.length > 0) return exitCodes.usage;
  const isError = files.some((file) => file.diagnostics.some(({ diagnostic }) => diagnostic.severity === "error"));
  return isError ? exitCodes.findings : exitCodes.clean;
}

type Outcome =
  | { readonly kind: "checked"; readonly file: CheckedFile }
  | { readonly kind: "problem"; readonly message: string };

async function checkFile(
  input: Input,
  core: Core,
  checkers: Checkers,
  extra: ExtraFlags,
  workingDirectory: string,
): Promise<Outcome> {
  const source = readSource(input.absolute);
  if (source.kind === "problem") return source;
  try {
    const { checker } = await checkers.for(input.absolute);
    const config = core.findCompileConfig(input.absolute, extra);
    const { programs, diagnostics, stats } = checker.check({ path: input.absolute, text: source.text, config });
    const file = {
      path: input.shown,
      showPath: shownPaths(input, workingDirectory),
      programs,
      diagnostics: diagnostics.map((diagnostic) => ({ diagnostic, fixes: fixTitles(diagnostic) })),
      stats,
    };
    return { kind: "checked", file };
  } catch (error) {
    if (error instanceof NoTarget) return { kind: "problem", message: `has no target: ${error.message}` };
    // A defect of ours; said aloud, but the other files still deserve their answer.
    const detail = error instanceof Error ? error.message : String(error);
    return {
      kind: "problem",
      message: `could not be checked: internal error (${detail}); please report it with this file`,
    };
  }
}

function extraFlags({ include, define }: CheckOptions, { workingDirectory }: CliHost): ExtraFlags {
  return { includeDirs: include.map((directory) => resolve(workingDirectory, directory)), defines: define };
}

function elapsedSince(started: number): number {
  return Math.round(performance.now() - started);
}
