// `npm run bench`: how long the user waits, each time beside what it must be compared with.
// Runs the built product (npm run build first); a plain tree-sitter parse of the same text in
// the same run tells a slow program from a slow machine.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Command } from "commander";
import type { Checker } from "../src/check/api.ts";
import { keystrokes } from "./bench/edits.ts";
import { type ProcessRun, type ServerSession, timeProcess, timeServer } from "./bench/processes.ts";
import { type Times, timesOf } from "./bench/statistics.ts";
import { OverlayReader } from "./corpus/overlay-reader.ts";
import { findKernelTree, SourceNotFound, type SourceTree, scxTree, selftestsTree } from "./corpus/source-tree.ts";

const serverDir = fileURLToPath(new URL("..", import.meta.url));
const binary = join(serverDir, "bin/kfunc-ls.js");

interface Options {
  readonly kernel: string;
  readonly source?: string;
  readonly scx?: string;
  readonly vmlinux?: string;
  readonly includeDir: readonly string[];
  readonly starts: string;
  readonly places: string;
  readonly only?: string;
  readonly json?: string;
}

/** A file with the configuration of its corpus. */
interface BenchFile {
  readonly tree: SourceTree;
  readonly path: string;
  readonly text: string;
}

const command = new Command("bench")
  .option("--kernel <version>", "kernel of the selftests", "6.12")
  .option("--source <dir>", "kernel tree (default: Debian's linux-source package)")
  .option("--scx <dir>", "sched-ext/scx checkout: its schedulers are the largest BPF files in public")
  .option("--vmlinux <file>", "a vmlinux.h for the selftests")
  .option(
    "-I, --include-dir <dir>",
    "further include directory",
    (dir: string, dirs: string[]) => [...dirs, resolve(dir)],
    [],
  )
  .option("--starts <n>", "cold starts to take the median of", "9")
  .option("--places <n>", "statements edited per file, three keystrokes each", "20")
  .option("--only <parts>", "comma list of start, keystroke, server, selftests")
  .option("--json <file>", "write the figures as JSON");

async function main(options: Options): Promise<void> {
  if (!existsSync(join(serverDir, "dist/main.js")))
    throw new SourceNotFound("nothing is built: run npm run build first");
  const root = findKernelTree(options.kernel, options.source === undefined ? undefined : resolve(options.source));
  const headers = { vmlinux: options.vmlinux, includeDirs: options.includeDir };
  const selftests = selftestsTree(root, headers);
  const scx =
    options.scx === undefined ? undefined : scxTree(resolve(options.scx), root, { ...headers, vmlinux: undefined });
  const files = largestFiles(scx === undefined ? [selftests] : [selftests, scx], 10);
  const wanted = options.only?.split(",");
  const results: Record<string, unknown> = {};
  const part = async (name: string, measure: () => Promise<unknown>): Promise<void> => {
    if (wanted === undefined || wanted.includes(name)) results[name] = await measure();
  };

  await part("start", () => coldStart(files, options.kernel, Number(options.starts)));
  await part("keystroke", () => keystroke(files, options.kernel, Number(options.places)));
  await part("server", () => server(files, options.kernel, Number(options.places)));
  await part("selftests", () => wholeCorpus(selftests, options.kernel));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
}

async function coldStart(files: readonly BenchFile[], kernel: string, starts: number): Promise<unknown> {
  console.log(`Cold start to first diagnostics: process start to exit, median of ${starts} [MB: peak memory]`);
  const plain = join(serverDir, "dist/syntax/plain-parse.js");
  const results: unknown[] = [];
  const bare = await repeat(starts, () => timeProcess(["-e", "0"]));
  for (const file of [files[0], files[Math.floor(files.length / 2)], files.at(-1)]) {
    if (file === undefined) continue;
    const parse = await repeat(starts, () =>
      timeProcess(["--input-type=module", "-e", plainParseScript(plain, file.path)]),
    );
    const check = await repeat(starts, () => timeProcess([binary, "check", ...flagsOf(file.tree, kernel), file.path]));
    results.push({ file: file.path, bare, parse, check });
    console.log(
      `  ${describe(file)}: kfunc-ls check ${run(check)}; Node and one plain tree-sitter parse ${run(parse)}, ratio ` +
        `${ratio(check.milliseconds, parse.milliseconds)}; bare Node ${run(bare)}`,
    );
  }
  return results;
}

