// Is an argument the kind of thing the call takes: an object where it wants an object,
// a number where it wants a number, the program's context, a map? Kinds are those of the
// verifier's registers (pointed.ts); what is not known is never reported.

import type { ParamEffect, ParamKind } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { isInside } from "./inside.ts";
import { type Pointed, whatIs } from "./pointed.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { pointsTo } from "./struct-match.ts";
import { type ObjectInfo, objectIdOf, type Value } from "./value.ts";

/** What a parameter is in this program: a context of another program type is an object like any other. */
export function kindHere(call: Call, param: ParamEffect): ParamKind | undefined {
  if (param.kind !== "context" || call.effect.origin === "helper" || param.struct === undefined) return param.kind;
  const type = call.machine.root.section?.programType;
  const own = type === undefined ? undefined : call.machine.effects.contextStruct(type);
  if (own === undefined) return undefined;
  return own === param.struct ? "context" : "pointer";
}

/** True when something was wrong. */
export function checkType(call: Call, state: State, value: Value, param: ParamEffect, index: number): boolean {
  const { machine } = call;
  const expr = call.exprs[index];
  if (expr === undefined || isKnownNull(machine, state, value)) return false;
  const what = whatIs(machine, state, value);
  if (what === "unknown") return false;
  const wrong = mistake(call, state, value, index, what);
  if (wrong === undefined) return false;
  const object = state.object(objectIdOf(value));
  report.breach(machine, state, {
    rule: wrong.rule,
    why: wrong.why,
    site: { ...call.site, at: expr.at },
    callee: call.effect.name,
    param: param.name,
    words: { is: words[what], struct: param.struct ?? "", has: object?.struct ?? "" },
    value,
    expr,
  });
  return true;
}

interface Mistake {
  readonly rule: "wrong-argument-type" | "context-argument";
  readonly why: string;
}

