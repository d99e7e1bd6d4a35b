// switch: the body is ordinary code entered at its labels, so fallthrough, a default
// in the middle and labels inside nested blocks (Duff's device) need no special care.
import type { At, Statement } from "../syntax/ast.ts";
import type { Builder, ScopePoint } from "./builder.ts";
import type { DraftBlock } from "./draft.ts";
import { lowerValue } from "./expressions.ts";
import { enterScopes } from "./jumps.ts";
import { constantOf } from "./make-expr.ts";
import { lowerStatement } from "./statements.ts";

export function lowerSwitch(builder: Builder, statement: Extract<Statement, { kind: "switch" }>): void {
  const { draft } = builder;
  const { at } = statement;
  const value = lowerValue(builder, statement.value);
  const head = draft.current;
  const end = draft.block(at);
  const progress = { scope: builder.point, cases: [], otherwise: undefined };
  draft.resume(draft.block(at));
  builder.switches.push(progress);
  builder.jumps.push({ scope: builder.scope, breakTo: end, continueTo: undefined });
  lowerStatement(builder, statement.body);
  builder.jumps.pop();
  builder.switches.pop();
  draft.enter(end, at);
  closeHead(head, value, progress, end, at);
}

function closeHead(
  head: DraftBlock,
  value: ReturnType<typeof lowerValue>,
  { cases, otherwise }: Builder["switches"][number],
  end: DraftBlock,
  at: At,
): void {
  const rest = otherwise ?? end.id;
  const known = constantOf(value);
  const isCounted = cases.every(({ low, high }) => low !== undefined && high !== undefined);
  if (known !== undefined && isCounted) {
    const match = cases.find(({ low, high }) => known >= low! && known <= high!);
    head.terminator ??= { kind: "goto", target: match?.target ?? rest, at };
    return;
  }
  head.terminator ??= { kind: "switch", value, cases, otherwise: rest, at };
}

export function lowerCase(builder: Builder, statement: Extract<Statement, { kind: "case" }>): void {
  const target = labelBlock(builder, statement.at);
  const low = builder.types.constant(statement.low, builder.scope.names);
  const high = statement.high === undefined ? low : builder.types.constant(statement.high, builder.scope.names);
  if (target !== undefined) builder.switches.at(-1)?.cases.push({ low, high, target });
  lowerBody(builder, statement.body);
}

export function lowerDefault(builder: Builder, statement: Extract<Statement, { kind: "default" }>): void {
  const target = labelBlock(builder, statement.at);
  const progress = builder.switches.at(-1);
  if (progress !== undefined && target !== undefined) progress.otherwise = target;
  lowerBody(builder, statement.body);
}

function lowerBody(builder: Builder, body: Statement | undefined): void {
  if (body !== undefined) lowerStatement(builder, body);
}

/** Starts the block of a label; the id of where the switch jumps, which may first enter scopes. */
function labelBlock(builder: Builder, at: At): number | undefined {
  const { draft } = builder;
  const progress = builder.switches.at(-1);
  if (progress === undefined) {
    draft.problem("case label outside a switch", at);
    return undefined;
  }
  const block = draft.block(at);
  draft.enter(block, at);
  const from: ScopePoint = progress.scope;
  return enterScopes(builder, from, builder.point, block, at).id;
}