async function keystroke(files: readonly BenchFile[], kernel: string, places: number): Promise<unknown> {
  console.log("\nKeystroke to diagnostics, checker alone: edit in the middle of a function, file checked before");
  console.log("  ratio: against a whole plain tree-sitter parse of the same text");
  const parse = await plainParser();
  const results = [];
  const all: number[] = [];
  for (const file of files) {
    const reader = new OverlayReader(file.tree.overlay);
    const checker = await createChecker(reader, kernel);
    const request = { path: file.path, config: file.tree.config };
    const first = time(() => checker.check({ ...request, text: file.text }));
    parse(file.text);
    const checks: number[] = [];
    const parses: number[] = [];
    for (const { text } of keystrokes(file.text, places)) {
      checks.push(time(() => checker.check({ ...request, text })));
      parses.push(time(() => parse(text)));
    }
    all.push(...checks);
    const times = timesOf(checks);
    const plain = timesOf(parses);
    results.push({ file: file.path, bytes: file.text.length, first, times, plain });
    console.log(
      `  ${describe(file)}: first check ${ms(first)}, keystroke ${show(times)}; plain parse p50 ${ms(plain.p50)}, ratio ${ratio(times.p50, plain.p50)}`,
    );
  }
  const times = timesOf(all);
  console.log(`  all ${files.length} files: ${show(times)} over ${times.count} keystrokes`);
  return { files: results, all: times };
}

async function server(files: readonly BenchFile[], kernel: string, places: number): Promise<unknown> {
  console.log(
    "\nLanguage server over stdio: process start to first diagnostics; change to diagnostics, debounce included",
  );
  const results = [];
  for (const file of files) {
    const settings = {
      kernels: [kernel],
      includePaths: diskIncludeDirs(file.tree),
      defines: file.tree.config.defines,
    };
    const changes = keystrokes(file.text, places).map((k) => k.text);
    const session: ServerSession = await timeServer(binary, dirname(file.path), settings, [file], changes);
    const times = timesOf(session.changes);
    results.push({
      file: file.path,
      firstDiagnostics: session.firstDiagnostics,
      times,
      peakMemory: session.peakMemory,
    });
    console.log(
      `  ${describe(file)}: first ${ms(session.firstDiagnostics)}, change ${show(times)}, peak memory ${session.peakMemory.toFixed(0)} MB`,
    );
  }
  return results;
}

async function wholeCorpus(tree: SourceTree, kernel: string): Promise<unknown> {
  const texts = tree.files.map((name) => ({
    path: join(tree.programsDir, name),
    text: readFileSync(join(tree.programsDir, name), "utf8"),
  }));
  const parse = await plainParser();
  const plain = time(() => {
    for (const { text } of texts) parse(text);
  });
  const checker = await createChecker(new OverlayReader(tree.overlay), kernel, { once: true });
  const slow: { path: string; milliseconds: number }[] = [];
  const check = time(() => {
    for (const request of texts)
      slow.push({ path: request.path, milliseconds: time(() => checker.check({ ...request, config: tree.config })) });
  });
  slow.sort((a, b) => b.milliseconds - a.milliseconds);
  console.log(`\nAll ${texts.length} selftests of Linux ${kernel} in one process, one after the other`);
  console.log(
    `  check ${(check / 1000).toFixed(2)} s; plain tree-sitter parse of the same files ${(plain / 1000).toFixed(2)} s, ratio ${ratio(check, plain)}`,
  );
  console.log(
    `  slowest: ${slow
      .slice(0, 5)
      .map((s) => `${basename(s.path)} ${ms(s.milliseconds)}`)
      .join(", ")}`,
  );
  const folder = await timeProcess([binary, "check", ...flagsOf(tree, kernel), tree.programsDir]);
  console.log(`  the command line over their folder (files with SEC or __ksym): ${run(folder)}`);
  return { files: texts.length, check, plain, slowest: slow.slice(0, 20), folder };
}

