// Expressions to pure values. What has a side effect becomes instructions on the
// way, in C's order; what chooses between arms becomes control flow.
import { assertNever } from "../base/assert-never.ts";
import { charType, conditionalType, decay, literalType, pointerTo } from "../model/conversions.ts";
import { choiceType } from "../model/expression-type.ts";
import { type CType, intType, u64Type, unknownType } from "../model/types.ts";
import type { At, Expression, Statement } from "../syntax/ast.ts";
import { lowerAssignment, lowerStep } from "./assignments.ts";
import { lowerBranch } from "./branches.ts";
import type { Builder } from "./builder.ts";
import { isConstantPointer, lowerCall } from "./calls.ts";
import type { DraftBlock } from "./draft.ts";
import type { Expr, Local } from "./ir.ts";
import { binary, cast, constant, constantOf, exact, negate, not, truthOf, unknown } from "./make-expr.ts";
import { addressOf, isVolatile, loadPlace, lowerPlace, offsetValue } from "./places.ts";
import { lowerStatement } from "./statements.ts";
import { readsMemory } from "./walk.ts";

/** The value of an expression; its side effects are emitted before. */
export function lowerValue(builder: Builder, expression: Expression): Expr {
  return builder.nested(expression.at, () => lowerKind(builder, expression));
}

function lowerKind(builder: Builder, expression: Expression): Expr {
  const { at } = expression;
  switch (expression.kind) {
    case "number":
      return constant(expression.value, literalType(expression.value, expression.unsigned, expression.long), at);
    case "string":
      return { kind: "string", value: expression.value, type: pointerTo(charType), at };
    case "name":
      return lowerName(builder, expression);
    case "deref":
    case "member":
    case "index":
    case "compound":
      return loadPlace(lowerPlace(builder, expression), at, isVolatile(builder, expression));
    case "unary":
      return lowerUnary(builder, expression);
    case "address":
      return addressOf(builder, lowerPlace(builder, expression.operand), at);
    case "step":
      return lowerStep(builder, expression, "value");
    case "binary": {
      const left = lowerValue(builder, expression.left);
      const mark = builder.draft.mark();
      const right = lowerValue(builder, expression.right);
      return binary(builder.types, expression.op, builder.draft.settle(left, mark), right, at);
    }
    case "logical":
      return lowerTruth(builder, expression);
    case "comma":
      lowerEffect(builder, expression.left);
      return lowerValue(builder, expression.right);
    case "assign":
      return lowerAssignment(builder, expression).value();
    case "conditional":
      return lowerConditional(builder, expression);
    case "call":
      return lowerCall(builder, expression) ?? constant(0, { kind: "void" }, at);
    case "cast":
      return lowerCast(builder, expression);
    case "sizeof":
    case "sizeof-type":
    case "types-compatible": {
      const value = builder.types.exactConstant(expression, builder.scope.names);
      const type = expression.kind === "types-compatible" ? intType : u64Type;
      return value === undefined ? unknown(type, at) : exact(value.value, type, at);
    }
    case "offsetof":
      return lowerOffsetof(builder, expression);
    case "statement":
      return lowerStatementExpression(builder, expression);
    case "generic": {
      const arm = builder.types.genericArm(expression, builder.scope.names);
      return arm === undefined ? unknown(unknownType, at) : lowerValue(builder, arm);
    }
    case "initializer-list": {
      const [first] = expression.items;
      return first === undefined ? constant(0, intType, at) : lowerValue(builder, first.value);
    }
    case "opaque":
      for (const operand of expression.operands) lowerEffect(builder, operand);
      return unknown(unknownType, at);
    default:
      return assertNever(expression);
  }
}

/** Only the side effects. */
export function lowerEffect(builder: Builder, expression: Expression): void {
  builder.nested(expression.at, () => lowerEffectKind(builder, expression));
}

function lowerEffectKind(builder: Builder, expression: Expression): void {
  const { at } = expression;
  switch (expression.kind) {
    case "step":
      lowerStep(builder, expression, "effect");
      return;
    case "assign":
      lowerAssignment(builder, expression);
      return;
    case "comma":
      lowerEffect(builder, expression.left);
      lowerEffect(builder, expression.right);
      return;
    case "call":
      discard(builder, lowerCall(builder, expression));
      return;
    case "cast":
      lowerEffect(builder, expression.operand);
      return;
    case "unary":
      lowerEffect(builder, expression.operand);
      return;
    case "logical": {
      const { draft } = builder;
      const [right, end] = [draft.block(at), draft.block(at)];
      const [whenTrue, whenFalse] = expression.op === "&&" ? [right, end] : [end, right];
      lowerBranch(builder, expression.left, whenTrue, whenFalse);
      draft.resume(right);
      lowerEffect(builder, expression.right);
      draft.enter(end, at);
      return;
    }
    case "conditional": {
      const { draft } = builder;
      const [first, second, end] = [draft.block(at), draft.block(at), draft.block(at)];
      lowerBranch(builder, expression.test, first, second);
      draft.resume(first);
      if (expression.whenTrue !== undefined) lowerEffect(builder, expression.whenTrue);
      draft.goto(end, at);
      draft.resume(second);
      lowerEffect(builder, expression.whenFalse);
      draft.enter(end, at);
      return;
    }
    case "statement":
      inStatementExpression(builder, expression, (last) => {
        if (last?.kind === "expression") lowerEffect(builder, last.expression);
        else if (last !== undefined) lowerStatement(builder, last);
      });
      return;
    case "generic": {
      const arm = builder.types.genericArm(expression, builder.scope.names);
      if (arm !== undefined) lowerEffect(builder, arm);
      return;
    }
    default:
      discard(builder, lowerValue(builder, expression));
  }
}

