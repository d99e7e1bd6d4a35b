// What a global function may do that its callers must know: move packet data,
// throw or sleep, directly or through anything it calls. Computed once a unit and kernel.
import type { ControlFlowGraph, Expr, Place } from "../cfg/ir.ts";
import { visitInstruction, visitTerminator } from "../cfg/walk.ts";
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
    const { names: reached, reads } = this.#reach(name);
    const kinds = reached.map((callee) => this.#effects.effect(callee)?.protocol.kind);
    const summary = {
      changesPackets: reached.some((callee) => this.#changesPackets(callee)),
      throws: kinds.includes("throw"),
      tailCalls: kinds.includes("tail-call"),
      sleeps: reached.some((callee) => this.#effects.effect(callee)?.sleepable === true),
      functions: reached,
      reads,
    };
    this.#known.set(name, summary);
    return summary;
  }

  #changesPackets(callee: string): boolean {
    const effect = this.#effects.effect(callee);
    return effect?.protocol.kind === "packet-change" || effect?.protocol.kind === "tail-call";
  }

  /** Names called from `start` and read-only variables read, through every function with a body, callbacks included. */
  #reach(start: string): { names: string[]; reads: ReadonlySet<string> } {
    const reads = new Set<string>();
    const seen = new Set<string>([start]);
    const queue = [start];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const fn = this.#unit.function(name);
      if (fn === undefined || !fn.hasBody || fn.problem !== undefined) continue;
      const { called, named, globals } = namesIn(this.#graph(fn));
      for (const global of globals) if (this.#unit.global(global)?.const === true) reads.add(global);
      const callbacks = [...named].filter((callee) => this.#unit.function(callee)?.hasBody === true);
      for (const callee of [...called, ...callbacks]) {
        if (seen.has(callee)) continue;
        seen.add(callee);
        queue.push(callee);
      }
    }
    seen.delete(start);
    return { names: [...seen], reads };
  }
}

/** Functions called, functions whose address is taken (the verifier counts a callback as a call), and globals. */
function namesIn(graph: ControlFlowGraph): Record<"called" | "named" | "globals", ReadonlySet<string>> {
  const called = new Set<string>();
  const named = new Set<string>();
  const globals = new Set<string>();
  const visitor = {
    expr(expr: Expr): void {
      if (expr.kind === "function") named.add(expr.name);
    },
    place(place: Place): void {
      if (place.kind === "global") globals.add(place.name);
    },
  };
  for (const block of graph.blocks) {
    for (const instruction of block.instructions) {
      if (instruction.kind === "call" && instruction.callee.kind === "name") called.add(instruction.callee.name);
      visitInstruction(instruction, visitor);
    }
    visitTerminator(block.terminator, visitor);
  }
  return { called, named, globals };
}
