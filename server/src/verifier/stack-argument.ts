// Checks an iterator or dynptr argument: whether it is in the stack, and whether
// what lives there is what the call wants to find (VERIFIER_RULES 6 and 7).
import type { ParamEffect } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { describeExpr } from "./describe.ts";
import { type Address, addressFromPointer, isStackBase, memoryKey } from "./memory.ts";
import { isLastHolder } from "./ownership.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import { slotAt } from "./result.ts";
import type { State } from "./state.ts";
import { type ObjectClass, objectIdOf, type StackObject, type Value } from "./value.ts";

export function checkStackObject(call: Call, state: State, value: Value, param: ParamEffect, index: number): void {
  if (param.mapValueOnly) checkMapValue(call, state, value, param, index);
  if (param.kind !== "iterator" && param.kind !== "dynptr") return;
  if (isKnownNull(call.machine, state, value)) return;
  const address = addressFromPointer(value);
  if (address === undefined) return;
  const found = isStackBase(address.base)
    ? (misplaced(state, address) ?? misused(call, state, value, param))
    : elsewhere(call, state, value, param);
  if (found === undefined) return;
  const expr = call.exprs[index];
  report.breach(call.machine, state, {
    rule: param.kind === "iterator" ? "iterator-misuse" : "dynptr-misuse",
    why: found.why,
    site: call.site,
    callee: call.effect.name,
    param: param.name,
    words: { name: expr === undefined ? "" : describeExpr(expr).replace(/^&/, ""), ...found.words },
    ...(expr === undefined ? {} : { expr }),
    ...(objectIdOf(value) === undefined ? {} : { value }),
  });
  forget(state, address);
}

/** The data of a dynptr: of a map value, where the verifier can tell. */
function checkMapValue(call: Call, state: State, value: Value, param: ParamEffect, index: number): void {
  if (value.kind !== "pointer") return;
  const object = state.object(objectIdOf(value));
  const other = object === undefined ? isStackBase(value.base) : notMapValue.has(object.class);
  const expr = call.exprs[index];
  if (!other || object?.nullness === "maybe" || object?.dead !== undefined || expr === undefined) return;
  report.breach(call.machine, state, {
    rule: "dynptr-misuse",
    why: "data-not-in-map",
    site: call.site,
    callee: call.effect.name,
    param: param.name,
    expr,
    value,
  });
}

const notMapValue: ReadonlySet<ObjectClass> = new Set(["btf", "local", "slice", "packet", "context", "dynptr"]);

interface Misuse {
  readonly why: string;
  readonly words?: Readonly<Record<string, string>>;
}

/** Not the stack: only a dynptr that the verifier itself handed out will do. */
function elsewhere(call: Call, state: State, value: Value, param: ParamEffect): Misuse | undefined {
  if (value.kind !== "pointer") return undefined;
  const object = state.object(objectIdOf(value));
  if (object === undefined) return value.base[0] === "g" || value.base[0] === "s" ? { why: "not-on-stack" } : undefined;
  if (object.poisoned || object.class === "unknown" || object.nullness === "maybe") return undefined;
  if (object.class !== "dynptr" || param.kind !== "dynptr") return { why: "not-on-stack" };
  if (param.constructs) return { why: "const-new" };
  if (call.effect.protocol.kind === "dynptr-release") return { why: "const-release" };
  return /^\[-?[1-9]/.test(value.path) ? { why: "offset" } : undefined;
}

/** Somewhere inside or beside a stack object. */
function misplaced(state: State, address: Address): Misuse | undefined {
  const outer = /^(.*)\[-?[1-9]\d*\]$/.exec(address.path)?.[1];
  if (outer === undefined || state.memory.has(memoryKey(address))) return undefined;
  return state.memory.get(memoryKey({ base: address.base, path: outer }))?.kind === "slot"
    ? { why: "offset" }
    : undefined;
}

function misused(call: Call, state: State, value: Value, param: ParamEffect): Misuse | undefined {
  const slot = slotAt(state, value);
  if (slot === undefined) return undefined;
  return param.kind === "iterator" ? misusedIterator(slot, param) : misusedDynptr(call, state, slot, param);
}

function misusedIterator(slot: StackObject, param: ParamEffect): Misuse | undefined {
  if (param.constructs) return slot.kind === "iterator" ? { why: "already-new" } : undefined;
  if (slot.kind === "empty") return empty(slot);
  const wanted = /\bbpf_iter_(\w+)/.exec(param.type)?.[1];
  if (slot.kind === "iterator" && (wanted === undefined || wanted === slot.iterator)) return undefined;
  return { why: "other-kind", words: { wanted: `${wanted} iterator`, is: nameOf(slot) } };
}

function misusedDynptr(call: Call, state: State, slot: StackObject, param: ParamEffect): Misuse | undefined {
  if (param.constructs) {
    return slot.kind === "dynptr" && slot.ref !== undefined && isLastHolder(call.machine, state, slot)
      ? { why: "overwritten", words: { owning: slot.type } }
      : undefined;
  }
  if (slot.kind === "empty") return empty(slot);
  const { protocol } = call.effect;
  if (slot.kind !== "dynptr") return { why: "other-kind", words: { wanted: "dynptr", is: nameOf(slot) } };
  if (protocol.kind !== "dynptr-release" || protocol.type === slot.type) return undefined;
  return slot.ref === undefined
    ? { why: "not-owning", words: { type: slot.type, wanted: protocol.type } }
    : { why: "other-type", words: { type: slot.type, wanted: protocol.type } };
}

function empty(slot: Extract<StackObject, { kind: "empty" }>): Misuse {
  return { why: slot.why, words: { by: slot.by ?? "" } };
}

function nameOf(slot: StackObject): string {
  if (slot.kind === "irq-flag") return "saved interrupt state";
  return slot.kind === "iterator" ? `${slot.iterator} iterator` : slot.kind;
}

/** Nothing more is said of what was there, nor of what it owned. */
function forget(state: State, address: Address): void {
  const held = state.memory.get(memoryKey(address));
  if (held?.kind !== "slot") return;
  if (held.slot.ref !== undefined) state.dropReference(held.slot.ref);
  state.memory.delete(memoryKey(address));
}
