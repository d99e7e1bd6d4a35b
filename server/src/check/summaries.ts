// What a global function may do that its callers must know: move packet data,
// throw or sleep, directly or through anything it calls. Computed once a unit and kernel.
import type { ControlFlowGraph, Expr, Place } from "../cfg/ir.ts";
import { visitInstruction, visitTerminator } from "../cfg/walk.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import { copiesMemory } from "../verifier/compiler-builtins.ts";
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
    const { names: reached, reads, members, globals, isOpen } = this.#reach(name);
    const kinds = reached.map((callee) => this.#effects.effect(callee)?.protocol.kind);
    const summary = {
      changesPackets: reached.some((callee) => this.#changesPackets(callee)),
      throws: kinds.includes("throw"),
      tailCalls: kinds.includes("tail-call"),
      sleeps: reached.some((callee) => this.#effects.effect(callee)?.sleepable === true),
      functions: reached,
      reads,
      names: isOpen ? undefined : { members, globals },
    };
    this.#known.set(name, summary);
    return summary;
  }

  #changesPackets(callee: string): boolean {
    const effect = this.#effects.effect(callee);
    return effect?.protocol.kind === "packet-change" || effect?.protocol.kind === "tail-call";
  }

  /** What is named from `start` on, through every function with a body, callbacks included. */
  #reach(start: string): Reach {
    const reads = new Set<string>();
    const members = new Set<string>();
    const globals = new Set<string>();
    let isOpen = false;
    const seen = new Set<string>([start]);
    const queue = [start];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const fn = this.#unit.function(name);
      if (fn === undefined || !fn.hasBody || fn.problem !== undefined) continue;
      const names = namesIn(this.#graph(fn));
      const { called, named } = names;
      for (const global of names.globals) {
        globals.add(global);
        if (this.#unit.global(global)?.const === true) reads.add(global);
      }
      for (const member of names.members) members.add(member);
      isOpen ||= names.isOpen;
      const callbacks = [...named].filter((callee) => this.#unit.function(callee)?.hasBody === true);
      for (const callee of [...called, ...callbacks]) {
        if (seen.has(callee)) continue;
        seen.add(callee);
        queue.push(callee);
      }
    }
    seen.delete(start);
    return { names: [...seen], reads, members, globals, isOpen };
  }
}

interface Reach {
  /** Functions called, or handed to somebody who calls them. */
  readonly names: string[];
  /** Read-only variables. */
  readonly reads: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  /** More is read than is named. */
  readonly isOpen: boolean;
}

interface Names {
  readonly called: ReadonlySet<string>;
  /** Functions whose address is taken: the verifier counts a callback as a call. */
  readonly named: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  /** Copies records as a whole, or calls what it is handed. */
  readonly isOpen: boolean;
}

const namesOf = new WeakMap<ControlFlowGraph, Names>();

function namesIn(graph: ControlFlowGraph): Names {
  let names = namesOf.get(graph);
  if (names === undefined) {
    names = collectNames(graph);
    namesOf.set(graph, names);
  }
  return names;
}

function collectNames(graph: ControlFlowGraph): Names {
  const called = new Set<string>();
  const named = new Set<string>();
  const members = new Set<string>();
  const globals = new Set<string>();
  let isOpen = false;
  const visitor = {
    expr(expr: Expr): void {
      if (expr.kind === "function") named.add(expr.name);
      else if (expr.kind === "offsetof") for (const name of expr.path) members.add(name);
      else if (expr.kind === "load" && expr.type.kind === "pointer" && expr.type.to.kind === "function") isOpen = true;
    },
    place(place: Place): void {
      if (place.kind === "global") globals.add(place.name);
      else if (place.kind === "member") members.add(place.name);
    },
  };
  for (const block of graph.blocks) {
    for (const instruction of block.instructions) {
      if (instruction.kind === "call") {
        if (instruction.callee.kind === "name") called.add(instruction.callee.name);
        if (instruction.callee.kind === "pointer" || copiesMemory(instruction.callee.name)) isOpen = true;
      } else if (instruction.kind === "copy") isOpen = true;
      visitInstruction(instruction, visitor);
    }
    const { terminator } = block;
    if (terminator.kind === "return" && terminator.value?.type.kind === "record") isOpen = true;
    visitTerminator(terminator, visitor);
  }
  return { called, named, members, globals, isOpen };
}
