// The type of an expression nobody evaluates: operands of typeof, sizeof and
// _Generic. Expressions that are evaluated get their types while the control-flow
// graph is built, by the same conversions.
import type { Block, Expression } from "../syntax/ast.ts";
import { utf8Length } from "./array-length.ts";
import { builtinResult } from "./builtin-functions.ts";
import {
  arithmetic,
  binaryType,
  charType,
  conditionalType,
  decay,
  literalType,
  pointerTo,
  promote,
  sameType,
} from "./conversions.ts";
import { Scope } from "./scope.ts";
import type { Types } from "./type-queries.ts";
import { type CType, intType, u64Type, unknownType, voidType } from "./types.ts";

/** Before decay: an array stays an array, a function a function. */
export function typeOfExpression(types: Types, expression: Expression, scope: Scope | undefined): CType {
  const of = (operand: Expression): CType => types.typeOf(operand, scope);
  switch (expression.kind) {
    case "name":
      return nameType(types, expression.name, scope);
    case "number":
      return literalType(expression.value, expression.unsigned, expression.long);
    case "string":
      return { kind: "array", of: charType, length: utf8Length(expression.value) + 1 };
    case "unary":
      return expression.op === "!" ? intType : promote(of(expression.operand));
    case "address":
      return pointerTo(of(expression.operand));
    case "deref":
      return pointee(of(expression.operand));
    case "step":
      return of(expression.operand);
    case "binary":
      return binaryType(expression.op, of(expression.left), of(expression.right));
    case "logical":
      return intType;
    case "comma":
      return decay(of(expression.right));
    case "assign":
      return of(expression.target);
    case "conditional":
      return choiceType(types, expression, scope);
    case "call":
      return callType(types, expression, scope);
    case "member":
      return memberType(types, of(expression.object), expression.name, expression.arrow);
    case "index": {
      const object = decay(of(expression.object));
      return object.kind === "pointer" ? object.to : pointee(of(expression.index));
    }
    case "cast":
      return types.resolve(expression.type, scope);
    case "compound":
      return types.completeArray(types.resolve(expression.type, scope), expression.initializer, scope);
    case "sizeof":
    case "sizeof-type":
    case "offsetof":
      return u64Type;
    case "statement":
      return blockType(types, expression.body, scope);
    case "generic": {
      const arm = types.genericArm(expression, scope);
      return arm === undefined ? unknownType : of(arm);
    }
    case "types-compatible":
      return intType;
    case "initializer-list":
    case "opaque":
      return unknownType;
  }
}

/**
 * `c ? a : b`, also when c is a constant: numbers take the type common to both arms. Of other
 * kinds the arm chosen tells, because `__builtin_choose_expr` is read as a `?:` too.
 */
export function choiceType(
  types: Types,
  { test, whenTrue, whenFalse }: Extract<Expression, { kind: "conditional" }>,
  scope: Scope | undefined,
): CType {
  const whole = whenTrue ?? test;
  const [a, b] = [decay(types.typeOf(whole, scope)), decay(types.typeOf(whenFalse, scope))];
  if (isArithmetic(a) && isArithmetic(b)) return arithmetic(a, b);
  const chosen = types.exactConstant(test, scope);
  if (chosen !== undefined) return chosen.value === 0n ? b : a;
  return conditionalType(a, b, isZero(types, whole, scope), isZero(types, whenFalse, scope));
}

function isArithmetic(type: CType): boolean {
  return type.kind === "int" || type.kind === "enum";
}

export function genericArm(
  types: Types,
  { control, associations }: Extract<Expression, { kind: "generic" }>,
  scope: Scope | undefined,
): Expression | undefined {
  const type = decay(types.typeOf(control, scope));
  if (type.kind === "unknown") return undefined;
  const match = associations.find(
    (association) => association.type !== undefined && sameType(types.resolve(association.type, scope), type),
  );
  return (match ?? associations.find((association) => association.type === undefined))?.value;
}

/** What a pointer or array of this type holds. */
export function pointee(type: CType): CType {
  if (type.kind === "pointer") return type.to;
  if (type.kind === "array") return type.of;
  return type.kind === "function" ? type : unknownType;
}

export function memberType(types: Types, object: CType, name: string, arrow: boolean): CType {
  const record = arrow ? pointee(object) : object;
  return types.field(record, name)?.type ?? unknownType;
}

/** Result of calling something of this type. */
export function returnType(callee: CType): CType {
  const fn = callee.kind === "pointer" ? callee.to : callee;
  return fn.kind === "function" ? fn.returns : unknownType;
}

function nameType(types: Types, name: string, scope: Scope | undefined): CType {
  const local = scope?.lookup(name);
  if (local?.kind === "variable") return local.variable.type;
  if (local?.kind === "enumerator") return literalType(local.value, false, false);
  const type = types.variable(name);
  if (type !== undefined) return type;
  if (name === "__func__" || name === "__FUNCTION__" || name === "__PRETTY_FUNCTION__") {
    return { kind: "array", of: charType, length: (scope?.owner.length ?? 0) + 1 };
  }
  const value = types.enumerator(name);
  return value === undefined ? unknownType : literalType(value, false, false);
}

function callType(types: Types, call: Extract<Expression, { kind: "call" }>, scope: Scope | undefined): CType {
  const { callee, args } = call;
  if (callee.kind === "name") {
    const builtin = builtinResult(callee.name, () =>
      args[0] === undefined ? unknownType : types.typeOf(args[0], scope),
    );
    if (builtin !== undefined) return builtin;
  }
  return returnType(types.typeOf(callee, scope));
}

/** A statement expression has the type of its last expression, in the scope its declarations make. */
function blockType(types: Types, body: Block, outer: Scope | undefined): CType {
  const scope = outer?.inner() ?? Scope.ofFunction("({})");
  for (const statement of body.statements.slice(0, -1)) {
    if (statement.kind !== "declaration") continue;
    for (const tag of statement.tags ?? []) types.resolve(tag, scope);
    for (const variable of statement.declarators) {
      const resolved = types.resolve(variable.type, scope);
      if (variable.storage === "typedef") {
        scope.declare(variable.name, { kind: "typedef", type: resolved });
        continue;
      }
      const { initializer } = variable;
      const isAuto = variable.type.kind === "auto" && initializer !== undefined;
      const type = isAuto ? decay(types.typeOf(initializer, scope)) : types.completeArray(resolved, initializer, scope);
      scope.declare(variable.name, { kind: "variable", variable: { type } });
    }
  }
  const last = body.statements.at(-1);
  return last?.kind === "expression" ? decay(types.typeOf(last.expression, scope)) : voidType;
}

function isZero(types: Types, expression: Expression, scope: Scope | undefined): boolean {
  return types.exactConstant(expression, scope)?.value === 0n;
}
