// Loads the facts of built-in kernels from server/data. One of the few places that touch the disk.
import { readdirSync, readFileSync } from "node:fs";
import type { KernelFacts } from "./facts.ts";
import { compareKernels } from "./kernel-version.ts";

const DATA = new URL("../../data/", import.meta.url);
const FILE = /^kernel-(\d+\.\d+)\.json$/;

const loaded = new Map<string, KernelFacts>();

/** Names of the built-in kernels, oldest first. */
export function builtinKernels(): readonly string[] {
  const names = readdirSync(DATA).flatMap((file) => FILE.exec(file)?.[1] ?? []);
  return names.sort(compareKernels);
}

/** The target when nobody names one: the newest kernel whose verdicts the corpus and the fixtures are held against. */
export const defaultKernel = "7.2";

/** Facts of a built-in kernel. Throws for a name that `builtinKernels` does not list. */
export function loadKernel(name: string): KernelFacts {
  let facts = loaded.get(name);
  if (facts === undefined) {
    if (!builtinKernels().includes(name)) {
      throw new Error(`unknown kernel ${name}: built in are ${builtinKernels().join(", ")}`);
    }
    facts = JSON.parse(readFileSync(new URL(`kernel-${name}.json`, DATA), "utf8")) as KernelFacts;
    loaded.set(name, facts);
  }
  return facts;
}

let everyKfunc: ReadonlySet<string> | undefined;

/** Does any built-in kernel have a kfunc of this name? Reads them all on first use. */
export function isKnownKfunc(name: string): boolean {
  everyKfunc ??= new Set(builtinKernels().flatMap((kernel) => loadKernel(kernel).kfuncs.map((fact) => fact.name)));
  return everyKfunc.has(name);
}
