// Symbolic scalars. The same operator on the same operands gives the same symbol,
// so a condition computed twice, or kept in a bool, is one fact and not two.
// Symbols are only made, never changed; what a path knows of one is in its state.
import type { CType } from "../model/types.ts";
import type { BinaryOperator } from "../syntax/ast.ts";
import type { Fact } from "./fact.ts";
import type { StackObject, Value } from "./value.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

export type Definition =
  | {
      readonly kind: "binary";
      readonly op: BinaryOperator;
      readonly left: Value;
      readonly right: Value;
      readonly unsigned: boolean;
    }
  | { readonly kind: "not"; readonly operand: Value }
  | { readonly kind: "cast"; readonly operand: Value; readonly bits: number; readonly signed: boolean };

interface SymbolInfo {
  readonly range: Fact;
  readonly definition: Definition | undefined;
}

const noNumbers: readonly number[] = [];

export const anyRange: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

const anything: Fact = { ...anyRange, not: noNumbers };

export class Symbols {
  readonly #infos: SymbolInfo[] = [];
  readonly #opaque = new Set<number>();
  readonly #scalars = new Set<number>();
  readonly #joined = new Set<number>();
  readonly #interned = new Map<string, Value>();
  /** By their ends; a few types have nearly all symbols. */
  readonly #facts = new Map<number, Map<number, Fact>>();
  /** Questions whether something is there, by what is asked for. */
  readonly #presence = new Map<number, "of its own" | "of another kernel's">();
  /** Constants of the target kernel, and variables as the loader may have set them. */
  readonly #named = new Set<number>();

  get size(): number {
    return this.#infos.length;
  }

  fresh({ low, high }: Range): Value {
    this.#infos.push({ range: this.#fact(low, high), definition: undefined });
    return { kind: "symbol", id: this.#infos.length - 1 };
  }

  #fact(low: number, high: number): Fact {
    let facts = this.#facts.get(low);
    if (facts === undefined) {
      facts = new Map();
      this.#facts.set(low, facts);
    }
    let fact = facts.get(high);
    if (fact === undefined) {
      fact = { low, high, not: noNumbers };
      facts.set(high, fact);
    }
    return fact;
  }

  /** Stands for values that differed where paths met: the verifier, which did not join, knows more. */
  joined(): Value {
    const value = this.fresh(anyRange);
    if (value.kind === "symbol") this.#joined.add(value.id);
    return value;
  }

  /** What assembly left behind. Which way a test of it goes the verifier may know; we do not. */
  opaque(): Value {
    const value = this.fresh(anyRange);
    if (value.kind === "symbol") this.#opaque.add(value.id);
    return value;
  }

  /** Read from memory that the verifier does not follow, or computed by a call: a number, whatever its C type, and not a constant. */
  scalar(type: CType): Value {
    const value = this.freshOf(type);
    if (value.kind === "symbol") this.#scalars.add(value.id);
    return value;
  }

