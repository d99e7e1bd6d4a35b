// What changed for programs between two kernels, kfunc by kfunc, each with what to do about it. What changed for
// all at once (trust by default, a program type that joined a hook) is said once and left out of the single entries.
import { absenceOf } from "./absence.ts";
import { shapeOf } from "./c-type.ts";
import { changedCallers } from "./callers.ts";
import type { CallEffect, KernelEffects } from "./effect.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { kernelEffects } from "./kernel-effects.ts";
import { visibleParams } from "./kfunc-effect.ts";
import { prototypeText } from "./prototype-text.ts";

export interface KernelDiff {
  readonly from: string;
  readonly to: string;
  /** What holds for every kfunc. */
  readonly general: readonly string[];
  readonly added: readonly AddedKfunc[];
  readonly removed: readonly RemovedKfunc[];
  readonly changed: readonly KfuncChange[];
}

export interface AddedKfunc {
  readonly name: string;
  readonly fact: KfuncFact;
  readonly todo: readonly string[];
}

export interface RemovedKfunc {
  readonly name: string;
  readonly todo: readonly string[];
}

export interface KfuncChange {
  readonly name: string;
  readonly flagsAdded: readonly string[];
  readonly flagsRemoved: readonly string[];
  /** What a program declares, where it differs. */
  readonly prototype: { readonly before: string; readonly after: string } | undefined;
  /** Program types, with sections or members in brackets where only some may: "STRUCT_OPS (Qdisc_ops)". */
  readonly callersAdded: readonly string[];
  readonly callersRemoved: readonly string[];
  /** What to change in a program that ran on the older kernel; "nothing: ..." for what only became easier. */
  readonly todo: readonly string[];
}

export function diffKernels(from: KernelFacts, to: KernelFacts): KernelDiff {
  const comparison = comparisonOf(from, to);
  const before = new Map(from.kfuncs.map((fact) => [fact.name, fact]));
  const after = new Map(to.kfuncs.map((fact) => [fact.name, fact]));
  return {
    from: from.kernel,
    to: to.kernel,
    general: comparison.general(),
    added: to.kfuncs
      .filter(({ name }) => !before.has(name))
      .map((fact) => ({ name: fact.name, fact, todo: comparison.todoForNew(fact) })),
    removed: from.kfuncs
      .filter(({ name }) => !after.has(name))
      .map(({ name }) => ({ name, todo: comparison.todoForGone(name) })),
    changed: from.kfuncs.flatMap((fact) => {
      const now = after.get(fact.name);
      return (now && comparison.change(fact, now)) ?? [];
    }),
  };
}

/** What changed for one kfunc that both kernels have; undefined: nothing. */
export function kfuncChange(name: string, from: KernelFacts, to: KernelFacts): KfuncChange | undefined {
  const [before, after] = [from, to].map((facts) => facts.kfuncs.find((fact) => fact.name === name));
  return before && after && comparisonOf(from, to).change(before, after);
}

const comparisons = new WeakMap<KernelFacts, WeakMap<KernelFacts, Comparison>>();

/** Effects of a kernel are computed once for all its kfuncs. */
function comparisonOf(from: KernelFacts, to: KernelFacts): Comparison {
  const known = comparisons.get(from) ?? new WeakMap<KernelFacts, Comparison>();
  comparisons.set(from, known);
  const comparison = known.get(to) ?? new Comparison(from, to);
  known.set(to, comparison);
  return comparison;
}

class Comparison {
  readonly #from: KernelFacts;
  readonly #to: KernelFacts;
  readonly #before: KernelEffects;
  readonly #after: KernelEffects;
  /** Program types that only the newer kernel gives a hook. */
  readonly #newTypes: ReadonlyMap<string, string>;

