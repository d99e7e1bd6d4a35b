// Control-flow graphs kept from one version of a file to the next. A graph holds no
// positions but token indexes of its own function, so it stays good while the
// function and everything but other functions' bodies reads the same; a change of a
// signature shows in the key of a function that is called.
import { buildCfg } from "../cfg/build.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { Version } from "./root-cache.ts";
import { calleesOf } from "./summaries.ts";

const maxGraphs = 4000;

interface Kept {
  readonly environment: string;
  readonly callees: ReadonlyMap<string, string>;
  readonly graph: ControlFlowGraph;
}

export class GraphCache {
  readonly #kept = new Map<string, Kept>();

  of(unit: TranslationUnit, version: Version): GraphsOfVersion {
    return new GraphsOfVersion(unit, version, this.#kept);
  }
}

export class GraphsOfVersion {
  readonly #unit: TranslationUnit;
  readonly #version: Version;
  readonly #kept: Map<string, Kept>;
  readonly #graphs = new Map<string, ControlFlowGraph>();

  constructor(unit: TranslationUnit, version: Version, kept: Map<string, Kept>) {
    this.#unit = unit;
    this.#version = version;
    this.#kept = kept;
  }

  graph(fn: FunctionInfo): ControlFlowGraph {
    let graph = this.#graphs.get(fn.name);
    if (graph === undefined) {
      graph = this.#find(fn);
      this.#graphs.set(fn.name, graph);
    }
    return graph;
  }

  #find(fn: FunctionInfo): ControlFlowGraph {
    const key = `${fn.name} ${this.#version.bodyOf(fn.name)}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.environment === this.#version.environment && this.#calleesHold(kept))
      return kept.graph;
    const graph = buildCfg(fn.decl, this.#unit);
    const callees = new Map([...calleesOf(graph)].map((name) => [name, this.#version.bodyOf(name)]));
    this.#kept.delete(key);
    this.#kept.set(key, { environment: this.#version.environment, callees, graph });
    if (this.#kept.size > maxGraphs) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return graph;
  }

  #calleesHold(kept: Kept): boolean {
    for (const [name, body] of kept.callees) if (this.#version.bodyOf(name) !== body) return false;
    return true;
  }
}
