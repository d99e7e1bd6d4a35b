// Fields that own kernel objects, or objects of the program: only bpf_kptr_xchg() may
// change them, and only to what they are declared to hold (VERIFIER_RULES 8).
import type { Expr, Place } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import type { Call } from "./arguments.ts";
import { describePlace } from "./describe.ts";
import { isInside } from "./inside.ts";
import { type SlotTag, slotTag } from "./load-member.ts";
import type { Machine } from "./machine.ts";
import { type Address, isStackBase, pointeeTag } from "./memory.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import { startOf } from "./special-fields.ts";
import type { State } from "./state.ts";
import { pointsTo } from "./struct-match.ts";
import { type ObjectInfo, objectIdOf, type Site, type Value } from "./value.ts";

const rule = "kptr-misuse";

/** What is wrong with the slot of an exchange, if that is certain: nothing changes hands then. */
export function slotProblem(call: Call, state: State): string | undefined {
  const { machine } = call;
  const { protocol } = call.effect;
  if (protocol.kind !== "kptr-xchg") return undefined;
  const value = call.args[protocol.slot];
  const expr = call.exprs[protocol.slot];
  if (value?.kind !== "pointer" || expr === undefined) return undefined;
  if (isStackBase(value.base)) return "slot-on-stack";
  const object = state.object(objectIdOf(value));
  if (object !== undefined && object.class !== "map-value" && object.class !== "local") return undefined;
  if (object?.nullness === "maybe" || object?.dead !== undefined) return undefined;
  const place = slotPlace(expr);
  if (place === undefined) return undefined;
  if (isPastEnd(place)) return "no-slot";
  // Through a cast, or a type nobody declared, the field's own declaration is out of sight.
  if (place.kind === "deref" || place.type.kind === "unknown") return undefined;
  switch (slotTag(place.type)) {
    case undefined:
      return tagsMayBeLost(machine, place) ? undefined : "no-slot";
    case "uptr":
      return "no-slot";
    case "kptr_untrusted":
      return "unreferenced-slot";
    default:
      return undefined;
  }
}

/**
 * Headers that user space shares define the tags as nothing where they were not defined before: when the
 * header that does is not found, globals and all pointers of a struct are without.
 */
function tagsMayBeLost(machine: Machine, place: Place): boolean {
  if (place.type.kind !== "pointer") return false;
  if (place.kind !== "member") return true;
  const owner = place.base.type;
  const record = owner.kind === "record" ? machine.unit.unit.record(owner.id) : undefined;
  return record?.fields.some((field) => slotTag(field.type) !== undefined) !== true;
}

/** Checks an exchange; reports at most one thing. */
export function checkExchange(call: Call, state: State): void {
  const { protocol, name } = call.effect;
  if (protocol.kind !== "kptr-xchg") return;
  const { machine, site } = call;
  const value = call.args[protocol.value];
  const expr = call.exprs[protocol.value];
  const slotExpr = call.exprs[protocol.slot];
  const wrongSlot = slotProblem(call, state);
  const place = slotExpr && slotPlace(slotExpr);
  const words = { slot: place === undefined ? "" : describePlace(place) };
  if (wrongSlot !== undefined) {
    report.breach(machine, state, { rule, why: wrongSlot, site, callee: name, words });
    return;
  }
  if (value === undefined || expr === undefined || isKnownNull(machine, state, value)) return;
  const object = state.object(objectIdOf(value));
  if (object === undefined || object.nullness === "maybe" || object.dead !== undefined || object.poisoned) return;
  const why = whyUnfit(machine, state, object, value, place?.type);
  if (why === undefined) return;
  const slotStruct = place === undefined ? "" : (pointeeTag(place.type) ?? "");
  report.breach(machine, state, {
    rule,
    why,
    site,
    callee: name,
    words: { ...words, slotStruct, struct: object.struct ?? "", by: object.origin.what },
    value,
    expr,
  });
}

function whyUnfit(
  machine: Machine,
  state: State,
  object: ObjectInfo,
  value: Value & { kind?: string },
  slot: CType | undefined,
): string | undefined {
  if (object.class !== "btf" && object.class !== "local") return undefined;
  if (state.reference(object.ref) === undefined) {
    const certain = object.nonOwning || object.origin.what !== "member" || object.trust !== "unknown";
    return certain && object.trust !== "unknown" ? "not-owned" : undefined;
  }
  if (value.kind === "pointer" && isInside(machine, object, value.path)) return "inside";
  if (slot === undefined || object.struct === undefined) return undefined;
  const tag = slotTag(slot);
  if (tag === "percpu_kptr" && object.percpu === false) return "not-percpu";
  if (tag === "kptr" && object.percpu === true) return "percpu";
  const wanted = pointeeTag(slot);
  const known = object.origin.what === "call" || object.origin.what === "kptr";
  if (wanted === undefined || !known) return undefined;
  return pointsTo(machine, object.struct, "", wanted, true) === false ? "other-type" : undefined;
}

function slotPlace(expr: Expr): Place | undefined {
  if (expr.kind === "cast") return slotPlace(expr.operand);
  return expr.kind === "address" ? expr.place : undefined;
}

/** An element that the array does not have. */
function isPastEnd(place: Place): boolean {
  if (place.kind === "member") return isPastEnd(place.base);
  if (place.kind !== "element") return false;
  const { type } = place.base;
  const index = place.index.kind === "const" ? place.index.value : undefined;
  if (type.kind === "array" && type.length !== undefined && index !== undefined && index >= type.length) return true;
  return isPastEnd(place.base);
}

/** A store to a field that owns something; true when that was refused. */
export function checkSlotStore(
  machine: Machine,
  state: State,
  address: Address,
  place: Place,
  value: Value | undefined,
  site: Site,
): boolean {
  const tag = slotTagAt(machine, state, address, place.type);
  if (tag === undefined || tag === "uptr") return false;
  const object = state.object(Number(address.base.slice(1)));
  if (address.base[0] === "o" && (object?.class !== "map-value" || object.poisoned)) return false;
  if (tag === "kptr_untrusted") {
    const exact = value?.kind === "number" && value.value !== 0;
    if (!exact) return false;
  }
  const words = { slot: describePlace(place) };
  const why = tag === "kptr_untrusted" ? "number-stored" : "stored";
  report.breach(machine, state, { rule, why, site, callee: undefined, words });
  // What should have been put there is not told of again.
  const id = value && objectIdOf(value);
  const ref = state.object(id)?.ref;
  if (id !== undefined && ref !== undefined) {
    state.dropReference(ref);
    state.change(id, { ref: undefined, poisoned: true });
  }
  return true;
}

/** By the type of what is written, or, when that was cast, by the field that lies there. */
function slotTagAt(machine: Machine, state: State, address: Address, type: CType): SlotTag | undefined {
  const first = address.base[0];
  if (first !== "o" && first !== "g") return undefined;
  const own = slotTag(type);
  if (own !== undefined) return own;
  const start = startOf(machine, state, address.base);
  if (start === undefined) return undefined;
  let at = start.type;
  for (const step of address.path.split(/(?=[.[-])/)) {
    if (step === "" || step === "[0]") continue;
    if (step.startsWith(".")) {
      const field = machine.unit.unit.field(at, step.slice(1));
      if (field === undefined) return undefined;
      at = field.type;
    } else if (step.startsWith("[") && at.kind === "array") at = at.of;
    else return undefined;
  }
  return slotTag(at);
}
