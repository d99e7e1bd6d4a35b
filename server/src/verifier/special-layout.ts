// What a lock or a collection lies in must itself be in order: one lock, every root with a
// `__contains` that names a node, roots only beside a lock. If not, the kernel forgets all
// special members of the value, and the first call on one of them fails. Some program types
// may not use such values at all.
import type { CType } from "../model/types.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { Call } from "./arguments.ts";
import { elementOf } from "./graph-element.ts";
import { report } from "./report.ts";
import { elementType, specialFieldsOf, specialTags } from "./special-fields.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Value } from "./value.ts";

/** One special member of the value: a field, or a global of the section. */
interface Part {
  readonly name: string;
  readonly tag: string;
  readonly declTags: readonly string[];
  readonly array: boolean;
  /** clang keeps it: static globals are dropped when nothing uses them. */
  readonly sure: boolean;
}

interface Layout {
  readonly parts: readonly Part[];
  /** Nothing else can be in there. */
  readonly complete: boolean;
  /** A global of the section that user space gets to see. */
  readonly visible?: string | undefined;
  /** In words: "section `.bss`", "struct foo". */
  readonly name: string;
}

interface Problem {
  readonly why: string;
  readonly words: Readonly<Record<string, string>>;
}

/** Reports and returns true when the value that argument `param` points into is not in order. */
export function layoutIsRefused(call: Call, state: State, param: number): boolean {
  const value = call.args[param];
  const layout = value === undefined ? undefined : layoutOf(call, state, value);
  if (layout === undefined) return false;
  const problem = problemOf(call.machine.unit.unit, layout);
  if (problem === undefined) return false;
  breach(call, state, param, problem.why, { ...problem.words, place: layout.name });
  return true;
}

/** Tracing programs may interrupt anything, also who holds the lock. */
export function checkProgramType(call: Call, state: State, param: number, what: "lock" | "collection"): boolean {
  const { root, effects } = call.machine;
  const type = root.section?.programType;
  if (type === undefined) return false;
  const sleeps = root.sleepable && !effects.rules.locksInSleepable;
  if (!sleeps && !effects.isRefused(type, what)) return false;
  const value = call.args[param];
  // The map of a value that was looked up has been judged at the lookup.
  const inMap = value?.kind === "pointer" && value.base[0] === "g";
  if (!inMap) return false;
  breach(call, state, param, sleeps ? "sleepable" : "program-type", { type });
  return true;
}

/** The same for a map that is passed itself: using it is enough. */
export function checkMaps(call: Call, state: State): void {
  const { root, effects, unit } = call.machine;
  const type = root.section?.programType;
  if (type === undefined) return;
  const sleeps = root.sleepable && !effects.rules.locksInSleepable;
  if (!sleeps && !effects.isRefused(type, "lock")) return;
  call.effect.params.forEach((param, index) => {
    const value = call.args[index];
    if (param.kind !== "map" || value?.kind !== "pointer" || value.base[0] !== "g") return;
    const map = unit.unit.map(value.base.slice(2));
    const parts = map?.value && partsOf(unit.unit, { name: "", type: map.value, declTags: [] });
    const refused = parts?.some(
      ({ tag }) =>
        locks.includes(tag) || (!sleeps && nodeOf[tag] !== undefined && effects.isRefused(type, "collection")),
    );
    if (refused) breach(call, state, index, sleeps ? "sleepable" : "program-type", { type });
  });
}

function layoutOf(call: Call, state: State, value: Value): Layout | undefined {
  if (value.kind !== "pointer") return undefined;
  const { unit } = call.machine.unit;
  if (value.base[0] === "g") {
    const section = unit.dataSection(value.base.slice(2));
    return section === undefined ? undefined : sectionLayout(unit, section, value.base.slice(2));
  }
  const object = state.object(objectIdOf(value));
  if (object?.class !== "map-value" && object?.class !== "local") return undefined;
  return object.type === undefined ? undefined : recordLayout(unit, object.type);
}

