// Integer arithmetic of the target, exact to 64 bits and beyond.
import type { BinaryOperator } from "../syntax/ast.ts";
import type { CType } from "./types.ts";

/** Brings a value into its type, as a conversion does. Types that are no integers leave it alone. */
export function wrap(value: bigint, type: CType): bigint {
  switch (type.kind) {
    case "int":
      if (type.bool) return value === 0n ? 0n : 1n;
      return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
    case "enum":
      return BigInt.asIntN(64, value);
    case "pointer":
      return BigInt.asUintN(64, value);
    default:
      return value;
  }
}

/** As a number, if a double holds it exactly. */
export function toNumber(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** `operands` is the type both sides have after the usual conversions; undefined: division by zero and the like. */
export function foldBinary(op: BinaryOperator, left: bigint, right: bigint, operands: CType): bigint | undefined {
  const a = wrap(left, operands);
  const b = op === "<<" || op === ">>" ? right : wrap(right, operands);
  switch (op) {
    case "+":
      return wrap(a + b, operands);
    case "-":
      return wrap(a - b, operands);
    case "*":
      return wrap(a * b, operands);
    case "/":
      return b === 0n ? undefined : wrap(a / b, operands);
    case "%":
      return b === 0n ? undefined : wrap(a % b, operands);
    case "<<":
      return b < 0n || b > 127n ? undefined : wrap(a << b, operands);
    case ">>":
      return b < 0n || b > 127n ? undefined : wrap(a >> b, operands);
    case "&":
      return wrap(a & b, operands);
    case "|":
      return wrap(a | b, operands);
    case "^":
      return wrap(a ^ b, operands);
    case "==":
      return a === b ? 1n : 0n;
    case "!=":
      return a !== b ? 1n : 0n;
    case "<":
      return a < b ? 1n : 0n;
    case "<=":
      return a <= b ? 1n : 0n;
    case ">":
      return a > b ? 1n : 0n;
    case ">=":
      return a >= b ? 1n : 0n;
  }
}
