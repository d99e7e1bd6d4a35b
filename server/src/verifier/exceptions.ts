// Exceptions: where a program may throw, with what, and what the function must look
// like that a program names to handle them (VERIFIER_RULES 16).
import type { FunctionInfo } from "../model/unit.ts";
import type { Call } from "./arguments.ts";
import { mayNotHold } from "./exit.ts";
import type { Machine } from "./machine.ts";
import { known } from "./refine.ts";
import { report } from "./report.ts";
import { returnRange } from "./return-range.ts";
import type { State } from "./state.ts";
import type { Range } from "./symbols.ts";
import type { Site, Value } from "./value.ts";

const rule = "exception-misuse";

/** The function that a program names with `__exception_cb()`; the first, if there are several. */
export function exceptionCallbackOf(program: FunctionInfo): string | undefined {
  return callbacksOf(program)[0];
}

function callbacksOf({ declTags }: FunctionInfo): readonly string[] {
  const prefix = "exception_callback:";
  return declTags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
}

/** The callback is judged with its program, whether anything is thrown or not. */
export function checkExceptionCallback(machine: Machine, state: State, program: FunctionInfo): void {
  const names = callbacksOf(program);
  const name = names[0];
  if (name === undefined) return;
  const site: Site = { fn: program.decl, at: program.decl.nameAt };
  const breach = (why: string, at: Site) =>
    report.breach(machine, state, { rule, why, site: at, callee: name, words: { names: names.join("() and ") } });
  if (names.length > 1) {
    breach("several", site);
    return;
  }
  const fn = machine.function(name);
  if (fn === undefined) return;
  const why = whyUnfit(fn);
  if (why !== undefined) breach(why, { fn: fn.decl, at: fn.decl.nameAt });
  else
    machine.journal.find({
      name,
      kind: "exception-callback",
      sleepable: machine.root.sleepable,
    });
}

function whyUnfit(fn: FunctionInfo): string | undefined {
  const { returns, params } = fn.type;
  if (fn.static) return "static";
  if (!fn.hasBody) return "no-body";
  if (returns.kind === "void") return "returns-void";
  if (returns.kind === "pointer" || returns.kind === "record") return "returns-other";
  const [param] = params;
  if (params.length !== 1 || param === undefined) return "parameters";
  return param.type.kind === "pointer" || param.type.kind === "record" ? "parameters" : undefined;
}

/** The program calls the function that handles its exceptions. */
export function checkCalledDirectly(machine: Machine, state: State, fn: FunctionInfo, site: Site): void {
  if (fn.name !== machine.root.exceptionCallback) return;
  report.breach(machine, state, { rule, why: "called", site, callee: fn.name });
}

export function throwException(call: Call, state: State): void {
  const { machine, site, effect } = call;
  const held = state.references.length > 0 || state.locks.length > 0;
  mayNotHold(machine, state, site, "throw", effect.name);
  if (held) return;
  if (inCallback(machine, state)) {
    report.breach(machine, state, { rule, why: "in-callback", site, callee: effect.name });
    return;
  }
  if (machine.root.exceptionCallback !== undefined) return;
  const cookie = call.args[0] && known(machine, state, call.args[0]);
  const range = returnRange(machine.root);
  if (range === undefined || cookie?.kind !== "number" || isIn(cookie.value, range)) return;
  const words = { value: String(cookie.value), range: rangeText(range) };
  report.breach(machine, state, { rule, why: "cookie", site, callee: effect.name, words });
}

/** A global function that may throw is called in a callback. */
export function checkThrowInCallback(machine: Machine, state: State, site: Site, name: string): void {
  if (inCallback(machine, state)) report.breach(machine, state, { rule, why: "in-callback", site, callee: name });
}

function inCallback(machine: Machine, state: State): boolean {
  const { kind } = machine.root;
  return state.callbackDepth > 0 || kind === "async-callback" || kind === "exception-callback";
}

/** What the handler of exceptions returns is what the program returns. */
export function checkHandlerResult(machine: Machine, state: State, value: Value | undefined, exit: Site): void {
  const range = returnRange(machine.root);
  if (machine.root.kind !== "exception-callback" || range === undefined || value === undefined) return;
  const result = known(machine, state, value);
  const any =
    result.kind === "symbol" &&
    machine.symbols.definition(result.id) === undefined &&
    isWhole(machine, state, result.id);
  if (result.kind === "number" ? isIn(result.value, range) : !any) return;
  const words = { value: result.kind === "number" ? String(result.value) : "", range: rangeText(range) };
  report.breach(machine, state, { rule, why: "handler-result", site: exit, callee: machine.root.name, words });
}

/** A number of which nothing was learned. */
function isWhole(machine: Machine, state: State, symbol: number): boolean {
  const { low, high } = machine.symbols.range(symbol);
  return !state.facts.has(symbol) && high - low >= 2 ** 31;
}

function isIn(value: number, { low, high }: Range): boolean {
  return value >= low && value <= high;
}

function rangeText({ low, high }: Range): string {
  return low === high ? String(low) : `${low} or ${high}`;
}
