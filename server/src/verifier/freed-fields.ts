// Members of a local object that cannot be freed in an NMI, where tracing programs may run: dropping such an object
// is for other programs.
import type { CType } from "../model/types.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { CallEffect } from "../registry/effect.ts";
import type { Machine } from "./machine.ts";
import { startOf } from "./special-fields.ts";
import type { State } from "./state.ts";
import type { Value } from "./value.ts";

const unsafeTags: ReadonlySet<string> = new Set(["bpf_list_head", "bpf_list_node", "bpf_rb_root", "bpf_rb_node"]);
const unsafePointers: ReadonlySet<string> = new Set(["kptr", "percpu_kptr", "uptr"]);

/** Name of the first such member of what the call frees. */
export function freedUnsafely(
  machine: Machine,
  state: State,
  effect: CallEffect,
  args: readonly Value[],
): string | undefined {
  const [freed] = args;
  if (effect.releases !== 0 && effect.releases !== "referenced") return undefined;
  if (effect.params[0]?.kind !== "local-object" || freed?.kind !== "pointer") return undefined;
  const start = startOf(machine, state, freed.base);
  return start && unsafeMember(machine.unit.unit, start.type, 0);
}

function unsafeMember(unit: TranslationUnit, type: CType, depth: number): string | undefined {
  const element = type.kind === "array" ? type.of : type;
  if (element.kind !== "record" || element.union || depth > 8) return undefined;
  for (const field of unit.record(element.id)?.fields ?? []) {
    const inner = field.type.kind === "array" ? field.type.of : field.type;
    const isUnsafe =
      (inner.kind === "record" && inner.tag !== undefined && unsafeTags.has(inner.tag)) ||
      (inner.kind === "pointer" && inner.tags.some((tag) => unsafePointers.has(tag)));
    if (isUnsafe) return field.name ?? "";
    const nested = unsafeMember(unit, inner, depth + 1);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
