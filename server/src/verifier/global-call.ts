// Calls of global functions. Their bodies are checked on their own, as roots; at
// the call only the promises of the declaration count (VERIFIER_RULES 14).
import type { Expr } from "../cfg/ir.ts";
import type { FunctionInfo } from "../model/unit.ts";
import { checkGlobalContext } from "./context.ts";
import { checkThrowInCallback } from "./exceptions.ts";
import { mayNotHold } from "./exit.ts";
import type { Outcome } from "./explore-function.ts";
import { checkGlobalArgument, checkSignature, keepsStackObjects } from "./global-signature.ts";
import { checkCallUnderLock } from "./locks.ts";
import type { Machine } from "./machine.ts";
import { addressFromPointer, clobber, forgetShared, isStackBase } from "./memory.ts";
import { invalidatePackets } from "./ownership.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import { overwritesSpecial } from "./special-access.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Site, type Value } from "./value.ts";

export function callGlobal(
  machine: Machine,
  fn: FunctionInfo,
  state: State,
  args: readonly Value[],
  exprs: readonly Expr[],
  site: Site,
): Outcome[] {
  if (fn.hasBody && checkSignature(machine, state, fn)) return [{ state }];
  checkCallUnderLock(machine, state, fn.name, site, "global");
  const reported = checkGlobalContext(machine, fn, state, site);
  if (fn.hasBody) {
    // A call that was refused is not told again from inside.
    const sleepable = reported || sleepsThere(machine, state);
    machine.journal.find({ name: fn.name, kind: "global", sleepable });
  }
  args.forEach((value, index) => {
    checkArgument(machine, fn, state, value, exprs[index], index, site);
  });
  forgetShared(machine, state);
  state.epoch++;
  for (const [index, value] of args.entries()) {
    const address = addressFromPointer(value);
    const type = fn.type.params[index]?.type;
    if (type !== undefined && keepsStackObjects(type)) continue;
    if (address !== undefined && isStackBase(address.base))
      clobber(state, { base: address.base, path: address.path.replace(/\[\d+\]$/, "") });
  }
  const summary = machine.summary(fn.name);
  if (summary.changesPackets) invalidatePackets(state, { reason: "packet-changed", by: fn.name, site });
  const holds = state.references.length > 0 || state.regions.length > 0;
  if (summary.throws && machine.effects.rules.globalThrowChecked && holds) {
    mayNotHold(machine, state.clone(), site, "throw", fn.name);
  }
  if (summary.throws) checkThrowInCallback(machine, state, site, fn.name);
  return [{ state }];
}

/** Is the function's own check that of a program that may sleep? */
function sleepsThere(machine: Machine, state: State): boolean {
  return machine.effects.rules.globalsByContext ? !machine.inRcuSection(state) : machine.programSleepable;
}

function checkArgument(
  machine: Machine,
  fn: FunctionInfo,
  state: State,
  value: Value,
  expr: Expr | undefined,
  index: number,
  site: Site,
): void {
  if (expr !== undefined && checkGlobalArgument(machine, fn, state, value, expr, index, site)) return;
  const param = fn.type.params[index];
  if (param === undefined || param.type.kind !== "pointer" || expr === undefined) return;
  const object = state.object(objectIdOf(value));
  if (object?.dead !== undefined) {
    report.useAfterRelease(machine, state, value, "passed", fn.name, site);
    return;
  }
  const tags = param.declTags;
  const address = addressFromPointer(value);
  if (address?.path === "" && !tags.some((tag) => tag !== "arg:nonnull" && tag.startsWith("arg:"))) {
    overwritesSpecial(machine, state, address, param.type.to, site);
  }
  const needsValue = (tags.includes("arg:trusted") || tags.includes("arg:nonnull")) && !tags.includes("arg:nullable");
  if (!needsValue) return;
  if (isKnownNull(machine, state, value) || object?.nullness === "maybe") {
    const use = { how: "passed", callee: fn.name, param: param.name, index, nullableButUntested: false } as const;
    report.null(machine, state, value, expr, use, site);
  }
}
