// Explores one root to the end and says what was found and how far it got.
import type { Cancellation } from "../base/cancellation.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import { onPath } from "./assumption.ts";
import { entryState } from "./entry.ts";
import { checkExceptionCallback } from "./exceptions.ts";
import { leaveRoot } from "./exit.ts";
import { runGraph } from "./explore-function.ts";
import type { RawFinding, ReachedCall, SkippedBlock } from "./finding.ts";
import type { FoundRoot } from "./journal.ts";
import { type Frame, Machine, type Root, type Unit } from "./machine.ts";
import { stillHolds } from "./revive.ts";
import type { Dependencies, Session } from "./session.ts";

export interface RootResult {
  readonly findings: readonly RawFinding[];
  /** Asynchronous callbacks and global functions met: roots of their own. */
  readonly found: readonly FoundRoot[];
  /** Kernel functions called. */
  readonly calls: readonly ReachedCall[];
  /** What the verifier drops and the loader does not. */
  readonly skipped: readonly SkippedBlock[];
  readonly caps: ReadonlyMap<string, number>;
  readonly unreadable: ReadonlyMap<string, string>;
  /** Functions the result depends on. */
  readonly looked: ReadonlySet<string>;
  readonly dependencies: Dependencies;
  /** In which identities mean what they mean here. */
  readonly session: Session;
}

/** What there is to explore, and with what. */
export interface RootTask {
  readonly unit: Unit;
  readonly effects: KernelEffects;
  readonly session: Session;
  readonly root: Root;
  /** The root's own function. */
  readonly fn: FunctionInfo;
  readonly cancellation: Cancellation | undefined;
}

export function runRoot(task: RootTask): RootResult {
  const { unit, session, root, fn } = task;
  const machine = new Machine(task);
  machine.journal.looked.add(fn.name);
  const graph = fn.problem === undefined ? unit.graph(fn) : undefined;
  const problem = fn.problem ?? graph?.problem?.message;
  if (graph === undefined || problem !== undefined) {
    machine.journal.cannotRead(fn.name, problem ?? "no body");
  } else {
    const frame = rootFrame(graph);
    const entry = entryState(machine, frame, fn);
    if (root.kind === "program") checkExceptionCallback(machine, entry, fn);
    for (const outcome of runGraph(machine, frame, entry)) {
      const exit = outcome.state.exit ?? { fn: fn.decl, at: fn.decl.nameAt };
      onPath(machine, outcome.state, () => leaveRoot(machine, outcome.state, outcome.value, exit));
    }
  }
  const { dependencies } = machine;
  const { findings, found, calls, skipped, caps, unreadable, looked } = machine.journal;
  // Past a limit, what is held is no longer known for certain.
  const reliable = findings.all().filter((finding) => caps.size === 0 || !isLeft(finding));
  return {
    findings: reliable,
    found: [...found.values()],
    calls: [...calls.values()],
    skipped: [...skipped.values()],
    caps,
    unreadable,
    looked,
    dependencies,
    session,
  };
}

/** The root's own function reads as it did: does everything it followed come to the same as well? */
export function rootStillHolds(task: RootTask, { dependencies, session, caps }: RootResult): boolean {
  const { unit, fn } = task;
  if (session !== task.session || caps.size > 0 || fn.problem !== undefined) return false;
  return stillHolds(new Machine(task), dependencies, rootFrame(unit.graph(fn)));
}

function rootFrame(graph: ControlFlowGraph): Frame {
  return { fn: graph.decl, graph, depth: 0, caller: undefined, callSite: undefined, locals: 0 };
}

/** Something held, or a region open, where the program leaves. */
function isLeft(finding: RawFinding): boolean {
  return finding.kind === "leak" || (finding.kind === "breach" && finding.exit !== undefined);
}