function sectionLayout(unit: TranslationUnit, section: string, used: string): Layout {
  const parts: Part[] = [];
  let complete = true;
  for (const name of unit.globalsIn(section)) {
    const global = unit.global(name);
    if (global === undefined) continue;
    const sure = !global.static || name === used;
    const inside = partsOf(unit, { name, type: global.type, declTags: global.declTags }, sure);
    if (inside === undefined) complete = false;
    else parts.push(...inside);
  }
  const visible = unit.globalsIn(section).find((name) => isVisible(unit, name));
  return { parts, complete, name: `section ${section}`, visible };
}

/** libbpf maps a section with such a global into user space, and the kernel allows that of no lock. */
function isVisible(unit: TranslationUnit, name: string): boolean {
  const global = unit.global(name);
  if (global === undefined || global.static || global.extern) return false;
  return !global.decl.attributes.some(({ name, args }) => name === "visibility" && args[0] !== "default");
}

function recordLayout(unit: TranslationUnit, type: CType): Layout | undefined {
  const parts = partsOf(unit, { name: "", type, declTags: [] });
  const name = type.kind === "record" && type.tag !== undefined ? `struct ${type.tag}` : "this struct";
  return parts && { parts, complete: true, name };
}

function partsOf(
  unit: TranslationUnit,
  whole: { readonly name: string; readonly type: CType; readonly declTags: readonly string[] },
  sure = true,
): readonly Part[] | undefined {
  const element = elementType(whole.type);
  const isSpecial = element.kind === "record" && element.tag !== undefined && specialTags.has(element.tag);
  const fields = isSpecial ? [whole] : specialFieldsOf(unit, whole.type);
  return fields?.map(({ name, type, declTags }) => {
    const of = elementType(type);
    const tag = of.kind === "record" ? (of.tag ?? "") : "";
    const array = type.kind === "array" && (type.length === undefined || type.length > 1);
    return { name: name ?? "", tag, declTags, array, sure };
  });
}

const locks = ["bpf_spin_lock", "bpf_res_spin_lock"];
const nodeOf: Readonly<Record<string, string>> = { bpf_list_head: "bpf_list_node", bpf_rb_root: "bpf_rb_node" };

function problemOf(unit: TranslationUnit, { parts, complete, visible }: Layout): Problem | undefined {
  const all = parts.filter((part) => locks.includes(part.tag));
  const [first, second] = all.filter((part) => part.sure);
  if (first !== undefined && (second !== undefined || first.array)) {
    return { why: "two-locks", words: { lock: first.name, other: second?.name ?? first.name } };
  }
  for (const root of parts) {
    const node = nodeOf[root.tag];
    if (node === undefined || !root.sure) continue;
    if (all.length === 0 && complete) return { why: "no-lock-beside", words: { root: root.name } };
    const problem = problemOfRoot(unit, root, node);
    if (problem !== undefined) return problem;
  }
  return visible === undefined ? undefined : { why: "visible", words: { other: visible } };
}

function problemOfRoot(unit: TranslationUnit, root: Part, node: string): Problem | undefined {
  const element = elementOf(root.declTags);
  if (element === undefined) return { why: "contains-missing", words: { root: root.name } };
  const words = { root: root.name, struct: element.struct, field: element.field, node };
  const record = unit.record(element.struct);
  if (record === undefined) return undefined;
  const field = record.fields.find(({ name }) => name === element.field);
  if (field === undefined) {
    // Of an unknown or anonymous part it might still be a member, which the kernel does not look into.
    return record.fields.length === 0 ? undefined : { why: "contains-no-member", words };
  }
  if (field.type.kind === "unknown") return undefined;
  const isNode = field.type.kind === "record" && field.type.tag === node;
  return isNode ? undefined : { why: "contains-no-node", words };
}

function breach(call: Call, state: State, param: number, why: string, words: Readonly<Record<string, string>>): void {
  const expr = call.exprs[param];
  report.breach(call.machine, state, {
    rule: "special-member",
    why,
    site: call.site,
    callee: call.effect.name,
    words,
    ...(expr === undefined ? {} : { expr }),
  });
}
