// Turns one C function into a control-flow graph.
// Short-circuit operators become branches, so every NULL test sits on an edge of its own.
// Does not know what a kfunc is; that is the business of verifier/.

import { decay } from "../model/conversions.ts";
import type { FunctionDecl } from "../syntax/ast.ts";
import { Builder } from "./builder.ts";
import type { CfgUnit } from "./cfg-unit.ts";
import { type DraftLocal, GiveUp, rootOf } from "./draft.ts";
import type { ControlFlowGraph, Local } from "./ir.ts";
import { settleJumps } from "./jumps.ts";
import { endOf, type SimplifiedBlocks, simplify } from "./simplify.ts";
import { lowerStatement } from "./statements.ts";
import { type Visitor, visitInstruction, visitTerminator } from "./walk.ts";

export type { CfgUnit } from "./cfg-unit.ts";

/** A function without a body gets an empty graph. Never throws: what cannot be lowered is the graph's `problem`. */
export function buildCfg(fn: FunctionDecl, unit: CfgUnit): ControlFlowGraph {
  const builder = new Builder(fn, unit);
  const { draft } = builder;
  const entry = draft.current;
  const params = declareParams(builder);
  const bodyAt = fn.body?.at ?? fn.nameAt;
  const end = { kind: "return", value: undefined, at: endOf(bodyAt) } as const;
  const graph = { name: fn.name, decl: fn, params, returns: builder.returns };
  try {
    // The body's braces are the function's own scope; a return or the closing brace ends all of it.
    for (const statement of fn.body?.statements ?? []) lowerStatement(builder, statement);
    builder.unwindForReturn();
    draft.close(end);
    settleJumps(builder);
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error;
    const { message, at } = error;
    const blocks = [{ id: 0, instructions: [], terminator: { kind: "unreachable", at } as const }];
    const problem = { message, at };
    return { ...graph, locals: params, statics: [], blocks, order: [0], loopHeads: new Set(), problem };
  }
  const { blocks, order, loopHeads, reached } = simplify(draft.blocks, entry, end);
  const locals = usedLocals({ blocks }, params, draft.locals);
  const found = draft.problems.find(({ block }) => reached.has(block));
  const problem = found && { message: found.message, at: found.at };
  return { ...graph, locals, statics: builder.statics, blocks, order, loopHeads, problem };
}

function declareParams(builder: Builder): readonly Local[] {
  return builder.fn.params.map((param) => {
    const type = decay(builder.types.resolve(param.type, builder.scope.names));
    const local = builder.draft.local(param.name ?? "", type, "param", param.type.qualifiers.volatile);
    if (param.name !== undefined) {
      builder.scope.names.declare(param.name, { kind: "variable", variable: { kind: "local", type, local } });
    }
    return local;
  });
}

/** Locals that the graph still mentions; those whose address it takes are marked on the way. */
function usedLocals(
  { blocks }: Pick<SimplifiedBlocks, "blocks">,
  params: readonly Local[],
  locals: readonly DraftLocal[],
): readonly Local[] {
  const used = new Set<number>(params.map((param) => param.id));
  const visitor: Visitor = {
    expr(expr) {
      if (expr.kind !== "address") return;
      const root = rootOf(expr.place);
      if (root.kind === "local") locals[root.local.id]!.addressTaken = true;
    },
    place(place) {
      if (place.kind === "local") used.add(place.local.id);
    },
  };
  for (const { instructions, terminator } of blocks) {
    for (const instruction of instructions) {
      visitInstruction(instruction, visitor);
      if (instruction.kind === "call" && instruction.result !== undefined) used.add(instruction.result.id);
      if (instruction.kind === "declare" || instruction.kind === "forget") used.add(instruction.local.id);
    }
    visitTerminator(terminator, visitor);
  }
  return locals.filter((local) => used.has(local.id));
}
