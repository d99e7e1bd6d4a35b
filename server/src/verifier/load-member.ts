// The first read of a member behind a pointer: what kind of value the verifier
// would see there. Trust follows VERIFIER_RULES 2.3; kptr fields section 8.
import type { CType } from "../model/types.ts";
import { hookArgument } from "./entry.ts";
import type { Machine } from "./machine.ts";
import { type Address, pointeeTag } from "./memory.ts";
import { elementType, specialFieldsOf } from "./special-fields.ts";
import type { State } from "./state.ts";
import type { ObjectInfo, Origin, Trust, Value } from "./value.ts";

/** `id` undefined: a global variable. */
export function loadMember(
  machine: Machine,
  state: State,
  id: number | undefined,
  address: Address,
  type: CType,
): Value {
  const object = state.object(id);
  if (object?.class === "context") return loadContext(machine, state, object, address, type);
  // Of a type no header declared: in a kernel object it is a number or a pointer that is walked.
  if (type.kind === "unknown" && object?.class === "btf" && object.trust !== "unknown") {
    return walk(machine, state, object, address, undefined, undefined);
  }
  if (type.kind !== "pointer") return unfollowed(machine, id, object, address, type);
  const tag = pointeeTag(type);
  const slot = slotTag(type);
  if (slot !== undefined && (id === undefined || object?.class === "map-value" || object?.class === "local")) {
    return loadKptr(machine, state, object, address, type, slot);
  }
  if (object === undefined || object.class !== "btf") return unfollowed(machine, id, object, address, type);
  return walk(machine, state, object, address, type, tag);
}

/**
 * Numbers in memory: not constants to the verifier, unless the memory is constant. Pointers in memory it takes for numbers
 * too, but whether one is a kptr hangs on macros of headers that may be missing.
 */
function unfollowed(
  machine: Machine,
  id: number | undefined,
  object: ObjectInfo | undefined,
  address: Address,
  type: CType,
): Value {
  const { symbols } = machine;
  if (type.kind !== "int") return symbols.freshOf(type);
  if (id !== undefined) {
    const followed = object?.class === "map-value" || object?.class === "btf";
    return followed ? symbols.scalar(type) : symbols.freshOf(type);
  }
  // clang folds reads of what nobody can change, and of a static variable that nobody does.
  const global = machine.unit.unit.global(address.base.slice(2));
  const folded = global === undefined || global.const || global.extern || global.static || global.section !== undefined;
  return folded ? symbols.freshOf(type) : symbols.scalar(type);
}

export type SlotTag = "kptr" | "kptr_untrusted" | "percpu_kptr" | "uptr";

export function slotTag(type: CType): SlotTag | undefined {
  if (type.kind !== "pointer") return undefined;
  for (const tag of type.tags) {
    if (tag === "kptr" || tag === "kptr_untrusted" || tag === "percpu_kptr" || tag === "uptr") return tag;
    if (tag === "kptr_ref") return "kptr";
  }
  return undefined;
}

function loadKptr(
  machine: Machine,
  state: State,
  object: ObjectInfo | undefined,
  address: Address,
  type: CType & { kind: "pointer" },
  slot: SlotTag,
): Value {
  const tag = pointeeTag(type);
  const owner = object?.origin;
  const safe = tag === undefined || isLocalType(machine, type) || machine.effects.isRcuSafeKptr(tag);
  const trust: Trust =
    slot === "kptr_untrusted" ? "untrusted" : safe && machine.inRcuSection(state) ? "rcu" : "untrusted";
  return machine.newObject(state, {
    class: slot === "uptr" ? "map-value" : "btf",
    struct: tag,
    type: type.to,
    nullness: "maybe",
    trust: slot === "uptr" ? "plain" : trust,
    percpu: slot === "percpu_kptr",
    // What can be in a list or tree is seen as if it were in one.
    nonOwning: slot === "kptr" && trust === "rcu" && hasNode(machine, type.to),
    origin: memberOrigin(machine, owner, address, slot === "uptr" ? "map" : "kptr"),
  });
}

/** A struct that the program itself defines and the kernel does not know. */
function isLocalType(machine: Machine, type: CType & { kind: "pointer" }): boolean {
  return type.to.kind === "record" && type.to.tag !== undefined && machine.unit.isLocalRecord(type.to.tag);
}

function hasNode(machine: Machine, type: CType): boolean {
  return (specialFieldsOf(machine.unit.unit, type) ?? []).some((field) => {
    const element = elementType(field.type);
    return element.kind === "record" && (element.tag === "bpf_list_node" || element.tag === "bpf_rb_node");
  });
}

