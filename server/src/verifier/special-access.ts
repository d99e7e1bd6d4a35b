// Locks, list heads and their like belong to the kernel: no load or store may touch them,
// so a struct that has one cannot be assigned or filled as a whole.
import type { Place } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { Call } from "./arguments.ts";
import type { Machine } from "./machine.ts";
import { type Address, addressFromPointer } from "./memory.ts";
import { report } from "./report.ts";
import { elementType, specialFieldsOf, specialTags, startOf } from "./special-fields.ts";
import type { State } from "./state.ts";
import type { Site } from "./value.ts";

/** `address` is read or written as `place` says; true when that was refused. */
export function touchesSpecial(machine: Machine, state: State, address: Address, place: Place, site: Site): boolean {
  // A node at the start of its struct, taken for the struct: the names on the way are not those of the access.
  const as = derefType(place);
  if (as?.kind === "record" && specialOn(machine, state, address) !== undefined && !specialTags.has(as.tag ?? "")) {
    return false;
  }
  const tag = specialOn(machine, state, { base: address.base, path: address.path + stepsOf(place) });
  if (tag !== undefined) breach(machine, state, address, tag, site);
  return tag !== undefined;
}

/** A whole struct is stored there. */
export function overwritesSpecial(machine: Machine, state: State, address: Address, type: CType, site: Site): void {
  if (!isShared(state, address)) return;
  const inside = specialFieldsOf(machine.unit.unit, type)?.[0];
  const element = inside === undefined ? type : elementType(inside.type);
  const tag = element.kind === "record" && specialTags.has(element.tag ?? "") ? element.tag : undefined;
  if (tag !== undefined) breach(machine, state, address, tag, site, inside?.name);
}

/** Memory that a call is given: it may read or write all of it. */
export function passesSpecial(call: Call, state: State): void {
  call.effect.params.forEach((param, index) => {
    const value = call.args[index];
    const address = value && addressFromPointer(value);
    if (address === undefined) return;
    if (param.kind === "map-value-memory") {
      // A whole value of the map is read from there.
      const map = call.args[0]?.kind === "pointer" ? call.machine.unit.unit.map(call.args[0].base.slice(2)) : undefined;
      const type = startOf(call.machine, state, address.base)?.type;
      const isSame = map?.value?.kind === "record" && type?.kind === "record" && type.id === map.value.id;
      if (isSame && address.path === "") overwritesSpecial(call.machine, state, address, type, call.site);
    }
    if (param.kind !== "memory" || param.sizeParam === undefined) return;
    const size = call.args[param.sizeParam];
    if (size?.kind === "number") fillsSpecial(call.machine, state, address, size.value, call.site);
  });
}

/** So many bytes from there on are filled or copied over. */
export function fillsSpecial(machine: Machine, state: State, address: Address, size: number, site: Site): void {
  if (!isShared(state, address) || address.path !== "") return;
  const start = startOf(machine, state, address.base);
  if (start === undefined) return;
  const { unit } = machine.unit;
  const first = unit.record(start.type.kind === "record" ? start.type.id : "")?.fields.find((field) => {
    const element = elementType(field.type);
    return element.kind === "record" && specialTags.has(element.tag ?? "") && (field.offset ?? size) < size;
  });
  const element = first === undefined ? undefined : elementType(first.type);
  if (element?.kind === "record" && element.tag !== undefined)
    breach(machine, state, address, element.tag, site, first?.name);
}

/** Memory that outlives the program, which is where the kernel watches. */
function isShared(state: State, { base }: Address): boolean {
  if (base[0] !== "o") return false;
  const object = state.objects.get(Number(base.slice(1)));
  return (object?.class === "map-value" || object?.class === "local") && !object.poisoned;
}

/** Tag of the special member that a path leads to or into. */
function specialOn(machine: Machine, state: State, address: Address): string | undefined {
  if (!isShared(state, address)) return undefined;
  const start = startOf(machine, state, address.base);
  return start && specialInPath(machine.unit.unit, start.type, address.path);
}

function specialInPath(unit: TranslationUnit, start: CType, path: string): string | undefined {
  let type = start;
  for (const step of path.split(/(?=[.[-])/)) {
    if (step.startsWith(".")) {
      const field = unit.field(type, step.slice(1));
      if (field === undefined) return undefined;
      type = field.type;
    } else if (step.startsWith("[") && type.kind === "array") type = type.of;
    else if (step !== "" && step !== "[0]") return undefined;
    if (type.kind === "record" && type.tag !== undefined && specialTags.has(type.tag)) return type.tag;
  }
  return undefined;
}

/** What the pointer that is followed is declared to point to. */
function derefType(place: Place): CType | undefined {
  if (place.kind === "member" || place.kind === "element") return derefType(place.base);
  return place.kind === "deref" ? place.type : undefined;
}

function stepsOf(place: Place): string {
  switch (place.kind) {
    case "member":
      return `${stepsOf(place.base)}.${place.name}`;
    case "element":
      return `${stepsOf(place.base)}[0]`;
    default:
      return "";
  }
}

function breach(machine: Machine, state: State, { base }: Address, tag: string, site: Site, name = ""): void {
  const words = { tag, name };
  const value = { kind: "pointer", base, path: "" } as const;
  report.breach(machine, state, { rule: "special-member", why: "touched", site, callee: undefined, words, value });
}
