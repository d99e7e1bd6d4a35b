// Checks one argument against what the kernel accepts there: NULL, released
// pointers, and for releases whether the caller owns what it gives back.
import type { Expr } from "../cfg/ir.ts";
import type { CallEffect, ParamEffect } from "../registry/effect.ts";
import { checkConstant, checkMemory } from "./argument-memory.ts";
import { checkTrust } from "./argument-trust.ts";
import { checkType } from "./argument-type.ts";
import type { RawFinding } from "./finding.ts";
import { isInside } from "./inside.ts";
import type { Frame, Machine } from "./machine.ts";
import { isStackBase } from "./memory.ts";
import { checkPacketWriter } from "./packet-writers.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import { checkStackObject } from "./stack-argument.ts";
import type { State } from "./state.ts";
import { type ObjectInfo, objectIdOf, type Site, type Value } from "./value.ts";

type WhyUnowned = Extract<RawFinding, { kind: "release-unowned" }>["why"];

/** One call under way. */
export interface Call {
  readonly machine: Machine;
  readonly frame: Frame;
  readonly effect: CallEffect;
  readonly site: Site;
  readonly exprs: readonly Expr[];
  readonly args: readonly Value[];
}

const unchecked: ReadonlySet<ParamEffect["kind"]> = new Set(["ignored", "anything", "callback-context"]);

/** Neither NULL nor what became of the pointer matters; that it is one does. */
const notPointers: ReadonlySet<ParamEffect["kind"]> = new Set(["scalar", "callback"]);

export function checkArguments(call: Call, state: State): void {
  checkPacketWriter(call, state);
  const released = releasedParam(call, state);
  call.args.forEach((value, index) => {
    const param = call.effect.params[index];
    if (param === undefined || unchecked.has(param.kind)) return;
    if (notPointers.has(param.kind)) {
      if (!checkType(call, state, value, param, index)) checkConstant(call, state, value, param, index);
      return;
    }
    if (isDead(state, value)) {
      const use = index === released ? "released" : "passed";
      report.useAfterRelease(call.machine, state, value, use, call.effect.name, call.site);
      return;
    }
    checkNull(call, state, value, param, index);
    checkStackObject(call, state, value, param, index);
    if (index === released) {
      checkOwned(call, state, value, index);
      return;
    }
    // In the verifier's order: an object that is not vouched for is refused whatever its type.
    checkTrust(call, state, value, param, index);
    if (!checkType(call, state, value, param, index)) checkMemory(call, state, value, param, index);
  });
}

/** Index of the parameter whose reference the call takes, if it takes one. */
export function releasedParam(call: Call, state: State): number | undefined {
  const { releases, params } = call.effect;
  if (releases !== "referenced") return releases;
  const owned = call.args.findIndex((value) => state.object(objectIdOf(value))?.ref !== undefined);
  if (owned >= 0) return owned;
  const pointer = params.findIndex(({ kind }) => !unchecked.has(kind) && !notPointers.has(kind));
  return pointer < 0 ? undefined : pointer;
}

function isDead(state: State, value: Value): boolean {
  return state.object(objectIdOf(value))?.dead !== undefined;
}

function checkNull(call: Call, state: State, value: Value, param: ParamEffect, index: number): void {
  const { machine } = call;
  const use = { how: "passed", callee: call.effect.name, param: param.name, index } as const;
  const expr = call.exprs[index];
  if (expr === undefined) return;
  if (isKnownNull(machine, state, value)) {
    if (param.nullChecked && !param.nullable) {
      report.null(machine, state, value, expr, { ...use, nullableButUntested: false }, call.site);
    }
    return;
  }
  const object = state.object(objectIdOf(value));
  if (object?.nullness !== "maybe" || param.maybeNullAccepted) return;
  if (!param.nullChecked && param.kind === "memory") return;
  report.null(machine, state, value, expr, { ...use, nullableButUntested: param.nullable }, call.site);
}

function checkOwned(call: Call, state: State, value: Value, index: number): void {
  const { machine, effect, site } = call;
  const param = effect.params[index];
  const expr = call.exprs[index];
  if (expr === undefined || param === undefined || param.kind === "dynptr" || param.kind === "iterator") return;
  const why = whyNotReleasable(machine, state, value, param);
  if (why !== undefined) report.unowned(machine, state, value, expr, effect.name, why, site);
}

function whyNotReleasable(machine: Machine, state: State, value: Value, param: ParamEffect): WhyUnowned | undefined {
  if (value.kind === "function" || (value.kind === "number" && value.value !== 0)) return "stack";
  if (value.kind !== "pointer" || isKnownNull(machine, state, value)) return undefined;
  if (isStackBase(value.base) || value.base[0] === "g" || value.base[0] === "s") return "stack";
  const object = state.object(objectIdOf(value));
  if (object === undefined) return undefined;
  const reference = state.reference(object.ref);
  if (reference === undefined) return whyUnowned(object);
  if (!machine.effects.rules.callbacksReplayed && reference.callbackDepth < state.callbackDepth) return "callback";
  if (isInside(machine, object, value.path)) return "offset";
  if (isOtherType(object, param)) return "wrong-type";
  if (param.kind === "local-object" && param.percpu !== undefined && object.percpu === !param.percpu) {
    return object.percpu ? "percpu" : "not-percpu";
  }
  return undefined;
}

function whyUnowned(object: ObjectInfo): WhyUnowned | undefined {
  if (object.poisoned) return undefined;
  if (object.nonOwning) return object.origin.what === "kptr" ? "kptr" : "non-owning";
  if (object.class === "unknown" || object.class === "packet") return undefined;
  switch (object.origin.what) {
    case "argument":
      return "argument";
    case "kptr":
      return "kptr";
    case "member":
      return object.trust === "unknown" ? undefined : "member";
    default:
      return "not-acquired";
  }
}

/** A release wants the very type; what a call returned has the type the kernel declares. */
function isOtherType(object: ObjectInfo, param: ParamEffect): boolean {
  const known = object.class === "btf" && object.origin.what === "call" && object.struct !== undefined;
  return known && param.kind === "pointer" && param.struct !== undefined && param.struct !== object.struct;
}
