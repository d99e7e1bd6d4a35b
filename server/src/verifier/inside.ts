// Does a pointer stand somewhere else than at the start of its object?
import type { Machine } from "./machine.ts";
import type { ObjectInfo } from "./value.ts";

/** Certainly not at the start of the object: the kernel wants offset 0. */
export function isInside(machine: Machine, object: ObjectInfo, path: string): boolean {
  if (path === "") return false;
  const { unit } = machine.unit;
  let type = object.type;
  if (type?.kind !== "record" && object.struct !== undefined) {
    type = { kind: "record", union: false, tag: object.struct, id: object.struct };
  }
  let offset = 0;
  for (const step of path.split(/(?=[.[-])/)) {
    // Arithmetic on the pointer itself: whatever the step, it does not point at the start any more.
    if (/^\[-?[1-9]\d*\]$/.test(step)) return true;
    const field = step.startsWith(".") && type !== undefined ? unit.field(type, step.slice(1)) : undefined;
    if (field?.offset === undefined) return false;
    offset += field.offset;
    type = field.type;
  }
  return offset !== 0;
}
