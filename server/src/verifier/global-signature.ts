// What a global function may look like, and what may be passed to it: the verifier
// checks it on its own, by its declaration alone (VERIFIER_RULES 14).
import type { Expr } from "../cfg/ir.ts";
import type { CType, ParamType } from "../model/types.ts";
import type { FunctionInfo } from "../model/unit.ts";
import { isContextStruct } from "./entry.ts";
import type { Machine } from "./machine.ts";
import { addressFromPointer, isStackBase, memoryKey, pointeeTag } from "./memory.ts";
import { type Pointed, whatIs } from "./pointed.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { pointsTo } from "./struct-match.ts";
import { objectIdOf, type Site, type Value } from "./value.ts";

const rule = "global-function";

/** Reports a declaration that the kernel does not take; true when it did. */
export function checkSignature(machine: Machine, state: State, fn: FunctionInfo): boolean {
  const why = unfit(machine, fn);
  if (why === undefined) return false;
  const words = { param: why.param ?? "" };
  const site: Site = { fn: fn.decl, at: fn.decl.nameAt };
  report.breach(machine, state, { rule, why: why.why, site, callee: fn.name, words });
  return true;
}

function unfit(machine: Machine, fn: FunctionInfo): { readonly why: string; readonly param?: string } | undefined {
  const { returns, params } = fn.type;
  if (returns.kind === "pointer") return returns.tags.includes("arena") ? undefined : { why: "returns-pointer" };
  if (returns.kind === "record") return { why: "returns-struct" };
  if (returns.kind === "void" && !machine.effects.rules.globalsReturnVoid) return { why: "returns-void" };
  for (const { name, type, declTags } of params) {
    const param = name ?? "";
    const isObject = declTags.includes("arg:trusted") || declTags.includes("arg:untrusted");
    if (isObject && isUnknownToKernel(machine, pointeeTag(type))) return { why: "own-type", param };
    if (type.kind === "record") return { why: "struct-param", param };
    const tagged = declTags.some((tag) => tag.startsWith("arg:"));
    if (type.kind === "pointer" && type.to.kind === "void" && !tagged && type.tags.length === 0)
      return { why: "void-param", param };
  }
  return undefined;
}

/** Only the program defines the struct, and the kernel's own types are at hand to compare. */
function isUnknownToKernel(machine: Machine, tag: string | undefined): boolean {
  if (tag === undefined || tag.includes("___") || !machine.unit.isLocalRecord(tag)) return false;
  const kernelsOwn = "task_struct";
  return machine.unit.unit.record(kernelsOwn) !== undefined && !machine.unit.isLocalRecord(kernelsOwn);
}

/** Reports an argument that does not fit; true when it did. */
export function checkGlobalArgument(
  machine: Machine,
  fn: FunctionInfo,
  state: State,
  value: Value,
  expr: Expr,
  index: number,
  site: Site,
): boolean {
  const param = fn.type.params[index];
  if (param === undefined || !fn.hasBody || !machine.effects.rules.argumentTags) return false;
  const object = state.object(objectIdOf(value));
  if (object?.poisoned || object?.dead !== undefined || object?.nullness === "maybe") return false;
  const why = misfit(machine, state, value, param);
  if (why === undefined) return false;
  const has = object?.struct ?? "";
  const words = { is: described[whatIs(machine, state, value)], struct: pointeeTag(param.type) ?? "", has };
  const { name } = param;
  report.breach(machine, state, { rule, why, site, callee: fn.name, param: name ?? "", words, value, expr });
  return true;
}

function misfit(machine: Machine, state: State, value: Value, { type, declTags }: ParamType): string | undefined {
  const isNull = isKnownNull(machine, state, value);
  const what = whatIs(machine, state, value);
  if (type.kind !== "pointer")
    return type.kind === "int" && isPointer(what) && value.kind === "pointer" ? "not-scalar" : undefined;
  const tag = pointeeTag(type);
  if (declTags.includes("arg:untrusted") || declTags.includes("arg:arena") || type.tags.length > 0) return undefined;
  if (declTags.includes("arg:ctx") || isContextStruct(tag)) {
    return what === "unknown" || what === "context" ? undefined : "not-context";
  }
  if (tag === "bpf_dynptr") return dynptrMisfit(state, value, isNull, what);
  if (isNull || what === "unknown") return undefined;
  if (declTags.includes("arg:trusted")) return objectMisfit(machine, state, value, what, tag);
  if (what === "object") return "object-to-memory";
  return what === "scalar" && value.kind === "number" ? "number-to-memory" : undefined;
}

function isPointer(what: Pointed): boolean {
  return what !== "unknown" && what !== "scalar";
}

function dynptrMisfit(state: State, value: Value, isNull: boolean, what: Pointed): string | undefined {
  if (isNull || what === "object" || what === "map-value" || what === "global" || what === "context")
    return "not-dynptr";
  const object = state.object(objectIdOf(value));
  if (object?.class === "dynptr") return value.kind === "pointer" && value.path !== "" ? "beside-dynptr" : undefined;
  const address = addressFromPointer(value);
  if (address === undefined || !isStackBase(address.base)) return undefined;
  const held = state.memory.get(memoryKey(address));
  return held?.kind === "slot" && held.slot.kind === "empty" ? "no-dynptr" : undefined;
}

function objectMisfit(
  machine: Machine,
  state: State,
  value: Value,
  what: Pointed,
  wanted: string | undefined,
): string | undefined {
  if (what !== "object") return what === "local-object" ? undefined : "not-object";
  const object = state.object(objectIdOf(value));
  if (object === undefined || value.kind !== "pointer") return undefined;
  if (object.trust === "untrusted" || object.trust === "expired") return "untrusted";
  if (object.struct === undefined || wanted === undefined) return undefined;
  return pointsTo(machine, object.struct, value.path, wanted, false) === false ? "other-type" : undefined;
}

/** Parameters through which the function only sees what is there already. */
export function keepsStackObjects(type: CType): boolean {
  return pointeeTag(type) === "bpf_dynptr";
}

const described: Readonly<Record<Pointed, string>> = {
  scalar: "a number",
  function: "a function",
  stack: "memory on the stack",
  string: "a string",
  global: "a global variable",
  map: "a map",
  context: "the context",
  object: "a kernel object",
  "local-object": "an object of the program",
  "map-value": "a map value",
  memory: "memory",
  packet: "packet data",
  unknown: "something else",
};
