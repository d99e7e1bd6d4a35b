// What a test teaches. `assume` narrows a state to the paths on which a value is
// true (or false) and says so when there are none. Tests work through negation,
// comparison and stored conditions, because those are symbols with a definition.
import type { BinaryOperator } from "../syntax/ast.ts";
import type { Fact } from "./fact.ts";
import type { Machine } from "./machine.ts";
import type { State } from "./state.ts";
import { anyRange, type Range } from "./symbols.ts";
import { isNumber, type ObjectInfo, objectIdOf, type Value, zero } from "./value.ts";

/** More excluded values than this are not remembered: switches have few that matter. */
const maxExcluded = 24;

/** Narrows `state` in place; false when no path remains. */
export function assume(machine: Machine, state: State, value: Value, truth: boolean): boolean {
  switch (value.kind) {
    case "number":
      return (value.value !== 0) === truth;
    case "function":
    case "slot":
      return truth;
    case "pointer":
      return assumePointer(machine, state, value, truth);
    case "symbol":
      return assumeSymbol(machine, state, value, truth);
  }
}

function assumePointer(machine: Machine, state: State, value: Value & { kind: "pointer" }, truth: boolean): boolean {
  const id = objectIdOf(value);
  if (id === undefined) return value.base[0] === "y" ? true : truth;
  const object = state.object(id);
  if (object === undefined) return true;
  if (object.nullness === "non-null") return truth;
  // Somewhere inside the object: clang takes such an address for non-NULL, the verifier may not.
  if (value.path !== object.anchor) return true;
  if (object.nullness === "null") return !truth;
  if (truth) {
    state.change(id, { nullness: "non-null" });
    return true;
  }
  setNull(machine, state, id);
  return true;
}

/** The path on which the object is NULL: it carries nothing there. */
export function setNull(_machine: Machine, state: State, id: number): void {
  const object = state.object(id);
  if (object === undefined) return;
  // A cast shares the reference of what was cast; a failed cast leaves it where it was.
  if (state.reference(object.ref)?.object === id) state.dropReference(object.ref!);
  state.change(id, { nullness: "null", ref: undefined });
}

function assumeSymbol(machine: Machine, state: State, value: Value & { kind: "symbol" }, truth: boolean): boolean {
  const definition = machine.symbols.definition(value.id);
  if (!truth && machine.symbols.isOpaque(value.id)) state.doubtful = true;
  if (machine.symbols.isDoubtful(value.id, truth)) state.doubtful = true;
  if (!narrow(machine, state, value, truth ? exclude(0) : exactly(0))) return false;
  if (definition === undefined) return true;
  switch (definition.kind) {
    case "not":
      return assume(machine, state, definition.operand, !truth);
    case "cast":
      // A narrowing cast of zero may hide other bits: only the true arm says something of the operand.
      return truth || definition.bits >= 64 ? assume(machine, state, definition.operand, truth) : true;
    case "binary":
      return assumeBinary(machine, state, definition, truth);
  }
}

interface Comparison {
  readonly op: BinaryOperator;
  readonly left: Value;
  readonly right: Value;
  readonly unsigned: boolean;
}

function assumeBinary(
  machine: Machine,
  state: State,
  { op, left, right, unsigned }: Comparison,
  truth: boolean,
): boolean {
  switch (op) {
    case "==":
    case "!=":
      return assumeEqual(machine, state, left, right, (op === "==") === truth);
    case "&":
      // Both bits of two conditions: `ok & ready`.
      if (truth && isBoolean(machine, state, left) && isBoolean(machine, state, right)) {
        return assume(machine, state, left, true) && assume(machine, state, right, true);
      }
      return true;
    case "|":
      if (!truth) return assume(machine, state, left, false) && assume(machine, state, right, false);
      return true;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return assumeOrder(machine, state, truth ? op : inverse[op], left, right, unsigned);
    default:
      return true;
  }
}

