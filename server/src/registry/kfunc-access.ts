// Which programs may call a kfunc: the sets it stands in, the hook of the program's
// type, and the kernel's filter functions, whose meaning is data in overrides/.
import type { Caller, Refusal } from "./effect.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { inRange } from "./kernel-version.ts";
import { type CallerPattern, freeingInNmi, type KfuncFilter, kfuncFilters } from "./overrides/callers.ts";
import { attachTypeWords, programTypeWords } from "./words.ts";

/** Every program type: sets that the kernel looks into first. */
const COMMON = "UNSPEC";

/** Asked of a kfunc and a caller: why the call is refused; undefined when it is allowed. */
export function kfuncAccess(
  facts: KernelFacts,
): (kfunc: KfuncFact, caller: Caller, freesUnsafely?: boolean) => Refusal | undefined {
  const { kernel, hooks } = facts;
  const hookOf = (type: string): string | undefined => hooks[type];
  const filterHooks = hooksOfFilters(facts, hookOf);
  const filters = kfuncFilters.filter(({ from, before }) => inRange(kernel, from, before));

  const applying = (kfunc: KfuncFact, hook: string | undefined): readonly KfuncFilter[] =>
    filters.filter(
      (entry) =>
        isAbout(entry, kfunc) &&
        (entry.filter === undefined || (hook !== undefined && filterHooks.get(entry.filter)?.has(hook) === true)),
    );

  const isNmiChecked = inRange(kernel, freeingInNmi.from, undefined);

  return (kfunc, caller, freesUnsafely) => {
    // The type of the replaced program counts, and nobody here knows it.
    if (caller.programType === "EXT") return undefined;
    const hook = hookOf(caller.programType);
    const isCommon = kfunc.sets.some(({ types }) => types.includes(COMMON));
    const inHook = hook !== undefined && kfunc.sets.some(({ types }) => types.some((type) => hookOf(type) === hook));
    if (!isCommon && !inHook) return { why: "type", who: typesInWords(kfunc, facts, applying) };
    if (freesUnsafely === true && isNmiChecked && freeingInNmi.refuses.some((pattern) => fits(pattern, caller))) {
      return { why: "freeing", who: [] };
    }
    const entries = applying(kfunc, hook);
    if (
      entries.some(({ refuses }) => refuses?.some((pattern) => isCertain(pattern, caller) && fits(pattern, caller)))
    ) {
      return { why: "place", who: [] };
    }
    const allows = entries.flatMap((entry) => entry.allows ?? []);
    if (allows.length === 0 || allows.some((pattern) => fits(pattern, caller))) return undefined;
    return { why: "place", who: unique(allows.flatMap(patternInWords)) };
  };
}

/** filter function -> hooks in which the kernel asks it. */
function hooksOfFilters(
  facts: KernelFacts,
  hookOf: (type: string) => string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { filter, types } of facts.kfuncs.flatMap((kfunc) => kfunc.sets)) {
    if (filter === undefined) continue;
    const hooks = found.get(filter) ?? new Set<string>();
    for (const type of types) {
      const hook = hookOf(type);
      if (hook !== undefined) hooks.add(hook);
    }
    found.set(filter, hooks);
  }
  return found;
}

function isAbout(entry: KfuncFilter, kfunc: KfuncFact): boolean {
  if (entry.exceptNames?.includes(kfunc.name) === true) return false;
  if (entry.names?.includes(kfunc.name) === true) return true;
  return kfunc.sets.some(({ set }) => entry.sets?.includes(set) === true);
}

/** Which struct_ops member a program is comes from a map's initializer; the loader may set it in another way. */
function isCertain({ structs, members }: CallerPattern, { structOps }: Caller): boolean {
  return structOps !== undefined || (structs === undefined && members === undefined);
}

/** What is not known of the caller is taken to fit. */
function fits(pattern: CallerPattern, caller: Caller): boolean {
  const { programTypes, attachTypes, exceptAttachTypes, structs, members, exceptTargets, sleepable } = pattern;
  if (programTypes?.includes(caller.programType) === false) return false;
  if (attachTypes?.includes(caller.attachType) === false) return false;
  if (exceptTargets !== undefined && caller.target !== undefined && exceptTargets.includes(caller.target)) return false;
  if (exceptAttachTypes?.includes(caller.attachType) === true) return false;
  if (sleepable !== undefined && sleepable !== caller.sleepable) return false;
  if (structs === undefined && members === undefined) return true;
  if (caller.programType !== "STRUCT_OPS") return false;
  if (caller.structOps === undefined) return true;
  const { struct, member } = caller.structOps;
  return structs?.includes(struct.replace(/___.*$/, "")) !== false && members?.includes(member) !== false;
}

function typesInWords(
  kfunc: KfuncFact,
  facts: KernelFacts,
  applying: (kfunc: KfuncFact, hook: string | undefined) => readonly KfuncFilter[],
): readonly string[] {
  const words: string[] = [];
  const registered = new Set(kfunc.sets.flatMap(({ types }) => types.map((type) => facts.hooks[type])));
  for (const [type, hook] of Object.entries(facts.hooks)) {
    if (!registered.has(hook)) continue;
    const allows = applying(kfunc, hook).flatMap((entry) => entry.allows ?? []);
    if (allows.length === 0) words.push(programTypeWords(type));
    else
      words.push(...allows.filter((pattern) => pattern.programTypes?.includes(type) !== false).flatMap(patternInWords));
  }
  return unique(words);
}

function patternInWords({ programTypes, attachTypes, structs, members, sleepable }: CallerPattern): readonly string[] {
  if (structs !== undefined) return members?.map((member) => `${structs[0]}.${member}`) ?? structs;
  if (attachTypes !== undefined) return attachTypes.map(attachTypeWords);
  if (programTypes !== undefined) return programTypes.map(programTypeWords);
  return sleepable === true ? ["sleepable"] : [];
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
