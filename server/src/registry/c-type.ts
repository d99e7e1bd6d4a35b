// What a kernel C type says about a parameter or a result: scalar, pointer to a struct, to bytes, to void.

export type CShape =
  | { readonly kind: "void" }
  | { readonly kind: "scalar" }
  | { readonly kind: "void-pointer"; readonly const: boolean }
  | { readonly kind: "struct-pointer"; readonly struct: string; readonly const: boolean }
  /** Pointer to numbers, or to a pointer. */
  | { readonly kind: "data-pointer"; readonly const: boolean }
  | { readonly kind: "function" };

/** Typedefs of structs that kfunc prototypes use. */
const STRUCT_TYPEDEFS: Readonly<Record<string, string>> = { cpumask_t: "cpumask" };

export function shapeOf(type: string): CShape {
  if (type.includes("(*)") || /_callback_t$/.test(type)) return { kind: "function" };
  const stars = type.length - type.replaceAll("*", "").length;
  const base = type
    .replaceAll("*", "")
    .replace(/\b(?:const|volatile|__user)\b/g, "")
    .trim();
  if (stars === 0) return { kind: base === "void" ? "void" : "scalar" };
  const constant = /\bconst\b/.test(type);
  if (stars > 1) return { kind: "data-pointer", const: constant };
  if (base === "void") return { kind: "void-pointer", const: constant };
  const struct = /^(?:struct|union) (\w+)$/.exec(base)?.[1] ?? STRUCT_TYPEDEFS[base];
  return struct === undefined
    ? { kind: "data-pointer", const: constant }
    : { kind: "struct-pointer", struct, const: constant };
}
