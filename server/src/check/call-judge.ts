// Judges the kernel functions that a root calls: externs, license, permission. What was said of a root counts while
// everything it was made from reads the same, so a keystroke judges only the roots that it explores anew.
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, Program, TranslationUnit } from "../model/unit.ts";
import type { Caller, KernelEffects, SectionInfo } from "../registry/effect.ts";
import type { Breach } from "../verifier/finding.ts";
import type { RootResult } from "../verifier/run-root.ts";
import { droppedCalls } from "./dropped-calls.ts";
import { externFindings } from "./extern-calls.ts";
import { refusedCalls } from "./kernel-calls.ts";
import { licenseFindings } from "./license.ts";
import type { Version } from "./root-cache.ts";

interface Kept {
  readonly environment: string;
  /** How the functions read that were looked at; a root itself may outlive an edit of those it calls. */
  readonly functions: ReadonlyMap<string, string>;
  readonly findings: readonly Breach[];
}

/** By root, which belongs to one kernel, and by caller. */
const kept = new WeakMap<RootResult, Map<string, Kept>>();

/** In what a root's program stands. */
export interface CallingPlace {
  readonly section: SectionInfo | undefined;
  readonly structOps: Caller["structOps"];
  readonly sleepable: boolean;
}

/** For one version of one file and one kernel. */
export class CallJudge {
  readonly #unit: TranslationUnit;
  readonly #effects: KernelEffects;
  readonly #graph: (fn: FunctionInfo) => ControlFlowGraph;
  readonly #version: Version;

  constructor(
    unit: TranslationUnit,
    effects: KernelEffects,
    graph: (fn: FunctionInfo) => ControlFlowGraph,
    version: Version,
  ) {
    this.#unit = unit;
    this.#effects = effects;
    this.#graph = graph;
    this.#version = version;
  }

  /** What is wrong with the kernel functions that `root` calls when `program` runs it. */
  calls(root: RootResult, place: CallingPlace, program: Program): readonly Breach[] {
    const { structOps, sleepable } = place;
    const key = `${program.section} ${structOps?.struct}.${structOps?.member} ${sleepable}`;
    const callers = kept.get(root) ?? new Map<string, Kept>();
    kept.set(root, callers);
    const before = callers.get(key);
    if (before !== undefined && this.#holds(before)) return before.findings;

    const looked = new Set<string>();
    let dependsOnAll = false;
    const context = {
      unit: this.#unit,
      effects: this.#effects,
      graph: (fn: FunctionInfo) => {
        looked.add(fn.name);
        return fn.hasBody && fn.problem === undefined ? this.#graph(fn) : undefined;
      },
      mainFunctions: () => {
        dependsOnAll = true;
        return this.#unit.mainFunctions;
      },
    };
    const dropped = droppedCalls(context, root.skipped);
    const findings = [
      ...externFindings(context, root.calls, dropped, root.looked),
      ...licenseFindings(this.#unit, this.#effects, [...root.calls, ...dropped]),
      ...this.#refused(root, place, program),
    ];
    if (dependsOnAll) callers.delete(key);
    else {
      const functions = new Map([...looked].map((name) => [name, this.#version.stateOf(name)]));
      callers.set(key, { environment: this.#version.environment, functions, findings });
    }
    return findings;
  }

  #refused({ calls }: RootResult, { section, ...place }: CallingPlace, program: Program): readonly Breach[] {
    return section === undefined ? [] : refusedCalls(this.#effects, calls, { ...section, ...place }, program.section);
  }

  #holds({ environment, functions }: Kept): boolean {
    if (environment !== this.#version.environment) return false;
    for (const [name, state] of functions) if (this.#version.stateOf(name) !== state) return false;
    return true;
  }
}
