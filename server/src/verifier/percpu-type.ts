// What a per-CPU object of the program may be: a small struct with nothing but numbers in it.
import type { CType } from "../model/types.ts";
import type { Machine } from "./machine.ts";

/** As much as the kernel's allocator gives for each CPU. */
const largest = 512;

/** Why the type is refused, in words; undefined when it is not, or when that is not known. */
export function whyNotPerCpu(machine: Machine, type: CType): string | undefined {
  if (contains(machine, type, 0, ({ kind }) => kind === "pointer"))
    return "it has pointers in it, and only numbers are allowed";
  if (contains(machine, type, 0, isSpecial))
    return "it has members that the kernel manages, and only numbers are allowed";
  const size = machine.unit.unit.sizeOf(type);
  return size !== undefined && size > largest ? `it has ${size} bytes, and at most ${largest} are allowed` : undefined;
}

/** Structs inside each other beyond this the kernel refuses for other reasons. */
const deepest = 4;

function contains(machine: Machine, type: CType, depth: number, what: (type: CType) => boolean): boolean {
  if (what(type)) return true;
  if (type.kind !== "record" || depth > deepest) return false;
  const fields = machine.unit.unit.record(type.id)?.fields ?? [];
  return fields.some((field) => contains(machine, field.type, depth + 1, what));
}

const special: ReadonlySet<string> = new Set([
  "bpf_spin_lock",
  "bpf_res_spin_lock",
  "bpf_timer",
  "bpf_wq",
  "bpf_task_work",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_refcount",
]);

function isSpecial(type: CType): boolean {
  return type.kind === "record" && type.tag !== undefined && special.has(type.tag);
}
