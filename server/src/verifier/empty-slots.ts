// Room for iterators and dynptrs in the program's stack before anything lives there.
// A variable that was only declared, or zeroed, holds none for certain; that is
// written down, so that elsewhere silence means "not known".
import type { CType } from "../model/types.ts";
import type { Machine } from "./machine.ts";
import { type Address, memoryKey } from "./memory.ts";
import { element, member } from "./path.ts";
import type { State } from "./state.ts";
import type { EmptySlot } from "./value.ts";

/** More elements or members deeper inside are not looked at: programs hold a few. */
const most = { elements: 16, depth: 4 } as const;

/** The variable or member at `address` holds no stack object. */
export function markEmpty(machine: Machine, state: State, address: Address, type: CType): void {
  for (const path of stackObjectsIn(machine, type, address.path, 0)) {
    const slot: EmptySlot = { kind: "empty", why: "never", by: undefined, ref: undefined };
    state.memory.set(memoryKey({ base: address.base, path }), { kind: "slot", slot });
  }
}

function stackObjectsIn(machine: Machine, type: CType, path: string, depth: number): readonly string[] {
  if (depth > most.depth) return [];
  if (type.kind === "array") {
    const length = Math.min(type.length ?? 0, most.elements);
    return Array.from({ length }, (_, i) => stackObjectsIn(machine, type.of, element(path, i), depth + 1)).flat();
  }
  if (type.kind !== "record") return [];
  if (type.tag !== undefined && isStackObject(type.tag)) return [path];
  // Members of a union share their bytes: what one holds the others do not say.
  if (type.union) return [];
  const fields = machine.unit.unit.record(type.id)?.fields ?? [];
  return fields.flatMap((field) =>
    field.name === undefined || field.type.kind === "pointer"
      ? []
      : stackObjectsIn(machine, field.type, member(path, field.name), depth + 1),
  );
}

/** Types whose objects live in the stack under the verifier's eyes; `bpf_iter__x` are contexts. */
function isStackObject(tag: string): boolean {
  return tag === "bpf_dynptr" || /^bpf_iter_[a-z]/.test(tag);
}
