// How long `T a[] = ...` is.
import type { Expression, InitializerList } from "../syntax/ast.ts";
import type { Scope } from "./scope.ts";
import type { Types } from "./type-queries.ts";
import type { CType } from "./types.ts";

/** undefined when it cannot be counted (positional items that fill records without braces). */
export function arrayLengthOf(
  types: Types,
  element: CType,
  initializer: Expression,
  scope: Scope | undefined,
): number | undefined {
  switch (initializer.kind) {
    case "string":
      return utf8Length(initializer.value) + 1;
    case "compound":
      return arrayLengthOf(types, element, initializer.initializer, scope);
    case "initializer-list":
      return listLength(types, element, initializer, scope);
    default:
      return undefined;
  }
}

function listLength(
  types: Types,
  element: CType,
  { items }: InitializerList,
  scope: Scope | undefined,
): number | undefined {
  const [only] = items;
  const isText = element.kind === "int" && element.bits === 8;
  if (items.length === 1 && isText && only?.designators.length === 0 && only.value.kind === "string") {
    return utf8Length(only.value.value) + 1;
  }
  let length = 0;
  let next = 0;
  for (const { designators, value } of items) {
    const [designator] = designators;
    if (designator?.kind === "field") return undefined;
    if (designator !== undefined) {
      const index = types.constant(designator.last ?? designator.index, scope);
      if (index === undefined || index < 0) return undefined;
      next = index;
    } else if ((element.kind === "record" || element.kind === "array") && mayFillParts(value)) {
      return undefined;
    }
    next++;
    length = Math.max(length, next);
  }
  return length;
}

/** A plain expression among records may be the first of several members written without braces. */
function mayFillParts(value: Expression): boolean {
  return value.kind === "number" || value.kind === "unary" || value.kind === "binary";
}

/** Bytes of a string literal in an executable. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return length;
}
