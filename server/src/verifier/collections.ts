// Lists and trees: the root must be what the call takes, its lock must be held, and the node
// must be of the kind the root's `__contains` names, owned or in the collection as the call
// needs it. The comparison that adding to a tree calls has rules of its own.
import type { Expr } from "../cfg/ir.ts";
import type { ParamEffect } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { describeExpr } from "./describe.ts";
import { exploreFunction } from "./explore-function.ts";
import { type GraphElement, graphElement } from "./graph-element.ts";
import { isHeld, ownerOf, takenHere } from "./locks.ts";
import { isStackBase } from "./memory.ts";
import { member } from "./path.ts";
import { isKnownNull, rangeOf } from "./refine.ts";
import { report } from "./report.ts";
import { specialFieldAt, specialFieldsOf } from "./special-fields.ts";
import { checkProgramType, layoutIsRefused } from "./special-layout.ts";
import type { State } from "./state.ts";
import { type ObjectInfo, objectIdOf, type Site, type Value, zero } from "./value.ts";

const rootTags: Partial<Record<ParamEffect["kind"], string>> = {
  "list-head": "bpf_list_head",
  "rb-root": "bpf_rb_root",
};
const nodeTags: Partial<Record<ParamEffect["kind"], string>> = {
  "list-node": "bpf_list_node",
  "rb-node": "bpf_rb_node",
};

/** True when the root, the first thing the verifier looks at, was refused. */
export function rootIsRefused(call: Call, state: State): boolean {
  const index = call.effect.params.findIndex((param) => rootTags[param.kind] !== undefined);
  const value = call.args[index];
  const param = call.effect.params[index];
  if (value === undefined || param === undefined || isKnownNull(call.machine, state, value)) return false;
  const object = state.object(objectIdOf(value));
  if (object?.dead !== undefined || object?.nullness === "maybe" || object?.poisoned === true) return false;
  if (checkProgramType(call, state, index, "collection")) return true;
  const why = whyNotARoot(call, state, value, object, rootTags[param.kind]!);
  if (why !== undefined) {
    breach(call, state, index, why);
    return true;
  }
  const owner = ownerOf(call.machine, state, value);
  if (isHeld(state, owner) !== false) return false;
  if (layoutIsRefused(call, state, index)) return true;
  const held = state.locks.at(-1);
  const words = held === undefined ? {} : { lock: held.name };
  breach(call, state, index, held === undefined ? "no-lock" : "wrong-lock", words, takenHere(held));
  return true;
}

function whyNotARoot(
  call: Call,
  state: State,
  value: Value,
  object: ObjectInfo | undefined,
  tag: string,
): string | undefined {
  if (value.kind === "pointer" && isStackBase(value.base)) return "root-place";
  const isOthers = object?.class === "btf" && object.ref === undefined && object.trust !== "unknown";
  if (isOthers || (object?.class === "local" && object.nonOwning)) return "root-not-owned";
  const place = specialFieldAt(call.machine, state, value, tag);
  if (place.kind === "variable") return "root-variable";
  return place.kind === "other" ? "not-a-root" : undefined;
}

/** After the arguments as such were found in order. */
export function checkNode(call: Call, state: State): void {
  call.effect.params.forEach((param, index) => {
    if (param.kind === "refcounted") checkCounted(call, state, index);
    const tag = nodeTags[param.kind];
    const value = call.args[index];
    if (tag === undefined || value === undefined || isKnownNull(call.machine, state, value)) return;
    const object = state.object(objectIdOf(value));
    if (object?.dead !== undefined || object?.nullness === "maybe") return;
    const why = whyNotThisNode(call, state, value, object, param) ?? whyNotHere(call, state, index, value, object, tag);
    if (why !== undefined) breach(call, state, index, why.why, why.words);
  });
}

/** Only a struct with a counter can be referenced more than once. */
function checkCounted(call: Call, state: State, index: number): void {
  const object = state.object(objectIdOf(call.args[index] ?? zero));
  if (object?.class !== "local" || object.type === undefined || object.dead !== undefined) return;
  const fields = specialFieldsOf(call.machine.unit.unit, object.type);
  if (fields === undefined || fields.some(({ type }) => type.kind === "record" && type.tag === "bpf_refcount")) return;
  breach(call, state, index, "no-refcount", { struct: object.struct ?? "" });
}

interface Why {
  readonly why: string;
  readonly words?: Readonly<Record<string, string>>;
}

/** Who owns the node? */
function whyNotThisNode(
  call: Call,
  state: State,
  value: Value,
  object: ObjectInfo | undefined,
  param: ParamEffect,
): Why | undefined {
  if (value.kind === "pointer" && (isStackBase(value.base) || value.base[0] === "g")) return { why: "node-place" };
  if (object === undefined || object.poisoned || object.class === "unknown") return undefined;
  if (call.effect.protocol.kind !== "graph-add" && param.kind === "rb-node" && state.inComparison) {
    return { why: "comparison-call" };
  }
  const owned = object.ref !== undefined;
  switch (param.nonOwning) {
    case "required":
      return object.nonOwning ? undefined : { why: owned ? "node-owned" : "node-loose" };
    case "allowed":
      return object.nonOwning || owned ? undefined : { why: "node-loose" };
    default:
      // A node that is in a collection is told as what it is: nothing that could be given away.
      return owned || (object.nonOwning && object.origin.what !== "kptr") ? undefined : { why: "node-not-owned" };
  }
}

