// One function on one entry state: all states in which it can return. Called for
// roots and, again, for every call of a static function, which the verifier checks
// in the context of its caller.
import { checkCancelled } from "../base/cancellation.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import { localUse } from "../cfg/liveness.ts";
import { explore } from "../dataflow/worklist.ts";
import type { FunctionInfo } from "../model/unit.ts";
import { admit, VisitedPaths } from "./admission.ts";
import { adopt } from "./evaluate.ts";
import { executeBlock } from "./execute-block.ts";
import { type Extracted, extract } from "./extract.ts";
import { Graft, Pairing } from "./graft.ts";
import { inlineCall } from "./inline-call.ts";
import { Journal } from "./journal.ts";
import { type Frame, limits, type Machine } from "./machine.ts";
import { localBase, store } from "./memory.ts";
import { mayWritePackets } from "./packet-writers.ts";
import { returnRange } from "./return-range.ts";
import { revive } from "./revive.ts";
import { Dependencies, type RememberedResult } from "./session.ts";
import type { State } from "./state.ts";
import { idOfBase, type Site, type Value } from "./value.ts";

export interface Outcome {
  readonly state: State;
  readonly value?: Value;
}

/** Follows `fn` into its body. `args` undefined entries are unknown. */
export function exploreFunction(
  machine: Machine,
  fn: FunctionInfo,
  before: State,
  args: readonly (Value | undefined)[],
  caller: Frame,
  site: Site,
): Outcome[] {
  const graph = graphOf(machine, fn, caller);
  // What it would do nobody knows: nothing behind the call is followed.
  if (graph === undefined) return [];
  const inlined = isBodyOf(fn, caller) ? undefined : inlineCall(machine, graph, before, args, caller, site);
  if (inlined !== undefined) return [inlined];
  const { root } = machine;
  const summary = machine.summary(fn.name);
  const { assumption } = before;
  const keepsAssumption = assumption !== undefined && summary.reads.has(assumption.variable);
  const entry = extract(machine, before, args, summary, keepsAssumption);
  const callsHandler = root.exceptionCallback !== undefined && summary.functions.includes(root.exceptionCallback);
  const key = `${fn.name}|${contextKey(machine, entry, summary.throws || callsHandler)}|${entry.key}`;
  let result = machine.session.results.get(key) ?? revive(machine, key, caller);
  if (result === undefined) {
    result = exploreOnce(machine, frameOf(graph, caller), entry);
    machine.session.results.set(key, result);
  }
  machine.dependencies.uses.set(key, result);
  machine.here = site;
  const remembered = result;
  const pairing = new Pairing(machine, before, remembered.entry, entry, site);
  const journalGraft = new Graft(pairing);
  machine.journal.add(
    remembered.journal,
    (finding) => journalGraft.finding(finding),
    (place) => journalGraft.site(place),
    site.at,
    (variable) => (assumption === undefined ? !before.settled.has(variable) : variable === assumption.variable),
  );
  // One assumption at a time: where the function cannot read what is assumed, it made its own.
  const possible = remembered.outcomes.filter(
    ({ state }) =>
      keepsAssumption ||
      state.assumption === undefined ||
      (assumption === undefined && !before.settled.has(state.assumption.variable)),
  );
  return possible.map((outcome) => {
    const graft = new Graft(pairing);
    const state = graft.state(outcome.state);
    const { exit } = outcome.state;
    if (exit !== undefined && isBodyOf(fn, caller)) state.bodyExit = graft.site(exit);
    return outcome.value === undefined ? { state } : { state, value: graft.value(outcome.value) };
  });
}

/** What libbpf's BPF_PROG made of the body that the user wrote. */
function isBodyOf(fn: FunctionInfo, caller: Frame): boolean {
  return fn.name === `____${caller.fn.name}`;
}

function frameOf(graph: ControlFlowGraph, caller: Frame): Frame {
  return { fn: graph.decl, graph, caller, depth: caller.depth + 1, callSite: undefined, locals: 0 };
}

/** Explores again from an entry state that was explored in another version of the text; undefined when that cannot be. */
export function exploreAgain(machine: Machine, used: RememberedResult, caller: Frame): RememberedResult | undefined {
  const fn = machine.unit.unit.function(used.name);
  if (fn === undefined || !fn.hasBody || fn.problem !== undefined) return undefined;
  if (caller.depth + 1 > limits.callDepth || isActive(caller, fn)) return undefined;
  const graph = machine.unit.graph(fn);
  return graph.problem === undefined ? exploreOnce(machine, frameOf(graph, caller), used.entry) : undefined;
}

function exploreOnce(machine: Machine, frame: Frame, entry: Extracted): RememberedResult {
  const { journal, dependencies, steps, here } = machine;
  machine.journal = new Journal();
  machine.dependencies = new Dependencies();
  machine.journal.looked.add(frame.graph.name);
  machine.steps = 0;
  const state = entry.state.clone();
  frame.graph.params.forEach((param, index) => {
    const value = entry.args[index];
    const address = { base: localBase(frame, param.id), path: "" };
    store(state, address, value === undefined ? machine.symbols.freshOf(param.type) : adopt(state, value, param.type));
  });
  const outcomes = runGraph(machine, frame, state);
  const { name } = frame.graph;
  machine.journal.close();
  const result = { name, entry, outcomes, journal: machine.journal, dependencies: machine.dependencies };
  machine.journal = journal;
  machine.dependencies = dependencies;
  machine.steps = steps;
  machine.here = here;
  return result;
}

