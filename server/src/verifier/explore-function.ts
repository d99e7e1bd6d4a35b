// One function on one entry state: all states in which it can return. Called for
// roots and, again, for every call of a static function, which the verifier checks
// in the context of its caller.
import { checkCancelled } from "../base/cancellation.ts";
import { localUse } from "../cfg/liveness.ts";
import { explore } from "../dataflow/worklist.ts";
import type { FunctionInfo } from "../model/unit.ts";
import { adopt } from "./evaluate.ts";
import { type Frame, limits, type Machine } from "./machine.ts";
import { localBase, store } from "./memory.ts";
import type { State } from "./state.ts";
import { canonicalKey, resourceKey } from "./state-key.ts";
import { executeBlock } from "./execute-block.ts";
import type { Site, Value } from "./value.ts";
import { widen } from "./widen.ts";

export interface Outcome {
  readonly state: State;
  readonly value?: Value;
  /** Where it returned. */
  readonly exit?: Site;
}

/** Follows `fn` into its body. `args` undefined entries are unknown. */
export function exploreFunction(
  machine: Machine,
  fn: FunctionInfo,
  entry: State,
  args: readonly (Value | undefined)[],
  caller: Frame,
  site: Site,
): Outcome[] {
  if (fn.problem !== undefined) {
    machine.unreadable.set(fn.name, fn.problem);
    return [{ state: entry }];
  }
  if (caller.depth + 1 > limits.callDepth || isActive(caller, fn)) {
    machine.cap("call depth");
    return [{ state: entry }];
  }
  const graph = machine.unit.graph(fn);
  if (graph.problem !== undefined) {
    machine.unreadable.set(fn.name, graph.problem.message);
    return [{ state: entry }];
  }
  const frame: Frame = { fn: fn.decl, graph, depth: caller.depth + 1, caller, callSite: site };
  graph.params.forEach((param, index) => {
    const value = args[index];
    const address = { base: localBase(frame, param.id), path: "" };
    if (value === undefined) store(entry, address, machine.symbols.freshOf(param.type));
    else store(entry, address, adopt(entry, value, param.type));
  });
  const outcomes = runGraph(machine, frame, entry);
  machine.here = site;
  for (const outcome of outcomes) dropFrame(outcome.state, frame);
  return outcomes;
}

function isActive(frame: Frame, fn: FunctionInfo): boolean {
  for (let f: Frame | undefined = frame; f !== undefined; f = f.caller) if (f.fn.name === fn.name) return true;
  return false;
}

function dropFrame(state: State, frame: Frame): void {
  const prefix = `f${frame.depth}:`;
  for (const key of [...state.memory.keys()]) if (key.startsWith(prefix)) state.memory.delete(key);
}

/** Explores a graph whose parameters are already in `entry`. */
export function runGraph(machine: Machine, frame: Frame, entry: State): Outcome[] {
  const { graph } = frame;
  const use = localUse(graph);
  const outcomes: Outcome[] = [];
  const exits = new Set<string>();
  const seen = new Map<number, { keys: Set<string>; byResources: Map<string, State[]> }>();
  explore<State>(
    {
      order: graph.order,
      admit(block, state) {
        if (machine.steps++ > limits.steps) {
          machine.cap("steps");
          return undefined;
        }
        if ((machine.steps & 63) === 0) checkCancelled(machine.cancellation);
        dropDead(state, frame, use.liveIn[block]!, use.decisive);
        if (!use.joins.has(block)) return state;
        let visited = seen.get(block);
        if (visited === undefined) {
          visited = { keys: new Set(), byResources: new Map() };
          seen.set(block, visited);
        }
        return admitAtJoin(machine, state, visited);
      },
      step: (block, state) =>
        executeBlock(machine, frame, block, state, (exit) => {
          dropDead(exit.state, frame, noLocals, use.decisive);
          // The result is part of the state while states are compared.
          if (exit.value !== undefined) exit.state.memory.set(resultKey, exit.value);
          const key = canonicalKey(machine, exit.state);
          exit.state.memory.delete(resultKey);
          if (exits.has(key)) return;
          exits.add(key);
          outcomes.push(exit);
        }),
    },
    entry,
  );
  return outcomes;
}

const noLocals: ReadonlySet<number> = new Set();

const resultKey = "r|";

interface Visited {
  readonly keys: Set<string>;
  readonly byResources: Map<string, State[]>;
}

function admitAtJoin(machine: Machine, state: State, visited: Visited): State | undefined {
  const key = canonicalKey(machine, state);
  if (visited.keys.has(key)) return undefined;
  visited.keys.add(key);
  if (visited.keys.size > limits.statesPerBlock) {
    machine.cap("states per block");
    return undefined;
  }
  if (state.references.length > limits.references) {
    machine.cap("references");
    return undefined;
  }
  const resources = resourceKey(state);
  const group = visited.byResources.get(resources);
  if (group === undefined) {
    visited.byResources.set(resources, [state.clone()]);
    return state;
  }
  if (group.length < limits.sameResources) {
    group.push(state.clone());
    return state;
  }
  widen(machine, state, group[0]!);
  const widened = canonicalKey(machine, state);
  if (visited.keys.has(widened)) return undefined;
  visited.keys.add(widened);
  group.push(group[0]!);
  return state;
}

/** Locals of the running frame that nothing reads before writing; scalars that decide nothing. */
function dropDead(state: State, frame: Frame, live: ReadonlySet<number>, decisive: ReadonlySet<number>): void {
  const prefix = `f${frame.depth}:`;
  for (const [key, value] of state.memory) {
    if (!key.startsWith(prefix)) continue;
    const id = Number.parseInt(key.slice(prefix.length), 10);
    if (!live.has(id)) state.memory.delete(key);
    else if (!decisive.has(id) && isNoise(value)) state.memory.delete(key);
  }
}

function isNoise(value: Value): boolean {
  return value.kind === "symbol" && value.id >= 0 ? true : value.kind === "number" && value.value !== 0;
}
