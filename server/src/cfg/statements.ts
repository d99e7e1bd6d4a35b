// Statements to blocks and edges.
import { assertNever } from "../base/assert-never.ts";
import type { At, Expression, Statement } from "../syntax/ast.ts";
import { lowerAsm } from "./asm.ts";
import { lowerBranch } from "./branches.ts";
import type { Builder, JumpTarget } from "./builder.ts";
import { lowerDeclaration } from "./declarations.ts";
import { lowerEffect, lowerValue, outliving } from "./expressions.ts";
import { defineLabel, jumpToLabel } from "./jumps.ts";
import { lowerCase, lowerDefault, lowerSwitch } from "./switch.ts";

export function lowerStatement(builder: Builder, statement: Statement): void {
  builder.nested(statement.at, () => lowerKind(builder, statement));
}

function lowerKind(builder: Builder, statement: Statement): void {
  const { draft } = builder;
  const { at } = statement;
  switch (statement.kind) {
    case "block":
      builder.openScope();
      for (const inner of statement.statements) lowerStatement(builder, inner);
      builder.closeScope({ start: Math.max(at.start, at.end - 1), end: at.end });
      return;
    case "expression":
      lowerEffect(builder, statement.expression);
      return;
    case "declaration":
      lowerDeclaration(builder, statement);
      return;
    case "if":
      lowerIf(builder, statement);
      return;
    case "while":
      lowerLoop(builder, { ...statement, init: undefined, step: undefined });
      return;
    case "for":
      lowerLoop(builder, statement);
      return;
    case "do":
      lowerDo(builder, statement);
      return;
    case "switch":
      lowerSwitch(builder, statement);
      return;
    case "case":
      lowerCase(builder, statement);
      return;
    case "default":
      lowerDefault(builder, statement);
      return;
    case "label":
      defineLabel(builder, statement.name, at);
      if (statement.body !== undefined) lowerStatement(builder, statement.body);
      return;
    case "goto":
      jumpToLabel(builder, statement.label, at);
      return;
    case "goto-computed":
      lowerEffect(builder, statement.target);
      builder.computedGotos.push({ from: draft.current, at });
      draft.resume(draft.block(at));
      return;
    case "break":
      jump(builder, builder.jumps.at(-1), (target) => target.breakTo, at);
      return;
    case "continue": {
      const loop = builder.jumps.findLast((target) => target.continueTo !== undefined);
      jump(builder, loop, (target) => target.continueTo ?? target.breakTo, at);
      return;
    }
    case "return":
      lowerReturn(builder, statement.value, at);
      return;
    case "asm":
      lowerAsm(builder, statement);
      return;
    case "empty":
      return;
    default:
      assertNever(statement);
  }
}

function jump(
  builder: Builder,
  target: JumpTarget | undefined,
  to: (target: JumpTarget) => JumpTarget["breakTo"],
  at: At,
): void {
  if (target === undefined) {
    builder.draft.problem("break or continue outside a loop", at);
    builder.draft.close({ kind: "unreachable", at });
    return;
  }
  builder.unwindTo(target.scope, at);
  builder.draft.goto(to(target), at);
}

/** A chain of `else if` is walked, not nested. */
function lowerIf(builder: Builder, statement: Extract<Statement, { kind: "if" }>): void {
  const { draft } = builder;
  const end = draft.block(statement.at);
  let link: Statement | undefined = statement;
  while (link?.kind === "if") {
    const [then, otherwise] = [draft.block(link.at), draft.block(link.at)];
    lowerBranch(builder, link.test, then, otherwise);
    draft.resume(then);
    lowerScoped(builder, link.then);
    draft.goto(end, link.at);
    draft.resume(otherwise);
    link = link.else;
  }
  if (link !== undefined) lowerScoped(builder, link);
  draft.enter(end, statement.at);
}

/** The substatement of a control statement is a block of its own, braces or not. */
function lowerScoped(builder: Builder, statement: Statement): void {
  if (statement.kind !== "declaration") {
    lowerStatement(builder, statement);
    return;
  }
  builder.openScope();
  lowerStatement(builder, statement);
  builder.closeScope(statement.at);
}

function lowerLoop(
  builder: Builder,
  loop: {
    readonly init: Statement | undefined;
    readonly test: Expression | undefined;
    readonly step: Expression | undefined;
    readonly body: Statement;
    readonly at: At;
  },
): void {
  const { draft } = builder;
  const { at } = loop;
  const scope = builder.openScope();
  if (loop.init !== undefined) lowerStatement(builder, loop.init);
  const [head, body, next, end] = [draft.block(at), draft.block(at), draft.block(at), draft.block(at)];
  draft.enter(head, at);
  if (loop.test === undefined) draft.goto(body, at);
  else lowerBranch(builder, loop.test, body, end);
  draft.resume(body);
  builder.jumps.push({ scope, breakTo: end, continueTo: next });
  lowerScoped(builder, loop.body);
  builder.jumps.pop();
  draft.enter(next, at);
  if (loop.step !== undefined) lowerEffect(builder, loop.step);
  draft.goto(head, at);
  draft.resume(end);
  builder.closeScope(at);
}

function lowerDo(builder: Builder, loop: Extract<Statement, { kind: "do" }>): void {
  const { draft } = builder;
  const { at } = loop;
  const [body, next, end] = [draft.block(at), draft.block(at), draft.block(at)];
  draft.enter(body, at);
  builder.jumps.push({ scope: builder.scope, breakTo: end, continueTo: next });
  lowerScoped(builder, loop.body);
  builder.jumps.pop();
  draft.enter(next, at);
  lowerBranch(builder, loop.test, body, end);
  draft.resume(end);
}

/**
 * A return ends every variable of the function, so there is no `forget` before it and its
 * value is read in place. Cleanup functions run before it, after the value is taken.
 */
function lowerReturn(builder: Builder, expression: Expression | undefined, at: At): void {
  const { draft } = builder;
  if (expression !== undefined && builder.returns.kind === "void") {
    lowerEffect(builder, expression);
    builder.unwindForReturn();
    draft.close({ kind: "return", value: undefined, at });
    return;
  }
  const value = expression && lowerValue(builder, expression);
  if (!builder.hasPendingCleanup()) {
    draft.close({ kind: "return", value, at });
    return;
  }
  const kept = value && outliving(builder, value);
  builder.unwindForReturn();
  draft.close({ kind: "return", value: kept, at });
}
