// Does the kernel vouch for the object an argument points to? What a call wants is
// in its effect; where the pointer came from decides what it is worth
// (VERIFIER_RULES 2.3). A pointer whose standing is not known is never reported.
import type { ParamEffect } from "../registry/effect.ts";
import { kindHere } from "./argument-type.ts";
import type { Call } from "./arguments.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { type ObjectInfo, objectIdOf, type Value } from "./value.ts";

export function checkTrust(call: Call, state: State, value: Value, param: ParamEffect, index: number): void {
  const object = state.object(objectIdOf(value));
  const expr = call.exprs[index];
  if (object === undefined || expr === undefined || kindHere(call, param) === undefined) return;
  if (isGoodEnough(call, object, param)) return;
  const { machine, effect, site } = call;
  report.breach(machine, state, {
    rule: "untrusted-pointer",
    why: whyUntrusted(object, param),
    site: { ...site, at: expr.at },
    callee: effect.name,
    param: param.name,
    words: { from: object.origin.call ?? "", wants: param.trust },
    related: related(object),
    value,
    expr,
  });
}

function isGoodEnough({ machine, effect }: Call, object: ObjectInfo, param: ParamEffect): boolean {
  if (object.class !== "btf" && object.class !== "local") return true;
  if (object.ref !== undefined || object.trust === "unknown") return true;
  // Local objects that a collection owns count as trusted while the lock is held.
  if (object.class === "local" && object.trust !== "expired" && object.trust !== "untrusted") return true;
  switch (param.trust) {
    case "none":
      return true;
    case "owned":
      // Trust came with Linux 6.2; before, a call flagged for trusted arguments wanted a reference.
      return machine.effects.rules.walksLoseTrust || effect.releases !== undefined;
    case "plain":
      return object.trust !== "untrusted" && object.trust !== "expired";
    case "rcu":
      return object.trust === "rcu" || object.trust === "trusted";
    case "trusted":
      return object.trust === "trusted";
  }
}

function whyUntrusted(object: ObjectInfo, param: ParamEffect): string {
  if (object.trust === "rcu") return param.trust === "trusted" ? "only-rcu" : "unvouched";
  if (object.trust === "expired") return "expired";
  switch (object.origin.what) {
    case "argument":
      return "argument";
    case "kptr":
      return "kptr";
    case "member":
      return "member";
    default:
      return "unvouched";
  }
}

function related(object: ObjectInfo) {
  const { call, site } = object.origin;
  return call === undefined ? [] : [{ site, message: `it came from ${call}()` }];
}
