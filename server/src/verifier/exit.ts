// Places where nothing may be held: the end of a root, a throw, a tail call.
import { checkHandlerResult } from "./exceptions.ts";
import { mayNotHoldLocks } from "./locks.ts";
import type { Machine } from "./machine.ts";
import { mayNotBeInside } from "./regions.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { checkReturned } from "./struct-ops.ts";
import { objectIdOf, type Site, type Value } from "./value.ts";

type Exit = "return" | "throw" | "tail-call" | "load" | "callback-return";

/** Reports every reference still held as leaked here, and forgets it; and every region still open. */
export function mayNotHold(machine: Machine, state: State, exit: Site, how: Exit, name: string | undefined): void {
  if (how !== "callback-return") mayNotHoldLocks(machine, state, exit);
  for (const reference of state.references) {
    report.leak(machine, state, reference, exit, how, name);
    if (reference.object !== undefined) state.change(reference.object, { ref: undefined, poisoned: true });
  }
  state.references = [];
  if (how !== "callback-return") mayNotBeInside(machine, state, exit, how, name);
}

/** The root returns `value` at `exit`. */
export function leaveRoot(machine: Machine, state: State, value: Value | undefined, exit: Site): void {
  const { rules } = machine.effects;
  checkReturned(machine, state, value, state.bodyExit ?? exit);
  const returned = value && objectIdOf(value);
  const ref = state.object(returned)?.ref;
  // A struct_ops member whose result is a pointer hands its reference to the kernel.
  if (ref !== undefined && machine.root.structOps !== undefined && rules.structOpsReturnsOwned)
    state.dropReference(ref);
  checkHandlerResult(machine, state, value, exit);
  mayNotHold(machine, state, state.bodyExit ?? exit, "return", undefined);
}
