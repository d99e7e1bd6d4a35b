// Integer constant expressions, with the types C gives them.
import type { Designator, Expression } from "../syntax/ast.ts";
import { arithmetic, isComparison, literalType, promote, sameType } from "./conversions.ts";
import { choiceType } from "./expression-type.ts";
import { foldBinary, wrap } from "./integers.ts";
import type { Scope } from "./scope.ts";
import type { TypedConstant, Types } from "./type-queries.ts";
import { type CType, intType, u64Type, unknownType } from "./types.ts";

type EnumeratorValue = (name: string) => TypedConstant | undefined;

export function evaluateConstant(
  types: Types,
  enumerator: EnumeratorValue,
  expression: Expression,
  scope: Scope | undefined,
): TypedConstant | undefined {
  const evaluate = (operand: Expression): TypedConstant | undefined => types.exactConstant(operand, scope);
  switch (expression.kind) {
    case "number":
      if (expression.value === undefined || !Number.isInteger(expression.value)) return undefined;
      return {
        value: BigInt(expression.value),
        type: literalType(expression.value, expression.unsigned, expression.long),
      };
    case "name":
      return nameConstant(enumerator, expression.name, scope);
    case "unary": {
      const operand = evaluate(expression.operand);
      if (operand === undefined) return undefined;
      if (expression.op === "!") return truth(operand.value === 0n);
      const type = promote(operand.type);
      const value = expression.op === "-" ? -operand.value : expression.op === "~" ? ~operand.value : operand.value;
      return { value: wrap(value, type), type };
    }
    case "binary": {
      const left = evaluate(expression.left);
      const right = left && evaluate(expression.right);
      if (left === undefined || right === undefined) return undefined;
      const { op } = expression;
      const operands = op === "<<" || op === ">>" ? promote(left.type) : common(left.type, right.type);
      const value = foldBinary(op, left.value, right.value, operands);
      return value === undefined ? undefined : { value, type: isComparison(op) ? intType : operands };
    }
    case "logical": {
      const left = evaluate(expression.left);
      if (left === undefined) return undefined;
      const decided = expression.op === "&&" ? left.value === 0n : left.value !== 0n;
      if (decided) return truth(expression.op === "||");
      const right = evaluate(expression.right);
      return right && truth(right.value !== 0n);
    }
    case "conditional": {
      const test = evaluate(expression.test);
      if (test === undefined) return undefined;
      const whole = expression.whenTrue === undefined ? test : undefined;
      const arm = test.value === 0n ? evaluate(expression.whenFalse) : (whole ?? evaluate(expression.whenTrue!));
      if (arm === undefined) return undefined;
      const type = choiceType(types, expression, scope);
      return type.kind === "int" ? { value: wrap(arm.value, type), type } : arm;
    }
    case "cast": {
      const operand = evaluate(expression.operand);
      if (operand === undefined) return undefined;
      const type = types.resolve(expression.type, scope);
      if (type.kind !== "int" && type.kind !== "enum" && type.kind !== "pointer") return undefined;
      return { value: wrap(operand.value, type), type };
    }
    case "sizeof-type":
      return size(types, expression.op, types.resolve(expression.type, scope));
    case "sizeof":
      return size(types, expression.op, types.typeOf(expression.operand, scope));
    case "offsetof":
      return unsigned(offsetOf(types, types.resolve(expression.type, scope), expression.path, scope));
    case "address":
      return unsigned(memberOfNull(types, expression.operand, scope));
    case "types-compatible": {
      const left = types.resolve(expression.left, scope);
      const right = types.resolve(expression.right, scope);
      return left.kind === "unknown" || right.kind === "unknown" ? undefined : truth(sameType(left, right));
    }
    case "generic": {
      const arm = types.genericArm(expression, scope);
      return arm && evaluate(arm);
    }
    case "call":
      return builtinConstant(types, expression, scope);
    default:
      return undefined;
  }
}

function nameConstant(enumerator: EnumeratorValue, name: string, scope: Scope | undefined): TypedConstant | undefined {
  const local = scope?.lookup(name);
  if (local === undefined) return enumerator(name);
  if (local.kind !== "enumerator" || local.value === undefined) return undefined;
  return { value: BigInt(local.value), type: literalType(local.value, false, false) };
}

function truth(value: boolean): TypedConstant {
  return { value: value ? 1n : 0n, type: intType };
}

function unsigned(value: number | undefined): TypedConstant | undefined {
  return value === undefined ? undefined : { value: BigInt(value), type: u64Type };
}

