// Explores one root to the end and says what was found and how far it got.
import type { Cancellation } from "../base/cancellation.ts";
import type { FunctionInfo } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import { entryState } from "./entry.ts";
import { leaveRoot } from "./exit.ts";
import { runGraph } from "./explore-function.ts";
import { FindingSink, type RawFinding } from "./finding.ts";
import { type Frame, Machine, type Root, type Unit } from "./machine.ts";

export interface RootResult {
  readonly findings: readonly RawFinding[];
  /** Asynchronous callbacks and global functions met: roots of their own. */
  readonly found: readonly { readonly name: string; readonly kind: "global" | "async-callback"; readonly sleepable: boolean }[];
  readonly caps: ReadonlyMap<string, number>;
  readonly unreadable: ReadonlyMap<string, string>;
  readonly steps: number;
}

export function runRoot(
  unit: Unit,
  effects: KernelEffects,
  root: Root,
  fn: FunctionInfo,
  cancellation: Cancellation | undefined,
): RootResult {
  const findings = new FindingSink();
  const machine = new Machine({ unit, effects, root, findings, cancellation });
  const graph = fn.problem === undefined ? unit.graph(fn) : undefined;
  const problem = fn.problem ?? graph?.problem?.message;
  if (graph === undefined || problem !== undefined) {
    machine.unreadable.set(fn.name, problem ?? "no body");
  } else {
    const frame: Frame = { fn: fn.decl, graph, depth: 0, caller: undefined, callSite: undefined };
    for (const outcome of runGraph(machine, frame, entryState(machine, frame, fn))) {
      leaveRoot(machine, outcome.state, outcome.value, outcome.exit ?? { fn: fn.decl, at: fn.decl.nameAt });
    }
  }
  return {
    findings: findings.all(),
    found: [...machine.found.values()],
    caps: machine.caps,
    unreadable: machine.unreadable,
    steps: machine.steps,
  };
}
