// What a struct_ops program promises the kernel beyond its calls: an owned object of the
// right type where the member returns a pointer, and no tail call when it was given an
// object to own.
import type { Machine } from "./machine.ts";
import { whatIs } from "./pointed.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Site, type Value } from "./value.ts";

const rule = "struct-ops-misuse";

export function checkTailCall(machine: Machine, state: State, callee: string, site: Site): void {
  const ops = machine.root.structOps;
  if (ops === undefined || !machine.effects.structOpsOwns(ops.struct, ops.member)) return;
  report.breach(machine, state, { rule, why: "tail-call", site, callee, words: { member: ops.member } });
}

/** Before the returned reference is given up. */
export function checkReturned(machine: Machine, state: State, value: Value | undefined, site: Site): void {
  const ops = machine.root.structOps;
  if (ops === undefined || value === undefined || !machine.effects.rules.structOpsReturnsOwned) return;
  const struct = machine.effects.structOpsReturns(ops.struct, ops.member);
  if (struct === undefined || isKnownNull(machine, state, value)) return;
  const why = whyRefused(machine, state, value, struct);
  if (why === undefined) return;
  const has = state.object(objectIdOf(value))?.struct ?? "";
  report.breach(machine, state, {
    rule,
    why,
    site,
    callee: undefined,
    words: { struct, has, member: ops.member },
    value,
  });
}

function whyRefused(machine: Machine, state: State, value: Value, struct: string): string | undefined {
  if (value.kind === "number") return "returns-number";
  const what = whatIs(machine, state, value);
  if (what === "local-object") return "returns-local";
  const object = state.object(objectIdOf(value));
  if (what !== "object" || object?.struct === undefined) return undefined;
  if (object.struct !== struct) return "returns-type";
  return object.ref === undefined ? "returns-unowned" : undefined;
}