/** Is it the member that the collection links? */
function whyNotHere(
  call: Call,
  state: State,
  index: number,
  value: Value,
  object: ObjectInfo | undefined,
  tag: string,
): Why | undefined {
  if (value.kind !== "pointer" || object === undefined || object.poisoned) return undefined;
  const element = graphElement(call, state);
  const place = isOdd(call.exprs[index]) ? other : specialFieldAt(call.machine, state, value, tag);
  if (place.kind === "variable") return { why: "node-variable" };
  const words = element === undefined ? {} : { struct: element.struct, field: element.field };
  if (place.kind === "other") return { why: "not-a-node", words };
  if (element === undefined) return undefined;
  const wrongType = isOtherStruct(object, element);
  if (wrongType) return { why: "wrong-type", words: { ...words, other: object.struct ?? "" } };
  if (place.kind === "unknown" || place.path === member("", element.field)) return undefined;
  const { unit } = call.machine.unit;
  // Two names of one place: only plain members of the struct itself are certainly apart.
  const plain = /^\.(\w+)$/.exec(place.path)?.[1];
  const record = unit.record(element.struct);
  const apart =
    plain !== undefined &&
    record?.fields.some((f) => f.name === plain) &&
    record.fields.some((f) => f.name === element.field);
  return apart ? { why: "wrong-node", words } : undefined;
}

const other = { kind: "other" } as const;

/** A number of bytes was added at which nothing aligned can be. */
function isOdd(expr: Expr | undefined): boolean {
  if (expr?.kind === "cast") return isOdd(expr.operand);
  if (expr?.kind !== "offset" || expr.elementSize !== 1 || expr.index.kind !== "const") return false;
  return (expr.index.value ?? 0) % 4 !== 0;
}

function isOtherStruct(object: ObjectInfo, element: GraphElement): boolean {
  if (object.class !== "local") return false;
  if (object.struct !== undefined) return object.struct !== element.struct;
  return object.type?.kind === "record";
}

/** The comparison runs during the call, with two nodes of the tree and the lock held. */
export function runComparison(call: Call, state: State, param: number): void {
  const callback = call.args[param];
  if (callback?.kind !== "function") return;
  const { machine } = call;
  const fn = machine.function(callback.name);
  if (fn === undefined || !fn.hasBody) return;
  const inside = state.clone();
  inside.inComparison = true;
  const element = graphElement(call, state);
  const node = (): Value => {
    const value = machine.newObject(inside, {
      class: "local",
      struct: element?.struct,
      type:
        element === undefined ? undefined : { kind: "record", union: false, tag: element.struct, id: element.struct },
      nullness: "non-null",
      trust: "trusted",
      nonOwning: true,
      origin: { site: call.site, call: call.effect.name, what: "argument", name: undefined },
    });
    return value.kind === "pointer" && element !== undefined ? { ...value, path: member("", element.field) } : value;
  };
  if (element === undefined) return;
  for (const outcome of exploreFunction(machine, fn, inside, [node(), node()], call.frame, call.site)) {
    if (outcome.value === undefined || fn.type.returns.kind !== "int" || fn.type.returns.bool) continue;
    if (!isTruth(call, outcome.state, outcome.value)) breach(call, outcome.state, param, "comparison-result");
  }
}

/** 0 or 1 as far as the verifier knows. What is computed in ways we do not follow counts as that. */
function isTruth(call: Call, state: State, value: Value): boolean {
  if (value.kind === "number") return value.value === 0 || value.value === 1;
  if (value.kind !== "symbol") return true;
  const { symbols } = call.machine;
  const { low, high } = rangeOf(call.machine, state, value);
  if ((low >= 0 && high <= 1) || symbols.isVague(value) || symbols.isOpaque(value.id)) return true;
  const definition = symbols.definition(value.id);
  return definition !== undefined && !(definition.kind === "binary" && definition.op === "-");
}

function breach(
  call: Call,
  state: State,
  index: number,
  why: string,
  words: Readonly<Record<string, string>> = {},
  related: readonly { readonly site: Site; readonly message: string }[] = [],
): void {
  const value = call.args[index];
  const expr = call.exprs[index];
  const root = call.effect.params.findIndex((param) => rootTags[param.kind] !== undefined);
  report.breach(call.machine, state, {
    rule: "graph-misuse",
    why,
    site: call.site,
    callee: call.effect.name,
    param: call.effect.params[index]?.name,
    words: { ...words, root: textOf(call.exprs[root]) },
    related,
    ...(value === undefined ? {} : { value }),
    ...(expr === undefined ? {} : { expr }),
  });
}

function textOf(expr: Expr | undefined): string {
  return expr === undefined ? "" : describeExpr(expr).replace(/^&/, "");
}
