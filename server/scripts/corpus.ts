// `npm run corpus`: the checker against what real kernels said of their own BPF selftests.
// Prints the scoreboard; with --check it is a ratchet for continuous integration.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import { Command, Option } from "commander";
import type { Checker } from "../src/check/api.ts";
import { createChecker } from "../src/check/checker.ts";
import { rules } from "../src/rules/index.ts";
import { corpusKernels, readFacts, type VerdictFact } from "./corpus/facts.ts";
import { unexplained, updateKnownMisses } from "./corpus/known-misses.ts";
import { type MutantFact, type MutantRun, readMutants, recreate, scoreMutants } from "./corpus/mutants.ts";
import { OverlayReader } from "./corpus/overlay-reader.ts";
import { printAllLoads, printMutants, printScoreboard } from "./corpus/print.ts";
import { absoluteFailures, type ClassTable, classesOf, compare, figuresOf, type Ratchet } from "./corpus/ratchet.ts";
import { runFile, runFiles } from "./corpus/runner.ts";
import { score } from "./corpus/score.ts";
import { findKernelTree, SourceNotFound, type SourceTree, scxTree, selftestsTree } from "./corpus/source-tree.ts";

const dataDir = fileURLToPath(new URL("../../test/corpus/", import.meta.url));
const ratchetPath = join(dataDir, "ratchet.json");
const classesPath = join(dataDir, "classes.json");
const missesPath = join(dataDir, "KNOWN_MISSES.md");

interface Options {
  readonly kernel: string;
  readonly source?: string;
  readonly vmlinux?: string;
  readonly vmlinuxOnly?: boolean;
  readonly includeDir: readonly string[];
  readonly filter?: string;
  readonly program?: string;
  readonly scx?: string;
  readonly mutate?: boolean;
  readonly json?: string;
  readonly check?: boolean;
  readonly update?: boolean;
  readonly verbose?: boolean;
  readonly patience: string;
}

const command = new Command("corpus")
  .description("Check the kernel's own BPF selftests and compare with the verdicts of real kernels.")
  .addOption(new Option("--kernel <version>", "whose sources and verdicts").choices(corpusKernels).default("7.2"))
  .option("--source <dir>", "kernel tree, or its tools/testing/selftests/bpf (default: Debian's linux-source package)")
  .option("--vmlinux <file>", "a vmlinux.h of that kernel: both modes, without and with it, are measured")
  .option("--vmlinux-only", "with --vmlinux: leave out the mode without")
  .option(
    "-I, --include-dir <dir>",
    "further include directory",
    (dir: string, dirs: string[]) => [...dirs, resolve(dir)],
    [],
  )
  .option("--filter <regex>", "only files whose name matches")
  .option("--program <regex>", "only verdicts of programs whose name matches")
  .option("--scx <dir>", "check a sched-ext/scx checkout instead: everything in it loads")
  .option("--mutate", "check the labelled mutants of accepted programs instead")
  .option("--json <file>", "write the results as JSON")
  .option("--check", "fail when a figure is worse than test/corpus/ratchet.json")
  .option("--update", "store the figures in test/corpus/ratchet.json")
  .option("--patience <seconds>", "time given to one file", "60")
  .option("-v, --verbose", "show the findings of hits too");