/** What is computed and not used: kept only where memory is read. */
function discard(builder: Builder, value: Expr | undefined): void {
  if (value !== undefined && readsMemory(value)) builder.draft.emit({ kind: "discard", value, at: value.at });
}

function lowerName(builder: Builder, expression: Extract<Expression, { kind: "name" }>): Expr {
  const { name, at } = expression;
  const bound = builder.scope.names.lookup(name);
  if (bound?.kind === "enumerator") return constant(bound.value, literalType(bound.value, false, false), at);
  const type = bound === undefined ? builder.types.variable(name) : undefined;
  if (bound === undefined && type === undefined) {
    if (functionNames.has(name)) return { kind: "string", value: builder.fn.name, type: pointerTo(charType), at };
    const value = builder.types.exactConstant(expression, builder.scope.names);
    if (value !== undefined) return exact(value.value, value.type, at);
    // Declared in a header nobody found, most often an enumerator: the same value wherever it is named.
    return unknown(unknownType, at, name);
  }
  if (type !== undefined && isConstantPointer(builder, name, type)) return { kind: "function", name, type, at };
  return loadPlace(lowerPlace(builder, expression), at, isVolatile(builder, expression));
}

const functionNames: ReadonlySet<string> = new Set(["__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"]);

function lowerUnary(builder: Builder, expression: Extract<Expression, { kind: "unary" }>): Expr {
  const { op, operand, at } = expression;
  if (op === "!") {
    return choosesArms(operand) ? lowerTruth(builder, expression) : not(lowerValue(builder, operand), at);
  }
  const value = lowerValue(builder, operand);
  return op === "+" ? value : negate(op, value, at);
}

/** Is the truth of this expression decided by branches? */
export function choosesArms(expression: Expression): boolean {
  let inner = expression;
  while (inner.kind === "unary" && inner.op === "!") inner = inner.operand;
  return inner.kind === "logical";
}

/** `&&`, `||` and `!` of them as a value: 0 or 1 from two arms. */
function lowerTruth(builder: Builder, expression: Expression): Expr {
  const { draft } = builder;
  const { at } = expression;
  const known = builder.types.exactConstant(expression, builder.scope.names);
  if (known !== undefined) return exact(known.value, intType, at);
  const [whenTrue, whenFalse, end] = [draft.block(at), draft.block(at), draft.block(at)];
  lowerBranch(builder, expression, whenTrue, whenFalse);
  const result = draft.temp(intType);
  for (const [block, value] of [[whenTrue, 1] as const, [whenFalse, 0] as const]) {
    draft.resume(block);
    assignTemp(builder, result, constant(value, intType, at), at);
    draft.goto(end, at);
  }
  draft.resume(end);
  return builder.loadLocal(result, at);
}

export function assignTemp(builder: Builder, temp: Local, value: Expr, at: At): void {
  builder.draft.emit({ kind: "assign", target: builder.localPlace(temp, at), value, initial: false, at });
}

function lowerConditional(builder: Builder, expression: Extract<Expression, { kind: "conditional" }>): Expr {
  const { draft } = builder;
  const { at, test, whenTrue, whenFalse } = expression;
  const chosen = decidedTest(builder, test);
  if (chosen !== undefined && whenTrue !== undefined) {
    const value = lowerValue(builder, chosen ? whenTrue : whenFalse);
    return asChoice(builder, expression, value);
  }
  if (whenTrue === undefined) return lowerElvis(builder, expression);
  const [first, second] = [draft.block(at), draft.block(at)];
  lowerBranch(builder, test, first, second);
  draft.resume(first);
  const a = lowerValue(builder, whenTrue);
  const endOfFirst = draft.current;
  draft.resume(second);
  const b = lowerValue(builder, whenFalse);
  return joinArms(builder, [endOfFirst, a], [draft.current, b], at);
}

/** A number has the type common to both arms, also when the other arm is dead. */
function asChoice(builder: Builder, expression: Extract<Expression, { kind: "conditional" }>, value: Expr): Expr {
  if (value.type.kind !== "int") return value;
  const type = choiceType(builder.types, expression, builder.scope.names);
  return type.kind === "int" ? cast(value, type, value.at) : value;
}

/** A test that needs no code at all: constants, sizes, compiler questions. */
export function decidedTest(builder: Builder, test: Expression): boolean | undefined {
  const known = builder.types.exactConstant(test, builder.scope.names);
  return known === undefined ? undefined : known.value !== 0n;
}

type Arm = readonly [end: DraftBlock, value: Expr];