const inverse = { "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;
const mirrored = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

function isBoolean(machine: Machine, state: State, value: Value): boolean {
  const range = rangeOf(machine, state, value);
  return range.low >= 0 && range.high <= 1;
}

function assumeEqual(machine: Machine, state: State, left: Value, right: Value, equal: boolean): boolean {
  if (right.kind === "number") return assumeEqualsNumber(machine, state, left, right.value, equal);
  if (left.kind === "number") return assumeEqualsNumber(machine, state, right, left.value, equal);
  if (equal) {
    inferNonNull(state, left, right);
    inferNonNull(state, right, left);
  }
  return true;
}

/** Equal to something that is not NULL: believed for sockets and memory, not for kernel objects (VERIFIER_RULES 4). */
function inferNonNull(state: State, value: Value, other: Value): void {
  const id = objectIdOf(value);
  const object = state.object(id);
  const model = state.object(objectIdOf(other));
  if (id === undefined || object?.nullness !== "maybe" || model?.nullness !== "non-null") return;
  if (isKernelObject(object) || isKernelObject(model)) return;
  state.change(id, { nullness: "non-null" });
}

function isKernelObject(object: ObjectInfo): boolean {
  return object.class === "btf" && object.struct !== "bpf_sock";
}

function assumeEqualsNumber(machine: Machine, state: State, value: Value, n: number, equal: boolean): boolean {
  if (value.kind === "number") return (value.value === n) === equal;
  if (n === 0 && value.kind !== "symbol") return assume(machine, state, value, !equal);
  if (value.kind !== "symbol") return true;
  if (n === 0) return assumeSymbol(machine, state, value, !equal);
  if (!narrow(machine, state, value, equal ? exactly(n) : exclude(n))) return false;
  const definition = machine.symbols.definition(value.id);
  // A condition compared with 1 is the condition.
  if (n === 1 && definition !== undefined && isBoolean(machine, state, value)) {
    return assumeSymbol(machine, state, value, equal);
  }
  return true;
}

function assumeOrder(
  machine: Machine,
  state: State,
  op: "<" | "<=" | ">" | ">=",
  left: Value,
  right: Value,
  unsigned: boolean,
): boolean {
  if (right.kind !== "number") {
    if (left.kind !== "number") return true;
    return assumeOrder(machine, state, mirrored[op], right, left, unsigned);
  }
  if (left.kind !== "symbol") return left.kind !== "number" || holds(op, left.value, right.value, unsigned);
  const c = right.value;
  // An unsigned comparison of something possibly negative says nothing of the signed range.
  if (unsigned && (c < 0 || rangeOf(machine, state, left).low < 0)) return true;
  const range: Range =
    op === "<"
      ? { low: Number.NEGATIVE_INFINITY, high: c - 1 }
      : op === "<="
        ? { low: Number.NEGATIVE_INFINITY, high: c }
        : op === ">"
          ? { low: c + 1, high: Number.POSITIVE_INFINITY }
          : { low: c, high: Number.POSITIVE_INFINITY };
  return narrow(machine, state, left, { ...range, not: [] });
}

function holds(op: "<" | "<=" | ">" | ">=", a: number, b: number, unsigned: boolean): boolean {
  if (unsigned && a < 0 !== b < 0) return true;
  return op === "<" ? a < b : op === "<=" ? a <= b : op === ">" ? a > b : a >= b;
}

function exactly(n: number): Fact {
  return { low: n, high: n, not: [] };
}

function exclude(n: number): Fact {
  return { ...anyRange, not: [n] };
}

/** Intersects what is known of a symbol; pushes through `+ constant` and value-preserving casts. */
function narrow(machine: Machine, state: State, value: Value & { kind: "symbol" }, fact: Fact): boolean {
  const known = factOf(machine, state, value.id);
  let low = Math.max(known.low, fact.low);
  let high = Math.min(known.high, fact.high);
  const not = fact.not.length === 0 ? known.not : [...known.not, ...fact.not.filter((n) => !known.not.includes(n))];
  while (low <= high && not.includes(low)) low++;
  while (low <= high && not.includes(high)) high--;
  if (low > high) return false;
  const kept = not.filter((n) => n > low && n < high).slice(-maxExcluded);
  state.facts.set(value.id, { low, high, not: kept });
  const definition = machine.symbols.definition(value.id);
  if (definition?.kind === "binary" && definition.left.kind === "symbol" && definition.right.kind === "number") {
    const c = definition.right.value;
    const by = definition.op === "+" ? c : -c;
    const operand = factOf(machine, state, definition.left.id);
    const whole = machine.symbols.range(value.id);
    // Where the sum may have wrapped around, it says nothing of its operand.
    if (operand.low + by < whole.low || operand.high + by > whole.high) return true;
    if (definition.op === "+") return narrow(machine, state, definition.left, shift({ low, high, not: kept }, -c));
    if (definition.op === "-") return narrow(machine, state, definition.left, shift({ low, high, not: kept }, c));
  }
  return true;
}

function shift(fact: Fact, by: number): Fact {
  return { low: fact.low + by, high: fact.high + by, not: fact.not.map((n) => n + by) };
}

export function factOf(machine: Machine, state: State, id: number): Fact {
  return state.facts.get(id) ?? machine.symbols.range(id);
}

export function rangeOf(machine: Machine, state: State, value: Value): Range {
  if (value.kind === "number") return { low: value.value, high: value.value };
  return value.kind === "symbol" ? factOf(machine, state, value.id) : anyRange;
}

/** A number when the path allows only one. */
export function known(machine: Machine, state: State, value: Value): Value {
  if (value.kind === "symbol") {
    const { low, high } = factOf(machine, state, value.id);
    return low === high ? { kind: "number", value: low } : value;
  }
  if (value.kind === "pointer") {
    const object = state.object(objectIdOf(value));
    if (object?.nullness === "null") return zero;
  }
  return value;
}

export function isKnownNull(machine: Machine, state: State, value: Value): boolean {
  return isNumber(known(machine, state, value), 0);
}
