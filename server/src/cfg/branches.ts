// Conditions to branches. Short-circuit operators, `?:`, commas and statement
// expressions end in edges, so every test of a pointer sits on an edge of its own.
import type { At, Expression } from "../syntax/ast.ts";
import type { Builder } from "./builder.ts";
import type { DraftBlock } from "./draft.ts";
import { choosesArms, inStatementExpression, lowerEffect, lowerValue } from "./expressions.ts";
import type { Expr } from "./ir.ts";
import { truthOf } from "./make-expr.ts";
import { isPreserve } from "./places.ts";
import { lowerStatement } from "./statements.ts";

/** Closes the current block with the way to `whenTrue` or `whenFalse`; the caller goes on in a block of its own. */
export function lowerBranch(builder: Builder, test: Expression, whenTrue: DraftBlock, whenFalse: DraftBlock): void {
  builder.nested(test.at, () => lowerTest(builder, test, whenTrue, whenFalse));
}

function lowerTest(builder: Builder, test: Expression, whenTrue: DraftBlock, whenFalse: DraftBlock): void {
  const { draft } = builder;
  const { at } = test;
  switch (test.kind) {
    case "logical": {
      const right = draft.block(at);
      if (test.op === "&&") lowerBranch(builder, test.left, right, whenFalse);
      else lowerBranch(builder, test.left, whenTrue, right);
      draft.resume(right);
      lowerBranch(builder, test.right, whenTrue, whenFalse);
      return;
    }
    case "unary":
      if (test.op === "!" && branches(test.operand)) {
        lowerBranch(builder, test.operand, whenFalse, whenTrue);
        return;
      }
      break;
    case "conditional": {
      if (test.whenTrue === undefined) {
        const second = draft.block(at);
        lowerBranch(builder, test.test, whenTrue, second);
        draft.resume(second);
        lowerBranch(builder, test.whenFalse, whenTrue, whenFalse);
        return;
      }
      const [first, second] = [draft.block(at), draft.block(at)];
      lowerBranch(builder, test.test, first, second);
      draft.resume(first);
      lowerBranch(builder, test.whenTrue, whenTrue, whenFalse);
      draft.resume(second);
      lowerBranch(builder, test.whenFalse, whenTrue, whenFalse);
      return;
    }
    case "comma":
      lowerEffect(builder, test.left);
      lowerBranch(builder, test.right, whenTrue, whenFalse);
      return;
    case "statement":
      lowerStatementTest(builder, test, whenTrue, whenFalse);
      return;
    case "cast": {
      const inner = test.operand;
      const type = builder.types.resolve(test.type, builder.scope.names);
      if (type.kind === "int" && (type.bool || isTruth(inner)) && branches(inner)) {
        lowerBranch(builder, inner, whenTrue, whenFalse);
        return;
      }
      break;
    }
    case "binary": {
      // `(a && b) == 0`, as `likely()` and its relatives leave it.
      const { op, left, right } = test;
      if ((op === "==" || op === "!=") && branches(left)) {
        const value = builder.types.constant(right, builder.scope.names);
        if (value === 0 || (value === 1 && isTruth(left))) {
          const same = (op === "==") === (value === 1);
          lowerBranch(builder, left, same ? whenTrue : whenFalse, same ? whenFalse : whenTrue);
          return;
        }
      }
      break;
    }
    case "call": {
      const inner = expected(test);
      if (inner !== undefined) {
        lowerBranch(builder, inner, whenTrue, whenFalse);
        return;
      }
      break;
    }
    case "generic": {
      const arm = builder.types.genericArm(test, builder.scope.names);
      if (arm !== undefined) {
        lowerBranch(builder, arm, whenTrue, whenFalse);
        return;
      }
      break;
    }
    default:
      break;
  }
  branchOn(builder, lowerValue(builder, test), whenTrue, whenFalse, at);
}

export function branchOn(builder: Builder, test: Expr, whenTrue: DraftBlock, whenFalse: DraftBlock, at: At): void {
  const truth = truthOf(test);
  if (truth !== undefined) builder.draft.goto(truth ? whenTrue : whenFalse, at);
  else builder.draft.close({ kind: "branch", test, whenTrue: whenTrue.id, whenFalse: whenFalse.id, at });
}

/** `__builtin_expect(x, c)` says nothing but x. */
export function expected(call: Extract<Expression, { kind: "call" }>): Expression | undefined {
  if (isPreserve(call)) return call.args[0];
  if (call.callee.kind !== "name") return undefined;
  const { name } = call.callee;
  return name === "__builtin_expect" || name === "__builtin_expect_with_probability" ? call.args[0] : undefined;
}

/** Would this be lowered to edges of its own? */
function branches(expression: Expression): boolean {
  switch (expression.kind) {
    case "logical":
    case "conditional":
    case "statement":
    case "comma":
      return true;
    case "unary":
      return expression.op === "!";
    case "cast":
      return branches(expression.operand);
    case "call":
      return expected(expression) !== undefined;
    case "binary":
      return choosesArms(expression.left) && (expression.op === "==" || expression.op === "!=");
    default:
      return false;
  }
}

/** Is the value 0 or 1, so that no cast to an integer changes it? */
function isTruth(expression: Expression): boolean {
  switch (expression.kind) {
    case "logical":
      return true;
    case "unary":
      return expression.op === "!";
    case "binary":
      return ["==", "!=", "<", "<=", ">", ">="].includes(expression.op);
    case "cast":
      return isTruth(expression.operand);
    case "call": {
      const inner = expected(expression);
      return inner !== undefined && isTruth(inner);
    }
    default:
      return false;
  }
}

/** The block's variables end on both ways out. */
function lowerStatementTest(
  builder: Builder,
  test: Extract<Expression, { kind: "statement" }>,
  whenTrue: DraftBlock,
  whenFalse: DraftBlock,
): void {
  const { draft } = builder;
  const { at } = test;
  inStatementExpression(builder, test, (last) => {
    if (last?.kind !== "expression") {
      if (last !== undefined) lowerStatement(builder, last);
      return;
    }
    const { scope } = builder;
    if (scope.variables.length === 0) {
      lowerBranch(builder, last.expression, whenTrue, whenFalse);
      return;
    }
    for (const target of endingArms(builder, last.expression, [whenTrue, whenFalse])) {
      draft.resume(target.arm);
      builder.endVariables(scope, 0, at);
      draft.goto(target.to, at);
    }
  });
  // A block without a value decides nothing; reached only in broken code.
  draft.close({ kind: "goto", target: whenFalse.id, at });
}

function endingArms(
  builder: Builder,
  test: Expression,
  targets: readonly [DraftBlock, DraftBlock],
): readonly { readonly arm: DraftBlock; readonly to: DraftBlock }[] {
  const [a, b] = [builder.draft.block(test.at), builder.draft.block(test.at)];
  lowerBranch(builder, test, a, b);
  return [
    { arm: a, to: targets[0] },
    { arm: b, to: targets[1] },
  ];
}
