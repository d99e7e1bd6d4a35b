// C's implicit conversions, as far as the types are known: promotion, the usual
// arithmetic conversions, decay, and what `?:` makes of its arms.
import type { BinaryOperator } from "../syntax/ast.ts";
import { type CType, intType, u64Type, unknownType, voidType } from "./types.ts";

export const boolType: CType = { kind: "int", bits: 8, signed: false, bool: true };
export const charType: CType = { kind: "int", bits: 8, signed: true, bool: false };
export const u32Type: CType = { kind: "int", bits: 32, signed: false, bool: false };
export const s64Type: CType = { kind: "int", bits: 64, signed: true, bool: false };
export const doubleType: CType = { kind: "float", bits: 64 };
export const voidPointerType: CType = { kind: "pointer", to: voidType, tags: [] };

export function pointerTo(to: CType, tags: readonly string[] = []): CType {
  return { kind: "pointer", to, tags };
}

/** Type of a value of this type: arrays and functions become pointers. */
export function decay(type: CType): CType {
  if (type.kind === "array") return pointerTo(type.of);
  if (type.kind === "function") return pointerTo(type);
  return type;
}

export function promote(type: CType): CType {
  if (type.kind === "enum") return intType;
  if (type.kind !== "int" || type.bits >= 32) return type;
  return intType;
}

/** Usual arithmetic conversions. */
export function arithmetic(left: CType, right: CType): CType {
  if (left.kind === "float" || right.kind === "float") return doubleType;
  const a = promote(left);
  const b = promote(right);
  if (a.kind !== "int" || b.kind !== "int") return unknownType;
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}

const comparisons: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(["==", "!=", "<", "<=", ">", ">="]);

export function isComparison(op: BinaryOperator): boolean {
  return comparisons.has(op);
}

/** Result type of a binary operator; operands may be undecayed. */
export function binaryType(op: BinaryOperator, leftType: CType, rightType: CType): CType {
  if (isComparison(op)) return intType;
  const left = decay(leftType);
  const right = decay(rightType);
  if (op === "+" || op === "-") {
    if (left.kind === "pointer") return op === "-" && right.kind === "pointer" ? s64Type : left;
    if (right.kind === "pointer") return op === "+" ? right : unknownType;
  }
  if (op === "<<" || op === ">>") return promote(left);
  return arithmetic(left, right);
}

/** Type of `c ? a : b`; `null` constants give way to the other arm's pointer type. */
export function conditionalType(a: CType, b: CType, aIsZero: boolean, bIsZero: boolean): CType {
  const left = decay(a);
  const right = decay(b);
  if (left.kind === "void" || right.kind === "void") return voidType;
  if (left.kind === "pointer" && right.kind === "pointer") {
    if (aIsZero && left.to.kind === "void") return right;
    if (bIsZero && right.to.kind === "void") return left;
    return left.to.kind === "void" ? left : right.to.kind === "void" ? right : left;
  }
  if (left.kind === "pointer") return left;
  if (right.kind === "pointer") return right;
  if (left.kind === "unknown") return right.kind === "record" ? right : left;
  if (right.kind === "unknown") return left.kind === "record" ? left : right;
  if (left.kind === "record") return left;
  return arithmetic(left, right);
}

/** Type of an integer literal. */
export function literalType(value: number | undefined, unsigned: boolean, long: boolean): CType {
  const wide = long || value === undefined || value > (unsigned ? 0xffff_ffff : 0x7fff_ffff);
  if (unsigned) return wide ? u64Type : u32Type;
  return wide ? s64Type : intType;
}

/** Compatible types in the sense of `_Generic` and `__builtin_types_compatible_p`; qualifiers are not kept in types. */
export function sameType(a: CType, b: CType, depth = 0): boolean {
  if (a === b) return true;
  if (depth > 16) return false;
  switch (a.kind) {
    case "void":
      return b.kind === "void";
    case "int":
      return b.kind === "int" && a.bits === b.bits && a.signed === b.signed && a.bool === b.bool;
    case "float":
      return b.kind === "float" && a.bits === b.bits;
    case "enum":
      return b.kind === "enum" && a.tag !== undefined && a.tag === b.tag;
    case "pointer":
      return b.kind === "pointer" && sameType(a.to, b.to, depth + 1);
    case "array":
      return (
        b.kind === "array" &&
        (a.length === undefined || b.length === undefined || a.length === b.length) &&
        sameType(a.of, b.of, depth + 1)
      );
    case "record":
      return b.kind === "record" && a.id === b.id;
    case "function":
      return (
        b.kind === "function" &&
        a.variadic === b.variadic &&
        a.params.length === b.params.length &&
        sameType(a.returns, b.returns, depth + 1) &&
        a.params.every((param, i) => sameType(param.type, b.params[i]!.type, depth + 1))
      );
    default:
      return false;
  }
}
