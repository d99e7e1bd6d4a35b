// What the loader makes of an extern of the program before the verifier runs: found in
// the target kernel by name, not found, or found with a prototype that does not agree.
// Prototypes agree by the rules of CO-RE: the same number of parameters, and the same
// kinds of types through all pointers; names and sizes do not matter.
import type { CType } from "../model/types.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects, KfuncPrototype } from "../registry/effect.ts";

export type Resolution =
  | { readonly kind: "found" }
  /** Kernels we know have it, this one does not. */
  | { readonly kind: "missing" }
  /** No kernel we know has it: a module may. */
  | { readonly kind: "unknown" }
  | { readonly kind: "mismatch"; readonly prototype: KfuncPrototype; readonly mismatch: Mismatch };

export type Mismatch =
  | { readonly why: "count"; readonly declared: number; readonly expected: number }
  /** Parameters that the verifier fills in are declared as well. */
  | { readonly why: "hidden"; readonly declared: number; readonly expected: number }
  /** `index` undefined: the result. `tag`: a struct or union that is declared but not defined. */
  | { readonly why: "kind"; readonly index: number | undefined; readonly declared: string; readonly expected: string }
  | { readonly why: "forward"; readonly index: number | undefined; readonly tag: string };

const known = new WeakMap<TranslationUnit, Map<string, Resolution>>();

export function resolveKsym(unit: TranslationUnit, effects: KernelEffects, fn: FunctionInfo): Resolution {
  let resolutions = known.get(unit);
  if (resolutions === undefined) {
    resolutions = new Map();
    known.set(unit, resolutions);
  }
  const key = `${effects.kernel} ${fn.name}`;
  let resolution = resolutions.get(key);
  if (resolution === undefined) {
    resolution = resolve(unit, effects, fn);
    resolutions.set(key, resolution);
  }
  return resolution;
}

function resolve(unit: TranslationUnit, effects: KernelEffects, fn: FunctionInfo): Resolution {
  const prototype = effects.prototype(fn.name);
  if (prototype === undefined) return { kind: effects.absence(fn.name) === undefined ? "unknown" : "missing" };
  const mismatch = compare(unit, fn, prototype);
  return mismatch === undefined ? { kind: "found" } : { kind: "mismatch", prototype, mismatch };
}

function compare(unit: TranslationUnit, fn: FunctionInfo, prototype: KfuncPrototype): Mismatch | undefined {
  const { params, returns, variadic } = fn.type;
  const expected = prototype.params;
  if (variadic || expected.some(([type]) => type === "...")) return undefined;
  if (params.length !== expected.length) {
    const why = params.length === expected.length + prototype.hidden ? "hidden" : "count";
    return { why, declared: params.length, expected: expected.length };
  }
  for (const [index, [text]] of expected.entries()) {
    const mismatch = mismatchOf(unit, params[index]!.type, kernelType(unit, text), text);
    if (mismatch !== undefined) return { ...mismatch, index };
  }
  const mismatch = mismatchOf(unit, returns, kernelType(unit, prototype.returns), prototype.returns);
  return mismatch && { ...mismatch, index: undefined };
}

type TypeMismatch =
  | { readonly why: "kind"; readonly declared: string; readonly expected: string }
  | { readonly why: "forward"; readonly tag: string };

function mismatchOf(unit: TranslationUnit, declared: CType, kernel: CType, text: string): TypeMismatch | undefined {
  let [a, b] = [declared, kernel];
  while (a.kind === "pointer" && b.kind === "pointer") [a, b] = [a.to, b.to];
  if (a.kind === "unknown" || b.kind === "unknown") return undefined;
  if (a.kind !== b.kind || (a.kind === "record" && b.kind === "record" && a.union !== b.union)) {
    return { why: "kind", declared: typeText(declared), expected: text };
  }
  // Known only by name, it differs in kind from the kernel's struct. A header that was not found may define it.
  if (a.kind === "record" && a.tag !== undefined && unit.complete && unit.record(a.id) === undefined) {
    return { why: "forward", tag: `${a.union ? "union" : "struct"} ${a.tag}` };
  }
  return undefined;
}

/** A type as the kernel's source writes it, its typedefs looked up in the program's headers. */
function kernelType(unit: TranslationUnit, text: string): CType {
  if (text.includes("(*)") || /_callback_t$/.test(text)) {
    return { kind: "pointer", to: { kind: "function", returns: unknown, params: [], variadic: true }, tags: [] };
  }
  const words = text.replace(/\b(?:const|volatile|restrict|__\w*user|__rcu|__percpu|__iomem|__force)\b/g, "");
  const base = words.replaceAll("*", "").trim();
  let type = baseOf(unit, base);
  for (let stars = words.length - words.replaceAll("*", "").length; stars > 0; stars--) {
    type = { kind: "pointer", to: type, tags: [] };
  }
  return type;
}

const unknown: CType = { kind: "unknown" };
const plain = { qualifiers: { const: false, volatile: false }, attributes: [] };

function baseOf(unit: TranslationUnit, base: string): CType {
  const tagged = /^(struct|union|enum) (\w+)$/.exec(base);
  if (tagged !== null) {
    const [, keyword, tag] = tagged;
    if (keyword === "enum") return { kind: "enum", tag };
    return { kind: "record", union: keyword === "union", tag, id: tag! };
  }
  const simple = unit.resolveType({ kind: "base", name: base, ...plain });
  return simple.kind === "unknown" ? unit.resolveType({ kind: "typedef", name: base, ...plain }) : simple;
}

function typeText(type: CType): string {
  switch (type.kind) {
    case "void":
    case "float":
    case "unknown":
      return type.kind;
    case "int":
      return type.bool ? "bool" : `${type.signed ? "s" : "u"}${type.bits}`;
    case "enum":
      return `enum ${type.tag ?? ""}`.trim();
    case "record":
      return `${type.union ? "union" : "struct"} ${type.tag ?? ""}`.trim();
    case "pointer": {
      const to = typeText(type.to);
      return to.endsWith("*") ? `${to}*` : `${to} *`;
    }
    case "array":
      return `${typeText(type.of)}[]`;
    case "function":
      return "function";
  }
}
