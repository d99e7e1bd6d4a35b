// What is known of a kfunc that the target kernel lacks: which kernels have it, and what to call instead.
import { externTarget } from "./extern-target.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { visibleParams } from "./kfunc-effect.ts";
import { builtinKernels, isKnownKfunc, loadKernel } from "./load.ts";
import { renamedKfuncs } from "./overrides/names.ts";

export interface Absence {
  /** Built-in kernels that have it, oldest first. */
  readonly presentIn: readonly string[];
  /** What the newest of them needs for it: "CONFIG_X", "module y"; [] when it is always there. */
  readonly needs: readonly string[];
  /** Kfunc of the target kernel that took its place. */
  readonly replacement: string | undefined;
  /** The replacement is called with the same arguments and returns the same. */
  readonly sameArguments: boolean;
}

/** undefined: the target has it, or no kernel we know does. */
export function absenceOf(name: string, target: KernelFacts): Absence | undefined {
  const wanted = externTarget(name);
  if (findIn(target, wanted) !== undefined || !isKnownKfunc(wanted)) return undefined;
  const having = builtinKernels().filter((kernel) => findIn(loadKernel(kernel), wanted) !== undefined);
  const replacement = candidates(wanted).find((candidate) => findIn(target, candidate) !== undefined);
  const before = having.length === 0 ? undefined : findIn(loadKernel(having.at(-1)!), wanted);
  const after = replacement === undefined ? undefined : findIn(target, replacement);
  const needs = [...(before?.config ?? []), ...(before?.module === undefined ? [] : [`module ${before.module}`])];
  return { presentIn: having, needs, replacement, sameArguments: isSame(before, after) };
}

function candidates(name: string): readonly string[] {
  const renamed = renamedKfuncs.flatMap(({ from, to }) => (from === name ? [to] : to === name ? [from] : []));
  return [...renamed, name.endsWith("_impl") ? name.slice(0, -"_impl".length) : `${name}_impl`];
}

function findIn(facts: KernelFacts, name: string): KfuncFact | undefined {
  return facts.kfuncs.find((fact) => fact.name === name);
}

function isSame(before: KfuncFact | undefined, after: KfuncFact | undefined): boolean {
  if (before === undefined || after === undefined || before.returns !== after.returns) return false;
  const [a, b] = [visibleParams(before), visibleParams(after)];
  return a.length === b.length && a.every(([type], index) => type === b[index]![0]);
}
