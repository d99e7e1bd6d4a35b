// Makes expressions, folding what is constant and telling pointer arithmetic apart.
import { arithmetic, binaryType, isComparison, promote, sameType } from "../model/conversions.ts";
import { foldBinary, toNumber, wrap } from "../model/integers.ts";
import type { Types } from "../model/type-queries.ts";
import { type CType, intType, u64Type } from "../model/types.ts";
import type { At, BinaryOperator } from "../syntax/ast.ts";
import type { Expr } from "./ir.ts";

export function constant(value: number | undefined, type: CType, at: At): Expr {
  return { kind: "const", value, type, at };
}

export function exact(value: bigint, type: CType, at: At): Expr {
  return constant(toNumber(value), type, at);
}

export function unknown(type: CType, at: At, key?: string): Expr {
  return key === undefined ? { kind: "unknown", type, at } : { kind: "unknown", type, at, key };
}

/** The number an expression is, if it is one. */
export function constantOf(expr: Expr): number | undefined {
  if (expr.kind === "offsetof") return expr.value;
  return expr.kind === "const" && expr.value !== undefined && Number.isInteger(expr.value) ? expr.value : undefined;
}

/** Which way a test of this goes, if that is certain. A constant that no double holds is not zero. */
export function truthOf(expr: Expr): boolean | undefined {
  if (expr.kind === "const") return expr.value !== 0;
  if (expr.kind === "string") return true;
  const value = constantOf(expr);
  return value === undefined ? undefined : value !== 0;
}

export function not(operand: Expr, at: At): Expr {
  const truth = truthOf(operand);
  if (truth !== undefined) return constant(truth ? 0 : 1, intType, at);
  return { kind: "unary", op: "!", operand, type: intType, at };
}

export function negate(op: "-" | "~", operand: Expr, at: At): Expr {
  const type = promote(operand.type);
  const value = constantOf(operand);
  if (value !== undefined) return exact(wrap(op === "-" ? -BigInt(value) : ~BigInt(value), type), type, at);
  return { kind: "unary", op, operand, type, at };
}

export function binary(types: Types, op: BinaryOperator, left: Expr, right: Expr, at: At): Expr {
  if (op === "+" || op === "-") {
    if (left.type.kind === "pointer" && right.type.kind !== "pointer")
      return offset(types, left, right, op === "-", at);
    if (op === "+" && right.type.kind === "pointer") return offset(types, right, left, false, at);
  }
  const type = binaryType(op, left.type, right.type);
  const a = constantOf(left);
  const b = constantOf(right);
  if (a !== undefined && b !== undefined) {
    const operands = op === "<<" || op === ">>" ? promote(left.type) : common(left.type, right.type);
    const value = operands.kind === "int" ? foldBinary(op, BigInt(a), BigInt(b), operands) : undefined;
    if (value !== undefined) return exact(value, isComparison(op) ? intType : operands, at);
  }
  return { kind: "binary", op, left, right, type, at };
}

function common(left: CType, right: CType): CType {
  return left.kind === "pointer" || right.kind === "pointer" ? u64Type : arithmetic(left, right);
}

export function offset(types: Types, base: Expr, index: Expr, negative: boolean, at: At): Expr {
  const { type } = base;
  const elementSize = type.kind === "pointer" ? types.sizeOf(type.to) : undefined;
  const count = constantOf(index);
  if (count === 0 && index.kind !== "offsetof") return { ...base, at };
  const start = base.kind === "const" ? base.value : undefined;
  if (start !== undefined && count !== undefined && elementSize !== undefined) {
    return constant(start + (negative ? -count : count) * elementSize, type, at);
  }
  return { kind: "offset", base, index, elementSize, negative, type, at };
}

export function cast(operand: Expr, type: CType, at: At): Expr {
  if (operand.type === type) return operand;
  if (type.kind === "void" || type.kind === "record" || type.kind === "array") return { ...operand, at };
  const isInteger = type.kind === "int" || type.kind === "enum" || type.kind === "pointer";
  if (operand.kind === "const" && isInteger) {
    if (operand.value !== undefined && Number.isInteger(operand.value)) {
      return exact(wrap(BigInt(operand.value), type), type, at);
    }
    return type.kind === "int" && type.bits < 64 ? unknown(type, at) : { ...operand, type, at };
  }
  const keepsOffset = type.kind === "pointer" || (type.kind === "int" && type.bits >= 32);
  if (operand.kind === "offsetof" && keepsOffset) return { ...operand, type, at };
  return changesNothing(operand.type, type) ? operand : { kind: "cast", operand, type, at };
}

function changesNothing(from: CType, to: CType): boolean {
  if (from.kind === "pointer" && to.kind === "pointer") {
    return from.tags.length === to.tags.length && from.tags.every((tag) => to.tags.includes(tag)) && sameType(from, to);
  }
  return to.kind === "int" && sameType(from, to);
}

/** What a store into `type` makes of a constant. */
export function stored(value: Expr, type: CType): Expr {
  const isScalar = type.kind === "int" || type.kind === "enum" || type.kind === "pointer";
  return isScalar && value.kind === "const" ? cast(value, type, value.at) : value;
}
