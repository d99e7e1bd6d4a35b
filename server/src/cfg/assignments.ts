// Assignments and steps. The value is computed before the place, as clang does it.
import { decay } from "../model/conversions.ts";
import { intType } from "../model/types.ts";
import type { At, Expression } from "../syntax/ast.ts";
import { lowerBranch } from "./branches.ts";
import type { Builder } from "./builder.ts";
import {
  assignTemp,
  choosesArms,
  decidedTest,
  inStatementExpression,
  lowerEffect,
  lowerValue,
  outliving,
} from "./expressions.ts";
import type { Expr, Place } from "./ir.ts";
import { binary, cast, constant, stored } from "./make-expr.ts";
import { isVolatile, loadPlace, lowerPlace } from "./places.ts";
import { lowerStatement } from "./statements.ts";

export interface Assigned {
  readonly target: Place;
  /** The assignment's own value; made only when somebody needs it. */
  readonly value: () => Expr;
}

export function lowerAssignment(builder: Builder, expression: Extract<Expression, { kind: "assign" }>): Assigned {
  const { draft } = builder;
  const { at, op } = expression;
  const local = op === undefined ? plainLocal(builder, expression.target) : undefined;
  if (local !== undefined) {
    lowerInto(builder, local, expression.value, { initial: false, at });
    return { target: local, value: () => loadPlace(local, at) };
  }
  const operand = lowerValue(builder, expression.value);
  const mark = draft.mark();
  const target = lowerPlace(builder, expression.target);
  const right = draft.settle(operand, mark);
  if (target.type.kind === "record" && right.kind === "load") {
    draft.emit({ kind: "copy", target, source: right.place, at });
    return { target, value: () => loadPlace(target, at) };
  }
  if (op === undefined) return store(builder, target, right, at);
  const old = loadPlace(target, expression.target.at, isVolatile(builder, expression.target));
  const result = binary(builder.types, op, old, right, at);
  return store(builder, target, cast(result, target.type, at), at);
}

/** A local variable named as it is: what is chosen between arms can go into it without a detour. */
function plainLocal(builder: Builder, target: Expression): Place | undefined {
  if (target.kind !== "name") return undefined;
  const bound = builder.scope.names.lookup(target.name);
  if (bound?.kind !== "variable" || bound.variable.kind !== "local") return undefined;
  const { local } = bound.variable;
  return local.volatile ? undefined : builder.localPlace(local, target.at);
}

/** How `lowerInto` marks its assignments. */
export interface AssignmentKind {
  readonly initial: boolean;
  readonly at: At;
}

/** Evaluates `value` into `target`; each arm of a choice assigns for itself. */
export function lowerInto(builder: Builder, target: Place, value: Expression, kind: AssignmentKind): void {
  builder.nested(value.at, () => lowerKindInto(builder, target, value, kind));
}

function lowerKindInto(builder: Builder, target: Place, value: Expression, kind: AssignmentKind): void {
  const { draft } = builder;
  const { at } = kind;
  if (value.kind === "comma") {
    lowerEffect(builder, value.left);
    lowerInto(builder, target, value.right, kind);
  } else if (value.kind === "statement") {
    inStatementExpression(builder, value, (last) => {
      if (last?.kind === "expression") lowerInto(builder, target, last.expression, kind);
      else if (last !== undefined) lowerStatement(builder, last);
    });
  } else if (value.kind === "conditional" && value.whenTrue !== undefined) {
    const chosen = decidedTest(builder, value.test);
    if (chosen !== undefined) {
      lowerInto(builder, target, chosen ? value.whenTrue : value.whenFalse, kind);
      return;
    }
    const [first, second, end] = [draft.block(at), draft.block(at), draft.block(at)];
    lowerBranch(builder, value.test, first, second);
    draft.resume(first);
    lowerInto(builder, target, value.whenTrue, kind);
    draft.goto(end, at);
    draft.resume(second);
    lowerInto(builder, target, value.whenFalse, kind);
    draft.enter(end, at);
  } else if (choosesArms(value)) {
    const [whenTrue, whenFalse, end] = [draft.block(at), draft.block(at), draft.block(at)];
    lowerBranch(builder, value, whenTrue, whenFalse);
    for (const [block, truth] of [[whenTrue, 1] as const, [whenFalse, 0] as const]) {
      draft.resume(block);
      emitInto(builder, target, constant(truth, intType, value.at), kind);
      draft.goto(end, at);
    }
    draft.resume(end);
  } else {
    emitInto(builder, target, lowerValue(builder, value), kind);
  }
}

export function emitInto(builder: Builder, target: Place, value: Expr, { initial, at }: AssignmentKind): void {
  if (target.type.kind === "record" && value.kind === "load") {
    builder.draft.emit({ kind: "copy", target, source: value.place, at });
  } else {
    builder.draft.emit({ kind: "assign", target, value: stored(value, target.type), initial, at });
  }
}

function store(builder: Builder, target: Place, given: Expr, at: Expr["at"]): Assigned {
  const { draft } = builder;
  const value = stored(given, target.type);
  // Memory may be read back as something else; a local holds what it was given.
  if (target.kind === "local" && !target.local.volatile) {
    draft.emit({ kind: "assign", target, value, initial: false, at });
    return { target, value: () => loadPlace(target, at) };
  }
  const { current } = draft;
  const index = current.instructions.length;
  draft.emit({ kind: "assign", target, value, initial: false, at });
  return {
    target,
    value: () => {
      if (value.kind === "const") return value;
      if (value.kind === "load" && value.place.kind === "local" && value.place.local.kind === "temp") return value;
      const kept = draft.temp(decay(target.type.kind === "unknown" ? value.type : target.type));
      const place = builder.localPlace(kept, at);
      const load = builder.loadLocal(kept, at);
      current.instructions.splice(
        index,
        1,
        { kind: "assign", target: place, value, initial: false, at },
        { kind: "assign", target, value: load, initial: false, at },
      );
      return load;
    },
  };
}

export function lowerStep(
  builder: Builder,
  expression: Extract<Expression, { kind: "step" }>,
  want: "value" | "effect",
): Expr {
  const { draft } = builder;
  const { at, op, prefix } = expression;
  const target = lowerPlace(builder, expression.operand);
  const old = loadPlace(target, expression.operand.at, isVolatile(builder, expression.operand));
  const before = want === "value" && !prefix ? outliving(builder, old) : old;
  const one = constant(1, intType, at);
  const after = cast(binary(builder.types, op === "++" ? "+" : "-", before, one, at), target.type, at);
  if (want === "effect") {
    draft.emit({ kind: "assign", target, value: after, initial: false, at });
    return before;
  }
  if (!prefix) {
    draft.emit({ kind: "assign", target, value: after, initial: false, at });
    return before;
  }
  const kept = draft.temp(target.type);
  assignTemp(builder, kept, after, at);
  draft.emit({ kind: "assign", target, value: builder.loadLocal(kept, at), initial: false, at });
  return builder.loadLocal(kept, at);
}