  /** Certainly a number to the verifier, never a pointer. */
  isScalar(value: Value, depth = 0): boolean {
    if (value.kind !== "symbol") return value.kind === "number";
    if (this.#scalars.has(value.id)) return true;
    const definition = this.definition(value.id);
    if (definition === undefined || depth > 4) return false;
    if (definition.kind !== "binary") return this.isScalar(definition.operand, depth + 1);
    return this.isScalar(definition.left, depth + 1) && this.isScalar(definition.right, depth + 1);
  }

  /** Certainly not a constant to the verifier, unless a test of the path made it one. */
  isVariable(value: Value, depth = 0): boolean {
    if (value.kind !== "symbol" || depth > 4) return false;
    if (this.#scalars.has(value.id)) return true;
    const definition = this.definition(value.id);
    if (definition?.kind === "cast") return definition.bits >= 8 && this.isVariable(definition.operand, depth + 1);
    if (definition?.kind !== "binary" || !keepsVariety.has(definition.op)) return false;
    return definition.right.kind === "number" && this.isVariable(definition.left, depth + 1);
  }

  /** What else is known of it besides its range and definition, as text. */
  traits(id: number): string {
    const { low, high } = this.range(id);
    const marks = [this.#opaque, this.#scalars, this.#joined, this.#named].map((set) => (set.has(id) ? "1" : "0"));
    return `${low},${high},${marks.join("")}${this.#named.has(id) ? id : ""}`;
  }

  isOpaque(id: number): boolean {
    return this.#opaque.has(id);
  }

  /** Is the value, or anything it is computed from, one that a join made vague? */
  isVague(value: Value, depth = 0): boolean {
    if (value.kind !== "symbol" || depth > 6) return false;
    if (this.#joined.has(value.id)) return true;
    const definition = this.definition(value.id);
    if (definition === undefined) return false;
    if (definition.kind !== "binary") return this.isVague(definition.operand, depth + 1);
    return this.isVague(definition.left, depth + 1) || this.isVague(definition.right, depth + 1);
  }

  freshOf(type: CType): Value {
    return this.fresh(rangeOfType(type));
  }

  defined(definition: Definition, range: Range): Value {
    // The range is part of what it is: a symbol must not know more than holds wherever it is met again.
    const key = `${definitionKey(definition)};${range.low},${range.high}`;
    const known = this.#interned.get(key);
    if (known !== undefined) return known;
    this.#infos.push({ range: this.#fact(range.low, range.high), definition });
    const value: Value = { kind: "symbol", id: this.#infos.length - 1 };
    this.#interned.set(key, value);
    return value;
  }

  /** A constant that is the same wherever it is asked for, such as a CO-RE question to the target kernel. */
  named(key: string, range: Range): Value {
    const known = this.#interned.get(`:${key}`);
    if (known !== undefined) return known;
    const value = this.fresh(range);
    this.#interned.set(`:${key}`, value);
    if (value.kind === "symbol") this.#named.add(value.id);
    return value;
  }

  /** A constant of the target kernel: its answer to a CO-RE question that nobody here can answer. */
  answer(question: string, range: Range): Value {
    const value = this.named(question, range);
    if (value.kind === "symbol" && asksForPresence.test(question))
      this.#presence.set(value.id, question.includes("___") ? "of another kernel's" : "of its own");
    return value;
  }

  /**
   * Is a path doubtful on which this answer was yes, or no? What the program's own headers declare the target most
   * likely has; what goes by a flavour, `struct x___old`, is there on some kernels and not on others.
   */
  isDoubtful(id: number, yes: boolean): boolean {
    const presence = this.#presence.get(id);
    return presence === "of another kernel's" || (presence === "of its own" && !yes);
  }

  /** The same on every path and in every function. */
  isNamed(id: number): boolean {
    return this.#named.has(id);
  }

  /** What holds of it wherever it is met. */
  range(id: number): Fact {
    return this.#infos[id]?.range ?? anything;
  }

  definition(id: number): Definition | undefined {
    return this.#infos[id]?.definition;
  }
}

/** bpf_core_field_exists(), bpf_core_type_exists(), bpf_core_type_matches(), bpf_core_enum_value_exists(). */
const asksForPresence =
  /^__builtin_preserve_(?:field_info .* (?:2|BPF_FIELD_EXISTS)|type_info .* (?:0|2|BPF_TYPE_EXISTS|BPF_TYPE_MATCHES)|enum_value .* (?:0|BPF_ENUMVAL_EXISTS))$/s;

/** With a constant, these give a constant only where the range says so. */
const keepsVariety: ReadonlySet<BinaryOperator> = new Set(["+", "-", "&"]);

export function rangeOfType(type: CType): Range {
  if (type.kind === "int") {
    if (type.bool) return { low: 0, high: 1 };
    if (type.bits > 64) return anyRange;
    return type.signed
      ? { low: -(2 ** (type.bits - 1)), high: 2 ** (type.bits - 1) - 1 }
      : { low: 0, high: 2 ** type.bits - 1 };
  }
  if (type.kind === "pointer") return { low: 0, high: 2 ** 64 };
  return anyRange;
}

function definitionKey(definition: Definition): string {
  switch (definition.kind) {
    case "binary":
      return `${valueKey(definition.left)}${definition.op}${definition.unsigned ? "u" : ""}${valueKey(definition.right)}`;
    case "not":
      return `!${valueKey(definition.operand)}`;
    case "cast":
      return `(${definition.signed ? "s" : "u"}${definition.bits})${valueKey(definition.operand)}`;
  }
}

/** Identity of a value as text; equal text means the same value on one path. */
export function valueKey(value: Value): string {
  switch (value.kind) {
    case "number":
      return `#${value.value}`;
    case "symbol":
      return `$${value.id}`;
    case "pointer":
      return `${value.base}|${value.path}`;
    case "function":
      return `&${value.name}`;
    case "slot":
      return slotKey(value.slot);
  }
}

function slotKey(slot: StackObject): string {
  switch (slot.kind) {
    case "iterator":
      return `it${slot.ref}`;
    case "dynptr":
      return `dp${slot.id}`;
    case "empty":
      return `em${slot.why}`;
    case "irq-flag":
      return `irq${slot.region}`;
  }
}
