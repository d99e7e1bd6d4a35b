// References: how they end, and what dies with them.

import type { Machine } from "./machine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import type { Death, EmptySlot, StackObject } from "./value.ts";

/** The reference is given back; all that depends on it becomes a scalar for the verifier. */
export function releaseReference(machine: Machine, state: State, id: number, death: Death): void {
  const reference = state.reference(id);
  if (machine.effects.rules.childReferences) {
    for (const child of state.references) {
      if (child.parent === id) {
        report.leak(machine, state, child, death.site, "child", death.by);
        state.dropReference(child.id);
      }
    }
  }
  state.dropReference(id);
  killTied(state, id, death);
  if (reference?.kind === "dynptr") endDynptrs(state, (slot) => slot.ref === id, death);
}

/** The reference goes somewhere else (a kptr slot, a collection): not owned here any more, and not a leak. */
export function transferReference(state: State, id: number): void {
  state.dropReference(id);
  for (const [object, info] of state.objects) if (info.ref === id) state.change(object, { ref: undefined });
}

/** All that carries or depends on the reference. */
export function killTied(state: State, id: number, death: Death): void {
  state.note({ kind: "released", death, reference: id });
  for (const [object, info] of state.objects) {
    if (info.ref === id) state.change(object, { dead: death, ref: undefined });
    else if (info.tiedToRef === id) state.change(object, { dead: { ...death, reason: "owner-gone" } });
  }
  endDynptrs(state, (slot) => slot.parent === id, death);
}

/** Every clone of a dynptr goes with it, and every slice of those. */
function endDynptrs(
  state: State,
  which: (dynptr: Extract<StackObject, { kind: "dynptr" }>) => boolean,
  death: Death,
): void {
  for (const [key, value] of state.memory) {
    if (value.kind !== "slot" || value.slot.kind !== "dynptr" || !which(value.slot)) continue;
    state.memory.set(key, { kind: "slot", slot: endedBy(death.by) });
    killSlices(state, value.slot.id, death);
  }
}

/** No clone keeps what the dynptr owns; before 7.2 clones did not count. */
export function isLastHolder(
  machine: Machine,
  state: State,
  dynptr: Extract<StackObject, { kind: "dynptr" }>,
): boolean {
  if (!machine.effects.rules.dynptrsAreReferences) return true;
  let holders = 0;
  for (const value of state.memory.values()) {
    if (value.kind === "slot" && value.slot.kind === "dynptr" && value.slot.ref === dynptr.ref) holders++;
  }
  return holders <= 1;
}

export function endedBy(call: string): EmptySlot {
  return { kind: "empty", why: "ended", by: call, ref: undefined };
}

/** The dynptr is made anew, or written over. Older kernels forgot about slices of packets and those for reading. */
export function killOverwritten(
  machine: Machine,
  state: State,
  dynptr: Extract<StackObject, { kind: "dynptr" }>,
  death: Death,
): void {
  if (machine.effects.rules.dynptrsAreReferences) {
    killSlices(state, dynptr.id, death);
    return;
  }
  if (isOfPacket(dynptr.type)) return;
  for (const [object, info] of state.objects) {
    if (info.tiedToDynptr === dynptr.id && !info.readOnly) state.change(object, { dead: death });
  }
}

function isOfPacket(type: string): boolean {
  return /skb|xdp/.test(type);
}

export function killSlices(state: State, dynptr: number, death: Death): void {
  for (const [object, info] of state.objects) {
    if (info.tiedToDynptr !== dynptr) continue;
    const reason = death.reason === "overwritten" ? death.reason : "owner-gone";
    state.change(object, { dead: { ...death, reason } });
  }
}

/** Helpers that move packet data: packet pointers and slices of packets are stale. */
export function invalidatePackets(state: State, death: Death): void {
  state.note({ kind: "packets", death });
  const packets = new Set<number>();
  for (const value of state.memory.values()) {
    if (value.kind === "slot" && value.slot.kind === "dynptr" && isOfPacket(value.slot.type))
      packets.add(value.slot.id);
  }
  for (const [object, info] of state.objects) {
    const stale = info.class === "packet" || (info.tiedToDynptr !== undefined && packets.has(info.tiedToDynptr));
    if (stale) state.change(object, { dead: { ...death, reason: "packet-changed" } });
  }
}

/** The last lock is gone: non-owning references mean nothing any more. */
export function endNonOwning(state: State, death: Death): void {
  state.note({ kind: "unlock", death });
  for (const [object, info] of state.objects) {
    if (info.nonOwning) state.change(object, { dead: { ...death, reason: "unlocked" }, nonOwning: false });
  }
}

/** Leaving the last RCU section: rcu pointers stay readable and lose maybe-null, but are no arguments any more. */
export function endRcu(state: State, death: Death): void {
  state.note({ kind: "rcu-end", death });
  for (const [object, info] of state.objects) {
    if (info.trust === "rcu" && info.ref === undefined) {
      state.change(object, { trust: "expired", nullness: info.nullness === "maybe" ? "unknown" : info.nullness });
    }
  }
  for (const [key, value] of state.memory) {
    if (value.kind === "slot" && value.slot.kind === "iterator" && value.slot.rcu === "inside")
      state.memory.set(key, { kind: "slot", slot: { ...value.slot, rcu: "ended" as const } });
  }
}
