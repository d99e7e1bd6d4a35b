// A read or write behind the end of memory whose size the verifier and we know: what a
// call returned with a constant size, or a kernel object read as something larger.
import type { Expr, Place } from "../cfg/ir.ts";
import type { Machine } from "./machine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";
import { type ObjectInfo, objectIdOf, type Site, type Value } from "./value.ts";

export function checkInside(
  machine: Machine,
  state: State,
  pointer: Expr,
  value: Value,
  place: Place | undefined,
  site: Site,
): void {
  const object = state.object(objectIdOf(value));
  const size = object && sizeOf(machine, object);
  if (size === undefined || place === undefined || value.kind !== "pointer") return;
  const start = pointerOffset(pointer, value.path);
  const inside = placeOffset(machine, place);
  const bytes = machine.unit.unit.sizeOf(place.type);
  if (start === undefined || inside === undefined || bytes === undefined) return;
  const end = start + inside + bytes;
  if (end <= size) return;
  report.breach(machine, state, {
    rule: "memory-size",
    why: "outside",
    site,
    callee: undefined,
    words: { end: String(end), size: String(size), from: object?.origin.call ?? "" },
    value,
  });
}

function sizeOf(machine: Machine, object: ObjectInfo): number | undefined {
  if (object.class === "memory" || object.class === "slice") return object.size;
  // Headers of the target describe its objects; a program's own declaration may leave members out.
  const { struct } = object;
  if (object.class !== "btf" || object.origin.what !== "call" || struct === undefined) return undefined;
  return machine.unit.isLocalRecord(struct) ? undefined : machine.unit.unit.record(struct)?.size;
}

/** Bytes from the object's start to where the pointer points; only what the expression itself adds is counted. */
function pointerOffset(pointer: Expr, path: string): number | undefined {
  if (path === "" || path === "[0]") return 0;
  let inner = pointer;
  while (inner.kind === "cast") inner = inner.operand;
  if (inner.kind !== "offset" || inner.index.kind !== "const" || inner.elementSize === undefined || inner.negative)
    return undefined;
  const index = inner.index.value;
  return index !== undefined && path === `[${index}]` ? index * inner.elementSize : undefined;
}

/** From what the pointer points to, to the place in it. */
function placeOffset(machine: Machine, place: Place): number | undefined {
  switch (place.kind) {
    case "deref":
      return 0;
    case "member": {
      const base = placeOffset(machine, place.base);
      const offset = machine.unit.unit.field(place.base.type, place.name)?.offset;
      return base === undefined || offset === undefined ? undefined : base + offset;
    }
    case "element": {
      const base = placeOffset(machine, place.base);
      const size = machine.unit.unit.sizeOf(place.type);
      if (base === undefined || size === undefined || place.index.kind !== "const") return undefined;
      return place.index.value === undefined ? undefined : base + size * place.index.value;
    }
    default:
      return undefined;
  }
}