/** Both arms into one temporary. */
function joinArms(builder: Builder, [endA, a]: Arm, [endB, b]: Arm, at: At): Expr {
  const { draft } = builder;
  const type = armsType(a, b);
  const end = draft.block(at);
  const result = type.kind === "void" ? undefined : draft.temp(type);
  for (const [block, value] of [[endA, a] as const, [endB, b] as const]) {
    draft.resume(block);
    if (result === undefined) discard(builder, value);
    else if (value.kind === "load" && value.type.kind === "record") {
      draft.emit({ kind: "copy", target: builder.localPlace(result, at), source: value.place, at });
    } else {
      const converted = value.type.kind === "int" && type.kind === "int" ? cast(value, type, value.at) : value;
      assignTemp(builder, result, converted, value.at);
    }
    draft.goto(end, at);
  }
  draft.resume(end);
  return result === undefined ? constant(0, type, at) : builder.loadLocal(result, at);
}

function armsType(a: Expr, b: Expr): CType {
  return conditionalType(a.type, b.type, constantOf(a) === 0, constantOf(b) === 0);
}

/** GNU `a ?: b`: a is evaluated once. */
function lowerElvis(builder: Builder, expression: Extract<Expression, { kind: "conditional" }>): Expr {
  const { draft } = builder;
  const { at, test, whenFalse } = expression;
  const value = lowerValue(builder, test);
  const truth = truthOf(value);
  if (truth !== undefined) return asChoice(builder, expression, truth ? value : lowerValue(builder, whenFalse));
  const [first, second] = [draft.block(at), draft.block(at)];
  const load = outliving(builder, value);
  draft.close({ kind: "branch", test: load, whenTrue: first.id, whenFalse: second.id, at: test.at });
  draft.resume(second);
  const other = lowerValue(builder, whenFalse);
  return joinArms(builder, [first, load], [draft.current, other], at);
}

function lowerCast(builder: Builder, expression: Extract<Expression, { kind: "cast" }>): Expr {
  const { at, operand } = expression;
  const type = builder.types.resolve(expression.type, builder.scope.names);
  if (type.kind === "void") {
    lowerEffect(builder, operand);
    return constant(0, type, at);
  }
  // An array or struct in braces may follow a cast in a macro; it is the compound literal then.
  const value = cast(lowerValue(builder, operand), type, at);
  if (value.kind !== "unknown" && !(value.kind === "const" && value.value === undefined)) return value;
  // A double could not hold what was cast; the exact arithmetic of constants may.
  const known = builder.types.exactConstant(expression, builder.scope.names);
  return known === undefined ? value : exact(known.value, type, at);
}

function lowerOffsetof(builder: Builder, expression: Extract<Expression, { kind: "offsetof" }>): Expr {
  const { at } = expression;
  const record = builder.types.resolve(expression.type, builder.scope.names);
  const path = expression.path.flatMap((step) => (step.kind === "field" ? [step.name] : []));
  if (path.length === expression.path.length) {
    return { kind: "offsetof", record, path, value: offsetValue(builder, { record, path }), type: u64Type, at };
  }
  const value = builder.types.constant(expression, builder.scope.names);
  return value === undefined ? unknown(u64Type, at) : constant(value, u64Type, at);
}

/** The value outlives the block's variables: it is taken before they end. */
function lowerStatementExpression(builder: Builder, expression: Extract<Expression, { kind: "statement" }>): Expr {
  let result: Expr = constant(0, { kind: "void" }, expression.at);
  inStatementExpression(builder, expression, (last) => {
    if (last?.kind !== "expression") {
      if (last !== undefined) lowerStatement(builder, last);
      return;
    }
    const value = lowerValue(builder, last.expression);
    result = value.type.kind === "void" ? value : outliving(builder, value);
  });
  return result;
}

/** The value itself if it reads nothing that may change, else a temporary that keeps it. */
export function outliving(builder: Builder, value: Expr): Expr {
  const isFixed =
    value.kind === "const" ||
    value.kind === "string" ||
    value.kind === "function" ||
    value.kind === "offsetof" ||
    value.kind === "type-id" ||
    (value.kind === "load" && value.place.kind === "local" && value.place.local.kind === "temp");
  if (isFixed) return value;
  const temp = builder.draft.temp(decay(value.type));
  const place = builder.localPlace(temp, value.at);
  if (value.kind === "load" && value.type.kind === "record") {
    builder.draft.emit({ kind: "copy", target: place, source: value.place, at: value.at });
  } else {
    builder.draft.emit({ kind: "assign", target: place, value, initial: false, at: value.at });
  }
  return builder.loadLocal(temp, value.at);
}

/** Lowers all but the last statement, hands that over, and closes the scope. */
export function inStatementExpression(
  builder: Builder,
  expression: Extract<Expression, { kind: "statement" }>,
  finish: (last: Statement | undefined) => void,
): void {
  const { statements, at } = expression.body;
  builder.openScope();
  for (const statement of statements.slice(0, -1)) lowerStatement(builder, statement);
  finish(statements.at(-1));
  builder.closeScope(at);
}
