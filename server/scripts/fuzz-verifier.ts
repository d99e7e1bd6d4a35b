// `npm run fuzz:verifier`: generated programs, some of them with mistakes, judged by a real
// kernel and by us. Disagreements are made small and printed. Opt-in, like the oracle.
import { writeFileSync } from "node:fs";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import pc from "picocolors";
import { generate } from "./fuzz/generate.ts";
import { type Judged, judge } from "./fuzz/judge.ts";
import { minimize } from "./fuzz/minimize.ts";
import { type Mutation, mutations } from "./fuzz/mutate.ts";
import { Random } from "./fuzz/random.ts";
import { type Program, print } from "./fuzz/tree.ts";
import { isReady } from "./oracle/home.ts";
import { setUp } from "./oracle/setup.ts";

interface Options {
  readonly kernel: string;
  readonly count: string;
  readonly seed: string;
  readonly minimize: string;
  readonly report?: string;
}

interface Mutant {
  readonly program: Program;
  readonly mutations: readonly string[];
}

const command = new Command("fuzz:verifier")
  .description("Generate BPF programs, break some of them, and hold our verdict against a real kernel's.")
  .option("--kernel <version>", "kernel to ask", "7.2")
  .option("--count <n>", "programs", "500")
  .option("--seed <n>", "start of the random numbers", "1")
  .option("--minimize <n>", "disagreements of each kind to make small", "5")
  .option("--report <file>", "write every disagreement with its program")
  .showHelpAfterError();
command.parse();
const options = command.opts<Options>();

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`fuzz:verifier: ${error instanceof Error ? error.message : error}\n`);
  return 2;
});

async function main(): Promise<number> {
  const { kernel } = options;
  if (!isReady(kernel)) await setUp(kernel, (line) => process.stderr.write(`${pc.dim(line)}\n`));
  const mutants = makeMutants(Number(options.count), Number(options.seed), kernel);
  const judged = await judgeAll(mutants, kernel);
  printTable(mutants, judged);
  const wrong = judged.flatMap((result, i) => (isDisagreement(result) ? [{ result, mutant: mutants[i]! }] : []));
  await printSmallest(wrong, kernel);
  if (options.report !== undefined) writeFileSync(options.report, wrong.map(describe).join("\n"));
  return wrong.length === 0 ? 0 : 1;
}

/** A third as they are, the others with one or two mistakes; of those that fit, the rarest so far come first. */
function makeMutants(count: number, seed: number, kernel: string): Mutant[] {
  const timesMade = new Map<Mutation, number>();
  return Array.from({ length: count }, (_, i): Mutant => {
    const random = new Random(seed * 1_000_003 + i);
    let program = generate(`p${i}`, kernel, random);
    const made: string[] = [];
    const wanted = random.pick([0, 0, 1, 1, 1, 2]);
    const byRarity = mutations
      .map((mutation) => ({ mutation, rank: (timesMade.get(mutation) ?? 0) + random.below(12) }))
      .sort((a, b) => a.rank - b.rank);
    for (const { mutation } of byRarity) {
      if (made.length === wanted) break;
      const mutated = mutation.apply(program, random);
      if (mutated === undefined) continue;
      program = mutated;
      made.push(mutation.name);
      timesMade.set(mutation, (timesMade.get(mutation) ?? 0) + 1);
    }
    return { program, mutations: made };
  });
}

/** In several boots, so that there is progress to show. */
async function judgeAll(mutants: readonly Mutant[], kernel: string): Promise<Judged[]> {
  const perBoot = 500;
  const bar = new SingleBar({ format: "judged {value} of {total} [{bar}] {eta_formatted}", stream: process.stderr });
  if (process.stderr.isTTY) bar.start(mutants.length, 0);
  const judged: Judged[] = [];
  for (let i = 0; i < mutants.length; i += perBoot) {
    const part = mutants.slice(i, i + perBoot).map((mutant) => mutant.program);
    judged.push(...(await judge(part, kernel)));
    bar.update(judged.length);
  }
  bar.stop();
  return judged;
}

function isDisagreement({ agreement }: Judged): boolean {
  return agreement === "missed" || agreement === "false-finding" || agreement === "not-analyzed";
}

function printTable(mutants: readonly Mutant[], judged: readonly Judged[]): void {
  const rejected = judged.filter((result) => result.kernel?.verdict === "rejected");
  const accepted = judged.filter((result) => result.kernel?.verdict === "accepted");
  const found = rejected.filter((result) => result.ours.length > 0);
  const other = rejected.filter((result) => result.agreement === "other-rule");
  const flagged = accepted.filter((result) => result.ours.length > 0);
  const none = judged.length - rejected.length - accepted.length;
  console.log(`programs            ${judged.length}${none === 0 ? "" : ` (${none} without a verdict)`}`);
  console.log(
    `kernel rejected     ${rejected.length}, found ${found.length} (${percent(found.length, rejected.length)})`,
  );
  console.log(`  by another rule   ${other.length}`);
  console.log(`kernel accepted     ${accepted.length}, flagged ${flagged.length}`);
  console.log("mutation              made  rejected  found");
  for (const name of ["(none)", ...mutations.map((mutation) => mutation.name)]) {
    const own = judged.filter((_, i) =>
      name === "(none)" ? mutants[i]!.mutations.length === 0 : mutants[i]!.mutations.includes(name),
    );
    const bad = own.filter((result) => result.kernel?.verdict === "rejected");
    const hits = bad.filter((result) => result.ours.length > 0);
    console.log(`  ${name.padEnd(19)} ${cell(own.length)} ${cell(bad.length, 9)} ${cell(hits.length, 6)}`);
  }
}

async function printSmallest(wrong: readonly { result: Judged; mutant: Mutant }[], kernel: string): Promise<void> {
  for (const how of ["false-finding", "missed", "not-analyzed"] as const) {
    const own = wrong.filter(({ result }) => result.agreement === how);
    if (own.length > 0) console.log(`\n${pc.bold(how)}: ${own.map(({ result }) => result.program.name).join(" ")}`);
    for (const { result, mutant } of own.slice(0, Number(options.minimize))) {
      const small = await minimize(result, kernel);
      const again = (await judge([small], kernel))[0]!;
      console.log(describe({ result: again.agreement === how ? again : result, mutant }));
    }
  }
}

function describe({ result, mutant }: { readonly result: Judged; readonly mutant: Mutant }): string {
  const kernel = result.kernel;
  return [
    `/* ${result.agreement}; mutations: ${mutant.mutations.join(", ") || "none"}`,
    ` * kernel: ${kernel?.verdict} ${kernel?.message}`,
    ...result.ours.map((error) => ` * ours: ${error.code} at "${error.text}": ${error.message}`),
    " */",
    print(result.program),
  ].join("\n");
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "none" : `${((100 * part) / whole).toFixed(1)} %`;
}

function cell(value: number, width = 6): string {
  return String(value).padStart(width);
}
