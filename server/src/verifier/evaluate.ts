// Expressions to values. Never changes what is held; loads may add what they read
// to memory, so that reading again gives the same value.
import { assertNever } from "../base/assert-never.ts";
import type { Expr, Place } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import type { BinaryOperator } from "../syntax/ast.ts";
import { resolveKsym } from "./ksym.ts";
import { loadMember } from "./load-member.ts";
import type { Frame, Machine } from "./machine.ts";
import { type Address, addressFromPointer, addressOf, indexOf, memoryKey, pointeeTag, stored } from "./memory.ts";
import { advance, containerOf, element, isInexact, member } from "./path.ts";
import { factOf, rangeOf } from "./refine.ts";
import type { State } from "./state.ts";
import { type Range, rangeOfType } from "./symbols.ts";
import { isNumber, objectIdOf, tokenName, type Value, zero } from "./value.ts";

/** Told of every pointer that is followed; `place` is what is read or written through it. */
export type OnDeref = (pointer: Expr, value: Value, place?: Place) => void;

export function evaluate(machine: Machine, state: State, frame: Frame, expr: Expr, onDeref?: OnDeref): Value {
  switch (expr.kind) {
    case "const":
      return expr.value === undefined ? machine.symbols.freshOf(expr.type) : { kind: "number", value: expr.value };
    case "string":
      return { kind: "pointer", base: `s:${tokenName(frame.fn, expr.at.start)}`, path: "" };
    case "function":
      return functionAddress(machine, expr.name);
    case "load":
      return load(machine, state, frame, expr.place, expr.volatile === true, onDeref);
    case "address":
      return addressValue(machine, state, frame, expr.place, onDeref);
    case "unary": {
      const operand = evaluate(machine, state, frame, expr.operand, onDeref);
      return expr.op === "!" ? not(machine, operand) : arithmeticUnary(machine, expr, operand);
    }
    case "binary": {
      const left = evaluate(machine, state, frame, expr.left, onDeref);
      const right = evaluate(machine, state, frame, expr.right, onDeref);
      return binary(machine, state, expr.op, left, right, expr.type, isUnsigned(expr.left.type, expr.right.type));
    }
    case "offset": {
      const base = evaluate(machine, state, frame, expr.base, onDeref);
      return offset(machine, state, frame, base, expr, onDeref);
    }
    case "cast":
      return cast(machine, state, evaluate(machine, state, frame, expr.operand, onDeref), expr.type);
    case "offsetof":
      return expr.value === undefined
        ? machine.symbols.fresh({ low: 0, high: 2 ** 32 })
        : { kind: "number", value: expr.value };
    case "unknown":
      return expr.key === undefined ? machine.symbols.freshOf(expr.type) : kernelsAnswer(machine, expr.key, expr.type);
    case "type-id":
      return machine.symbols.freshOf(expr.type);
    default:
      return assertNever(expr);
  }
}

function kernelsAnswer(machine: Machine, question: string, type: CType): Value {
  const value = machine.effects.answer(question);
  return value === undefined ? machine.symbols.answer(question, rangeOfType(type)) : { kind: "number", value };
}

/** The address of a weak kfunc that the target kernel lacks is NULL: `bpf_ksym_exists(f)` is false there. */
function functionAddress(machine: Machine, name: string): Value {
  const fn = machine.function(name);
  if (fn?.ksym === true && fn.weak) {
    const { kind } = resolveKsym(machine.unit.unit, machine.effects, fn);
    if (kind === "missing" || kind === "mismatch") return zero;
    if (kind === "unknown" && !machine.unit.unit.isFromKernelHeader(fn)) return unknownAddress(machine, name);
  }
  return { kind: "function", name };
}

/** Of a weak kfunc that only a module may have: NULL or not, the same wherever it is asked for. */
function unknownAddress(machine: Machine, name: string): Value {
  return machine.symbols.named(`&${name}`, { low: 0, high: 2 ** 64 });
}

/** Does this path hold only for some kernels: where a CO-RE question or a weak function was answered in one way? */
export function isGuarded(machine: Machine, state: State): boolean {
  for (const id of state.facts.keys()) if (machine.symbols.isNamed(id)) return true;
  return false;
}

function load(
  machine: Machine,
  state: State,
  frame: Frame,
  place: Place,
  isVolatile: boolean,
  onDeref: OnDeref | undefined,
): Value {
  const address = addressOf(machine, state, frame, place, onDeref);
  if (address === undefined) return machine.symbols.freshOf(place.type);
  return loadAt(machine, state, address, place.type, isVolatile);
}

