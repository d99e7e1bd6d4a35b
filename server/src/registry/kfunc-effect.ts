// Facts of one kfunc -> effect. The order of the parameter tests is the verifier's own; what a name means
// beyond flags and types comes from overrides/.

import { applyOverrides } from "./apply-overrides.ts";
import { shapeOf } from "./c-type.ts";
import type { CallEffect, ParamEffect, ParamKind, Protocol, ReturnEffect } from "./effect.ts";
import type { KfuncFact, ParamFact } from "./facts.ts";
import { inRange } from "./kernel-version.ts";
import { contextStructs } from "./overrides/contexts.ts";
import { kfuncOverrides } from "./overrides/kfuncs.ts";
import { isAllowedUnderLock } from "./under-lock.ts";

/** How a kernel series treats kfunc arguments. */
export interface KfuncTraits {
  readonly kernel: string;
  /** KF_TRUSTED_ARGS is gone: every argument is checked. */
  readonly trustByDefault: boolean;
  /** Parameter names have meaning beyond __sz and the buffer sizes. */
  readonly suffixes: boolean;
  readonly iteratorsOnlyRcu: boolean;
  /** __arena and __const_map have meaning. */
  readonly arenaSuffixes: boolean;
}

export function kfuncTraits(kernel: string): KfuncTraits {
  return {
    kernel,
    trustByDefault: inRange(kernel, "7.0", undefined),
    suffixes: inRange(kernel, "6.2", undefined),
    iteratorsOnlyRcu: inRange(kernel, undefined, "7.0"),
    arenaSuffixes: inRange(kernel, "7.3", undefined),
  };
}

/** Parameters that a program passes: without those that the verifier supplies. */
export function visibleParams(fact: KfuncFact): readonly ParamFact[] {
  return fact.hidden === undefined ? fact.params : fact.params.slice(0, -fact.hidden);
}

export function kfuncEffect(fact: KfuncFact, traits: KfuncTraits, releasedBy: readonly string[]): CallEffect {
  const flags = new Set(effectiveFlags(fact));
  const visible = visibleParams(fact);
  const params = visible.map((_, index) => paramEffect(visible, index, flags, traits, fact.name));
  const protocol = iteratorProtocol(fact, flags);
  const effect: CallEffect = {
    name: fact.name,
    origin: "kfunc",
    params,
    returns: returnEffect(fact, params, flags, traits),
    protocol,
    acquires: flags.has("KF_ACQUIRE"),
    // A dynptr is released by its protocol.
    releases: params[0]?.kind === "dynptr" ? undefined : releasesOf(flags, traits),
    sleepable: flags.has("KF_SLEEPABLE"),
    needsRcu: flags.has("KF_RCU_PROTECTED") && (!traits.iteratorsOnlyRcu || flags.has("KF_ITER_NEW")),
    underLock: flags.has("KF_SPINLOCK_SAFE") || isAllowedUnderLock(fact.name, traits.kernel),
    flags: [...flags],
    testOnly: fact.testOnly === true,
    releasedBy: protocol.kind === "iterator-new" ? [`bpf_iter_${protocol.iterator}_destroy`] : releasedBy,
  };
  return applyOverrides(effect, kfuncOverrides, traits.kernel);
}

/** Sets that disagree: a kfunc that may sleep only for some programs is not taken to sleep. */
function effectiveFlags(fact: KfuncFact): readonly string[] {
  const always = (flag: string): boolean =>
    fact.sets.every((set) => set.flags === undefined || set.flags.includes(flag));
  return fact.flags.filter((flag) => flag !== "KF_SLEEPABLE" || always(flag));
}

function releasesOf(flags: ReadonlySet<string>, traits: KfuncTraits): CallEffect["releases"] {
  if (!flags.has("KF_RELEASE")) return undefined;
  return traits.trustByDefault ? 0 : "referenced";
}

function iteratorProtocol(fact: KfuncFact, flags: ReadonlySet<string>): Protocol {
  const kind = flags.has("KF_ITER_NEW")
    ? "iterator-new"
    : flags.has("KF_ITER_NEXT")
      ? "iterator-next"
      : flags.has("KF_ITER_DESTROY")
        ? "iterator-destroy"
        : undefined;
  if (kind === undefined) return { kind: "none" };
  const iterator = /\bstruct bpf_iter_(\w+) \*/.exec(fact.params[0]?.[0] ?? "")?.[1] ?? fact.name;
  return { kind, iterator, ...(flags.has("KF_RCU_PROTECTED") ? { nextIsRcu: true } : {}) };
}

