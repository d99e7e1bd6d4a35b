// BPF spin locks: taking and releasing them, what may be called while one is held, and
// leaving with one. The verifier names a lock by what it lies in: a map value or an object
// by the lookup or allocation that found it, so that two lookups of one key are two locks,
// a global by its data section. Collections ask here whether their lock is held.
import type { ParamEffect } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { describeExpr } from "./describe.ts";
import type { Outcome } from "./explore-function.ts";
import type { Machine } from "./machine.ts";
import { forgetShared, isStackBase } from "./memory.ts";
import { endNonOwning, endRcu } from "./ownership.ts";
import { isKnownNull } from "./refine.ts";
import { saveInterrupts } from "./regions.ts";
import { report } from "./report.ts";
import { specialFieldAt } from "./special-fields.ts";
import { checkProgramType, layoutIsRefused } from "./special-layout.ts";
import type { HeldLock, LockKind, State } from "./state.ts";
import { type Death, type ObjectInfo, objectIdOf, placeName, type Site, type Value, zero } from "./value.ts";

export interface LockOwner {
  /** As HeldLock.owner. */
  readonly key: string;
  /** As HeldLock.certain. */
  readonly certain: boolean;
}

/** What a lock, a list head or a root at this address belongs to. */
export function ownerOf(machine: Machine, state: State, value: Value): LockOwner {
  if (value.kind === "symbol") return { key: `y${value.id}`, certain: false };
  if (value.kind !== "pointer") return { key: "?", certain: false };
  if (value.base[0] === "g") return globalOwner(machine, value.base);
  if (value.base[0] !== "o") return { key: value.base, certain: false };
  const object = state.objects.get(Number(value.base.slice(1)));
  const certain = object?.class === "map-value" || object?.class === "local" || object?.ref !== undefined;
  return { key: value.base, certain };
}

/** All globals of one section lie in one map with one value. */
function globalOwner(machine: Machine, base: string): LockOwner {
  const section = machine.unit.unit.dataSection(base.slice(2));
  return section === undefined ? { key: base, certain: false } : { key: `g:${section}`, certain: true };
}

/** `undefined`: may be held or not. */
export function isHeld(state: State, owner: LockOwner): boolean | undefined {
  if (state.locks.some((held) => held.owner === owner.key)) return true;
  const known = owner.certain && state.locks.every((held) => held.certain && !held.reported);
  return known ? false : undefined;
}

/** A held lock, to point at where it was taken. */
export function takenHere(lock: HeldLock | undefined): readonly { site: Site; message: string }[] {
  return lock === undefined ? [] : [{ site: lock.site, message: `${lock.call}(${lock.name}) takes the lock here` }];
}

/** The address is not one of a lock. True when that was reported. */
export function lockIsRefused(call: Call, state: State): boolean {
  const index = call.effect.params.findIndex((param) => lockTags[param.kind] !== undefined);
  const param = call.effect.params[index];
  const value = call.args[index];
  if (param === undefined || value === undefined || state.inComparison) return false;
  if (state.locks.some((held) => held.reported)) return false;
  const object = state.object(objectIdOf(value));
  if (object?.dead !== undefined || object?.nullness === "maybe" || object?.poisoned === true) return false;
  if (checkProgramType(call, state, index, "lock")) return true;
  const why = whyNotALock(call, state, value, object, lockTags[param.kind]!);
  if (why !== undefined) breach(call, state, index, why, undefined);
  return why !== undefined || layoutIsRefused(call, state, index);
}

const lockTags: Partial<Record<ParamEffect["kind"], string>> = {
  "spin-lock": "bpf_spin_lock",
  "res-spin-lock": "bpf_res_spin_lock",
};

/** Memory that is neither a map value nor an object. */
const noLocksIn: ReadonlySet<ObjectInfo["class"]> = new Set(["memory", "slice", "packet", "context"]);

function whyNotALock(
  call: Call,
  state: State,
  value: Value,
  object: ObjectInfo | undefined,
  tag: string,
): string | undefined {
  if (value.kind === "pointer" && isStackBase(value.base)) return "stack";
  if (object?.class === "btf" && object.ref === undefined && object.trust !== "unknown") return "kernel-object";
  if (object !== undefined && noLocksIn.has(object.class)) return "memory";
  const place = specialFieldAt(call.machine, state, value, tag);
  if (place.kind === "variable") return "variable";
  return place.kind === "other" ? "not-a-lock" : undefined;
}

export function spinLock(call: Call, state: State, param: number): void {
  if (inComparison(call, state)) return;
  // One more turn of a loop that was reported.
  if (state.locks.some((held) => held.reported && isSamePlace(held.site, call.site))) return;
  take(call, state, param, "spin");
}

/** 0 with the lock held, or a negative error without it. */
export function resSpinLock(call: Call, state: State, param: number, flag: number | undefined): Outcome[] {
  forgetShared(call.machine, state);
  state.epoch++;
  const failed = state.clone();
  if (!inComparison(call, state)) {
    const owner = ownerOf(call.machine, state, call.args[param] ?? zero);
    const same = state.locks.find((held) => held.kind !== "spin" && held.owner === owner.key);
    if (same !== undefined && !same.reported) {
      breach(call, state, param, "again", same);
      silence(state, same);
    }
    take(call, state, param, flag === undefined ? "res-spin" : "res-spin-irq");
    if (flag !== undefined) saveInterrupts(call, state, flag, "lock");
  }
  return [
    { state, value: zero },
    { state: failed, value: call.machine.symbols.fresh({ low: -4095, high: -1 }) },
  ];
}