export function loadAt(machine: Machine, state: State, address: Address, type: CType, isVolatile = false): Value {
  if (type.kind === "array" || type.kind === "record") {
    return {
      kind: "pointer",
      base: address.base,
      path: type.kind === "array" ? element(address.path, 0) : address.path,
    };
  }
  const known = stored(state, address);
  if (known !== undefined && known.kind !== "slot") {
    // Zero fill of something whose type nobody declared: it may be an array, whose value is its address.
    return type.kind === "unknown" && !state.memory.has(memoryKey(address)) ? machine.symbols.freshOf(type) : known;
  }
  if (known !== undefined) return machine.symbols.freshOf(type);
  if (isInexact(address.path)) return machine.symbols.freshOf(type);
  const value = firstLoad(machine, state, address, type);
  if (!isVolatile) state.memory.set(memoryKey(address), value);
  return value;
}

function firstLoad(machine: Machine, state: State, address: Address, type: CType): Value {
  switch (address.base[0]) {
    case "g": {
      const global = machine.unit.unit.global(address.base.slice(2));
      if (global === undefined) return machine.symbols.freshOf(type);
      // The loader may set `const volatile` before the load; the initial value is what is judged.
      if (global.const && !global.extern && address.path === "" && global.initialValue !== undefined) {
        const { assumption } = state;
        return assumption?.variable === global.name
          ? assumption.value
          : { kind: "number", value: global.initialValue, from: global.volatile ? global.name : undefined };
      }
      return loadMember(machine, state, undefined, address, type);
    }
    case "o":
      return loadMember(machine, state, Number(address.base.slice(1)), address, type);
    default:
      return machine.symbols.freshOf(type);
  }
}

function addressValue(machine: Machine, state: State, frame: Frame, place: Place, onDeref: OnDeref | undefined): Value {
  const address = addressWithoutDeref(machine, state, frame, place, onDeref);
  if (address === undefined) return machine.symbols.fresh({ low: 1, high: 2 ** 64 });
  const path = place.type.kind === "array" ? element(address.path, 0) : address.path;
  return { kind: "pointer", base: address.base, path };
}

/** `&p->member` computes an address and follows nothing; what is inside `p` is still read. */
function addressWithoutDeref(
  machine: Machine,
  state: State,
  frame: Frame,
  place: Place,
  onDeref: OnDeref | undefined,
): Address | undefined {
  switch (place.kind) {
    case "deref":
      return addressFromPointer(evaluate(machine, state, frame, place.pointer, onDeref));
    case "member": {
      const base = addressWithoutDeref(machine, state, frame, place.base, onDeref);
      return base && { base: base.base, path: member(base.path, place.name) };
    }
    case "element": {
      const base = addressWithoutDeref(machine, state, frame, place.base, onDeref);
      if (base === undefined) return undefined;
      const index = evaluate(machine, state, frame, place.index, onDeref);
      return { base: base.base, path: element(base.path, indexOf(machine, state, index)) };
    }
    default:
      return addressOf(machine, state, frame, place, onDeref);
  }
}

function not(machine: Machine, operand: Value): Value {
  if (operand.kind === "number") return { kind: "number", value: operand.value === 0 ? 1 : 0, from: operand.from };
  return machine.symbols.defined({ kind: "not", operand }, { low: 0, high: 1 });
}

function arithmeticUnary(machine: Machine, expr: Extract<Expr, { kind: "unary" }>, operand: Value): Value {
  if (operand.kind !== "number") return machine.symbols.freshOf(expr.type);
  return numberIn(machine, expr.op === "-" ? -operand.value : -operand.value - 1, expr.type, operand.from);
}