/** The built checker and not the sources: what users run. `once`: as the command line does. */
async function createChecker(
  reader: OverlayReader,
  kernel: string,
  { once }: { readonly once: boolean } = { once: false },
): Promise<Checker> {
  const module = (await import(builtUrl("check/checker.js"))) as typeof import("../src/check/checker.ts");
  return module.createChecker({ reader, kernels: [kernel], once });
}

async function plainParser(): Promise<(text: string) => boolean> {
  const module = (await import(builtUrl("syntax/plain-parse.js"))) as typeof import("../src/syntax/plain-parse.ts");
  return module.plainParser();
}

function builtUrl(module: string): string {
  return pathToFileURL(join(serverDir, "dist", module)).href;
}

function plainParseScript(modulePath: string, path: string): string {
  return (
    `import { readFileSync } from "node:fs"; const { plainParser } = await import(${JSON.stringify(pathToFileURL(modulePath).href)});` +
    `(await plainParser())(readFileSync(${JSON.stringify(path)}, "utf8"));`
  );
}

function largestFiles(trees: readonly SourceTree[], count: number): readonly BenchFile[] {
  return trees
    .flatMap((tree) => tree.files.map((name) => ({ tree, path: join(tree.programsDir, name) })))
    .map((file) => ({ ...file, size: statSync(file.path).size }))
    .sort((a, b) => b.size - a.size)
    .slice(0, count)
    .map(({ tree, path }) => ({ tree, path, text: readFileSync(path, "utf8") }));
}

/** Include directories as a user would give them: overlaid headers by the real directory above them, if it has their name. */
function diskIncludeDirs(tree: SourceTree): readonly string[] {
  const overlaid = [...tree.overlay.directories, ...tree.overlay.files]
    .filter(([shown, real]) => basename(shown) === basename(real))
    .map(([, real]) => dirname(real));
  return [...overlaid, ...tree.config.includeDirs].filter((dir) => existsSync(dir));
}

function flagsOf(tree: SourceTree, kernel: string): readonly string[] {
  return [
    ...["--kernel", kernel],
    ...diskIncludeDirs(tree).flatMap((dir) => ["-I", dir]),
    ...tree.config.defines.flatMap((define) => ["-D", define]),
  ];
}

async function repeat(count: number, measure: () => Promise<ProcessRun>): Promise<ProcessRun> {
  const runs: ProcessRun[] = [];
  for (let i = 0; i < count; i++) runs.push(await measure());
  return {
    milliseconds: timesOf(runs.map((r) => r.milliseconds)).p50,
    peakMemory: Math.max(...runs.map((r) => r.peakMemory)),
  };
}

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function describe(file: BenchFile): string {
  const parts = file.path.split("/");
  const name = parts.find((part) => part.startsWith("scx_"));
  return `${name === undefined ? "" : `${name}/`}${basename(file.path)} (${(file.text.length / 1000).toFixed(0)} KB)`;
}

function show(times: Times): string {
  return `p50 ${ms(times.p50)}, p95 ${ms(times.p95)}, max ${ms(times.max)}`;
}

function run(result: ProcessRun): string {
  return `${ms(result.milliseconds)} [${result.peakMemory.toFixed(0)} MB]`;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

function ratio(a: number, b: number): string {
  return b === 0 ? "-" : `${(a / b).toFixed(1)}x`;
}

command.parse();
try {
  await main(command.opts<Options>());
} catch (error) {
  if (!(error instanceof SourceNotFound)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
