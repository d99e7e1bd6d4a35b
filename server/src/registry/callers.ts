// Who may call a kfunc, told from the caller's side: program types, and where not all programs of a type may,
// the sections or the struct_ops members that may.
import type { Caller } from "./effect.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { kfuncAccess } from "./kfunc-access.ts";

export interface Callers {
  /** Any program may, whatever its type. */
  readonly everyType: boolean;
  /** Sorted by type; empty when every type may, and when programs may attach to the kfunc but not call it. */
  readonly types: readonly TypeCallers[];
}

export interface TypeCallers {
  readonly programType: string;
  /** Beginnings of SEC(), or "struct.member" and "struct" of struct_ops. Absent: all of the type. */
  readonly only?: readonly string[];
}

export function callersOf(kfunc: KfuncFact, facts: KernelFacts): Callers {
  const { all } = callersIn(facts);
  const allowed = allowedCallers(kfunc, facts);
  const types = [...new Set(all.map(({ programType }) => programType))];
  const found = types.flatMap((programType): TypeCallers[] => {
    const possible = all.filter((caller) => caller.programType === programType);
    const may = possible.filter((caller) => allowed.has(caller));
    if (may.length === 0) return [];
    if (may.length === possible.length) return [{ programType }];
    return [{ programType, only: programType === STRUCT_OPS ? wholeStructs(may, possible) : namesOf(may) }];
  });
  const everyType = found.length === types.length && found.every(({ only }) => only === undefined);
  return { everyType, types: everyType ? [] : found };
}

/**
 * What `word` names of the callers that there are: a SEC() beginning ("xdp", "iter"), a program type ("SCHED_CLS"), a
 * struct_ops struct or member ("Qdisc_ops.enqueue"). Asks then whether one of those may call a kfunc.
 */
export function callerFilter(word: string, facts: KernelFacts): ((kfunc: KfuncFact) => boolean) | undefined {
  const { all, refusal } = callersIn(facts);
  const type = word.toUpperCase().replace(/^BPF_PROG_TYPE_/, "");
  const tests: readonly ((caller: NamedCaller) => boolean)[] = [
    ({ name }) => name === word,
    ({ name }) => name.startsWith(`${word}.`),
    ({ programType }) => programType === type,
  ];
  const meant = tests.map((test) => all.filter(test)).find((callers) => callers.length > 0);
  return meant && ((kfunc) => meant.some(({ caller }) => refusal(kfunc, caller) === undefined));
}

/** All words that `callerFilter` takes. */
export function callerWords(facts: KernelFacts): readonly string[] {
  return [...new Set(callersIn(facts).all.flatMap(({ name, programType }) => [name, programType]))].filter(Boolean);
}

/** Callers that one of two kernels lets in and the other does not, of those that both have. */
export function changedCallers(
  [before, from]: readonly [KfuncFact, KernelFacts],
  [after, to]: readonly [KfuncFact, KernelFacts],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const [was, is] = [allowedCallers(before, from), allowedCallers(after, to)];
  const keysOf = (callers: Iterable<NamedCaller>): ReadonlySet<string> => new Set([...callers].map(keyOf));
  const [wasKeys, isKeys] = [keysOf(was), keysOf(is)];
  const [known, knownNow] = [keysOf(callersIn(from).all), keysOf(callersIn(to).all)];
  const common = (caller: NamedCaller): boolean => known.has(keyOf(caller)) && knownNow.has(keyOf(caller));
  const added = [...is].filter((caller) => common(caller) && !wasKeys.has(keyOf(caller)));
  const removed = [...was].filter((caller) => common(caller) && !isKeys.has(keyOf(caller)));
  const opened = added.length > 0 && callersOf(after, to).everyType;
  return {
    added: opened ? ["every other type"] : grouped(added, callersIn(to).all.filter(common)),
    removed: grouped(removed, callersIn(from).all.filter(common)),
  };
}

/** "XDP", "TRACING (iter, iter.s)": a type as a whole when all callers of it that there are changed. */
function grouped(callers: readonly NamedCaller[], all: readonly NamedCaller[]): readonly string[] {
  const types = [...new Set(callers.map(({ programType }) => programType))];
  return types.map((type) => {
    const some = callers.filter(({ programType }) => programType === type);
    const every = all.filter(({ programType }) => programType === type);
    if (some.length === every.length) return type;
    return `${type} (${(type === STRUCT_OPS ? wholeStructs(some, every) : namesOf(some)).join(", ")})`;
  });
}

