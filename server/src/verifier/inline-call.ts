// A function that only computes a value from what it is given needs no exploration of
// its own: it is evaluated where it is called.
import type { ControlFlowGraph, Expr } from "../cfg/ir.ts";
import { adopt, evaluate } from "./evaluate.ts";
import { derefChecker } from "./execute-block.ts";
import type { Outcome } from "./explore-function.ts";
import { type Frame, type Machine, siteOf } from "./machine.ts";
import { forgetUnder, localBase, store } from "./memory.ts";
import type { State } from "./state.ts";
import type { Site, Value } from "./value.ts";

/** No function has as many locals: those of a function inside its caller are told from the caller's by it. */
const apart = 1_000_000;

/** undefined: there is more to it than a value. */
export function inlineCall(
  machine: Machine,
  graph: ControlFlowGraph,
  state: State,
  args: readonly (Value | undefined)[],
  caller: Frame,
  site: Site,
): Outcome | undefined {
  const value = onlyValue(graph);
  if (value === undefined) return undefined;
  machine.dependencies.inlined.set(graph.name, graph);
  const depth = caller.depth + 1;
  const frame: Frame = { fn: graph.decl, graph, caller, depth, callSite: site, locals: caller.locals + apart };
  const places = graph.params.map((param) => ({ base: localBase(frame, param.id), path: "" }));
  for (const [index, param] of graph.params.entries()) {
    const given = args[index];
    const held = given === undefined ? machine.symbols.freshOf(param.type) : adopt(state, given, param.type);
    store(state, places[index]!, held);
  }
  machine.here = siteOf(frame, value.at);
  const result = evaluate(machine, state, frame, value, derefChecker(machine, state, machine.here));
  for (const place of places) forgetUnder(state, place);
  machine.here = site;
  return { state, value: result };
}

const values = new WeakMap<ControlFlowGraph, Expr | null>();

/** What the function returns, if that is all it does. */
function onlyValue(graph: ControlFlowGraph): Expr | undefined {
  let value = values.get(graph);
  if (value === undefined) {
    value = findValue(graph);
    values.set(graph, value);
  }
  return value ?? undefined;
}

function findValue({ order, blocks, locals }: ControlFlowGraph): Expr | null {
  const block = blocks[order[0] ?? 0];
  if (order.length !== 1 || block === undefined || block.instructions.length > 0) return null;
  if (locals.some(({ addressTaken }) => addressTaken)) return null;
  const { terminator } = block;
  if (terminator.kind !== "return" || terminator.value === undefined) return null;
  return terminator.value.type.kind === "record" ? null : terminator.value;
}
