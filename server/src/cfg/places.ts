// Lvalues to places. Detours through addresses are taken back: `(&x)->f`, `*&x`,
// `*(volatile T *)&x` and `*(a + i)` are x.f, x, x and a[i].
import { pointerTo, sameType } from "../model/conversions.ts";
import { pointee } from "../model/expression-type.ts";
import { type CType, unknownType } from "../model/types.ts";
import type { At, Expression } from "../syntax/ast.ts";
import { lowerAssignment } from "./assignments.ts";
import type { Builder } from "./builder.ts";
import { lowerEffect, lowerValue } from "./expressions.ts";
import { lowerCompound } from "./initializers.ts";
import type { Expr, Place } from "./ir.ts";
import { cast, constant, constantOf, offset } from "./make-expr.ts";

export function lowerPlace(builder: Builder, expression: Expression): Place {
  return builder.nested(expression.at, () => lowerPlaceKind(builder, expression));
}

function lowerPlaceKind(builder: Builder, expression: Expression): Place {
  const { at } = expression;
  switch (expression.kind) {
    case "name":
      return namePlace(builder, expression.name, at);
    case "deref":
      return derefPlace(builder, lowerValue(builder, expression.operand), at);
    case "member": {
      const base = expression.arrow
        ? derefPlace(builder, lowerValue(builder, expression.object), expression.object.at)
        : lowerPlace(builder, expression.object);
      return memberPlace(builder, base, expression.name, at);
    }
    case "index":
      return lowerIndex(builder, expression);
    case "compound":
      return lowerCompound(builder, expression);
    case "comma":
      lowerEffect(builder, expression.left);
      return lowerPlace(builder, expression.right);
    case "assign":
      return lowerAssignment(builder, expression).target;
    case "generic": {
      const arm = builder.types.genericArm(expression, builder.scope.names);
      if (arm !== undefined) return lowerPlace(builder, arm);
      break;
    }
    case "call":
      if (isPreserve(expression)) return lowerPlace(builder, expression.args[0]!);
      break;
    default:
      break;
  }
  return placeOfValue(builder, lowerValue(builder, expression), at);
}

/** `__builtin_preserve_access_index(x)` is x. */
export function isPreserve({ callee, args }: Extract<Expression, { kind: "call" }>): boolean {
  return (
    callee.kind === "name" &&
    (callee.name === "__builtin_preserve_access_index" || callee.name === "__builtin_preserve_static_offset") &&
    args.length > 0
  );
}

/** A value that is no lvalue (a struct out of a call) gets a temporary to live in. */
function placeOfValue(builder: Builder, value: Expr, at: At): Place {
  if (value.kind === "load" && value.type.kind === "record") return value.place;
  const place = builder.localPlace(builder.draft.temp(value.type), at);
  builder.draft.emit({ kind: "assign", target: place, value, initial: false, at });
  return place;
}

function namePlace(builder: Builder, name: string, at: At): Place {
  const bound = builder.scope.names.lookup(name);
  if (bound?.kind === "variable") {
    const { variable } = bound;
    return variable.kind === "local"
      ? builder.localPlace(variable.local, at)
      : { kind: "global", name: variable.name, type: variable.type, at };
  }
  return { kind: "global", name, type: builder.types.variable(name) ?? unknownType, at };
}

export function memberPlace(builder: Builder, base: Place, name: string, at: At): Place {
  return { kind: "member", base, name, type: builder.types.field(base.type, name)?.type ?? unknownType, at };
}

export function elementPlace(base: Place, index: Expr, at: At): Place {
  return { kind: "element", base, index, type: base.type.kind === "array" ? base.type.of : unknownType, at };
}

export function derefPlace(builder: Builder, pointer: Expr, at: At): Place {
  if (pointer.kind === "address") return placeAt(pointer, at);
  if (pointer.kind === "offset" && pointer.base.kind === "address" && !pointer.negative) {
    const { place, type } = pointer.base;
    if (place.type.kind === "array" && isDecayed(place.type, type)) return elementPlace(place, pointer.index, at);
  }
  if (pointer.kind === "cast" && pointer.operand.kind === "address") {
    const place = placeAt(pointer.operand, at);
    if (isSameStorage(builder, pointee(pointer.type), place.type)) return place;
  }
  return { kind: "deref", pointer, type: pointee(pointer.type), at };
}

/** What an address is the address of. */
function placeAt(pointer: Extract<Expr, { kind: "address" }>, at: At): Place {
  const { place, type } = pointer;
  if (place.type.kind === "array" && isDecayed(place.type, type)) {
    return elementPlace(place, constant(0, { kind: "int", bits: 32, signed: true, bool: false }, at), at);
  }
  return { ...place, at };
}

/** The address of an array as its first element's, not the array's. */
function isDecayed(array: Extract<CType, { kind: "array" }>, pointer: CType): boolean {
  return pointer.kind === "pointer" && (pointer.to === array.of || sameType(pointer.to, array.of));
}