const STRUCT_OPS = "STRUCT_OPS";

interface KernelCallers {
  /** Sorted by program type. */
  readonly all: readonly NamedCaller[];
  readonly refusal: ReturnType<typeof kfuncAccess>;
  /** What was asked before. */
  readonly allowed: WeakMap<KfuncFact, ReadonlySet<NamedCaller>>;
}

const known = new WeakMap<KernelFacts, KernelCallers>();

function callersIn(facts: KernelFacts): KernelCallers {
  let callers = known.get(facts);
  if (callers === undefined) {
    const types = new Set([...Object.keys(facts.hooks), ...facts.sections.map(({ programType }) => programType)]);
    // What every type may call is asked for each type; the type of the replaced program counts for EXT.
    const asked = [...types].filter((type) => type !== "UNSPEC" && type !== "EXT").sort();
    const all = asked.flatMap((type) => (type === STRUCT_OPS ? structOpsCallers(facts) : sectionCallers(type, facts)));
    callers = { all, refusal: kfuncAccess(facts), allowed: new WeakMap() };
    known.set(facts, callers);
  }
  return callers;
}

function allowedCallers(kfunc: KfuncFact, facts: KernelFacts): ReadonlySet<NamedCaller> {
  const { all, refusal, allowed } = callersIn(facts);
  let callers = allowed.get(kfunc);
  if (callers === undefined) {
    // A refusal comes with words on who may call instead; where the type alone decides, they need not be found.
    const types = new Set(kfunc.sets.flatMap((set) => set.types));
    const hooks = new Set([...types].map((type) => facts.hooks[type]));
    const asked = types.has("UNSPEC") ? all : all.filter(({ programType }) => hooks.has(facts.hooks[programType]));
    callers = new Set(asked.filter(({ caller }) => refusal(kfunc, caller) === undefined));
    allowed.set(kfunc, callers);
  }
  return callers;
}

interface NamedCaller {
  readonly programType: string;
  /** Beginning of SEC(), or struct_ops member. */
  readonly name: string;
  readonly caller: Caller;
}

function sectionCallers(programType: string, facts: KernelFacts): readonly NamedCaller[] {
  const sections = facts.sections.filter((section) => section.programType === programType);
  const named = sections.map(({ section, attachType, sleepable }) => ({
    programType,
    name: section,
    caller: { programType, attachType, target: undefined, sleepable: sleepable === true, structOps: undefined },
  }));
  if (named.length > 0) return named;
  // A hook of the kernel for which libbpf has no section.
  return [anyOf(programType)];
}

function structOpsCallers(facts: KernelFacts): readonly NamedCaller[] {
  const members = facts.structOps.filter(({ testOnly }) => testOnly !== true);
  // Kernels before 6.8 have no stubs to read members from.
  if (members.length === 0) return [anyOf(STRUCT_OPS)];
  return members.map(({ struct, member }) => ({
    programType: STRUCT_OPS,
    name: `${struct}.${member}`,
    caller: {
      programType: STRUCT_OPS,
      attachType: "0",
      target: undefined,
      sleepable: true,
      structOps: { struct, member },
    },
  }));
}

function anyOf(programType: string): NamedCaller {
  const caller = { programType, attachType: "0", target: undefined, sleepable: false, structOps: undefined };
  return { programType, name: "", caller };
}

function keyOf({ programType, name }: NamedCaller): string {
  return `${programType} ${name}`;
}

/** "Qdisc_ops" instead of each of its members, when all of them may. */
function wholeStructs(allowed: readonly NamedCaller[], all: readonly NamedCaller[]): readonly string[] {
  const structOf = ({ name }: NamedCaller): string => name.slice(0, name.indexOf("."));
  const count = (callers: readonly NamedCaller[], struct: string): number =>
    callers.filter((caller) => structOf(caller) === struct).length;
  const structs = [...new Set(allowed.map(structOf))];
  return structs.flatMap((struct) =>
    count(allowed, struct) === count(all, struct)
      ? [struct]
      : namesOf(allowed.filter((caller) => structOf(caller) === struct)),
  );
}

function namesOf(callers: readonly NamedCaller[]): readonly string[] {
  return [...new Set(callers.map(({ name }) => name))];
}
