// `kfunc-ls kfuncs`: what the registry knows, for people and for programs.
import { resolve } from "node:path";
import type { KernelFacts, KfuncFact } from "../registry/facts.ts";
import {
  builtinKernels,
  callerFilter,
  callerWords,
  defaultKernel,
  describeKfunc,
  diffKernels,
  historyOf,
  loadKernel,
} from "../registry/index.ts";
import { knownFlags } from "../registry/words.ts";
import { noChoice } from "../targets/choice.ts";
import { loadTargets } from "../targets/load-targets.ts";
import { colorsFor } from "./colors.ts";
import { printable } from "./excerpt.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliHost } from "./host.ts";
import { type Card, cardJson, cardText } from "./kfunc-card.ts";
import { diffJson, diffText } from "./kfunc-diff-report.ts";
import { listJson, listText } from "./kfunc-list-report.ts";
import { didYouMean } from "./near-names.ts";

interface OutputOptions {
  readonly format: "text" | "json";
  readonly color?: boolean;
}

export interface KfuncListOptions extends OutputOptions {
  readonly kernel: string;
  readonly type?: string;
  readonly flag: readonly string[];
  readonly all?: boolean;
}

export interface KfuncShowOptions extends OutputOptions {
  readonly kernel: string;
}

export interface KfuncDiffOptions extends OutputOptions {
  readonly all?: boolean;
}

export async function kfuncsListCommand(options: KfuncListOptions, host: CliHost): Promise<number> {
  return answer(host, async () => {
    const facts = await kernelNamed(options.kernel, host);
    const { type } = options;
    const mayCall = type === undefined ? () => true : callerFilter(type, facts);
    if (mayCall === undefined) {
      throw new Question(
        `no program type, section or struct_ops member of Linux ${facts.kernel} is "${type}"${didYouMean(type!, callerWords(facts))}`,
      );
    }
    const flags = options.flag.map(flagNamed);
    const fitting = facts.kfuncs.filter((kfunc) => mayCall(kfunc) && flags.every((flag) => hasFlag(kfunc, flag)));
    const kfuncs = fitting.filter(({ testOnly }) => options.all === true || testOnly !== true);
    const list = { version: host.version, facts, kfuncs, leftOut: fitting.length - kfuncs.length };
    return options.format === "json" ? listJson(list) : listText(list, colorsFor(options.color, host));
  });
}

export async function kfuncsShowCommand(name: string, options: KfuncShowOptions, host: CliHost): Promise<number> {
  return answer(host, async () => {
    const { kernel } = options;
    if (!builtinKernels().includes(kernel)) {
      throw new Question(`unknown kernel "${kernel}"; built in are ${builtinKernels().join(", ")}`);
    }
    const contract = describeKfunc(name, [kernel]) ?? describeKfunc(name, builtinKernels());
    if (contract === undefined) {
      const names = builtinKernels().flatMap((known) => loadKernel(known).kfuncs.map((fact) => fact.name));
      throw new Question(`no kernel known here has a kfunc "${name}"${didYouMean(name, [...new Set(names)])}`);
    }
    const facts = loadKernel(contract.kernel);
    const card: Card = {
      version: host.version,
      asked: kernel,
      contract,
      facts,
      fact: facts.kfuncs.find((fact) => fact.name === name || fact.name === `${name}_impl`),
      history: historyOf(name),
    };
    return options.format === "json" ? cardJson(card) : cardText(card, colorsFor(options.color, host));
  });
}

export async function kfuncsDiffCommand(
  from: string,
  to: string,
  options: KfuncDiffOptions,
  host: CliHost,
): Promise<number> {
  return answer(host, async () => {
    const [before, after] = [await kernelNamed(from, host), await kernelNamed(to, host)];
    const wanted = (facts: KernelFacts): KernelFacts =>
      options.all === true ? facts : { ...facts, kfuncs: facts.kfuncs.filter(({ testOnly }) => testOnly !== true) };
    const diff = diffKernels(wanted(before), wanted(after));
    return options.format === "json" ? diffJson(diff, host.version) : diffText(diff, colorsFor(options.color, host));
  });
}

/** What was asked cannot be answered as it stands. The message says what would do. */
class Question extends Error {}

async function answer(host: CliHost, text: () => Promise<string>): Promise<number> {
  try {
    host.stdout.write(await text());
    return exitCodes.clean;
  } catch (error) {
    if (!(error instanceof Question)) throw error;
    host.stderr.write(`kfunc-ls: ${printable(error.message)}\n`);
    return exitCodes.usage;
  }
}

/** A built-in kernel, or the path of a registry file. */
async function kernelNamed(word: string, host: CliHost): Promise<KernelFacts> {
  const isVersion = /^\d+\.\d+$/.test(word) || builtinKernels().includes(word);
  const choice = isVersion
    ? { ...noChoice, kernels: [word] }
    : { ...noChoice, registries: [resolve(host.workingDirectory, word)] };
  const { targets, problems } = await loadTargets(choice, host.workingDirectory);
  if (targets[0] === undefined) throw new Question(problems[0] ?? `no kernel ${word}; the default is ${defaultKernel}`);
  return targets[0].facts;
}

/** "acquire" and "KF_ACQUIRE" are the same. */
function flagNamed(word: string): string {
  const flag = `KF_${word.toUpperCase().replaceAll("-", "_").replace(/^KF_/, "")}`;
  if (!knownFlags().includes(flag)) throw new Question(`no flag is called ${flag}${didYouMean(flag, knownFlags())}`);
  return flag;
}

function hasFlag({ flags, sets }: KfuncFact, flag: string): boolean {
  return flags.includes(flag) || sets.some((set) => set.flags?.includes(flag) === true);
}