export function unlock(call: Call, state: State, param: number, kind: LockKind): void {
  if (inComparison(call, state)) return;
  const released = lockToRelease(call, state, param, kind);
  if (released !== undefined) state.locks = state.locks.filter((held) => held.id !== released.id);
  const death: Death = { reason: "unlocked", by: call.effect.name, site: call.site };
  endNonOwning(state, death);
  if (call.machine.effects.rules.unlockEndsRcu && !call.machine.inRcuSection(state)) endRcu(state, death);
}

/** The lock that the program means; reports when the verifier would not agree. */
function lockToRelease(call: Call, state: State, param: number, kind: LockKind): HeldLock | undefined {
  const last = state.locks.at(-1);
  if (last === undefined) {
    breach(call, state, param, kind === "spin" ? "not-held" : "not-held-res", undefined);
    return undefined;
  }
  const owner = ownerOf(call.machine, state, call.args[param] ?? zero);
  const match = state.locks.findLast((held) => held.kind === kind && held.owner === owner.key);
  if (match !== undefined) {
    if (match !== last && last.certain && !last.reported) breach(call, state, param, "order", last);
    return match;
  }
  const other = state.locks.findLast((held) => held.owner === owner.key);
  if (other !== undefined && !other.reported) {
    breach(call, state, param, kind === "res-spin-irq" ? "needs-plain" : "needs-irqrestore", other);
    return other;
  }
  if (isHeld(state, owner) === false) breach(call, state, param, "different", last);
  return last;
}

/** Calls that the verifier refuses while a lock is held. True when this is one and was reported. */
export function refusedUnderLock(call: Call, state: State): boolean {
  const lock = state.locks.at(-1);
  if (lock === undefined || lock.reported || call.effect.underLock) return false;
  const kind = call.effect.protocol.kind;
  if (isSamePlace(lock.site, call.site)) {
    // Back at the call that took it: what is wrong is that it was not released on the way.
    reportNotReleased(call.machine, state, lock, call.site, "still held when the loop comes here again");
    return true;
  }
  reportUnderLock(call.machine, state, lock, call.effect.name, call.site, kind === "spin-lock" ? "second" : "call");
  return true;
}

/** A call of one of the program's own functions that the kernel keeps apart. */
export function checkCallUnderLock(
  machine: Machine,
  state: State,
  callee: string,
  site: Site,
  why: "global" | "static" | "callback",
): void {
  const lock = state.locks.at(-1);
  if (lock !== undefined && !lock.reported) reportUnderLock(machine, state, lock, callee, site, why);
}

function reportUnderLock(
  machine: Machine,
  state: State,
  lock: HeldLock,
  callee: string,
  site: Site,
  why: "second" | "call" | "global" | "static" | "callback",
): void {
  const words = { lock: lock.name };
  report.breach(machine, state, { rule: "call-under-lock", why, site, callee, words, related: takenHere(lock) });
  silenceLocks(state);
}

/** The path leaves the program: no lock may be held any more. */
export function mayNotHoldLocks(machine: Machine, state: State, exit: Site): void {
  const lock = state.locks.findLast((held) => !held.reported);
  if (lock !== undefined) reportNotReleased(machine, state, lock, exit, "still held when the program leaves here");
}

function reportNotReleased(machine: Machine, state: State, lock: HeldLock, exit: Site, message: string): void {
  report.breach(machine, state, {
    rule: "lock-misuse",
    why: "not-released",
    site: lock.site,
    callee: lock.call,
    words: { lock: lock.name },
    related: [{ site: exit, message }],
  });
  silenceLocks(state);
}

function isSamePlace(a: Site, b: Site): boolean {
  return placeName(a) === placeName(b);
}

function take(call: Call, state: State, param: number, kind: LockKind): void {
  const value = call.args[param] ?? zero;
  const expr = call.exprs[param];
  const owner = ownerOf(call.machine, state, value);
  const lock: HeldLock = {
    id: call.machine.newId(),
    kind,
    owner: owner.key,
    certain: owner.certain,
    name: expr === undefined ? "" : describeExpr(expr),
    call: call.effect.name,
    site: call.site,
    reported: isKnownNull(call.machine, state, value) || state.object(objectIdOf(value))?.poisoned === true,
  };
  state.locks = [...state.locks, lock];
}

/** The comparison of a tree runs under the tree's lock and may not touch any. */
function inComparison(call: Call, state: State): boolean {
  if (!state.inComparison) return false;
  report.breach(call.machine, state, {
    rule: "lock-misuse",
    why: "comparison",
    site: call.site,
    callee: call.effect.name,
    related: takenHere(state.locks.at(-1)),
  });
  return true;
}

function breach(call: Call, state: State, param: number, why: string, lock: HeldLock | undefined): void {
  report.breach(call.machine, state, {
    rule: "lock-misuse",
    why,
    site: call.site,
    callee: call.effect.name,
    words: lock === undefined ? {} : { lock: lock.name },
    related: takenHere(lock),
    ...(call.exprs[param] === undefined ? {} : { expr: call.exprs[param] }),
  });
}

/** Something was said about the locks of this path: nothing more is. */
export function silenceLocks(state: State): void {
  for (const held of state.locks) silence(state, held);
}

function silence(state: State, lock: HeldLock): void {
  state.locks = state.locks.map((held) => (held.id === lock.id ? { ...held, reported: true } : held));
}
