// Numbers that the verifier must know, and memory that must be as large as the number
// beside it says.
import type { ParamEffect } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { extentOf } from "./extent.ts";
import { isKnownNull, known, rangeOf } from "./refine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Value } from "./value.ts";

/** True when something was wrong. */
export function checkConstant(call: Call, state: State, value: Value, param: ParamEffect, index: number): boolean {
  const { machine, effect, site } = call;
  const expr = call.exprs[index];
  if (param.constant !== true || expr === undefined) return false;
  if (!machine.symbols.isVariable(value) || known(machine, state, value).kind === "number") return false;
  report.breach(machine, state, {
    rule: "constant-argument",
    why: param.sizesResult === true ? "size" : "constant",
    site: { ...site, at: expr.at },
    callee: effect.name,
    param: param.name,
    expr,
  });
  return true;
}

/** A kfunc's memory is checked for writing whatever its C type says; a helper's where the helper writes. */
function checkWritten(call: Call, state: State, value: Value, param: ParamEffect, index: number): boolean {
  const { machine, effect, site } = call;
  const object = state.object(objectIdOf(value));
  const expr = call.exprs[index];
  const isMemory = param.kind === "memory" && (effect.origin === "kfunc" || param.written);
  if (!isMemory || expr === undefined || object?.readOnly !== true || object.dead !== undefined) return false;
  report.breach(machine, state, {
    rule: "read-only-memory",
    why: "passed",
    site: { ...site, at: expr.at },
    callee: effect.name,
    param: param.name,
    words: { class: object.class },
    value,
    expr,
  });
  return true;
}

export function checkMemory(call: Call, state: State, value: Value, param: ParamEffect, index: number): void {
  if (checkWritten(call, state, value, param, index)) return;
  const { machine, frame, effect, site } = call;
  const expr = call.exprs[index];
  const size = param.sizeParam === undefined ? undefined : call.args[param.sizeParam];
  if (param.kind !== "memory" || expr === undefined || size === undefined || isKnownNull(machine, state, value)) return;
  const least = rangeOf(machine, state, size).low;
  if (!(least > 0)) return;
  const extent = extentOf(machine, state, frame, value);
  if (extent === undefined || least <= extent) return;
  report.breach(machine, state, {
    rule: "memory-size",
    why: "too-small",
    site: { ...site, at: expr.at },
    callee: effect.name,
    param: param.name,
    words: { size: String(least), extent: String(extent) },
    value,
    expr,
  });
}