/** Reading `place` as `type` gives what was stored there: the same type, or integers of one size. */
function isSameStorage(builder: Builder, type: CType, place: CType): boolean {
  if (sameType(type, place)) return true;
  if (type.kind === "pointer" && place.kind === "pointer") return true;
  const isScalar = (of: CType): boolean => of.kind === "int" || of.kind === "enum";
  return isScalar(type) && isScalar(place) && builder.types.sizeOf(type) === builder.types.sizeOf(place);
}

/** Reads a place: arrays decay, functions are their own address. */
export function loadPlace(place: Place, at: At, isVolatile = false): Expr {
  const { type } = place;
  if (type.kind === "array") return { kind: "address", place, type: pointerTo(type.of), at };
  if (type.kind === "function") {
    if (place.kind === "deref") return place.pointer;
    if (place.kind === "global") return { kind: "function", name: place.name, type: pointerTo(type), at };
    return { kind: "address", place, type: pointerTo(type), at };
  }
  return isVolatile ? { kind: "load", place, type, at, volatile: true } : { kind: "load", place, type, at };
}

/** `&place`; of something at a constant address it is an offset. */
export function addressOf(builder: Builder, place: Place, at: At): Expr {
  if (place.kind === "deref") return { ...place.pointer, at };
  if (place.type.kind === "function" && place.kind === "global") return loadPlace(place, at);
  const type = pointerTo(place.type);
  const named = offsetFromNull(place);
  if (named !== undefined) {
    return { kind: "offsetof", record: named.record, path: named.path, value: offsetValue(builder, named), type, at };
  }
  if (place.kind === "element" && place.base.kind === "deref" && place.base.type.kind !== "array") {
    return cast(offset(builder.types, place.base.pointer, place.index, false, at), type, at);
  }
  return { kind: "address", place, type, at };
}

interface OffsetFromNull {
  readonly record: CType;
  readonly path: readonly string[];
}

/** `((T *)0)->a.b` names an offset in T. */
function offsetFromNull(place: Place): OffsetFromNull | undefined {
  const path: string[] = [];
  let inner = place;
  while (inner.kind === "member") {
    path.unshift(inner.name);
    inner = inner.base;
  }
  if (path.length === 0 || inner.kind !== "deref" || constantOf(inner.pointer) !== 0) return undefined;
  return { record: inner.type, path };
}

export function offsetValue(builder: Builder, { record, path }: OffsetFromNull): number | undefined {
  let type = record;
  let value = 0;
  for (const name of path) {
    const field = builder.types.field(type, name);
    if (field?.offset === undefined) return undefined;
    value += field.offset;
    type = field.type;
  }
  return value;
}

/** `a[i]`, also written `i[a]`. */
function lowerIndex(builder: Builder, expression: Extract<Expression, { kind: "index" }>): Place {
  const { at, object } = expression;
  const place = variablePlace(builder, object);
  if (place?.type.kind === "array") return elementPlace(place, lowerValue(builder, expression.index), at);
  const value =
    place === undefined ? lowerValue(builder, object) : loadPlace(place, object.at, isVolatile(builder, object));
  const mark = builder.draft.mark();
  const index = lowerValue(builder, expression.index);
  const settled = builder.draft.settle(value, mark);
  const isSwapped = settled.type.kind !== "pointer" && index.type.kind === "pointer";
  const [base, by] = isSwapped ? [index, settled] : [settled, index];
  return derefPlace(builder, offset(builder.types, base, by, false, at), at);
}

/** The place of an expression that always is one. */
function variablePlace(builder: Builder, expression: Expression): Place | undefined {
  switch (expression.kind) {
    case "name":
      return isVariable(builder, expression.name) ? lowerPlace(builder, expression) : undefined;
    case "member":
    case "index":
    case "deref":
    case "compound":
      return lowerPlace(builder, expression);
    default:
      return undefined;
  }
}

export function isVariable(builder: Builder, name: string): boolean {
  const bound = builder.scope.names.lookup(name);
  if (bound !== undefined) return bound.kind === "variable";
  const type = builder.types.variable(name);
  return type !== undefined && type.kind !== "function";
}

/** Is this read or written through a volatile lvalue? */
export function isVolatile(builder: Builder, expression: Expression): boolean {
  switch (expression.kind) {
    case "name": {
      const bound = builder.scope.names.lookup(expression.name);
      if (bound === undefined) return builder.unit.global(expression.name)?.volatile ?? false;
      if (bound.kind !== "variable") return false;
      return bound.variable.kind === "local" ? bound.variable.local.volatile : bound.variable.volatile;
    }
    case "deref":
    case "member": {
      const object = expression.kind === "deref" ? expression.operand : expression.object;
      if (expression.kind === "member" && !expression.arrow) return isVolatile(builder, object);
      return object.kind === "cast" && object.type.kind === "pointer" && object.type.to.qualifiers.volatile;
    }
    case "index":
      return isVolatile(builder, expression.object);
    default:
      return false;
  }
}