export function binary(
  machine: Machine,
  state: State,
  op: BinaryOperator,
  left: Value,
  right: Value,
  type: CType,
  unsigned: boolean,
): Value {
  if (left.kind === "number" && right.kind === "number") {
    const folded = fold(op, left.value, right.value, unsigned);
    if (folded !== undefined) return numberIn(machine, folded, type, left.from ?? right.from);
  }
  // Whatever the other side is, also a constant that a double cannot hold.
  if ((op === "&" || op === "*") && (isNumber(left, 0) || isNumber(right, 0))) return zero;
  if (comparisons.has(op)) {
    const decided = decide(state, machine, op, left, right);
    if (decided !== undefined) return { kind: "number", value: decided ? 1 : 0 };
    return machine.symbols.defined({ kind: "binary", op, left, right, unsigned }, { low: 0, high: 1 });
  }
  const here = resultRange(op, rangeOf(machine, state, left), right, type);
  if (left.kind === "number" && right.kind === "number") return machine.symbols.fresh(here);
  // The symbol serves every path: what only this path knows of its operand is a fact of this path.
  const everywhere = left.kind === "symbol" ? machine.symbols.range(left.id) : rangeOf(machine, state, left);
  const range = resultRange(op, everywhere, right, type);
  const value = machine.symbols.defined({ kind: "binary", op, left, right, unsigned }, range);
  if (value.kind === "symbol" && (here.low > range.low || here.high < range.high))
    learn(machine, state, value.id, here);
  return value;
}

/** A result that may leave its type wraps around: then it may be anything of the type. */
function resultRange(op: BinaryOperator, left: Range, right: Value, type: CType): Range {
  const exact = arithmeticRange(op, left, right);
  const whole = rangeOfType(type);
  return exact !== undefined && exact.low >= whole.low && exact.high <= whole.high ? exact : whole;
}

function learn(machine: Machine, state: State, id: number, range: Range): void {
  const { low, high, not } = factOf(machine, state, id);
  if (range.low > low || range.high < high) {
    state.facts.set(id, { low: Math.max(low, range.low), high: Math.min(high, range.high), not });
  }
}

const comparisons: ReadonlySet<BinaryOperator> = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** Comparisons of addresses that are certain. Nullness is for refine.ts. */
function decide(state: State, machine: Machine, op: BinaryOperator, left: Value, right: Value): boolean | undefined {
  if (op !== "==" && op !== "!=") return undefined;
  if (left.kind === "pointer" && right.kind === "pointer" && left.base === right.base && left.path === right.path) {
    return op === "==";
  }
  if (left.kind === "symbol" && right.kind === "symbol" && left.id === right.id) return op === "==";
  if (isNumber(right, 0) && certainlyNonNull(state, left)) return op === "!=";
  if (isNumber(left, 0) && certainlyNonNull(state, right)) return op === "!=";
  if (left.kind === "symbol" && right.kind === "number") {
    const range = rangeOf(machine, state, left);
    if (right.value < range.low || right.value > range.high) return op === "!=";
  }
  return undefined;
}

export function certainlyNonNull(state: State, value: Value): boolean {
  if (value.kind === "function") return true;
  if (value.kind !== "pointer") return false;
  const first = value.base[0];
  if (first === "f" || first === "u" || first === "g" || first === "s") return true;
  return state.object(objectIdOf(value))?.nullness === "non-null";
}

function fold(op: BinaryOperator, a: number, b: number, unsigned: boolean): number | undefined {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? undefined : Math.trunc(a / b);
    case "%":
      return b === 0 ? undefined : a % b;
    case "<<":
      return b < 0 || b > 52 ? undefined : a * 2 ** b;
    case ">>":
      return b < 0 || b > 63 ? undefined : Math.floor(a / 2 ** b);
    case "&":
    case "|":
    case "^":
      return bitwise(op, a, b);
    case "==":
      return a === b ? 1 : 0;
    case "!=":
      return a !== b ? 1 : 0;
    default:
      if (unsigned && a < 0 !== b < 0) return undefined;
      return compare(op, a, b) ? 1 : 0;
  }
}

function compare(op: BinaryOperator, a: number, b: number): boolean {
  return op === "<" ? a < b : op === "<=" ? a <= b : op === ">" ? a > b : a >= b;
}

function bitwise(op: "&" | "|" | "^", a: number, b: number): number | undefined {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return undefined;
  const x = BigInt(a);
  const y = BigInt(b);
  const result = Number(op === "&" ? x & y : op === "|" ? x | y : x ^ y);
  return Number.isSafeInteger(result) ? result : undefined;
}

function numberIn(machine: Machine, value: number, type: CType, from: string | undefined): Value {
  const wrapped = wrap(value, type);
  return wrapped === undefined ? machine.symbols.freshOf(type) : { kind: "number", value: wrapped, from };
}

