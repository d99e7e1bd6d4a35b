// The value a call returns, with the reference it may carry.
import type { Instruction } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import type { ReturnEffect } from "../registry/effect.ts";
import type { Call } from "./arguments.ts";
import { graphElement } from "./graph-element.ts";
import { slotProblem } from "./kptr.ts";
import { slotTag } from "./load-member.ts";
import { addressFromPointer, isStackBase, memoryKey, pointeeTag, stored } from "./memory.ts";
import { member, nodeMember } from "./path.ts";
import { whyNotPerCpu } from "./percpu-type.ts";
import { known } from "./refine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { isNumber, type ObjectInfo, type Origin, objectIdOf, one, type Value, zero } from "./value.ts";

export type CallInstruction = Extract<Instruction, { kind: "call" }>;

/** Undefined for void. */
export function resultOf(call: Call, state: State, instruction: CallInstruction): Value | undefined {
  const { machine, effect } = call;
  const { returns } = effect;
  const type = instruction.result?.type;
  switch (returns.kind) {
    case "void":
      return undefined;
    case "scalar":
      return machine.symbols.scalar(type ?? { kind: "unknown" });
    case "object": {
      const typeless = effect.protocol.kind === "rdonly-cast" && isNumber(call.args[1] ?? one, 0);
      if (typeless && machine.effects.rules.trustByDefault) {
        const origin = originOf(call, "call");
        return machine.newObject(state, {
          class: "memory",
          nullness: "unknown",
          trust: "untrusted",
          readOnly: true,
          origin,
        });
      }
      const source =
        returns.typeOf === undefined ? undefined : state.object(objectIdOf(call.args[returns.typeOf] ?? zero));
      const shared =
        returns.sameAs === undefined ? undefined : state.object(objectIdOf(call.args[returns.sameAs] ?? zero));
      return acquire(call, state, {
        class: "btf",
        struct: returns.struct ?? source?.struct,
        type: record(call, returns.struct) ?? source?.type,
        // Of a per-CPU object of the program's own there is a copy on every CPU.
        nullness: returns.maybeNull && source?.percpu !== true ? "maybe" : "non-null",
        // The copy of a local per-CPU object is as good as an RCU pointer.
        trust: source?.class === "local" || source?.percpu === true ? "rcu" : returns.trust,
        ref: shared?.ref,
        tiedToRef: shared?.ref === undefined ? shared?.tiedToRef : undefined,
        dead: shared?.dead,
        origin: originOf(call, "call"),
      });
    }
    case "local-object": {
      const named = namedRecord(call);
      if (returns.percpu && named !== undefined) checkPerCpuType(call, state, named);
      return acquire(call, state, {
        class: "local",
        struct: named?.kind === "record" ? named.tag : undefined,
        type: named,
        nullness: returns.maybeNull ? "maybe" : "non-null",
        trust: "trusted",
        percpu: returns.percpu,
        origin: originOf(call, "call"),
      });
    }
    case "same-object-type": {
      const source = state.object(objectIdOf(call.args[returns.param] ?? zero));
      return acquire(call, state, {
        class: "local",
        struct: source?.struct,
        type: source?.type,
        nullness: source?.nonOwning === true || source?.ref === undefined ? "maybe" : "non-null",
        trust: "trusted",
        origin: originOf(call, "call"),
      });
    }
    case "node":
      return nodeResult(call, state, returns.maybeNull, returns.owned);
    case "memory": {
      const owner =
        returns.tiedTo === undefined ? undefined : state.object(objectIdOf(call.args[returns.tiedTo] ?? zero));
      return acquire(call, state, {
        class: "memory",
        nullness: returns.maybeNull ? "maybe" : "non-null",
        trust: "plain",
        readOnly: returns.readOnly,
        type: pointee(type),
        struct: type && pointeeTag(type),
        tiedToRef: owner?.ref,
        size: sizeGiven(call, state),
        origin: originOf(call, "call"),
      });
    }
    case "slice": {
      const dynptr = slotAt(state, call.args[returns.param]);
      return machine.newObject(state, {
        class: "slice",
        nullness: returns.maybeNull ? "maybe" : "non-null",
        trust: "plain",
        readOnly: returns.readOnly === true,
        type: pointee(type),
        struct: type && pointeeTag(type),
        tiedToDynptr: dynptr?.kind === "dynptr" ? dynptr.id : undefined,
        size: sizeGiven(call, state),
        origin: originOf(call, "call"),
      });
    }
    case "map-value":
      return mapLookup(call, state, returns);
    case "kptr-old":
      return oldKptr(call, state);
  }
}

