// Paths that exist only when the loader changes a `const volatile` variable before the
// program is loaded. They fork where such a variable decides a branch, assume one variable
// at a time, and what is found on them is a warning: "rejected when `debug` is set".
// They never mix with the paths that the object file alone allows.
import type { Expr } from "../cfg/ir.ts";
import { evaluate } from "./evaluate.ts";
import type { Frame, Machine } from "./machine.ts";
import { assume, rangeOf } from "./refine.ts";
import type { State } from "./state.ts";
import { rangeOfType } from "./symbols.ts";
import type { Value } from "./value.ts";

/**
 * The same state in a program whose loader chose otherwise, with what `test` is there; undefined when the value does
 * not hang on such a variable, another is assumed already, or the paths have parted before.
 */
export function chosenOtherwise(
  machine: Machine,
  frame: Frame,
  state: State,
  test: Expr,
  value: Value,
): { readonly state: State; readonly value: Value } | undefined {
  if (value.kind !== "number" || value.from === undefined || state.assumption !== undefined) return undefined;
  if (state.settled.has(value.from)) return undefined;
  state.settled = new Set([...state.settled, value.from]);
  const global = machine.unit.unit.global(value.from);
  const initial = global?.initialValue;
  if (global === undefined || initial === undefined) return undefined;
  const chosen = machine.symbols.named(`read-only ${global.name}`, rangeOfType(global.type));
  const other = state.clone();
  other.assumption = { variable: global.name, value: chosen, words: "" };
  if (!assume(machine, other, differs(machine, chosen, initial), true)) return undefined;
  for (const [key, held] of [...other.memory]) {
    if (held.kind !== "number" || held.from !== global.name) continue;
    // A copy of it, or something computed from it of which nothing is known any more.
    const isCopy = key === `g:${global.name}|` || held.value === initial;
    other.memory.set(key, isCopy ? chosen : machine.symbols.fresh({ low: Number.NEGATIVE_INFINITY, high: Infinity }));
  }
  // How large something was made may hang on it as well.
  for (const [id, object] of other.objects) if (object.size !== undefined) other.change(id, { size: undefined });
  return { state: other, value: evaluate(machine, other, frame, test) };
}

/** Puts into words what the path has learned of the value it assumes. */
export function nameAssumption(machine: Machine, state: State): void {
  const { assumption } = state;
  if (assumption === undefined) return;
  const initial = machine.unit.unit.global(assumption.variable)?.initialValue ?? 0;
  const { low, high } = rangeOf(machine, state, assumption.value);
  const name = `\`${assumption.variable}\``;
  const words =
    initial === 0 ? `${name} is set` : low === high ? `${name} is ${low}` : `${name} is not ${String(initial)}`;
  state.assumption = { ...assumption, words };
}

/** Runs a step of the path; what it reports on an assumed one is marked, and proves nothing else. */
export function onPath<T>(machine: Machine, state: State, step: () => T): T {
  if (state.assumption === undefined) return step();
  const { journal } = machine;
  const { work } = machine.session;
  const before = journal.assumption;
  journal.assumption = state.assumption;
  try {
    return step();
  } finally {
    journal.assumption = before;
    machine.session.work = work;
  }
}

function differs(machine: Machine, chosen: Value, initial: number): Value {
  return machine.symbols.defined(
    { kind: "binary", op: "!=", left: chosen, right: { kind: "number", value: initial }, unsigned: false },
    { low: 0, high: 1 },
  );
}
