// Offsets and sizes of a struct or union as clang lays it out for the BPF target:
// natural alignment, `packed`, `aligned`, bit-fields, flexible arrays.
import type { Attribute, FieldSyntax, TypeSyntax } from "../syntax/ast.ts";
import { maxRecordFields } from "./limits.ts";
import type { Scope } from "./scope.ts";
import type { Types } from "./type-queries.ts";
import { declTagsOf, type Measured } from "./type-resolver.ts";
import type { CType, RecordField } from "./types.ts";

/** `__BIGGEST_ALIGNMENT__` of the target: what `aligned` without a number means. */
const biggestAlignment = 8;

type RecordSyntax = Extract<TypeSyntax, { kind: "record" }>;

export function layoutOf(
  types: Types,
  syntax: RecordSyntax,
  scope: Scope | undefined,
  resolve: (type: TypeSyntax, index: number) => CType,
): Measured {
  const packed = hasAttribute(syntax.attributes, "packed");
  const cursor = new Cursor(syntax.union);
  const fields: RecordField[] = [];
  for (const [index, field] of (syntax.fields ?? []).slice(0, maxRecordFields).entries()) {
    const type = resolve(field.type, index);
    const bits = field.bits && types.constant(field.bits, scope);
    const offset =
      field.bits === undefined
        ? cursor.place(sizeInRecord(types, type), fieldAlignment(types, field, type, packed))
        : cursor.placeBits(bits, types.sizeOf(type), {
            packed: packed || hasAttribute(field.attributes, "packed"),
            named: field.name !== undefined,
          });
    // An unnamed bit-field is padding and no member.
    if (field.bits !== undefined && field.name === undefined) continue;
    fields.push({ name: field.name, type, bits, declTags: declTagsOf(field.attributes), offset });
  }
  const align = maximum(packed ? 1 : cursor.align, requested(types, syntax.attributes));
  const size = cursor.end === undefined || align === undefined ? undefined : roundUp(Math.ceil(cursor.end / 8), align);
  return { layout: { fields, size }, align };
}

/** Positions are counted in bits; undefined as soon as something before is not known. */
class Cursor {
  readonly #union: boolean;
  #at: number | undefined = 0;
  end: number | undefined = 0;
  align: number | undefined = 1;

  constructor(union: boolean) {
    this.#union = union;
  }

  place(size: number | undefined, align: number | undefined): number | undefined {
    this.align = maximum(this.align, align);
    const start = this.#at === undefined || align === undefined ? undefined : roundUp(this.#at, align * 8);
    this.#advance(start === undefined || size === undefined ? undefined : start + size * 8);
    return start === undefined ? undefined : start / 8;
  }

  placeBits(
    bits: number | undefined,
    unit: number | undefined,
    { packed, named }: { readonly packed: boolean; readonly named: boolean },
  ): number | undefined {
    if (this.#at === undefined || bits === undefined || unit === undefined) {
      this.#advance(undefined);
      this.align = undefined;
      return undefined;
    }
    let start = this.#at;
    if (bits === 0) start = roundUp(start, unit * 8);
    else {
      // A bit-field does not cross a boundary of its type.
      if (!packed && Math.floor(start / (unit * 8)) !== Math.floor((start + bits - 1) / (unit * 8))) {
        start = roundUp(start, unit * 8);
      }
      // Padding asks for no alignment.
      if (!packed && named) this.align = maximum(this.align, unit);
    }
    this.#advance(start + bits);
    return Math.floor(start / 8);
  }

  #advance(to: number | undefined): void {
    if (!this.#union) this.#at = to;
    this.end = to === undefined || this.end === undefined ? undefined : Math.max(this.end, to);
  }
}

/** A flexible array takes no room. */
function sizeInRecord(types: Types, type: CType): number | undefined {
  return type.kind === "array" && type.length === undefined ? 0 : types.sizeOf(type);
}

function fieldAlignment(types: Types, field: FieldSyntax, type: CType, packed: boolean): number | undefined {
  const isPacked = packed || hasAttribute(field.attributes, "packed");
  const natural = isPacked ? 1 : types.alignOf(type);
  return maximum(
    natural,
    maximum(requested(types, field.attributes), requested(types, field.type.attributes, field.type)),
  );
}

/** Alignment asked for with `aligned(n)`: 1 when not asked for, undefined when not understood. */
function requested(types: Types, attributes: readonly Attribute[], of?: TypeSyntax): number | undefined {
  // The attributes of a record defined on the spot are counted with the record.
  if (of?.kind === "record" && of.fields !== undefined) return 1;
  let align: number | undefined = 1;
  for (const { name, args } of attributes) {
    if (name === "aligned") align = maximum(align, args.length === 0 ? biggestAlignment : numberIn(types, args[0]!));
  }
  return align;
}

/** The argument is kept as text: a number, an enumerator, or the size of something as wide as a register. */
function numberIn(types: Types, text: string): number | undefined {
  const plain = text.replace(/^[\s(]+/, "").replace(/[\s)]+$/, "");
  const number = /^(0x[0-9a-f]+|\d+)[ul]*$/i.exec(plain);
  if (number !== null) return Number(number[1]);
  if (/^\w+$/.test(plain)) return types.enumerator(plain);
  return /^sizeof\s*\(\s*((unsigned )?long|long long|(__)?[us]64|void\s*\*)$/.test(plain)
    ? biggestAlignment
    : undefined;
}

function hasAttribute(attributes: readonly Attribute[], name: string): boolean {
  return attributes.some((attribute) => attribute.name === name);
}

function maximum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
