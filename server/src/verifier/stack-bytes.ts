// The bytes of iterators and dynptrs belong to the verifier: a program that writes
// them loses the object, and one that owns something may not be lost.
import type { Place } from "../cfg/ir.ts";
import { describePlace } from "./describe.ts";
import type { Machine } from "./machine.ts";
import type { Address } from "./memory.ts";
import { isLastHolder, killOverwritten } from "./ownership.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import type { Site, StackObject } from "./value.ts";

/** Something is about to be stored at `address`: stack objects it overlaps are gone. What is left is for `markOverwritten`. */
export function checkOverwritten(machine: Machine, state: State, address: Address, site: Site): readonly Lost[] {
  const lost: Lost[] = [];
  for (const [key, value] of state.memory) {
    if (value.kind !== "slot" || value.slot.kind === "empty") continue;
    const overlap = overlaps(key, address);
    if (overlap === "no") continue;
    if (overlap === "maybe") {
      state.memory.delete(key);
      if (value.slot.ref !== undefined) state.dropReference(value.slot.ref);
      continue;
    }
    const { slot } = value;
    const reported = overwrite(machine, state, slot, site);
    state.memory.delete(key);
    if (!reported) lost.push({ key, ref: slot.kind === "iterator" ? slot.ref : undefined });
  }
  return lost;
}

/** After the store: there is certainly nothing now. */
export function markOverwritten(state: State, lost: readonly Lost[]): void {
  for (const { key, ref } of lost) {
    state.memory.set(key, { kind: "slot", slot: { kind: "empty", why: "overwritten", by: undefined, ref } });
  }
}

interface Lost {
  readonly key: string;
  readonly ref: number | undefined;
}

/** True when it was reported. */
function overwrite(machine: Machine, state: State, slot: StackObject, site: Site): boolean {
  if (slot.kind === "dynptr") killOverwritten(machine, state, slot, { reason: "overwritten", by: "", site });
  if (slot.kind === "dynptr" && slot.ref !== undefined && isLastHolder(machine, state, slot)) {
    report.breach(machine, state, { rule: "dynptr-misuse", why: "overwritten", site, callee: undefined, words: {} });
    state.dropReference(slot.ref);
    return true;
  }
  return false;
}

/** A stack object, or a struct that holds one, was copied by assignment: its bytes cannot be read. */
export function checkCopied(
  machine: Machine,
  state: State,
  copy: { readonly target: Place; readonly source: Place },
  target: Address,
): void {
  // What a function returns clang makes in place.
  if (copy.source.kind === "local" && copy.source.local.kind === "temp") return;
  for (const [key, value] of state.memory) {
    if (value.kind !== "slot" || value.slot.kind === "empty" || overlaps(key, target) !== "yes") continue;
    state.memory.delete(key);
    // The interrupt state itself stays where it was saved.
    if (value.slot.kind === "irq-flag") continue;
    if (value.slot.ref !== undefined) state.dropReference(value.slot.ref);
    // clang drops a copy that nobody can look at.
    if (copy.target.kind === "local" && !copy.target.local.addressTaken) continue;
    const rule = value.slot.kind === "dynptr" ? "dynptr-misuse" : "iterator-misuse";
    const words = { name: describePlace(copy.source) };
    report.breach(machine, state, { rule, why: "copied", site: machine.here, callee: undefined, words });
  }
}

/** Does a store at `address` touch the stack object kept under `key`? */
function overlaps(key: string, address: Address): "yes" | "maybe" | "no" {
  const bar = key.indexOf("|");
  if (key.slice(0, bar) !== address.base) return "no";
  const path = key.slice(bar + 1);
  // A struct or array around it.
  if (path.startsWith(address.path)) return isStep(path.slice(address.path.length)) ? "yes" : "no";
  if (!address.path.startsWith(path)) return "no";
  const rest = address.path.slice(path.length);
  if (!isStep(rest)) return "no";
  // Pointer arithmetic from its start: how far an element goes the path does not say.
  return rest.startsWith("[") && !rest.startsWith("[0]") ? "maybe" : "yes";
}

function isStep(rest: string): boolean {
  return rest === "" || rest[0] === "." || rest[0] === "[";
}
