// Control-flow graphs kept from one version of a file to the next. A graph holds no
// positions but token indexes of its own function, so it stays good while the
// function, the signatures of those it names and everything but functions reads the same.
import { buildCfg } from "../cfg/build.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import { nowhere } from "../preprocess/declaration.ts";
import type { Version } from "./root-cache.ts";

/** The largest unit we know reaches some 500 functions; checking a whole folder keeps nothing it needs again. */
const maxGraphs = 800;

interface Kept {
  readonly environment: string;
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
    const { environment } = this.#version;
    const state = this.#version.stateOf(fn.name);
    const key = `${fn.name} ${state}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.environment === environment) return kept.graph;
    const positions = this.#version.positions(fn.name);
    const decl = positions === undefined ? fn.decl : { ...fn.decl, positions };
    const graph = withoutTokens(buildCfg(decl, this.#unit));
    this.#kept.delete(key);
    this.#kept.set(key, { environment, graph });
    if (this.#kept.size > maxGraphs) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return graph;
  }
}

/** Tokens hold the text of their version of the file; places are found in those of the version that is checked. */
function withoutTokens(graph: ControlFlowGraph): ControlFlowGraph {
  return { ...graph, decl: { ...graph.decl, declaration: nowhere } };
}