/** What else the outcome depends on: the program's type, whether it and the root sleep, the hook when its context is at hand. */
function contextKey(machine: Machine, entry: Extracted, throws: boolean): string {
  const { traits, hook, thrown } = contextOf(machine);
  const seesContext = entry.objects.some((id) => entry.state.objects.get(id)?.class === "context");
  return `${traits}${throws ? thrown : ""}${seesContext ? hook : ""}`;
}

interface Context {
  readonly traits: string;
  readonly hook: string;
  readonly thrown: string;
}

const contexts = new WeakMap<Machine, Context>();

function contextOf(machine: Machine): Context {
  let context = contexts.get(machine);
  if (context === undefined) {
    const { root } = machine;
    const { section, structOps } = root;
    const traits = [
      root.kind[0],
      // What programs of a type may write, lock and pass on differs.
      `${section?.programType}/${structOps?.struct};`,
      root.sleepable ? "s" : "",
      machine.programSleepable ? "p" : "",
      section === undefined ? "?" : "",
      mayWritePackets(root) === false ? "" : "w",
    ];
    context = {
      traits: traits.join(""),
      hook: `${section?.programType}/${section?.attachType}/${section?.target}/${structOps?.struct}.${structOps?.member}`,
      thrown: JSON.stringify([returnRange(root), root.exceptionCallback]),
    };
    contexts.set(machine, context);
  }
  return context;
}

function graphOf(machine: Machine, fn: FunctionInfo, caller: Frame): ControlFlowGraph | undefined {
  if (fn.problem === undefined && (caller.depth + 1 > limits.callDepth || isActive(caller, fn))) {
    machine.cap("call depth");
    return undefined;
  }
  const graph = fn.problem === undefined ? machine.unit.graph(fn) : undefined;
  const problem = fn.problem ?? graph?.problem?.message;
  if (problem === undefined) return graph;
  machine.journal.cannotRead(fn.name, problem);
  machine.dependencies.unread.add(fn.name);
  return undefined;
}

function isActive(frame: Frame, fn: FunctionInfo): boolean {
  for (let f: Frame | undefined = frame; f !== undefined; f = f.caller) if (f.fn.name === fn.name) return true;
  return false;
}

/** Explores a graph whose parameters are already in `entry`. */
export function runGraph(machine: Machine, frame: Frame, entry: State): Outcome[] {
  const { graph } = frame;
  const use = localUse(graph, machine.effects.kernel, (callee) => numbersMatter(machine, callee));
  const exits: Outcome[] = [];
  const seen = new Map<number, VisitedPaths>();
  let assumedSteps = 0;
  const mayGoOn = (state: State): boolean => {
    if (state.assumption !== undefined) return assumedSteps++ < limits.assumed;
    if (machine.steps++ <= limits.steps && machine.session.work++ <= limits.work) return true;
    machine.cap("steps");
    return false;
  };
  explore<State>(
    {
      order: graph.order,
      admit(block, arrived) {
        checkCancelled(machine.cancellation);
        const states = arrived.filter(mayGoOn);
        for (const state of states) dropDead(state, use.liveIn[block]!, use.decisive[block]!);
        if (!use.joins.has(block) && states.length <= limits.unjoined) return states;
        for (const state of states) dropSharedScalars(state, use.reread[block]!);
        return admit(machine, states, visitedAt(seen, block));
      },
      step: (block, state) =>
        executeBlock(machine, frame, block, state, (exit) => {
          dropDead(exit.state, noLocals, noLocals);
          dropSharedScalars(exit.state, noNames);
          exits.push(exit);
        }),
    },
    entry,
  );
  return admitExits(machine, exits);
}

function visitedAt(seen: Map<number, VisitedPaths>, block: number): VisitedPaths {
  let visited = seen.get(block);
  if (visited === undefined) {
    visited = new VisitedPaths();
    seen.set(block, visited);
  }
  return visited;
}

function numbersMatter(machine: Machine, callee: string): boolean {
  if (machine.unit.unit.function(callee)?.hasBody === true) return true;
  return machine.effects.effect(callee)?.params.some((param) => param.constant === true) === true;
}

const noLocals: ReadonlySet<number> = new Set();
const noNames: ReadonlySet<string> = new Set();

const resultKey = "r|";

/** The result is part of the state while states are compared. */
function admitExits(machine: Machine, exits: readonly Outcome[]): Outcome[] {
  for (const { state, value } of exits) if (value !== undefined) state.memory.set(resultKey, value);
  const states = exits.map(({ state }) => state);
  return admit(machine, states, new VisitedPaths()).map((state) => {
    const value = state.memory.get(resultKey);
    state.memory.delete(resultKey);
    return value === undefined ? { state } : { state, value };
  });
}

/** Locals of the running frame that nothing reads before writing; scalars that decide nothing. */
function dropDead(state: State, live: ReadonlySet<number>, decisive: ReadonlySet<number>): void {
  for (const [key, value] of state.memory) {
    if (key.charCodeAt(0) !== letterF) continue;
    const id = idOfBase(key);
    if (!live.has(id)) state.memory.delete(key);
    else if (!decisive.has(id) && isNoise(value)) state.memory.delete(key);
  }
}

const letterF = 0x66;

/** Numbers read from shared memory at places that the function does not read again: nothing will agree with them. */
function dropSharedScalars(state: State, reread: ReadonlySet<string>): void {
  for (const [key, value] of state.memory) {
    if (value.kind !== "symbol") continue;
    const first = key[0];
    if (first !== "g" && first !== "o" && first !== "y") continue;
    const name = /([A-Za-z_]\w*)\|?[^A-Za-z_]*$/.exec(key)?.[1];
    if (name === undefined || !reread.has(name)) state.memory.delete(key);
  }
}

function isNoise(value: Value): boolean {
  return value.kind === "symbol" && value.id >= 0 ? true : value.kind === "number" && value.value !== 0;
}