/** Brings a result into its type; undefined when a double cannot say. */
function wrap(value: number, type: CType): number | undefined {
  if (!Number.isSafeInteger(value)) return undefined;
  if (type.kind !== "int") return value;
  if (type.bool) return value === 0 ? 0 : 1;
  const { low, high } = rangeOfType(type);
  if (value >= low && value <= high) return value;
  if (type.bits >= 64) return value < 0 ? undefined : value;
  const size = 2 ** type.bits;
  const wrapped = ((value % size) + size) % size;
  return type.signed && wrapped > high ? wrapped - size : wrapped;
}

function arithmeticRange(op: BinaryOperator, range: Range, right: Value): Range | undefined {
  if (right.kind !== "number") return undefined;
  const c = right.value;
  switch (op) {
    case "+":
      return { low: range.low + c, high: range.high + c };
    case "-":
      return { low: range.low - c, high: range.high - c };
    case "&":
      return c >= 0 ? { low: 0, high: c } : undefined;
    case "%":
      return c > 0 ? { low: range.low < 0 ? -c : 0, high: c } : undefined;
    case ">>":
      return range.low >= 0 && c >= 0 ? { low: 0, high: Math.floor(range.high / 2 ** c) } : undefined;
    default:
      return undefined;
  }
}

function offset(
  machine: Machine,
  state: State,
  frame: Frame,
  base: Value,
  expr: Extract<Expr, { kind: "offset" }>,
  onDeref: OnDeref | undefined,
): Value {
  const pointer: Value = base.kind === "symbol" ? { kind: "pointer", base: `y${base.id}`, path: "" } : base;
  if (pointer.kind !== "pointer") return machine.symbols.freshOf(expr.type);
  const named = unwrapOffsetof(expr.index);
  if (named !== undefined) {
    const path = expr.negative
      ? containerOf(pointer.path, named.path)
      : named.path.reduce((path, step) => member(path, step), pointer.path);
    return { kind: "pointer", base: pointer.base, path };
  }
  const index = evaluate(machine, state, frame, expr.index, onDeref);
  const elements = indexOf(machine, state, index);
  const count = expr.negative && typeof elements === "number" ? -elements : elements;
  return { kind: "pointer", base: pointer.base, path: advance(pointer.path, count) };
}

function unwrapOffsetof(expr: Expr): Extract<Expr, { kind: "offsetof" }> | undefined {
  if (expr.kind === "offsetof") return expr;
  return expr.kind === "cast" ? unwrapOffsetof(expr.operand) : undefined;
}

export function cast(machine: Machine, state: State, value: Value, type: CType): Value {
  if (type.kind === "pointer") return adopt(state, value, type);
  if (type.kind !== "int") return value;
  if (value.kind === "number") return { ...value, value: wrap(value.value, type) ?? value.value };
  if (type.bool) {
    const decided = decide(state, machine, "!=", value, zero);
    if (decided !== undefined) return { kind: "number", value: decided ? 1 : 0 };
    if (value.kind === "symbol") {
      const range = rangeOf(machine, state, value);
      if (range.low >= 0 && range.high <= 1) return value;
    }
    return machine.symbols.defined(
      { kind: "binary", op: "!=", left: value, right: zero, unsigned: true },
      { low: 0, high: 1 },
    );
  }
  if (value.kind !== "symbol") return type.bits >= 64 ? value : machine.symbols.freshOf(type);
  const range = rangeOf(machine, state, value);
  const target = rangeOfType(type);
  if (range.low >= target.low && range.high <= target.high) return value;
  return machine.symbols.defined({ kind: "cast", operand: value, bits: type.bits, signed: type.signed }, target);
}

/** A pointer whose type nobody named yet takes the first struct type it is given. */
export function adopt(state: State, value: Value, type: CType): Value {
  const id = objectIdOf(value);
  const object = state.object(id);
  const tag = pointeeTag(type);
  if (id === undefined || object === undefined || tag === undefined || object.struct !== undefined) return value;
  if (value.kind === "pointer" && value.path === "" && object.class !== "context") {
    state.change(id, { struct: tag, type: type.kind === "pointer" ? type.to : undefined });
  }
  return value;
}

function isUnsigned(left: CType, right: CType): boolean {
  return wide(left) || wide(right);
}

/** Unsigned after the usual conversions: unsigned and at least as wide as int. */
function wide(type: CType): boolean {
  return type.kind === "pointer" || (type.kind === "int" && !type.signed && type.bits >= 32);
}
