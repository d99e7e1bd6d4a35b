// What a global function may do that its callers must know: move packet data,
// throw or sleep, directly or through anything it calls.
import type { ControlFlowGraph, Expr, Place } from "../cfg/ir.ts";
import { visitInstruction, visitTerminator } from "../cfg/walk.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import { copiesMemory } from "../verifier/compiler-builtins.ts";
import type { GlobalSummary } from "../verifier/machine.ts";
import type { Version } from "./root-cache.ts";

/** By the name of the kernel, then of the function. */
export type ReachesByKernel = Map<string, Map<string, Reach>>;

/** Files somebody is editing at the same time. */
const maxFiles = 3;

/** Summaries of the last version of each file: those of functions that reach nothing that was edited still hold. */
export class SummaryCache {
  readonly #files = new Map<string, { readonly version: Version; readonly known: ReachesByKernel }>();

  /** What is known, to be read and added to while `version` is the last one. */
  of(path: string, version: Version): ReachesByKernel {
    const last = this.#files.get(path);
    const changed = last && version.changedFunctions(last.version);
    const known = last === undefined || changed === undefined ? new Map<string, Map<string, Reach>>() : last.known;
    for (const ofKernel of known.values()) {
      for (const [name, { functions }] of ofKernel) {
        for (const edited of changed ?? []) if (edited === name || functions.has(edited)) ofKernel.delete(name);
      }
    }
    this.#files.delete(path);
    this.#files.set(path, { version, known });
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= maxFiles) break;
      this.#files.delete(oldest);
    }
    return known;
  }
}

/** On one kernel. */
export class Summaries {
  readonly #unit: TranslationUnit;
  readonly #effects: KernelEffects;
  readonly #graph: (fn: FunctionInfo) => ControlFlowGraph;
  readonly #known: Map<string, Reach>;

  /** `reaches`: what holds for this very unit, see `SummaryCache`. */
  constructor(
    unit: TranslationUnit,
    effects: KernelEffects,
    graph: (fn: FunctionInfo) => ControlFlowGraph,
    reaches: ReachesByKernel,
  ) {
    this.#unit = unit;
    this.#effects = effects;
    this.#graph = graph;
    this.#known = reaches.get(effects.kernel) ?? new Map<string, Reach>();
    reaches.set(effects.kernel, this.#known);
  }

  of(name: string): GlobalSummary {
    return this.#reach(name).summary;
  }

  /** What is named from `start` on, through every function with a body, callbacks included. */
  #reach(start: string): Reach {
    const before = this.#known.get(start);
    if (before !== undefined) return before;
    const reads = new Set<string>();
    const members = new Set<string>();
    const globals = new Set<string>();
    let isOpen = false;
    const functions = new Set<string>([start]);
    const queue = [start];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const known = this.#known.get(name);
      if (known !== undefined) {
        addAll(known.functions, functions);
        addAll(known.summary.reads, reads);
        addAll(known.members, members);
        addAll(known.globals, globals);
        isOpen ||= known.isOpen;
        continue;
      }
      const fn = this.#unit.function(name);
      if (fn === undefined || !fn.hasBody || fn.problem !== undefined) continue;
      const names = namesIn(this.#graph(fn));
      for (const global of names.globals) {
        globals.add(global);
        if (this.#unit.global(global)?.const === true) reads.add(global);
      }
      addAll(names.members, members);
      isOpen ||= names.isOpen;
      const isNew = (callee: string) => !functions.has(callee);
      const callbacks = [...names.named].filter(
        (callee) => isNew(callee) && this.#unit.function(callee)?.hasBody === true,
      );
      for (const callee of [...names.called, ...callbacks].filter(isNew)) {
        functions.add(callee);
        queue.push(callee);
      }
    }
    functions.delete(start);
    const reach = { functions, members, globals, isOpen };
    const made = { ...reach, summary: this.#summary(reach, reads) };
    this.#known.set(start, made);
    return made;
  }

  #summary({ functions, members, globals, isOpen }: Omit<Reach, "summary">, reads: ReadonlySet<string>): GlobalSummary {
    const effects = [...functions].flatMap((callee) => this.#effects.effect(callee) ?? []);
    const has = (kind: string) => effects.some(({ protocol }) => protocol.kind === kind);
    return {
      changesPackets: has("packet-change") || has("tail-call"),
      throws: has("throw"),
      tailCalls: has("tail-call"),
      sleeps: effects.some(({ sleepable }) => sleepable === true),
      functions: [...functions],
      reads,
      names: isOpen ? undefined : { members, globals },
    };
  }
}

function addAll(names: ReadonlySet<string>, into: Set<string>): void {
  for (const name of names) into.add(name);
}

export interface Reach {
  /** Called, or handed to somebody who calls them. */
  readonly functions: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  /** More is read than is named. */
  readonly isOpen: boolean;
  readonly summary: GlobalSummary;
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