/** Pointers count as the unsigned numbers they are. */
function common(left: CType, right: CType): CType {
  if (left.kind === "pointer" || right.kind === "pointer") return u64Type;
  return arithmetic(left, right);
}

function size(types: Types, op: "sizeof" | "alignof", type: CType): TypedConstant | undefined {
  return unsigned(op === "sizeof" ? types.sizeOf(type) : types.alignOf(type));
}

/** Byte offset of a member path. */
export function offsetOf(
  types: Types,
  record: CType,
  path: readonly Designator[],
  scope: Scope | undefined,
): number | undefined {
  let type = record;
  let offset = 0;
  for (const step of path) {
    let by: number | undefined;
    if (step.kind === "field") {
      const field = types.field(type, step.name);
      by = field?.offset;
      type = field?.type ?? unknownType;
    } else {
      const index = types.constant(step.index, scope);
      type = type.kind === "array" ? type.of : unknownType;
      const element = types.sizeOf(type);
      by = index === undefined || element === undefined ? undefined : index * element;
    }
    if (by === undefined) return undefined;
    offset += by;
  }
  return offset;
}

/** The classic `&((struct s *)0)->member`: the address of something at a constant address. */
function memberOfNull(types: Types, operand: Expression, scope: Scope | undefined): number | undefined {
  switch (operand.kind) {
    case "deref":
      return addressConstant(types, operand.operand, scope);
    case "member": {
      const object = types.typeOf(operand.object, scope);
      const record = operand.arrow ? (object.kind === "pointer" ? object.to : unknownType) : object;
      const base = operand.arrow
        ? addressConstant(types, operand.object, scope)
        : memberOfNull(types, operand.object, scope);
      const offset = base === undefined ? undefined : types.field(record, operand.name)?.offset;
      return base === undefined || offset === undefined ? undefined : base + offset;
    }
    case "index": {
      const array = types.typeOf(operand.object, scope);
      if (array.kind !== "array") return undefined;
      const base = memberOfNull(types, operand.object, scope);
      const index = base === undefined ? undefined : types.constant(operand.index, scope);
      const element = types.sizeOf(array.of);
      return base === undefined || index === undefined || element === undefined ? undefined : base + index * element;
    }
    default:
      return undefined;
  }
}

function addressConstant(types: Types, pointer: Expression, scope: Scope | undefined): number | undefined {
  return pointer.kind === "cast" ? types.constant(pointer, scope) : undefined;
}

function builtinConstant(
  types: Types,
  call: Extract<Expression, { kind: "call" }>,
  scope: Scope | undefined,
): TypedConstant | undefined {
  if (call.callee.kind !== "name" || !call.callee.name.startsWith("__builtin_")) return undefined;
  const [first, second, third] = call.args;
  if (first === undefined) return undefined;
  const { name } = call.callee;
  const operand = types.exactConstant(first, scope);
  switch (name) {
    case "__builtin_constant_p":
      return truth(operand !== undefined || first.kind === "string");
    case "__builtin_choose_expr": {
      const arm = operand === undefined ? undefined : operand.value !== 0n ? second : third;
      return arm && types.exactConstant(arm, scope);
    }
    case "__builtin_expect":
    case "__builtin_expect_with_probability":
      return operand;
    default:
      return operand && foldBits(name, operand.value);
  }
}

function foldBits(name: string, value: bigint): TypedConstant | undefined {
  const swapped = /^__builtin_bswap(16|32|64)$/.exec(name);
  if (swapped !== null) {
    const bits = Number(swapped[1]);
    return { value: swapBytes(value, bits), type: { kind: "int", bits, signed: false, bool: false } };
  }
  const counted = /^__builtin_(clz|ctz|ffs|popcount)(l|ll)?$/.exec(name);
  if (counted === null) return undefined;
  const bits = counted[2] === undefined ? 32 : 64;
  const digits = BigInt.asUintN(bits, value).toString(2).padStart(bits, "0");
  const lowest = bits - 1 - digits.lastIndexOf("1");
  const result =
    counted[1] === "popcount"
      ? digits.replaceAll("0", "").length
      : !digits.includes("1")
        ? counted[1] === "ffs"
          ? 0
          : undefined
        : counted[1] === "clz"
          ? digits.indexOf("1")
          : counted[1] === "ctz"
            ? lowest
            : lowest + 1;
  return result === undefined ? undefined : { value: BigInt(result), type: intType };
}

function swapBytes(value: bigint, bits: number): bigint {
  let rest = BigInt.asUintN(bits, value);
  let swapped = 0n;
  for (let i = 0; i < bits; i += 8) {
    swapped = (swapped << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return swapped;
}