function walk(
  machine: Machine,
  state: State,
  object: ObjectInfo,
  address: Address,
  type: (CType & { kind: "pointer" }) | undefined,
  tag: string | undefined,
): Value {
  const origin = memberOrigin(machine, object.origin, address, "member");
  const info = {
    class: "btf",
    struct: tag ?? vouchedStruct(machine, object, address),
    type: type?.to,
    origin,
  } as const;
  const found = walkedTrust(machine, state, object, address, type);
  return machine.newObject(state, { ...info, ...found });
}

function vouchedStruct(machine: Machine, object: ObjectInfo, address: Address): string | undefined {
  const field = lastMember(address.path);
  return object.struct === undefined || field === undefined
    ? undefined
    : machine.effects.memberStruct(object.struct, field);
}

/** What the verifier makes of a pointer that is read from a kernel object (VERIFIER_RULES 2.3). */
function walkedTrust(
  machine: Machine,
  state: State,
  object: ObjectInfo,
  address: Address,
  type: (CType & { kind: "pointer" }) | undefined,
): Pick<ObjectInfo, "trust"> & Partial<Pick<ObjectInfo, "nullness">> {
  if (object.trust === "unknown" && object.ref === undefined) return { trust: "unknown" };
  if (object.trust === "untrusted" || object.trust === "expired") return { trust: "untrusted" };
  const isTrusted = object.trust === "trusted" || object.ref !== undefined;
  if (!machine.effects.rules.walksLoseTrust || (!isTrusted && object.trust !== "rcu")) return { trust: "plain" };
  const field = lastMember(address.path);
  if (object.struct === undefined || field === undefined) return { trust: "unknown" };
  const rule = machine.effects.walk(object.struct, field);
  if (rule === "trusted") return { trust: "trusted", nullness: "non-null" };
  if (rule === "trusted-or-null") return { trust: "trusted", nullness: "maybe" };
  if (object.nullness === "maybe" || !machine.inRcuSection(state)) return { trust: "untrusted" };
  // Not NULL to who uses it, and yet a test of it is followed both ways: reg_not_null() leaves RCU pointers out.
  if (rule === "rcu") return { trust: "rcu", nullness: "unknown" };
  if (rule === "rcu-or-null" || type?.tags.includes("rcu") === true) return { trust: "rcu", nullness: "maybe" };
  return { trust: "plain" };
}

function lastMember(path: string): string | undefined {
  return /\.([A-Za-z_]\w*)(?:\[[^\]]*\])*$/.exec(path)?.[1];
}

function memberOrigin(machine: Machine, owner: Origin | undefined, address: Address, what: Origin["what"]): Origin {
  return { site: owner?.site ?? machine.here, call: undefined, what, name: describeAddress(owner, address) };
}

function describeAddress(owner: Origin | undefined, address: Address): string | undefined {
  if (address.base[0] === "g") return `${address.base.slice(2)}${address.path}`;
  if (owner?.name === undefined || address.path.includes("-") || address.path.includes("@")) return undefined;
  return `${owner.name}${address.path.replace(".", "->")}`;
}

/** Packet ends are pointers in disguise; argument slots of tracing contexts are the hook's arguments. */
function loadContext(machine: Machine, state: State, object: ObjectInfo, address: Address, type: CType): Value {
  const field = lastMember(address.path);
  if (field === "data" || field === "data_end" || field === "data_meta") {
    return machine.newObject(state, {
      class: "packet",
      nullness: "unknown",
      trust: "plain",
      origin: { ...object.origin, what: "packet", name: `${object.origin.name ?? "ctx"}->${field}` },
    });
  }
  const slot = /^\[(\d+)\]$/.exec(address.path)?.[1];
  if (slot !== undefined || (address.path === "" && type.kind === "int" && type.bits === 64)) {
    return hookArgument(machine, state, Number(slot ?? 0));
  }
  const facts =
    object.struct === undefined || field === undefined ? undefined : machine.effects.contextField(object.struct, field);
  if (type.kind !== "pointer" && facts === undefined) {
    return type.kind === "int" ? machine.symbols.scalar(type) : machine.symbols.freshOf(type);
  }
  return machine.newObject(state, {
    class: facts?.kind === "memory" ? "memory" : "btf",
    struct: facts?.struct ?? pointeeTag(type),
    type: type.kind === "pointer" ? type.to : undefined,
    nullness: facts === undefined ? "unknown" : facts.maybeNull ? "maybe" : "non-null",
    trust: facts?.trust ?? "unknown",
    origin: { ...object.origin, what: "member", name: `${object.origin.name ?? "ctx"}->${field ?? "?"}` },
  });
}