function paramEffect(
  all: readonly ParamFact[],
  index: number,
  flags: ReadonlySet<string>,
  traits: KfuncTraits,
  kfunc: string,
): ParamEffect {
  const [type, name] = all[index]!;
  const has = (suffix: string): boolean => traits.suffixes && name.endsWith(suffix);
  const shape = shapeOf(type);
  const sizeParam = isSizeOf(all[index + 1], traits) ? index + 1 : undefined;
  const arena = traits.arenaSuffixes && (has("__arena") || has("__arena__nullable"));
  // A number or a pointer into the arena: nothing that a register's type could break.
  const kind = arena ? "anything" : paramKind(type, index, flags, has, sizeParam !== undefined, kfunc);
  const nullableSuffix = has("__nullable") || (has("__opt") && !traits.trustByDefault);
  const trust = paramTrust(kind, index, flags, traits, has);
  // Only flagged kfuncs test for NULL before 7.0; the others fail on the type of a struct pointer,
  // and take NULL for memory.
  const flagged = flags.has("KF_TRUSTED_ARGS") || flags.has("KF_RCU") || flags.has("KF_RELEASE");
  const memoryTakesNull = kind === "memory" && !traits.trustByDefault && !(traits.suffixes && flagged);
  const unchecked = kind === "ignored" || kind === "anything" || kind === "scalar";
  return {
    name,
    kind,
    type,
    struct: shape.kind === "struct-pointer" ? shape.struct : undefined,
    nullable: unchecked || nullableSuffix || memoryTakesNull,
    maybeNullAccepted: unchecked || (nullableSuffix && kind === "memory") || memoryTakesNull,
    nullChecked: !unchecked && !memoryTakesNull,
    trust,
    written: isWritten(kind, shape),
    sizeParam: kind === "memory" ? sizeParam : undefined,
    constructs: (kind === "dynptr" && has("__uninit")) || (kind === "iterator" && flags.has("KF_ITER_NEW")),
    ...(has("__nonown_allowed") ? { nonOwning: "allowed" as const } : {}),
    ...(isConstant(name, traits) ? { constant: true } : {}),
    ...(/(?:^rd(?:only|wr)_buf_size|__szk)$/.test(name) ? { sizesResult: true } : {}),
  };
}

function isWritten(kind: ParamKind, shape: ReturnType<typeof shapeOf>): boolean {
  if (kind !== "memory" && kind !== "pointer") return false;
  return shape.kind !== "scalar" && shape.kind !== "void" && shape.kind !== "function" && !shape.const;
}

function isConstant(name: string, traits: KfuncTraits): boolean {
  if (/^rd(?:only|wr)_buf_size$/.test(name)) return true;
  return traits.suffixes && /__(?:szk|k)$/.test(name);
}

function isSizeOf(next: ParamFact | undefined, traits: KfuncTraits): boolean {
  if (next === undefined || shapeOf(next[0]).kind !== "scalar") return false;
  return next[1].endsWith("__sz") || (traits.suffixes && next[1].endsWith("__szk"));
}

const BY_STRUCT: Readonly<Record<string, ParamKind>> = {
  bpf_dynptr: "dynptr",
  bpf_dynptr_kern: "dynptr",
};

const COLLECTIONS: Readonly<Record<string, ParamKind>> = {
  bpf_list_head: "list-head",
  bpf_list_node: "list-node",
  bpf_rb_root: "rb-root",
  bpf_rb_node: "rb-node",
};

const FIELDS: Readonly<Record<string, ParamKind>> = {
  bpf_wq: "workqueue",
  bpf_timer: "timer",
  bpf_task_work: "task-work",
};