const words: Readonly<Record<Pointed, string>> = {
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

function mistake(call: Call, state: State, value: Value, index: number, what: Pointed): Mistake | undefined {
  const param = call.effect.params[index]!;
  switch (kindHere(call, param)) {
    case "scalar":
      return what !== "scalar" && isWide(call, param, index) ? wrong("not-scalar") : undefined;
    case "context":
      return contextMistake(call, state, value, what);
    case "pointer":
      return call.effect.origin === "kfunc"
        ? objectMistake(call, state, value, param, what)
        : helperObjectMistake(what);
    case "refcounted":
      return refcountedMistake(call, state, value, what);
    case "memory":
      return memoryMistake(call, state, value, what);
    case "map":
      return mapMistake(call, state, value, what);
    case "workqueue":
    case "timer":
    case "task-work":
      return fieldMistake(value, what);
    case "const-string":
      return stringMistake(call, value, what);
    case "callback":
      return what === "function" || (what === "scalar" && value.kind !== "number") ? undefined : wrong("callback");
    default:
      return undefined;
  }
}

/** A narrower parameter gets the lower half of a pointer, which is a number. */
function isWide(call: Call, param: ParamEffect, index: number): boolean {
  if (
    call.effect.origin !== "kfunc" ||
    !/^(?:const )?(?:__)?(?:[us]64|(?:unsigned )?long(?: long)?|size_t|loff_t)$/.test(param.type)
  )
    return false;
  const declared = call.machine.function(call.effect.name)?.type.params[index]?.type;
  return declared?.kind === "int" && declared.bits === 64;
}

function wrong(why: string): Mistake {
  return { rule: "wrong-argument-type", why };
}

function contextMistake(call: Call, state: State, value: Value, what: Pointed): Mistake | undefined {
  if (what !== "context") return { rule: "context-argument", why: "not-context" };
  const object = state.object(objectIdOf(value));
  if (object === undefined || value.kind !== "pointer") return undefined;
  // The first member is as good as the context itself.
  const member = /^\.(\w+)/.exec(value.path)?.[1];
  const later =
    object.struct !== undefined &&
    member !== undefined &&
    call.machine.effects.isLaterContextMember(object.struct, member);
  return later || isInside(call.machine, object, value.path) ? { rule: "context-argument", why: "inside" } : undefined;
}

function objectMistake(call: Call, state: State, value: Value, param: ParamEffect, what: Pointed): Mistake | undefined {
  const { machine } = call;
  const { struct } = param;
  if (struct === undefined) return undefined;
  switch (what) {
    case "object":
    case "local-object": {
      const has = structOf(call, state.object(objectIdOf(value)));
      // Sockets of helpers have register types of their own, which stand for several structs.
      if (has === undefined || value.kind !== "pointer" || /^bpf_(?:tcp_)?sock$/.test(has)) return undefined;
      return pointsTo(machine, has, value.path, struct, false) === false ? wrong("struct") : undefined;
    }
    case "map":
      return struct === "bpf_map" ? undefined : wrong("not-object");
    case "scalar":
      return wrong("number");
    default:
      return machine.effects.isPlainData(struct) ? undefined : wrong("not-object");
  }
}

function structOf({ machine }: Call, object: ObjectInfo | undefined): string | undefined {
  const ops = machine.root.structOps?.struct;
  if (object?.struct === undefined || ops === undefined || object.origin.what !== "argument") return object?.struct;
  return machine.effects.structOpsSees(ops, object.struct);
}

function helperObjectMistake(what: Pointed): Mistake | undefined {
  if (what === "object" || what === "local-object") return undefined;
  return wrong(what === "scalar" ? "number" : "not-object");
}

/** Objects of the program only, and from Linux 7.0 on at their very start. */
function refcountedMistake({ machine }: Call, state: State, value: Value, what: Pointed): Mistake | undefined {
  // What comes out of a kptr may be an object of the program as well.
  if (what === "object") return undefined;
  if (what !== "local-object") return wrong("not-local");
  const object = state.object(objectIdOf(value));
  const inside = object !== undefined && value.kind === "pointer" && isInside(machine, object, value.path);
  return inside && machine.effects.rules.trustByDefault ? wrong("inside") : undefined;
}

function memoryMistake(call: Call, state: State, value: Value, what: Pointed): Mistake | undefined {
  const { machine, effect } = call;
  switch (what) {
    case "scalar":
      return wrong("number");
    case "function":
      return wrong("not-memory");
    case "object":
      return effect.origin === "kfunc" ? wrong("not-memory") : undefined;
    case "context": {
      const type = machine.root.section?.programType;
      if (type === undefined || type === "SYSCALL" || !machine.effects.rules.contextIsNoMemory) return undefined;
      return { rule: "context-argument", why: "memory" };
    }
    case "memory":
      // What bpf_rdonly_cast() gives for no type at all: readable anywhere, passable nowhere.
      return state.object(objectIdOf(value))?.trust === "untrusted" ? wrong("untrusted-memory") : undefined;
    default:
      return undefined;
  }
}

function mapMistake(call: Call, state: State, value: Value, what: Pointed): Mistake | undefined {
  if (what === "map") return isOtherMap(call, state, value) ? wrong("other-map") : undefined;
  if (what !== "object") return wrong("not-map");
  const object = state.object(objectIdOf(value));
  if (call.effect.origin === "helper") return wrong("not-map");
  if (object?.struct === undefined || value.kind !== "pointer") return undefined;
  return pointsTo(call.machine, object.struct, value.path, "bpf_map", false) === false ? wrong("not-map") : undefined;
}

/** A call that gets a field of a map value and its map: are they the same map? */
function isOtherMap({ effect, args }: Call, state: State, value: Value): boolean {
  const field = effect.params.findIndex(({ kind }) => kind === "workqueue" || kind === "timer" || kind === "task-work");
  const map = field < 0 ? undefined : state.object(objectIdOf(args[field]!))?.map;
  return map !== undefined && value.kind === "pointer" && value.base[0] === "g" && value.base.slice(2) !== map;
}

/** Timers, work queues and the like live in map values only, at a constant offset. */
function fieldMistake(value: Value, what: Pointed): Mistake | undefined {
  if (what !== "map-value" && what !== "global") return wrong("not-in-map");
  if (what === "map-value" && value.kind === "pointer" && value.path.includes("[?]")) return wrong("variable-offset");
  return undefined;
}

/** Read-only memory with a string in it: a literal or a constant array. */
function stringMistake(call: Call, value: Value, what: Pointed): Mistake | undefined {
  if (what === "string") return undefined;
  if (what !== "global" && what !== "map-value") return wrong("not-constant-string");
  if (what === "map-value" || value.kind !== "pointer") return undefined;
  const global = call.machine.unit.unit.global(value.base.slice(2));
  // clang makes a static array constant that nobody writes to.
  return global === undefined || global.const || global.static ? undefined : wrong("writable-string");
}