/** Bytes of the memory returned: the one argument that must be a constant says so. */
function sizeGiven(call: Call, state: State): number | undefined {
  const index = call.effect.params.findIndex((param) => param.sizesResult === true);
  const value = index < 0 ? undefined : call.args[index];
  const size = value && known(call.machine, state, value);
  // Zero is what a size that the loader sets starts as.
  return size?.kind === "number" && size.value > 0 ? size.value : undefined;
}

export function slotAt(state: State, value: Value | undefined) {
  const address = value && addressFromPointer(value);
  const content = address && state.memory.get(memoryKey(address));
  return content?.kind === "slot" ? content.slot : undefined;
}

function originOf(call: Call, what: Origin["what"]): Origin {
  return { site: call.site, call: call.effect.name, what, name: undefined };
}

/** A new object that carries a new reference if the call acquires one. */
function acquire(call: Call, state: State, info: Partial<ObjectInfo> & Pick<ObjectInfo, "class" | "origin">): Value {
  const value = call.machine.newObject(state, info);
  const id = objectIdOf(value);
  if (call.effect.acquires && id !== undefined && info.ref === undefined) own(call, state, id);
  return value;
}

function own(call: Call, state: State, object: number): void {
  const { effect, machine, site } = call;
  const struct = state.object(object)?.struct;
  const ref = machine.newReference(state, {
    kind: "object",
    object,
    slot: undefined,
    site,
    call: effect.name,
    releasedBy: effect.releasedBy.length > 0 ? effect.releasedBy : machine.effects.releasersOf(struct),
    parent: undefined,
    name: undefined,
  });
  state.change(object, { ref });
}

function record(call: Call, tag: string | undefined): CType | undefined {
  return tag === undefined || call.machine.unit.unit.record(tag) === undefined
    ? undefined
    : { kind: "record", union: false, tag, id: tag };
}

function checkPerCpuType(call: Call, state: State, type: CType): void {
  const reason = whyNotPerCpu(call.machine, type);
  if (reason === undefined) return;
  const words = { struct: (type.kind === "record" && type.tag) || "", reason };
  const { machine, effect, site } = call;
  report.breach(machine, state, { rule: "constant-argument", why: "percpu-type", site, callee: effect.name, words });
}

/** The type that bpf_core_type_id_local(T) named. */
function namedRecord(call: Call): CType | undefined {
  for (const expr of call.exprs) {
    let inner = expr;
    while (inner.kind === "cast") inner = inner.operand;
    if (inner.kind === "type-id") return inner.record;
  }
  return undefined;
}

function pointee(type: CType | undefined): CType | undefined {
  return type?.kind === "pointer" ? type.to : undefined;
}

function nodeResult(call: Call, state: State, maybeNull: boolean, owned: boolean): Value {
  const element = graphElement(call, state);
  const value = acquire(call, state, {
    class: "local",
    struct: element?.struct,
    type: record(call, element?.struct),
    nullness: maybeNull ? "maybe" : "non-null",
    trust: "trusted",
    nonOwning: !owned,
    anchor: element === undefined ? nodeMember : member("", element.field),
    origin: originOf(call, "call"),
  });
  if (value.kind !== "pointer") return value;
  return { ...value, path: element === undefined ? nodeMember : member("", element.field) };
}

