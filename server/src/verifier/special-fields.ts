// Locks, list heads, tree roots and nodes inside a value or an object: which of them a
// pointer points at. Paths go by name, so this works without a layout; where that does not
// say, the answer is "unknown", and nothing is claimed.
import type { CType, RecordField } from "../model/types.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { Machine } from "./machine.ts";
import type { State } from "./state.ts";
import type { Value } from "./value.ts";

export type SpecialField =
  | { readonly kind: "found"; readonly declTags: readonly string[]; readonly path: string }
  /** Something else is there for certain. */
  | { readonly kind: "other" }
  /** At an offset that the program computes. */
  | { readonly kind: "variable" }
  | { readonly kind: "unknown" };

const unknown = { kind: "unknown" } as const;
const other = { kind: "other" } as const;

/** What lies at `value` in its object or global, if that is a `struct tag`. */
export function specialFieldAt(machine: Machine, state: State, value: Value, tag: string): SpecialField {
  if (value.kind !== "pointer") return unknown;
  const { unit } = machine.unit;
  const start = startOf(machine, state, value.base);
  if (start === undefined) return unknown;
  if (value.path.includes("[?]")) return { kind: "variable" };
  if (/\[~\]|[-@]/.test(value.path)) return unknown;
  let type = start.type;
  let declTags = start.declTags;
  for (const step of value.path.split(/(?=[.[])/)) {
    if (step === "" || step === "[0]") continue;
    if (step.startsWith("[")) {
      if (type.kind !== "array") return countOf(unit, start.type, tag) <= 1 ? other : unknown;
      type = type.of;
    } else {
      const field = unit.field(type, step.slice(1));
      if (field === undefined) return unknown;
      type = field.type;
      declTags = field.steps.at(-1)?.declTags ?? [];
    }
  }
  return firstOf(unit, type, tag, declTags, value.path, 0);
}

/** The record or variable that a base stands for. */
export function startOf(
  machine: Machine,
  state: State,
  base: string,
): { readonly type: CType; readonly declTags: readonly string[] } | undefined {
  const { unit } = machine.unit;
  if (base[0] === "g") return unit.global(base.slice(2));
  if (base[0] !== "o") return undefined;
  const object = state.objects.get(Number(base.slice(1)));
  if (object?.type !== undefined) return { type: object.type, declTags: [] };
  if (object?.struct === undefined) return undefined;
  return { type: { kind: "record", union: false, tag: object.struct, id: object.struct }, declTags: [] };
}

/** A struct begins where its first member does. */
function firstOf(
  unit: TranslationUnit,
  type: CType,
  tag: string,
  declTags: readonly string[],
  path: string,
  depth: number,
): SpecialField {
  if (type.kind === "array") return firstOf(unit, type.of, tag, declTags, `${path}[0]`, depth + 1);
  if (type.kind === "unknown" || type.kind === "void" || depth > 8) return unknown;
  if (type.kind !== "record") return other;
  if (type.tag === tag) return { kind: "found", declTags, path };
  if (type.tag !== undefined && specialTags.has(type.tag)) return other;
  const first = type.union ? undefined : unit.record(type.id)?.fields[0];
  if (first === undefined) return unknown;
  const name = first.name === undefined ? "" : `.${first.name}`;
  return firstOf(unit, first.type, tag, first.declTags, path + name, depth + 1);
}

/** Structs that only the kernel may touch. */
export const specialTags: ReadonlySet<string> = new Set([
  "bpf_spin_lock",
  "bpf_res_spin_lock",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_refcount",
  "bpf_timer",
  "bpf_wq",
  "bpf_task_work",
]);

/** All special members of a type, through nested structs and arrays; undefined when part of it is not known. */
export function specialFieldsOf(unit: TranslationUnit, type: CType): readonly RecordField[] | undefined {
  const found: RecordField[] = [];
  return collect(unit, type, found, 0) ? found : undefined;
}

function collect(unit: TranslationUnit, type: CType, into: RecordField[], depth: number): boolean {
  if (type.kind === "array") return collect(unit, type.of, into, depth + 1);
  if (type.kind === "unknown" || depth > 8) return false;
  // The kernel does not look into unions.
  if (type.kind !== "record" || type.union) return true;
  const layout = unit.record(type.id);
  if (layout === undefined) return false;
  return layout.fields.every((field) => {
    const element = elementType(field.type);
    const isSpecial = element.kind === "record" && element.tag !== undefined && specialTags.has(element.tag);
    if (!isSpecial) return collect(unit, field.type, into, depth + 1);
    into.push(field);
    return true;
  });
}

export function elementType(type: CType): CType {
  return type.kind === "array" ? elementType(type.of) : type;
}

function countOf(unit: TranslationUnit, type: CType, tag: string): number {
  if (type.kind === "record" && type.tag === tag) return 1;
  const fields = specialFieldsOf(unit, type);
  if (fields === undefined) return Number.POSITIVE_INFINITY;
  return fields.filter((field) => {
    const element = elementType(field.type);
    return element.kind === "record" && element.tag === tag;
  }).length;
}
