// Functions handed to helpers. Synchronous ones run on the spot: replayed until
// nothing new comes (7.0 on), or once with books of their own. Asynchronous ones
// are roots: they start with nothing held.
import type { Protocol } from "../registry/effect.ts";
import { admit, VisitedPaths } from "./admission.ts";
import type { Call } from "./arguments.ts";
import { mayNotHold } from "./exit.ts";
import { exploreFunction, type Outcome } from "./explore-function.ts";
import { checkCallUnderLock } from "./locks.ts";
import { addressFromPointer, clobber, forgetShared, isStackBase } from "./memory.ts";
import type { CallInstruction } from "./result.ts";
import type { State } from "./state.ts";
import type { Value } from "./value.ts";

type SyncCallback = Extract<Protocol, { kind: "sync-callback" }>;

/** Replays stop here when states keep changing; every value has been seen changing by then. */
const maxReplays = 24;

export function runSyncCallback(
  call: Call,
  state: State,
  protocol: SyncCallback,
  instruction: CallInstruction,
): Outcome[] {
  const { machine } = call;
  const callback = call.args[protocol.callback];
  const result = () => machine.symbols.freshOf(instruction.result?.type ?? { kind: "unknown" });
  forgetShared(machine, state);
  state.epoch++;
  if (callback?.kind !== "function") {
    forgetContext(call, state, protocol);
    return [{ state, value: result() }];
  }
  const outcomes: Outcome[] = [{ state: state.clone(), value: result() }];
  const visited = new VisitedPaths();
  admit(machine, [state.clone()], visited);
  let pending = [state];
  const rounds = machine.effects.rules.callbacksRepeated ? maxReplays : 1;
  for (let round = 0; round < rounds && pending.length > 0; round++) {
    const turned: State[] = [];
    for (const before of pending) {
      for (const after of runOnce(call, before, protocol, callback.name)) {
        // The verifier goes back to the call, which is one more call while the callback's lock is held.
        if (machine.effects.rules.staticCallsUnderLock) {
          checkCallUnderLock(machine, after.state, call.effect.name, call.site, "callback");
        }
        turned.push(after.state);
      }
    }
    // The verifier takes the next turn whatever the callback returned.
    pending = admit(machine, turned, visited);
    for (const after of pending) outcomes.push({ state: after.clone(), value: result() });
  }
  return outcomes;
}

function runOnce(call: Call, before: State, protocol: SyncCallback, name: string): Outcome[] {
  const { machine, frame } = call;
  const fn = machine.function(name);
  if (fn === undefined || !fn.hasBody) {
    forgetContext(call, before, protocol);
    return [{ state: before }];
  }
  const own = !machine.effects.rules.callbacksReplayed;
  const entry = before.clone();
  entry.callbackDepth++;
  const outcomes = exploreFunction(
    machine,
    fn,
    entry,
    callbackArguments(call, entry, protocol, fn.type.params.length),
    frame,
    call.site,
  );
  for (const outcome of outcomes) {
    forgetShared(machine, outcome.state);
    if (!own) {
      outcome.state.callbackDepth--;
      continue;
    }
    const kept = outcome.state.references.filter((r) => r.callbackDepth < outcome.state.callbackDepth);
    const taken = outcome.state.references.filter((r) => r.callbackDepth >= outcome.state.callbackDepth);
    outcome.state.references = taken;
    mayNotHold(machine, outcome.state, { fn: fn.decl, at: fn.decl.nameAt }, "callback-return", name);
    outcome.state.references = kept;
    outcome.state.callbackDepth--;
  }
  return outcomes;
}

/** (index, ctx) of bpf_loop; (map, key, value, ctx); (task, vma, ctx); (dynptr, ctx). */
function callbackArguments(call: Call, state: State, protocol: SyncCallback, count: number): (Value | undefined)[] {
  const context = protocol.contextParam === undefined ? undefined : call.args[protocol.contextParam];
  const { machine, site, effect } = call;
  const origin = { site, call: effect.name, what: "argument", name: undefined } as const;
  const memory = (readOnly: boolean) =>
    machine.newObject(state, { class: "map-value", nullness: "non-null", trust: "plain", readOnly, origin });
  const object = (struct: string) =>
    machine.newObject(state, { class: "btf", struct, nullness: "non-null", trust: "plain", origin });
  switch (protocol.shape) {
    case "loop":
      return [undefined, context];
    case "map-elem":
      return [call.args[0], memory(true), memory(false), context].slice(0, Math.max(count, 0));
    case "find-vma":
      return [call.args[0], object("vm_area_struct"), context];
    case "ringbuf-drain":
      return [machine.newObject(state, { class: "dynptr", nullness: "non-null", trust: "plain", origin }), context];
  }
}

function forgetContext(call: Call, state: State, protocol: SyncCallback): void {
  const context = protocol.contextParam === undefined ? undefined : call.args[protocol.contextParam];
  const address = context && addressFromPointer(context);
  if (address !== undefined && isStackBase(address.base)) clobber(state, address);
}

export function runAsyncCallback(call: Call, protocol: Extract<Protocol, { kind: "async-callback" }>): void {
  const callback = call.args[protocol.callback];
  if (callback?.kind !== "function") return;
  const { programSleepable, effects, journal } = call.machine;
  const sleepable = protocol.sleepable || (programSleepable && !effects.rules.timersNeverSleep);
  journal.find({ name: callback.name, kind: "async-callback", sleepable });
}