type MapValue = Extract<ReturnEffect, { kind: "map-value" }>;

function mapLookup(call: Call, state: State, { mapParam, maybeNull, keyParam }: MapValue): Value {
  const { machine, effect } = call;
  const map = mapOf(call, mapParam);
  const origin = originOf(call, "map");
  const nullness = maybeNull ? "maybe" : "non-null";
  switch (map?.type) {
    case "BPF_MAP_TYPE_SOCKMAP":
    case "BPF_MAP_TYPE_SOCKHASH": {
      const value = machine.newObject(state, { class: "btf", struct: "bpf_sock", nullness, trust: "trusted", origin });
      const id = objectIdOf(value);
      if (id !== undefined && effect.name !== "") own(call, state, id);
      return value;
    }
    case "BPF_MAP_TYPE_ARRAY_OF_MAPS":
    case "BPF_MAP_TYPE_HASH_OF_MAPS":
      return machine.newObject(state, { class: "map", nullness, trust: "plain", origin });
    default:
      return machine.newObject(state, {
        class: "map-value",
        struct: map?.value?.kind === "record" ? map.value.tag : undefined,
        type: map?.value,
        map: map?.name,
        nullness: maybeNull ? lookupNullness(call, state, map, mapParam, keyParam) : "non-null",
        trust: map !== undefined || isMapObject(call, state, mapParam) ? "plain" : "unknown",
        origin,
      });
  }
}

/** A map found in another one. What a map has in it that no header we found declares may be anything, also a map. */
function isMapObject(call: Call, state: State, param: number): boolean {
  return state.object(objectIdOf(call.args[param] ?? zero))?.class === "map";
}

function mapOf(call: Call, param: number) {
  const value = call.args[param];
  return value?.kind === "pointer" && value.base[0] === "g"
    ? call.machine.unit.unit.map(value.base.slice(2))
    : undefined;
}

/** From 7.0 on, an array lookup with a constant key in range is known to succeed (VERIFIER_RULES 4). */
function lookupNullness(
  call: Call,
  state: State,
  map: ReturnType<typeof mapOf>,
  mapParam: number,
  keyParam: number | undefined,
): ObjectInfo["nullness"] {
  if (keyParam === undefined) return "maybe";
  // An inner map: whether it is an array the verifier knows from its template.
  const inner = map === undefined && isMapObject(call, state, mapParam);
  const isArray = inner || map?.type === "BPF_MAP_TYPE_ARRAY" || map?.type === "BPF_MAP_TYPE_PERCPU_ARRAY";
  if (!isArray || !call.machine.effects.rules.constantKeyLookupNonNull) return "maybe";
  const value = call.args[keyParam];
  const address = value && addressFromPointer(value);
  if (address === undefined || !isStackBase(address.base)) return "maybe";
  const stored_ = stored(state, address);
  const key = stored_ && known(call.machine, state, stored_);
  if (key?.kind !== "number") return "maybe";
  if (inner) return "unknown";
  if (key.value === 0) return map?.maxEntries === 0 ? "maybe" : "non-null";
  // In range, but whether the verifier saw the constant depends on the compiler.
  return map?.maxEntries === undefined || key.value < map.maxEntries ? "unknown" : "maybe";
}

function oldKptr(call: Call, state: State): Value {
  if (slotProblem(call, state) !== undefined)
    return call.machine.symbols.freshOf(call.exprs[0]?.type ?? { kind: "unknown" });
  const slot = call.exprs[0];
  const slotType = slot?.type.kind === "pointer" ? slot.type.to : undefined;
  const struct = slotType && pointeeTag(slotType);
  return acquire(call, state, {
    class: "btf",
    struct,
    type: pointee(slotType),
    nullness: "maybe",
    trust: "trusted",
    percpu: slotType === undefined || slotTag(slotType) === undefined ? undefined : slotTag(slotType) === "percpu_kptr",
    origin: originOf(call, "call"),
  });
}
