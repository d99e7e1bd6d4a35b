// What a global function may do that its callers must know: move packet data or
// throw, directly or through anything it calls. Computed once a unit and kernel.
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import type { GlobalSummary } from "../verifier/machine.ts";

export class Summaries {
  readonly #unit: TranslationUnit;
  readonly #effects: KernelEffects;
  readonly #graph: (fn: FunctionInfo) => ControlFlowGraph;
  readonly #known = new Map<string, GlobalSummary>();

  constructor(unit: TranslationUnit, effects: KernelEffects, graph: (fn: FunctionInfo) => ControlFlowGraph) {
    this.#unit = unit;
    this.#effects = effects;
    this.#graph = graph;
  }

  of(name: string): GlobalSummary {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const reached = this.#reachableCalls(name);
    const kinds = reached.map((callee) => this.#effects.effect(callee)?.protocol.kind);
    const summary = {
      changesPackets: reached.some((callee) => this.#changesPackets(callee)),
      throws: kinds.includes("throw"),
      tailCalls: kinds.includes("tail-call"),
      functions: reached,
    };
    this.#known.set(name, summary);
    return summary;
  }

  #changesPackets(callee: string): boolean {
    const effect = this.#effects.effect(callee);
    return effect?.protocol.kind === "packet-change" || effect?.protocol.kind === "tail-call";
  }

  /** Names called from `start`, through every function with a body. */
  #reachableCalls(start: string): string[] {
    const seen = new Set<string>([start]);
    const queue = [start];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const fn = this.#unit.function(name);
      if (fn === undefined || !fn.hasBody || fn.problem !== undefined) continue;
      for (const callee of calleesOf(this.#graph(fn))) {
        if (seen.has(callee)) continue;
        seen.add(callee);
        queue.push(callee);
      }
    }
    seen.delete(start);
    return [...seen];
  }
}

export function calleesOf(graph: ControlFlowGraph): Set<string> {
  const names = new Set<string>();
  for (const block of graph.blocks) {
    for (const instruction of block.instructions) {
      if (instruction.kind === "call" && instruction.callee.kind === "name") names.add(instruction.callee.name);
    }
  }
  return names;
}
