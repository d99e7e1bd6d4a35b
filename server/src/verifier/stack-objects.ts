// Iterators and dynptrs: objects in the program's stack whose life the verifier
// follows. An iterator is a reference from new to destroy; a dynptr is one if its
// kind owns memory (VERIFIER_RULES 6 and 7).
import type { Protocol } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { describeExpr } from "./describe.ts";
import type { Outcome } from "./explore-function.ts";
import { addressFromPointer, forgetShared, isStackBase, memoryKey, pointeeTag, store } from "./memory.ts";
import { endedBy, killOverwritten, releaseReference } from "./ownership.ts";
import { isInexact } from "./path.ts";
import { regionRule } from "./regions.ts";
import { report } from "./report.ts";
import { type CallInstruction, slotAt } from "./result.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Reference, type Site, type StackObject, type Value, zero } from "./value.ts";

export function iteratorNew(call: Call, state: State, iterator: string): void {
  const param = call.effect.params.findIndex((p) => p.kind === "iterator");
  if (isElsewhere(call.args[Math.max(0, param)])) return;
  const ref = stackReference(call, state, "iterator", Math.max(0, param), undefined);
  const slot = { kind: "iterator", iterator, ref } as const;
  // Made outside a section, which was reported: what follows from that is not told again.
  put(state, call.args[Math.max(0, param)], call.effect.needsRcu ? { ...slot, rcu: "inside" as const } : slot);
}

/** An element, or NULL and the end of the loop. */
export function iteratorNext(call: Call, state: State, instruction: CallInstruction): Outcome[] {
  const { returns, protocol, name } = call.effect;
  forgetShared(call.machine, state);
  state.epoch++;
  checkSection(call, state);
  const slot = slotAt(state, iteratorArgument(call));
  const ended = state.clone();
  const type = instruction.result?.type;
  const isObject = returns.kind === "object";
  const rcu = protocol.kind === "iterator-next" && protocol.nextIsRcu === true;
  const value = call.machine.newObject(state, {
    class: isObject ? "btf" : "memory",
    struct: isObject ? returns.struct : type && pointeeTag(type),
    type: type?.kind === "pointer" ? type.to : undefined,
    nullness: "non-null",
    trust: isObject ? (rcu ? "rcu" : returns.trust) : "plain",
    readOnly: returns.kind === "memory" && returns.readOnly,
    tiedToRef: isObject ? undefined : slot?.ref,
    origin: { site: call.site, call: name, what: "iterator", name: undefined },
  });
  return [
    { state, value },
    { state: ended, value: zero },
  ];
}

export function iteratorDestroy(call: Call, state: State): void {
  const value = iteratorArgument(call);
  checkSection(call, state);
  const slot = slotAt(state, value);
  if (slot?.kind !== "iterator") return;
  put(state, value, endedBy(call.effect.name));
  releaseStack(call, state, slot.ref);
}

/** An iterator that needs an RCU section is of no use once the section it was made in has ended. */
function checkSection(call: Call, state: State): void {
  const value = iteratorArgument(call);
  const slot = slotAt(state, value);
  if (slot?.kind !== "iterator" || slot.rcu !== "ended") return;
  report.breach(call.machine, state, {
    rule: regionRule.rcu,
    why: "iterator-outside",
    site: call.site,
    callee: call.effect.name,
    words: { variable: state.reference(slot.ref)?.name ?? "" },
    related: relatedTo(state.reference(slot.ref)),
  });
  put(state, value, { ...slot, rcu: "inside" as const });
}

function relatedTo(reference: Reference | undefined): { site: Site; message: string }[] {
  return reference === undefined ? [] : [{ site: reference.site, message: "the iterator is made here" }];
}

function iteratorArgument(call: Call): Value | undefined {
  const param = call.effect.params.findIndex((p) => p.kind === "iterator");
  return call.args[Math.max(0, param)];
}

export function dynptrNew(call: Call, state: State, protocol: Extract<Protocol, { kind: "dynptr-new" }>): void {
  const slot = call.args[protocol.param];
  if (isElsewhere(slot)) return;
  const old = slotAt(state, slot);
  if (old?.kind === "dynptr")
    killOverwritten(call.machine, state, old, { reason: "overwritten", by: call.effect.name, site: call.site });
  const parent =
    protocol.parent === undefined ? undefined : state.object(objectIdOf(call.args[protocol.parent] ?? zero))?.ref;
  const ref = protocol.owning ? stackReference(call, state, "dynptr", protocol.param, parent) : undefined;
  const id = call.machine.newId();
  put(state, slot, { kind: "dynptr", type: protocol.type, id, ref, parent: protocol.owning ? undefined : parent });
}

export function dynptrClone(call: Call, state: State, from: number, to: number): void {
  const source = slotAt(state, call.args[from]);
  if (source?.kind !== "dynptr") return;
  put(state, call.args[to], { ...source, id: call.machine.newId() });
}

export function dynptrRelease(call: Call, state: State, param: number): void {
  const slot = slotAt(state, call.args[param]);
  if (slot?.kind !== "dynptr" || slot.ref === undefined) return;
  releaseStack(call, state, slot.ref);
}

/** Certainly not in the stack: refused, and nothing is made there. */
function isElsewhere(value: Value | undefined): boolean {
  return value?.kind === "pointer" && !isStackBase(value.base);
}

function releaseStack(call: Call, state: State, ref: number): void {
  releaseReference(call.machine, state, ref, { reason: "released", by: call.effect.name, site: call.site });
}

function stackReference(
  call: Call,
  state: State,
  kind: "iterator" | "dynptr",
  param: number,
  parent: number | undefined,
): number {
  const expr = call.exprs[param];
  const value = call.args[param];
  return call.machine.newReference(state, {
    kind,
    object: undefined,
    slot: value?.kind === "pointer" ? value.base : undefined,
    site: call.site,
    call: call.effect.name,
    releasedBy: call.effect.releasedBy,
    parent,
    name: expr === undefined ? undefined : describeExpr(expr).replace(/^&/, ""),
  });
}

function put(state: State, value: Value | undefined, slot: StackObject): void {
  const address = value && addressFromPointer(value);
  if (address === undefined) return;
  if (isInexact(address.path)) store(state, address, undefined);
  state.memory.set(memoryKey(address), { kind: "slot", slot });
}
