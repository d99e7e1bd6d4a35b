// Places to values. Locals keep what is stored into them. Memory behind other
// pointers and globals remembers a load until something may have changed it, as
// clang does when it merges loads: two reads of `v->task` without a call in
// between are one value, with a call in between two.
import type { Expr, Place } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import { evaluate } from "./evaluate.ts";
import type { Frame, Machine } from "./machine.ts";
import { ancestors, element, type Index, isInexact, member, memberNames } from "./path.ts";
import { known } from "./refine.ts";
import type { State } from "./state.ts";
import { type Value, zero } from "./value.ts";

/** Where a place is: a base and a path in it. `unknown` when the pointer behind it is. */
export interface Address {
  readonly base: string;
  readonly path: string;
}

export function memoryKey(address: Address): string {
  return `${address.base}|${address.path}`;
}

/** Where a function leaves a struct it returns, until its caller takes it. */
export const resultBase = "r";

/** Locals of callers are called `u<n>` in a function that is explored on its own. */
export function localBase(frame: Frame, local: number): string {
  return `f${frame.locals + local}`;
}

/** `onDeref` sees every pointer that is followed on the way. */
export function addressOf(
  machine: Machine,
  state: State,
  frame: Frame,
  place: Place,
  onDeref?: (pointer: Expr, value: Value, place?: Place) => void,
  whole: Place = place,
): Address | undefined {
  switch (place.kind) {
    case "local":
      return { base: localBase(frame, place.local.id), path: "" };
    case "global":
      return { base: `g:${place.name}`, path: "" };
    case "member": {
      const base = addressOf(machine, state, frame, place.base, onDeref, whole);
      return base && { base: base.base, path: member(base.path, place.name) };
    }
    case "element": {
      const base = addressOf(machine, state, frame, place.base, onDeref, whole);
      if (base === undefined) return undefined;
      const index = evaluate(machine, state, frame, place.index, onDeref);
      if (isOutside(place.base.type, index)) state.impossible = true;
      return { base: base.base, path: element(base.path, indexOf(machine, state, index)) };
    }
    case "deref": {
      const value = evaluate(machine, state, frame, place.pointer, onDeref);
      onDeref?.(place.pointer, value, whole);
      return addressFromPointer(value);
    }
  }
}

export function indexOf(machine: Machine, state: State, value: Value): Index {
  const exact = known(machine, state, value);
  if (exact.kind === "number") return exact.value;
  return machine.symbols.isVague(value) ? "~" : "?";
}

/** The verifier bounds every access: a path that leaves the array is either refused or not taken. */
function isOutside(array: CType, index: Value): boolean {
  if (array.kind !== "array" || array.length === undefined || array.length === 0 || index.kind !== "number")
    return false;
  return index.value < 0 || index.value >= array.length;
}

export function addressFromPointer(value: Value): Address | undefined {
  if (value.kind === "pointer") return { base: value.base, path: value.path };
  if (value.kind === "symbol") return { base: `y${value.id}`, path: "" };
  return undefined;
}

/** What was stored or zeroed there, if anything is known. */
export function stored(state: State, address: Address): Value | undefined {
  const exact = state.memory.get(memoryKey(address));
  if (exact !== undefined) return exact;
  for (const ancestor of [address.path, ...ancestors(address.path)]) {
    const fallback = state.memory.get(`${address.base}|${ancestor}*`);
    if (fallback !== undefined) return fallback.kind === "symbol" ? undefined : fallback;
  }
  return undefined;
}

export function store(state: State, address: Address, value: Value | undefined): void {
  if (isInexact(address.path)) {
    forgetArray(state, address);
    return;
  }
  forgetUnder(state, address);
  forgetElementsOfUnknownIndex(state, address);
  if (value !== undefined) state.memory.set(memoryKey(address), value);
  else state.memory.set(`${memoryKey(address)}*`, unknownFill);
}

/** Marks "nothing known here" over a zero fill further out. */
const unknownFill: Value = { kind: "symbol", id: -1 };

/** An index nobody knows: every element may have been the one. */
function forgetArray(state: State, address: Address): void {
  const array = { base: address.base, path: address.path.slice(0, address.path.search(/\[[?~]\]/)) };
  noteWhole(state, array);
  forgetUnder(state, array);
  state.memory.set(`${memoryKey(array)}*`, unknownFill);
}

function forgetElementsOfUnknownIndex(state: State, address: Address): void {
  const bracket = address.path.indexOf("[");
  if (bracket < 0) return;
  const array = `${address.base}|${address.path.slice(0, bracket)}`;
  for (const key of state.memory.keys()) {
    if (key.startsWith(`${array}[?]`) || key.startsWith(`${array}[~]`)) state.memory.delete(key);
  }
}

/** Everything at and below an address. */
export function forgetUnder(state: State, address: Address): void {
  const key = memoryKey(address);
  for (const known of state.memory.keys()) {
    if (
      known.startsWith(key) &&
      (known.length === key.length || isBoundary(known[key.length]!) || address.path === "")
    ) {
      state.memory.delete(known);
    }
  }
}

/** An object is written to as a whole: with it, members that nobody names. */
function noteWhole(state: State, { base, path }: Address): void {
  if (!isStackBase(base) && memberNames(path).length === 0) state.forgot = true;
}

function isBoundary(c: string): boolean {
  return c === "." || c === "[" || c === "*" || c === "-";
}

export function fillZero(state: State, address: Address): void {
  noteWhole(state, address);
  forgetUnder(state, address);
  state.memory.set(`${memoryKey(address)}*`, zero);
}

/** The callee wrote through a pointer: what is there now is not known. */
export function clobber(state: State, address: Address): void {
  noteWhole(state, address);
  forgetUnder(state, address);
  state.memory.set(`${memoryKey(address)}*`, unknownFill);
}

/** A call or a memory clobber: nothing outside the locals is as it was read. */
export function forgetShared(machine: Machine, state: State): void {
  state.forgot = true;
  for (const key of state.memory.keys()) {
    const first = key[0];
    if (first === "o" || first === "y") state.memory.delete(key);
    else if (first === "g") {
      const name = key.slice(2, key.indexOf("|"));
      const global = machine.unit.unit.global(name);
      if (global?.const !== true) state.memory.delete(key);
    }
  }
}

/** Copies what is known under `source` to `target`. */
export function copyUnder(state: State, target: Address, source: Address): void {
  const from = memoryKey(source);
  const copies: [string, Value][] = [];
  for (const [key, value] of state.memory) {
    if (!key.startsWith(from)) continue;
    const rest = key.slice(from.length);
    if (rest !== "" && !isBoundary(rest[0]!)) continue;
    copies.push([rest, value]);
  }
  const fill = ancestors(source.path)
    .map((path) => state.memory.get(`${source.base}|${path}*`))
    .find((value) => value !== undefined);
  noteWhole(state, target);
  forgetUnder(state, target);
  const to = memoryKey(target);
  state.memory.set(`${to}*`, fill ?? unknownFill);
  for (const [rest, value] of copies) state.memory.set(to + rest, value);
}

export function isStackBase(base: string): boolean {
  return base[0] === "f" || base[0] === "u";
}

/** The struct tag behind a pointer type, if it is one. */
export function pointeeTag(type: CType): string | undefined {
  return type.kind === "pointer" && type.to.kind === "record" ? type.to.tag : undefined;
}
