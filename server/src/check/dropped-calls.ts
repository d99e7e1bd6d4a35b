// Calls that the verifier never sees, because a `const volatile` variable says so, but that are in the object file all
// the same: the loader wants every strong extern among them. Only what is certain to be there counts: what the compiler
// can decide by itself behind a further condition it may have left out.
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { ReachedCall, SkippedBlock } from "../verifier/finding.ts";
import { blockOf } from "../verifier/skipped.ts";
import type { Site } from "../verifier/value.ts";

/** Static functions called in a block that is dropped are followed so deep. */
const maxDepth = 4;

export interface DroppedContext {
  readonly unit: TranslationUnit;
  /** undefined: no body, or none that could be read. */
  graph(fn: FunctionInfo): ControlFlowGraph | undefined;
}

export function droppedCalls(context: DroppedContext, skipped: readonly SkippedBlock[]): readonly ReachedCall[] {
  const calls: ReachedCall[] = [];
  for (const one of skipped) {
    const fn = context.unit.function(one.site.fn.name);
    const graph = fn && context.graph(fn);
    const block = graph && blockOf(graph, one);
    if (graph === undefined || block === undefined || waysInto(graph, block) !== 1) continue;
    collect(context, graph, block, one.site.via, 0, calls);
  }
  return calls;
}

function collect(
  context: DroppedContext,
  graph: ControlFlowGraph,
  block: number,
  via: Site | undefined,
  depth: number,
  into: ReachedCall[],
): void {
  for (const instruction of graph.blocks[block]?.instructions ?? []) {
    if (instruction.kind !== "call" || instruction.callee.kind !== "name") continue;
    const fn = context.unit.function(instruction.callee.name);
    if (fn === undefined) continue;
    const site: Site = { fn: graph.decl, at: instruction.nameAt, via };
    if (fn.ksym) into.push({ callee: fn.name, site, guarded: false, frees: undefined });
    const callee = depth < maxDepth ? context.graph(fn) : undefined;
    if (callee !== undefined) collect(context, callee, callee.blocks[0]?.id ?? 0, site, depth + 1, into);
  }
}

function waysInto({ blocks }: ControlFlowGraph, block: number): number {
  let ways = 0;
  for (const { terminator } of blocks) {
    if (terminator.kind === "goto" && terminator.target === block) ways++;
    else if (terminator.kind === "branch") {
      if (terminator.whenTrue === block) ways++;
      if (terminator.whenFalse === block) ways++;
    } else if (terminator.kind === "switch") {
      ways += terminator.cases.filter(({ target }) => target === block).length;
      if (terminator.otherwise === block) ways++;
    } else if (terminator.kind === "any") ways += terminator.targets.filter((target) => target === block).length;
  }
  return ways;
}
