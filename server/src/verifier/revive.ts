// After an edit: what a function comes to is often what it came to before, and then
// what was found for its callers still holds. A result holds again when its own
// function reads as it did and everything it used comes to the same as then; what was
// edited itself is explored anew from the states it was entered with, and compared.
import type { ControlFlowGraph } from "../cfg/ir.ts";
import { exploreAgain } from "./explore-function.ts";
import type { Frame, Machine } from "./machine.ts";
import { signatureOf } from "./result-signature.ts";
import type { Dependencies, RememberedResult } from "./session.ts";

/** A result of another version of the text that holds in this one. */
export function revive(machine: Machine, key: string, caller: Frame): RememberedResult | undefined {
  const { shelf } = machine.session;
  const result = shelf?.find(key).find(({ dependencies }) => stillHolds(machine, dependencies, caller));
  if (result !== undefined) shelf?.restore(key, result);
  return result;
}

/** Does everything come to the same as then? */
export function stillHolds(machine: Machine, dependencies: Dependencies, caller: Frame): boolean {
  const { uses, inlined, unread, summaries } = dependencies;
  if (unread.size > 0) return false;
  for (const [name, graph] of inlined) if (!readsAs(machine, name, graph)) return false;
  for (const [name, said] of summaries) {
    if (machine.fingerprint(machine.unit.summary(name)) !== said) return false;
  }
  for (const [key, used] of uses) {
    const now = machine.session.results.get(key) ?? revive(machine, key, caller) ?? anew(machine, key, used, caller);
    if (now === undefined) return false;
    if (now !== used && signatureOf(machine, now) !== signatureOf(machine, used)) return false;
  }
  return true;
}

function readsAs({ unit }: Machine, name: string, graph: ControlFlowGraph): boolean {
  const fn = unit.unit.function(name);
  return fn?.hasBody === true && fn.problem === undefined && unit.graph(fn) === graph;
}

function anew(machine: Machine, key: string, used: RememberedResult, caller: Frame): RememberedResult | undefined {
  const result = exploreAgain(machine, used, caller);
  if (result !== undefined) machine.session.results.set(key, result);
  return result;
}
