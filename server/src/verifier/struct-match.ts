// Does a pointer into an object of one struct also point to another struct? As the
// verifier's btf_struct_ids_match(): the struct itself, or one that lies in it at that
// place. Answers only when every type on the way is known.
import type { CType } from "../model/types.ts";
import type { Machine } from "./machine.ts";

const initializing = "___init";

/** undefined: not known. */
export function pointsTo(
  machine: Machine,
  struct: string,
  path: string,
  wanted: string,
  strict: boolean,
): boolean | undefined {
  // Pairs such as nf_conn and nf_conn___init have one layout and must not be mixed up.
  if (path === "" && (struct === wanted + initializing || wanted === struct + initializing)) return false;
  if (path === "" && (struct === wanted || kernelName(struct) === kernelName(wanted) || isProjection(struct, wanted)))
    return true;
  if (strict && path === "") return false;
  const { unit } = machine.unit;
  if (unit.record(struct) === undefined) return machine.effects.holdsNoStruct(struct) ? false : undefined;
  const offset = offsetOf(machine, struct, path);
  return offset === undefined ? undefined : structAt(machine, recordOf(struct), offset, kernelName(wanted), 0);
}

function recordOf(tag: string): CType {
  return { kind: "record", union: false, tag, id: tag };
}

/** Without the flavor that a program gives to its own declaration of a kernel struct. */
function kernelName(struct: string): string {
  return struct.endsWith(initializing) ? struct : struct.replace(/___\w+$/, "");
}

/** Calls that take the program's view of a packet accept the kernel's as well. */
function isProjection(struct: string, wanted: string): boolean {
  return (wanted === "__sk_buff" && struct === "sk_buff") || (wanted === "xdp_md" && struct === "xdp_buff");
}

function offsetOf(machine: Machine, struct: string, path: string): number | undefined {
  let offset = 0;
  let type: CType = recordOf(struct);
  for (const [, name, index] of path.matchAll(/\.(\w+)|\[(-?\d+)\]|./g)) {
    if (name !== undefined) {
      const field = machine.unit.unit.field(type, name);
      if (field?.offset === undefined) return undefined;
      offset += field.offset;
      type = field.type;
    } else if (index !== undefined && type.kind === "array") {
      const size = machine.unit.unit.sizeOf(type.of);
      if (size === undefined) return undefined;
      offset += size * Number(index);
      type = type.of;
    } else return undefined;
  }
  return offset;
}

/** Nesting of structs beyond this is not looked into. */
const deepest = 12;

/** Is there a struct of this name at this offset, at whatever depth? */
function structAt(machine: Machine, type: CType, offset: number, wanted: string, depth: number): boolean | undefined {
  if (type.kind === "unknown" || depth > deepest) return undefined;
  if (type.kind === "array") {
    const size = machine.unit.unit.sizeOf(type.of);
    return size === undefined || size === 0 ? undefined : structAt(machine, type.of, offset % size, wanted, depth + 1);
  }
  if (type.kind !== "record") return false;
  if (offset === 0 && type.tag !== undefined && kernelName(type.tag) === wanted) return true;
  const record = machine.unit.unit.record(type.id);
  if (record === undefined) return undefined;
  let answer: boolean | undefined = false;
  for (const field of record.fields) {
    const size = machine.unit.unit.sizeOf(field.type);
    if (field.offset === undefined || size === undefined) {
      if (field.type.kind === "record" || field.type.kind === "array" || field.type.kind === "unknown")
        answer = undefined;
      continue;
    }
    if (offset < field.offset || offset >= field.offset + Math.max(size, 1)) continue;
    const inside = structAt(machine, field.type, offset - field.offset, wanted, depth + 1);
    if (inside === true) return true;
    if (inside === undefined) answer = undefined;
  }
  return answer;
}