/** First match wins, in the order of the kernel's get_kfunc_ptr_arg_type(). */
function paramKind(
  type: string,
  index: number,
  flags: ReadonlySet<string>,
  has: (suffix: string) => boolean,
  sized: boolean,
  kfunc: string,
): ParamKind {
  const shape = shapeOf(type);
  if (has("__ign") || has("__prog") || type === "...") return "ignored";
  if (shape.kind === "scalar" || shape.kind === "void") return "scalar";
  if (shape.kind === "function") return "callback";
  const struct = shape.kind === "struct-pointer" ? shape.struct : "";
  if (struct === "bpf_prog_aux") return "ignored";
  if (contextStructs.has(struct)) return "context";
  if (flags.has("KF_KPTR_GET") && index === 0) return "kptr-slot";
  if (has("__alloc")) return "local-object";
  if (has("__refcounted_kptr")) return "refcounted";
  const dynptr = BY_STRUCT[struct];
  if (dynptr !== undefined) return dynptr;
  if (has("__iter") || (index === 0 && isIteratorCall(flags, kfunc))) return "iterator";
  const collection = COLLECTIONS[struct];
  if (collection !== undefined) return collection;
  if (has("__str")) return "const-string";
  if (has("__map") || has("__const_map")) return "map";
  const field = FIELDS[struct];
  if (field !== undefined) return field;
  if (has("__irq_flag")) return "irq-flag";
  if (struct === "bpf_res_spin_lock") return "res-spin-lock";
  if (sized) return "memory";
  return shape.kind === "struct-pointer" ? "pointer" : "memory";
}

function isIteratorCall(flags: ReadonlySet<string>, kfunc: string): boolean {
  return (
    flags.has("KF_ITER_NEW") ||
    flags.has("KF_ITER_NEXT") ||
    flags.has("KF_ITER_DESTROY") ||
    // A stray flag set without the flag would still be named by the kernel's rule.
    /^bpf_iter_\w+_(?:new|next|destroy)$/.test(kfunc)
  );
}

function paramTrust(
  kind: ParamKind,
  index: number,
  flags: ReadonlySet<string>,
  traits: KfuncTraits,
  has: (suffix: string) => boolean,
): ParamEffect["trust"] {
  if (kind === "local-object") return "owned";
  if (kind === "list-node" || kind === "rb-node") return has("__nonown_allowed") ? "none" : "owned";
  // To a program of another kind a context is an object like any other.
  if (kind !== "pointer" && kind !== "context" && kind !== "map") return "none";
  if (flags.has("KF_RELEASE") && (index === 0 || !traits.trustByDefault)) return "owned";
  if (traits.trustByDefault) return flags.has("KF_RCU") ? "rcu" : "trusted";
  if (flags.has("KF_RCU")) return "rcu";
  if (!flags.has("KF_TRUSTED_ARGS")) return "none";
  return traits.suffixes ? "trusted" : "owned";
}

function returnEffect(
  fact: KfuncFact,
  params: readonly ParamEffect[],
  flags: ReadonlySet<string>,
  traits: KfuncTraits,
): ReturnEffect {
  const shape = shapeOf(fact.returns);
  const maybeNull = flags.has("KF_RET_NULL");
  switch (shape.kind) {
    case "void":
      return { kind: "void" };
    case "scalar":
    case "function":
    case "void-pointer":
      // `void *` is a number to the verifier unless it knows the kfunc by name.
      return { kind: "scalar" };
    case "data-pointer":
      return {
        kind: "memory",
        maybeNull,
        readOnly: !params.some((param) => param.name === "rdwr_buf_size"),
        tiedTo: tiedParam(params),
      };
    case "struct-pointer":
      if (shape.struct === "bpf_list_node" || shape.struct === "bpf_rb_node") {
        return { kind: "node", maybeNull, owned: flags.has("KF_ACQUIRE") };
      }
      return {
        kind: "object",
        struct: shape.struct,
        maybeNull,
        trust: objectTrust(flags, traits),
        sameAs: undefined,
      };
  }
}

/** Memory from a call dies with the first argument that can carry a reference. */
function tiedParam(params: readonly ParamEffect[]): number | undefined {
  const index = params.findIndex(({ kind }) => kind === "pointer" || kind === "iterator" || kind === "dynptr");
  return index === -1 ? undefined : index;
}

function objectTrust(flags: ReadonlySet<string>, traits: KfuncTraits): "trusted" | "rcu" | "plain" {
  if (flags.has("KF_ACQUIRE")) return "trusted";
  if (flags.has("KF_ITER_NEXT")) return "trusted"; // or rcu, if the iterator was made so
  if (traits.trustByDefault) return flags.has("KF_RCU_PROTECTED") ? "rcu" : "trusted";
  return "plain";
}