async function main(options: Options): Promise<number> {
  if (options.scx !== undefined) return await runScx(options, resolve(options.scx));
  const root = findKernelTree(options.kernel, options.source === undefined ? undefined : resolve(options.source));
  const modes: (string | undefined)[] =
    options.vmlinux === undefined
      ? [undefined]
      : options.vmlinuxOnly === true
        ? [options.vmlinux]
        : [undefined, options.vmlinux];
  const facts = readFacts(join(dataDir, `verdicts-${options.kernel}.jsonl`));
  const results: Record<string, unknown> = {};
  let failed = false;
  for (const vmlinux of modes) {
    const tree = selftestsTree(root, { vmlinux, includeDirs: options.includeDir });
    const key = `${options.kernel}${vmlinux === undefined ? "" : " with vmlinux.h"}`;
    const outcome =
      options.mutate === true
        ? await runMutants(options, tree, facts, key)
        : await runSelftests(options, tree, facts, key);
    results[outcome.key] = outcome.result;
    if (!settle(options, outcome)) failed = true;
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
  return failed ? 1 : 0;
}

/** One measurement: its result for --json, its figures for the ratchet, and what fails by itself. */
interface Outcome {
  readonly key: string;
  readonly result: unknown;
  readonly figures: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
  /** Stores what is not a figure: recall by class, and the list of misses. */
  readonly store?: () => void;
}

async function runSelftests(
  options: Options,
  tree: SourceTree,
  facts: readonly VerdictFact[],
  key: string,
): Promise<Outcome> {
  const { checker, reader } = await checkerFor(tree, options.kernel);
  const files = chosenFiles(options, tree);
  const progress = progressBar(files.length);
  const runs = runFiles({
    checker,
    programsDir: tree.programsDir,
    files,
    config: tree.config,
    patience: Number(options.patience),
    onFile: progress.step,
  });
  progress.stop();
  const programs = options.program === undefined ? undefined : new RegExp(options.program);
  const chosen = programs === undefined ? facts : facts.filter((fact) => programs.test(fact.program));
  const board = score(chosen, runs, rules, (file) => reader.read(join(tree.programsDir, file)));
  console.log(printScoreboard(`Linux ${key}`, board, rules, { verbose: options.verbose === true }));
  const failures = [...absoluteFailures(board)];
  if (options.filter === undefined && options.program === undefined) {
    const reasons = unexplained(readText(missesPath), board);
    if (reasons.length > 0) failures.push(`no reason in test/corpus/KNOWN_MISSES.md for ${reasons.join(", ")}`);
  }
  const store = () => {
    // Without a vmlinux.h less is known: what is missed there is the whole list.
    if (key === options.kernel) writeFileSync(missesPath, updateKnownMisses(readText(missesPath), key, board));
    const classes = { ...readClasses(), [key]: classesOf(board) };
    writeFileSync(classesPath, `${JSON.stringify(classes, undefined, 1)}\n`);
  };
  return { key, result: board, figures: { ...figuresOf(board) }, failures, store };
}

async function runMutants(
  options: Options,
  tree: SourceTree,
  facts: readonly VerdictFact[],
  key: string,
): Promise<Outcome> {
  const { checker } = await checkerFor(tree, options.kernel);
  const factOf = new Map(facts.map((fact) => [`${fact.file}:${fact.program}`, fact]));
  const files = new Set(chosenFiles(options, tree));
  const programs = new RegExp(options.program ?? "");
  const mutants = readMutants(join(dataDir, `mutants-${options.kernel}.jsonl`)).filter(
    (mutant) => files.has(mutant.file) && programs.test(mutant.program),
  );
  const progress = progressBar(mutants.length);
  const runs = mutants.map((mutant, i): MutantRun => {
    progress.step(i, mutant.file);
    const path = join(tree.programsDir, mutant.file);
    const text = mutatedText(mutant, factOf.get(`${mutant.file}:${mutant.program}`), path);
    return {
      mutant,
      run:
        text === undefined
          ? undefined
          : runFile(checker, mutant.file, path, text, tree.config, Number(options.patience)),
    };
  });
  progress.stop();
  const result = scoreMutants(runs, rules);
  console.log(printMutants(`Mutants of Linux ${key}`, result, { verbose: options.verbose === true }));
  return {
    key: `${key} mutants`,
    result,
    figures: { mutantMisses: result.misses.length, mutantFalsePositives: result.falsePositives.length },
    failures: result.falsePositives.length > 0 ? [`${result.falsePositives.length} accepted mutants are flagged`] : [],
  };
}

async function runScx(options: Options, root: string): Promise<number> {
  const tree = scxTree(root, kernelTreeIfAny(options), { vmlinux: options.vmlinux, includeDirs: options.includeDir });
  const { checker } = await checkerFor(tree, options.kernel);
  const files = chosenFiles(options, tree);
  const progress = progressBar(files.length);
  const runs = runFiles({
    checker,
    programsDir: tree.programsDir,
    files,
    config: tree.config,
    patience: Number(options.patience),
    onFile: progress.step,
  });
  progress.stop();
  const { text, ok } = printAllLoads(`sched-ext/scx against Linux ${options.kernel}`, runs);
  console.log(text);
  return ok ? 0 : 1;
}

function kernelTreeIfAny(options: Options): string | undefined {
  try {
    return findKernelTree(options.kernel, options.source === undefined ? undefined : resolve(options.source));
  } catch (error) {
    if (error instanceof SourceNotFound && options.source === undefined) return undefined;
    throw error;
  }
}

async function checkerFor(tree: SourceTree, kernel: string): Promise<{ checker: Checker; reader: OverlayReader }> {
  const reader = new OverlayReader(tree.overlay);
  return { checker: await createChecker({ reader, kernels: [kernel] }), reader };
}

function chosenFiles(options: Options, tree: SourceTree): readonly string[] {
  const filter = new RegExp(options.filter ?? "");
  return tree.files.filter((file) => filter.test(file));
}

function mutatedText(mutant: MutantFact, fact: VerdictFact | undefined, path: string): string | undefined {
  if (fact === undefined) return undefined;
  try {
    return recreate(mutant, fact, readFileSync(path, "utf8"));
  } catch {
    return undefined; // the file is gone from these sources
  }
}

/** Applies --check and --update; true when all is well. */
function settle(options: Options, outcome: Outcome): boolean {
  const ratchet = readRatchet();
  if (options.update === true) {
    writeFileSync(ratchetPath, `${JSON.stringify({ ...ratchet, [outcome.key]: outcome.figures }, undefined, 2)}\n`);
    outcome.store?.();
    console.log(`\nstored the figures of ${outcome.key}`);
  }
  if (options.check !== true) return true;
  const verdict = compare(outcome.figures, ratchet[outcome.key]);
  const failures = [...outcome.failures, ...verdict.failures];
  for (const improvement of verdict.improved) console.log(`better than stored, run with --update: ${improvement}`);
  for (const failure of failures) console.log(`FAILED ${outcome.key}: ${failure}`);
  if (failures.length === 0) console.log(`\nratchet of ${outcome.key}: holds`);
  return failures.length === 0;
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function readClasses(): ClassTable {
  return existsSync(classesPath) ? (JSON.parse(readFileSync(classesPath, "utf8")) as ClassTable) : {};
}

function readRatchet(): Ratchet {
  try {
    return JSON.parse(readFileSync(ratchetPath, "utf8")) as Ratchet;
  } catch {
    return {};
  }
}

function progressBar(total: number): {
  readonly step: (done: number, file: string) => void;
  readonly stop: () => void;
} {
  if (!process.stderr.isTTY) return slowFileNotes();
  const bar = new SingleBar({ format: "{bar} {value}/{total} {file}", hideCursor: true, clearOnComplete: true });
  bar.start(total, 0, { file: "" });
  return { step: (done, file) => bar.update(done, { file }), stop: () => bar.stop() };
}

/** In a log there is no bar, but a file that keeps everybody waiting is named at once. */
function slowFileNotes(): { readonly step: (done: number, file: string) => void; readonly stop: () => void } {
  let current = "";
  let since = performance.now();
  const stop = (): void => {
    const seconds = (performance.now() - since) / 1000;
    if (current !== "" && seconds > 5) process.stderr.write(`slow: ${current} took ${seconds.toFixed(1)} s\n`);
  };
  return {
    step: (_done, file) => {
      stop();
      current = file;
      since = performance.now();
    },
    stop,
  };
}

command.parse();
try {
  process.exitCode = await main(command.opts<Options>());
} catch (error) {
  if (!(error instanceof SourceNotFound)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
