// A call with a known effect: arguments are checked, references move, memory
// changes, a result appears. Switches on the words of registry/effect.ts only.
import { type Call, checkArguments, releasedParam } from "./arguments.ts";
import { runAsyncCallback, runSyncCallback } from "./callbacks.ts";
import { checkNode, rootIsRefused, runComparison } from "./collections.ts";
import { checkContext } from "./context.ts";
import { throwException } from "./exceptions.ts";
import { mayNotHold } from "./exit.ts";
import type { Outcome } from "./explore-function.ts";
import { checkExchange, slotProblem } from "./kptr.ts";
import { lockIsRefused, refusedUnderLock, resSpinLock, silenceLocks, spinLock, unlock } from "./locks.ts";
import { addressFromPointer, clobber, forgetShared, isStackBase } from "./memory.ts";
import { invalidatePackets, releaseReference, transferReference } from "./ownership.ts";
import { isKnownNull } from "./refine.ts";
import { closeRegion, openRegion, restoreInterrupts, saveInterrupts } from "./regions.ts";
import { report } from "./report.ts";
import { type CallInstruction, resultOf, slotAt } from "./result.ts";
import { passesSpecial } from "./special-access.ts";
import { checkMaps } from "./special-layout.ts";
import { dynptrClone, dynptrNew, dynptrRelease, iteratorDestroy, iteratorNew, iteratorNext } from "./stack-objects.ts";
import type { State } from "./state.ts";
import { checkTailCall } from "./struct-ops.ts";
import { type Death, objectIdOf, type Value, zero } from "./value.ts";

/** Every way the call can end; none when it does not return. */
export function applyEffect(call: Call, state: State, instruction: CallInstruction): Outcome[] {
  const released = releasedParam(call, state);
  checkContext(call, state);
  if (refusedUnderLock(call, state) || rootIsRefused(call, state)) return perform(call, state, instruction, released);
  if (lockIsRefused(call, state)) {
    silenceLocks(state);
    const outcomes = perform(call, state, instruction, released);
    for (const outcome of outcomes) silenceLocks(outcome.state);
    return outcomes;
  }
  checkMaps(call, state);
  checkArguments(call, state);
  checkNode(call, state);
  checkExchange(call, state);
  passesSpecial(call, state);
  return perform(call, state, instruction, released);
}

/** What the call does, whether the verifier would let it or not. */
function perform(call: Call, state: State, instruction: CallInstruction, released: number | undefined): Outcome[] {
  const { protocol } = call.effect;
  switch (protocol.kind) {
    case "throw":
      throwException(call, state);
      return [];
    case "tail-call":
      checkTailCall(call.machine, state, call.effect.name, call.site);
      mayNotHold(call.machine, state, call.site, "tail-call", call.effect.name);
      if (!call.machine.effects.rules.tailCallReturns || keptApart(call)) {
        invalidatePackets(state, deathBy(call, "packet-changed"));
      }
      break;
    case "packet-load":
      mayNotHold(call.machine, state, call.site, "load", call.effect.name);
      break;
    case "iterator-next":
      return iteratorNext(call, state, instruction);
    case "res-spin-lock":
      return resSpinLock(call, state, protocol.param, protocol.flag);
    case "sync-callback":
      return runSyncCallback(call, state, protocol, instruction);
    case "async-callback":
      runAsyncCallback(call, protocol);
      break;
    default:
      move(call, state);
  }
  releaseArgument(call, state, released);
  writeMemory(call, state);
  const value = resultOf(call, state, instruction);
  construct(call, state);
  return [value === undefined ? { state } : { state, value }];
}

/** A function of its own in the program's code: what it does by tail call happens to its caller. */
function keptApart(call: Call): boolean {
  return call.frame.caller !== undefined && call.frame.fn.attributes.some((attribute) => attribute.name === "noinline");
}

function deathBy(call: Call, reason: Death["reason"]): Death {
  return { reason, by: call.effect.name, site: call.site };
}

function releaseArgument(call: Call, state: State, param: number | undefined): void {
  if (param === undefined) return;
  const object = state.object(objectIdOf(call.args[param] ?? zero));
  if (object?.ref !== undefined) releaseReference(call.machine, state, object.ref, deathBy(call, "released"));
}

