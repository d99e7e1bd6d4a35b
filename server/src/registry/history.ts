// How a kfunc came, changed and went, as far as the built-in kernels tell. Of releases in between nothing is
// known, so nothing is said: "since Linux 6.12 or earlier, after 6.1".
import { absenceOf } from "./absence.ts";
import { type KfuncChange, kfuncChange } from "./kernel-diff.ts";
import { builtinKernels, loadKernel } from "./load.ts";

export interface KfuncHistory {
  /** Built-in kernels that have it, oldest first. */
  readonly presentIn: readonly string[];
  readonly missingIn: readonly string[];
  /** Between two neighbours that both have it. */
  readonly changes: readonly { readonly from: string; readonly to: string; readonly change: KfuncChange }[];
  /** All of it in plain words. */
  readonly lines: readonly string[];
}

/** undefined: no built-in kernel has a kfunc of that name. */
export function historyOf(name: string): KfuncHistory | undefined {
  const kernels = builtinKernels();
  const has = (kernel: string): boolean => loadKernel(kernel).kfuncs.some((fact) => fact.name === name);
  const presentIn = kernels.filter(has);
  if (presentIn.length === 0) return undefined;
  const changes = neighbours(kernels)
    .filter(([from, to]) => presentIn.includes(from) && presentIn.includes(to))
    .flatMap(([from, to]) => {
      const change = kfuncChange(name, loadKernel(from), loadKernel(to));
      return change === undefined ? [] : [{ from, to, change }];
    });
  const lines = [
    ...presenceInWords(presentIn),
    ...standIns(name, kernels, presentIn),
    ...changes.flatMap(({ from, to, change }) => {
      const words = changeInWords(change);
      return words === "" ? [] : [`Between ${from} and ${to}: ${words}.`];
    }),
  ];
  return { presentIn, missingIn: kernels.filter((kernel) => !presentIn.includes(kernel)), changes, lines };
}

/** One sentence for each time it came or went, by the built-in kernels that have it. */
export function presenceInWords(presentIn: readonly string[]): readonly string[] {
  const kernels = builtinKernels();
  const [oldest] = kernels;
  const lines: string[] = [];
  if (oldest !== undefined && presentIn.includes(oldest)) lines.push(`Since Linux ${oldest} or earlier.`);
  for (const [from, to] of neighbours(kernels)) {
    const [before, after] = [presentIn.includes(from), presentIn.includes(to)];
    if (!before && after) lines.push(`Since Linux ${to} or earlier, after ${from}.`);
    if (before && !after) lines.push(`Gone in Linux ${to} or earlier, after ${from}.`);
  }
  return lines;
}

/** Other names under which kernels without it have the like. */
function standIns(name: string, kernels: readonly string[], presentIn: readonly string[]): readonly string[] {
  const byName = new Map<string, readonly string[]>();
  for (const kernel of kernels.filter((candidate) => !presentIn.includes(candidate))) {
    const other = absenceOf(name, loadKernel(kernel))?.replacement;
    if (other !== undefined) byName.set(other, [...(byName.get(other) ?? []), kernel]);
  }
  return [...byName].map(([other, where]) => `In Linux ${where.join(", ")} there is ${other}() in its place.`);
}

function changeInWords({ flagsAdded, flagsRemoved, prototype, callersAdded, callersRemoved }: KfuncChange): string {
  return [
    ...(flagsAdded.length > 0 ? [`${flagsAdded.join(", ")} came`] : []),
    ...(flagsRemoved.length > 0 ? [`${flagsRemoved.join(", ")} went`] : []),
    ...(prototype !== undefined ? [`declared as \`${prototype.before}\` before`] : []),
    ...(callersAdded.length > 0 ? [`now also for ${callersAdded.join(", ")}`] : []),
    ...(callersRemoved.length > 0 ? [`no longer for ${callersRemoved.join(", ")}`] : []),
  ].join("; ");
}

function neighbours(list: readonly string[]): readonly (readonly [string, string])[] {
  return list.slice(1).map((item, index) => [list[index]!, item] as const);
}
