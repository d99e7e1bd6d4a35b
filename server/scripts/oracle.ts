// `npm run oracle`: a real kernel's verdict on BPF programs, beside ours. Opt-in: nothing else
// of the project needs it. A kernel is set up the first time it is asked for.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import pc from "picocolors";
import { ask, askDefaults, type FileVerdict } from "./oracle/ask.ts";
import { storeVerdicts } from "./oracle/fixtures.ts";
import { isReady } from "./oracle/home.ts";
import { type Agreement, agreement, createOurs, type OurFile } from "./oracle/ours.ts";
import { setUp } from "./oracle/setup.ts";
import type { KernelVerdict } from "./oracle/verdicts.ts";

const fixtures = fileURLToPath(new URL("../../test/verifier/fixtures/", import.meta.url));

interface Options {
  readonly kernel: readonly string[];
  readonly includeDir: readonly string[];
  readonly define: readonly string[];
  readonly cpu: string;
  readonly json?: string;
  readonly fixtures?: boolean;
  readonly log?: boolean;
  readonly programSeconds: string;
}

const collect = (value: string, values: readonly string[]) => [...values, value];

const command = new Command("oracle")
  .description(
    "Compile BPF C files, load every program in a virtual machine that runs Debian's kernel, and print the verifier's verdict beside ours. Needs Debian on amd64; the first use of a kernel downloads and builds what is missing.",
  )
  .argument("[files...]", "BPF C files")
  .option("--kernel <version>", "kernel to ask, may be repeated: 6.12, 7.2, 7.3 (default 7.2)", collect, [])
  .option("-I, --include-dir <dir>", "further include directory", collect, [])
  .option("-D, --define <macro>", "definition for the compiler", collect, [])
  .option("--cpu <version>", "instruction set of the BPF target", askDefaults.cpu)
  .option("--program-seconds <n>", "time given to one program", `${askDefaults.programSeconds}`)
  .option("--json <file>", "write the verdicts as JSON lines")
  .option("--fixtures", "ask about all of test/verifier/fixtures and store the verdicts there")
  .option("--log", "print the end of the verifier's log where we and the kernel differ")
  .showHelpAfterError();
command.parse();

const options = command.opts<Options>();
const say = (line: string) => process.stderr.write(`${pc.dim(line)}\n`);

process.exitCode = await main(command.args).catch((error: unknown) => {
  process.stderr.write(`oracle: ${error instanceof Error ? error.message : error}\n`);
  return 2;
});

async function main(files: readonly string[]): Promise<number> {
  const paths = options.fixtures ? fixtureFiles() : files;
  if (paths.length === 0) command.help({ error: true });
  const kernels = options.kernel.length === 0 ? (options.fixtures ? ["6.12", "7.2"] : ["7.2"]) : options.kernel;
  const counts = new Map<Agreement, number>();
  const records: object[] = [];
  for (const kernel of kernels) {
    if (!isReady(kernel)) await setUp(kernel, say);
    const results = await ask(kernel, paths, {
      ...askDefaults,
      include: options.includeDir,
      define: options.define,
      cpu: options.cpu,
      programSeconds: Number(options.programSeconds),
    });
    const ours = await createOurs(kernel, options.includeDir);
    for (const result of results) records.push(...printFile(kernel, result, ours, counts));
    if (options.fixtures) storeVerdicts(fixtures, kernel, results, say);
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  }
  say([...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "no programs");
  return (counts.get("missed") ?? 0) + (counts.get("false-finding") ?? 0) > 0 ? 1 : 0;
}

function fixtureFiles(): string[] {
  return readdirSync(fixtures)
    .filter((name) => name.endsWith(".bpf.c"))
    .map((name) => join(fixtures, name));
}

function printFile(
  kernel: string,
  result: FileVerdict,
  checkFile: (path: string) => OurFile,
  counts: Map<Agreement, number>,
): object[] {
  if ("problem" in result) {
    console.log(`${pc.yellow("PROBLEM ")} ${kernel} ${result.path}: ${result.problem}`);
    return [{ kernel, file: result.path, problem: result.problem }];
  }
  const ours = checkFile(result.path);
  const records: object[] = [];
  for (const program of result.programs) {
    const our = ours.get(program.program);
    const how = agreement(program, our);
    counts.set(how, (counts.get(how) ?? 0) + 1);
    const findings = (our?.errors ?? []).map((d) => ({ code: d.code, line: lineOf(d.span) }));
    console.log(textLine(kernel, result.path, program, how, findings));
    if (options.log && how !== "agree") console.log(program.log.trimEnd().split("\n").slice(-25).join("\n"));
    const { log: _log, ...verdict } = program;
    records.push({ kernel, file: result.path, ...verdict, agreement: how, ours: findings });
  }
  if (!result.finished)
    console.log(`${pc.yellow("STOPPED ")} ${kernel} ${result.path}: the machine ended before it was done`);
  return records;
}

function lineOf(span: {
  readonly file: { readonly lines: { positionAt(at: number): { line: number } } };
  readonly start: number;
}) {
  return span.file.lines.positionAt(span.start).line + 1;
}

function textLine(
  kernel: string,
  path: string,
  program: KernelVerdict,
  how: Agreement,
  findings: readonly { readonly code: string; readonly line: number }[],
): string {
  const word = { accepted: pc.green("ACCEPT  "), rejected: pc.red("REJECT  "), unloadable: pc.yellow("UNLOADED") }[
    program.verdict
  ];
  const at = program.line === undefined ? "" : `:${program.line}`;
  const ours = findings.map((finding) => `${finding.code} at ${finding.line}`).join(", ") || "silent";
  const verdict = how === "agree" ? pc.green(how) : how === "no-verdict" ? pc.dim(how) : pc.bold(pc.red(how));
  return `${word} ${kernel} ${path}${at} ${program.program} (${program.section}) ${program.message}\n         ${verdict}: ${ours}`;
}