/** Ownership and regions that change before the result exists. */
function move(call: Call, state: State): void {
  const { protocol } = call.effect;
  switch (protocol.kind) {
    case "kptr-xchg":
      if (slotProblem(call, state) === undefined) giveToSlot(call, state, call.args[protocol.value]);
      return;
    case "graph-add":
      giveToCollection(call, state, protocol.node, protocol.lessCallback);
      return;
    case "dynptr-release":
      dynptrRelease(call, state, protocol.param);
      return;
    case "iterator-destroy":
      iteratorDestroy(call, state);
      return;
    case "rcu-lock":
      openRegion(call, state, "rcu");
      return;
    case "rcu-unlock":
      closeRegion(call, state, "rcu");
      return;
    case "preempt-disable":
      openRegion(call, state, "preempt");
      return;
    case "preempt-enable":
      closeRegion(call, state, "preempt");
      return;
    case "irq-save":
      saveInterrupts(call, state, protocol.param, "native");
      return;
    case "irq-restore":
      restoreInterrupts(call, state, protocol.param, "native");
      return;
    case "spin-lock":
      spinLock(call, state, protocol.param);
      return;
    case "spin-unlock":
      unlock(call, state, protocol.param, "spin");
      return;
    case "res-spin-unlock":
      unlock(call, state, protocol.param, protocol.irqsave ? "res-spin-irq" : "res-spin");
      if (protocol.flag !== undefined) restoreInterrupts(call, state, protocol.flag, "lock");
      return;
    case "packet-change":
      invalidatePackets(state, deathBy(call, "packet-changed"));
      return;
    case "dynptr-write":
      if (writesPacket(call, state, protocol.param)) invalidatePackets(state, deathBy(call, "packet-changed"));
      return;
    default:
      return;
  }
}

/** Stack objects that this call brings to life. */
function construct(call: Call, state: State): void {
  const { protocol } = call.effect;
  if (protocol.kind === "iterator-new") iteratorNew(call, state, protocol.iterator);
  else if (protocol.kind === "dynptr-new") dynptrNew(call, state, protocol);
  else if (protocol.kind === "dynptr-clone") dynptrClone(call, state, protocol.from, protocol.param);
}

function writesPacket(call: Call, state: State, param: number): boolean {
  const slot = slotAt(state, call.args[param]);
  return slot?.kind === "dynptr" && slot.type.startsWith("skb");
}

function giveToSlot(call: Call, state: State, value: Value | undefined): void {
  if (value === undefined || isKnownNull(call.machine, state, value)) return;
  const id = objectIdOf(value);
  const object = state.object(id);
  if (id === undefined || object?.ref === undefined) return;
  const ref = object.ref;
  if (object.percpu === true && call.machine.inRcuSection(state)) {
    transferReference(state, ref);
    state.change(id, { trust: "rcu" });
    return;
  }
  releaseReference(call.machine, state, ref, deathBy(call, "transferred"));
}

function giveToCollection(call: Call, state: State, param: number, comparison: number | undefined): void {
  if (comparison !== undefined) runComparison(call, state, comparison);
  const value = call.args[param];
  const expr = call.exprs[param];
  const id = value && objectIdOf(value);
  const object = state.object(id);
  if (id === undefined || object === undefined || value === undefined) return;
  if (object.nonOwning && expr !== undefined && call.effect.params[param]?.nonOwning === undefined) {
    report.unowned(call.machine, state, value, expr, call.effect.name, "non-owning", call.site);
  }
  if (object.ref === undefined) return;
  transferReference(state, object.ref);
  state.change(id, { nonOwning: true });
}

function writeMemory(call: Call, state: State): void {
  state.epoch++;
  forgetShared(call.machine, state);
  call.effect.params.forEach((param, index) => {
    const value = call.args[index];
    const address = value && addressFromPointer(value);
    if (address === undefined || !isStackBase(address.base)) return;
    if (param.kind === "irq-flag" || param.kind === "iterator" || param.kind === "dynptr") return;
    if (param.written) {
      // A pointer to element 0 stands for the array, or the struct, it begins.
      clobber(state, { base: address.base, path: address.path.replace(/\[\d+\]$/, "") });
    }
  });
}