  constructor(from: KernelFacts, to: KernelFacts) {
    this.#from = from;
    this.#to = to;
    this.#before = kernelEffects(from);
    this.#after = kernelEffects(to);
    this.#newTypes = new Map(
      Object.entries(to.hooks).filter(([type]) => type !== "UNSPEC" && from.hooks[type] === undefined),
    );
  }

  general(): readonly string[] {
    const lines: string[] = [];
    if (this.#trustCame()) {
      lines.push(
        "Every pointer argument must be trusted: owned, or given by the kernel and not read out of another object. KF_TRUSTED_ARGS is gone because that holds for all kfuncs.",
      );
    } else if (this.#trustWent()) {
      lines.push("Pointer arguments need not be trusted unless KF_TRUSTED_ARGS says so.");
    }
    const joined = new Map<string, string[]>();
    for (const [type, hook] of this.#newTypes) {
      const others = Object.entries(this.#to.hooks).filter(([name, h]) => h === hook && !this.#newTypes.has(name));
      const whose = others.length === 0 ? "kfuncs" : `the kfuncs of ${others.map(([name]) => name).join(", ")}`;
      joined.set(whose, [...(joined.get(whose) ?? []), type]);
    }
    for (const [whose, types] of joined) lines.push(`${types.join(", ")} programs may call ${whose}.`);
    return lines;
  }

  todoForNew({ name }: KfuncFact): readonly string[] {
    const older = absenceOf(name, this.#from)?.replacement;
    if (older !== undefined && !this.#to.kfuncs.some((fact) => fact.name === older)) {
      return [`${this.#from.kernel} has ${older}() in its place`];
    }
    return [`to load on ${this.#from.kernel} as well, declare it __weak and call it only if bpf_ksym_exists(${name})`];
  }

  todoForGone(name: string): readonly string[] {
    const { replacement, sameArguments } = absenceOf(name, this.#to) ?? {};
    if (replacement === undefined) return [`declare it __weak and call it only if bpf_ksym_exists(${name})`];
    const now = this.#to.kfuncs.find((fact) => fact.name === replacement);
    return [sameArguments === true || now === undefined ? `call ${replacement}()` : `call \`${prototypeOf(now)}\``];
  }

  change(before: KfuncFact, after: KfuncFact): KfuncChange | undefined {
    const { name } = before;
    const flags = { before: allFlags(before), after: allFlags(after) };
    const general = this.#trustCame() || this.#trustWent() ? "KF_TRUSTED_ARGS" : "";
    const flagsAdded = flags.after.filter((flag) => !flags.before.includes(flag) && flag !== general);
    const flagsRemoved = flags.before.filter((flag) => !flags.after.includes(flag) && flag !== general);
    const prototypes = { before: prototypeOf(before), after: prototypeOf(after) };
    const prototype = withoutNames(before) === withoutNames(after) ? undefined : prototypes;
    const callers = changedCallers([before, this.#from], [after, this.#to]);
    const callersAdded = callers.added.filter((caller) => !this.#newTypes.has(typeOf(caller)));
    const callersRemoved = callers.removed.filter((caller) => this.#to.hooks[typeOf(caller)] !== undefined);
    const todo = [
      ...prototypeTodo(before, after, prototypes.after),
      ...flagsAdded.flatMap((flag) => this.#todoForFlag(flag, name)),
      ...flagsRemoved.flatMap((flag) => NOTHING_TO_DO[flag] ?? []),
      ...this.#argumentTodo(name),
      ...(callersRemoved.length > 0 && callersAdded.length === 0
        ? [`do not call it from ${callersRemoved.join(", ")}`]
        : []),
    ];
    const same = flagsAdded.length + flagsRemoved.length + callersAdded.length + callersRemoved.length === 0;
    if (same && prototype === undefined && todo.length === 0) return undefined;
    return { name, flagsAdded, flagsRemoved, prototype, callersAdded, callersRemoved, todo };
  }

  #todoForFlag(flag: string, name: string): readonly string[] {
    if (flag === "KF_ACQUIRE") {
      const [release] = this.#after.kernelFunction(name)?.releasedBy ?? [];
      return [`release what it returns${release === undefined ? "" : ` with ${release}()`} on every path`];
    }
    return ADAPTATION[flag] ?? [];
  }

  /** Arguments that the newer kernel looks at more closely, or less. */
  #argumentTodo(name: string): readonly string[] {
    const [before, after] = [this.#before.kernelFunction(name), this.#after.kernelFunction(name)];
    if (before === undefined || after === undefined) return [];
    return after.params.flatMap((param, index) => {
      const was = before.params[index];
      if (was === undefined || was.kind !== param.kind) return [];
      const todo: string[] = [];
      if (param.kind !== "pointer" && param.kind !== "memory") return todo;
      if (TRUST[param.trust] > TRUST[was.trust]) todo.push(trustTodo(param));
      if (was.nullable && !param.nullable) todo.push(`do not pass NULL as \`${param.name}\``);
      if (!was.nullable && param.nullable) todo.push(`nothing: NULL may be passed as \`${param.name}\``);
      return todo;
    });
  }

  #trustCame(): boolean {
    return !this.#before.rules.trustByDefault && this.#after.rules.trustByDefault;
  }

  #trustWent(): boolean {
    return this.#before.rules.trustByDefault && !this.#after.rules.trustByDefault;
  }
}

/** "TRACING (iter)" -> "TRACING" */
function typeOf(caller: string): string {
  return caller.split(" ", 1)[0]!;
}

const ADAPTATION: Readonly<Record<string, readonly string[]>> = {
  KF_RELEASE: ["pass a reference that the program owns; the pointer is gone after the call"],
  KF_RET_NULL: ["test the result for NULL before it is used"],
  KF_SLEEPABLE: ["call it from sleepable programs only, outside of RCU, lock, preemption and interrupt regions"],
  KF_RCU_PROTECTED: ["call it inside an RCU section"],
  KF_DESTRUCTIVE: ["load the program with CAP_SYS_BOOT"],
  KF_PERFMON: ["load the program with CAP_PERFMON"],
  KF_RCU: ["nothing: RCU-protected pointers are accepted as well"],
  KF_SPINLOCK_SAFE: ["nothing: it may be called while a bpf_spin_lock is held"],
};

const NOTHING_TO_DO: Readonly<Record<string, readonly string[]>> = {
  KF_ACQUIRE: ["do not release what it returns any more"],
  KF_RET_NULL: ["nothing: the result is never NULL, a test does no harm"],
  KF_SLEEPABLE: ["nothing: programs that cannot sleep may call it as well"],
  KF_RCU_PROTECTED: ["nothing: it may be called outside of an RCU section"],
};

const TRUST = { none: 0, plain: 0, rcu: 1, trusted: 2, owned: 3 } as const;

function trustTodo({ name, trust }: CallEffect["params"][number]): string {
  switch (trust) {
    case "owned":
      return `pass a reference that the program owns as \`${name}\``;
    case "trusted":
      return `pass a trusted pointer as \`${name}\``;
    default:
      return `pass a trusted or RCU-protected pointer as \`${name}\``;
  }
}

function prototypeTodo(before: KfuncFact, after: KfuncFact, now: string): readonly string[] {
  if (kindsOf(before) === kindsOf(after)) return [];
  const { name } = before;
  return [
    `declare it as \`${now}\``,
    `to load on both, keep the older declaration as ${name}___old (__weak) and choose with bpf_ksym_exists()`,
  ];
}

/** What a loader compares: how many parameters, and what kind each is; structs count whatever their name. */
function kindsOf(fact: KfuncFact): string {
  return [fact.returns, ...visibleParams(fact).map(([type]) => type)].map((type) => shapeOf(type).kind).join();
}

function withoutNames(fact: KfuncFact): string {
  return [fact.returns, ...visibleParams(fact).map(([type]) => type)].join();
}

/** Flags of all its sets; which of them differ between sets is rare and not told here. */
function allFlags({ flags, sets }: KfuncFact): readonly string[] {
  return [...new Set([...flags, ...sets.flatMap((set) => set.flags ?? [])])].sort();
}

/** As a program declares it, without `extern` and `__ksym`. */
export function prototypeOf(fact: KfuncFact): string {
  return prototypeText(fact.name, fact.returns, visibleParams(fact));
}
