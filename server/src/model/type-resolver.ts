// Types as written to types as meant, lazily: a record is an id until somebody asks
// for its members, so a recursive or enormous type costs nothing. Layouts, constants
// and expression types have files of their own and come back here with questions.
import type { Attribute, Expression, TypeSyntax } from "../syntax/ast.ts";
import { arrayLengthOf } from "./array-length.ts";
import { evaluateConstant } from "./constant.ts";
import { decay, s64Type, u32Type } from "./conversions.ts";
import type { DeclSource } from "./decl-source.ts";
import { genericArm, typeOfExpression } from "./expression-type.ts";
import { toNumber } from "./integers.ts";
import { maxAnonymousNesting, maxTypeNesting } from "./limits.ts";
import { layoutOf } from "./record-layout.ts";
import type { Scope } from "./scope.ts";
import { baseType, wellKnownTypedef } from "./standard-types.ts";
import type { TypedConstant, Types } from "./type-queries.ts";
import {
  type CType,
  type FieldPath,
  intType,
  type ParamType,
  type RecordField,
  type RecordLayout,
  u64Type,
  unknownType,
} from "./types.ts";

export type { TypedConstant, Types } from "./type-queries.ts";

export function createTypes(source: DeclSource): Types {
  return new TypeResolver(source);
}

type RecordSyntax = Extract<TypeSyntax, { kind: "record" }>;
type EnumSyntax = Extract<TypeSyntax, { kind: "enum" }>;
type RecordType = Extract<CType, { kind: "record" }>;

/** Where a record's members are written. */
interface Definition {
  readonly syntax: RecordSyntax;
  readonly scope: Scope | undefined;
}

/**
 * By the type itself, so that a graph kept from an earlier version of the file can still
 * ask for the members of a record that was defined inside its function.
 */
const definitions = new WeakMap<CType, Definition>();

/** Alignment is kept beside the layout that others see. */
export interface Measured {
  readonly layout: RecordLayout;
  readonly align: number | undefined;
}

class TypeResolver implements Types {
  readonly #source: DeclSource;
  readonly #typedefs = new Map<string, CType>();
  readonly #variables = new Map<string, CType>();
  readonly #enumerators = new Map<string, TypedConstant | undefined>();
  readonly #resolved = new WeakMap<TypeSyntax, CType>();
  readonly #records = new WeakMap<TypeSyntax, RecordType>();
  readonly #tagged = new Map<string, RecordType>();
  readonly #definitions = new Map<string, Definition>();
  readonly #measured = new Map<string, Measured | undefined>();
  readonly #members = new Map<string, ReadonlyMap<string, FieldPath>>();
  readonly #enumBytes = new WeakMap<CType, number>();
  readonly #enumTypes = new WeakMap<TypeSyntax, CType>();
  readonly #taggedEnums = new Map<string, CType>();
  #nesting = 0;

  constructor(source: DeclSource) {
    this.#source = source;
  }

  resolve(syntax: TypeSyntax, scope?: Scope): CType {
    if (scope !== undefined) return this.#resolve(syntax, scope, undefined);
    let type = this.#resolved.get(syntax);
    if (type === undefined) {
      type = this.#resolve(syntax, undefined, undefined);
      if (this.#nesting === 0) this.#resolved.set(syntax, type);
    }
    return type;
  }

  record(id: string): RecordLayout | undefined {
    return this.#measure(id)?.layout;
  }

  field(record: CType, name: string): FieldPath | undefined {
    if (record.kind !== "record") return undefined;
    this.#adopt(record);
    let members = this.#members.get(record.id);
    if (members === undefined) {
      const found = new Map<string, FieldPath>();
      this.#collectMembers(record.id, [], 0, found);
      this.#members.set(record.id, found);
      members = found;
    }
    return members.get(name);
  }

  sizeOf(type: CType): number | undefined {
    switch (type.kind) {
      case "void":
      case "function":
        return 1;
      case "int":
      case "float":
        return type.bits / 8;
      case "enum":
        return this.#enumSize(type);
      case "pointer":
        return 8;
      case "array": {
        if (type.length === undefined) return undefined;
        const element = this.sizeOf(type.of);
        return element === undefined ? undefined : element * type.length;
      }
      case "record":
        this.#adopt(type);
        return this.#measure(type.id)?.layout.size;
      default:
        return undefined;
    }
  }

  alignOf(type: CType): number | undefined {
    if (type.kind === "array") return this.alignOf(type.of);
    if (type.kind === "record") {
      this.#adopt(type);
      return this.#measure(type.id)?.align;
    }
    return this.sizeOf(type);
  }

  constant(expression: Expression, scope?: Scope): number | undefined {
    const constant = this.exactConstant(expression, scope);
    return constant === undefined ? undefined : toNumber(constant.value);
  }

  exactConstant(expression: Expression, scope?: Scope): TypedConstant | undefined {
    return this.#nested(() => evaluateConstant(this, (name) => this.#enumeratorOf(name), expression, scope), undefined);
  }

  enumerator(name: string): number | undefined {
    const constant = this.#enumeratorOf(name);
    return constant === undefined ? undefined : toNumber(constant.value);
  }

  variable(name: string): CType | undefined {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const fn = this.#source.function(name);
    const variable = fn === undefined ? this.#source.variable(name) : undefined;
    if (fn === undefined && variable === undefined) return undefined;
    // Seen from its own declaration (`typeof(x) x`) it has no type yet.
    this.#variables.set(name, unknownType);
    const type =
      fn !== undefined
        ? this.#functionType(fn, undefined, `${name}()`)
        : this.completeArray(this.#resolve(variable!.type, undefined, name), variable!.initializer);
    this.#variables.set(name, type);
    return type;
  }

  typeOf(expression: Expression, scope?: Scope): CType {
    return this.#nested(() => typeOfExpression(this, expression, scope), unknownType);
  }

  genericArm(expression: Extract<Expression, { kind: "generic" }>, scope?: Scope): Expression | undefined {
    return genericArm(this, expression, scope);
  }

  completeArray(type: CType, initializer: Expression | undefined, scope?: Scope): CType {
    if (type.kind !== "array" || type.length !== undefined || type.uncounted || initializer === undefined) return type;
    return { kind: "array", of: type.of, length: arrayLengthOf(this, type.of, initializer, scope) };
  }

  #nested<T>(ask: () => T, tooDeep: T): T {
    if (this.#nesting >= maxTypeNesting) return tooDeep;
    this.#nesting++;
    try {
      return ask();
    } finally {
      this.#nesting--;
    }
  }

  /** `hint` names the place an anonymous record stands in, for an id that does not depend on the order of questions. */
  #resolve(syntax: TypeSyntax, scope: Scope | undefined, hint: string | undefined): CType {
    if (this.#nesting >= maxTypeNesting) return unknownType;
    this.#nesting++;
    try {
      return this.#resolveShape(syntax, scope, hint);
    } finally {
      this.#nesting--;
    }
  }

  #resolveShape(syntax: TypeSyntax, scope: Scope | undefined, hint: string | undefined): CType {
    switch (syntax.kind) {
      case "base":
        return baseType(syntax.name);
      case "typedef": {
        const local = scope?.lookup(syntax.name);
        return local?.kind === "typedef" ? local.type : this.#typedef(syntax.name);
      }
      case "record":
        return this.#record(syntax, scope, hint);
      case "enum":
        return this.#enum(syntax, scope);
      case "typeof":
        return this.typeOf(syntax.operand, scope);
      case "typeof-type":
        return this.#resolve(syntax.operand, scope, hint);
      case "auto":
        return unknownType;
      case "pointer":
        return { kind: "pointer", to: this.#resolve(syntax.to, scope, hint), tags: this.#tagsOf(syntax.to) };
      case "array": {
        const length = syntax.length && this.#length(syntax.length, scope);
        const of = this.#resolve(syntax.of, scope, hint);
        const uncounted = syntax.length !== undefined && length === undefined;
        return uncounted ? { kind: "array", of, length, uncounted } : { kind: "array", of, length };
      }
      case "function":
        return this.#functionType(syntax, scope, hint);
    }
  }

  #length(expression: Expression, scope: Scope | undefined): number | undefined {
    const length = this.constant(expression, scope);
    return length === undefined || length < 0 ? undefined : length;
  }

  #functionType(
    syntax: Pick<Extract<TypeSyntax, { kind: "function" }>, "returns" | "params" | "variadic">,
    scope: Scope | undefined,
    hint: string | undefined,
  ): CType {
    const params = syntax.params.map(
      (param, i): ParamType => ({
        name: param.name,
        type: decay(this.#resolve(param.type, scope, hint && `${hint}(${i})`)),
        declTags: declTagsOf(param.attributes),
      }),
    );
    return { kind: "function", returns: this.#resolve(syntax.returns, scope, hint), params, variadic: syntax.variadic };
  }

  #typedef(name: string): CType {
    const known = this.#typedefs.get(name);
    if (known !== undefined) return known;
    const syntax = this.#source.typedef(name);
    if (syntax === undefined) return wellKnownTypedef(name) ?? unknownType;
    // A typedef that leads back to itself is unknown.
    this.#typedefs.set(name, unknownType);
    const type = this.#resolve(syntax, undefined, `typedef ${name}`);
    if (this.#nesting < maxTypeNesting - 1) this.#typedefs.set(name, type);
    else this.#typedefs.delete(name);
    return type;
  }

  /** Tags of a pointer: those written on what it points to, there or in a typedef. */
  #tagsOf(pointee: TypeSyntax): readonly string[] {
    let tags = noTags;
    let level: TypeSyntax | undefined = pointee;
    for (let i = 0; level !== undefined && i < maxTypeNesting; i++) {
      for (const attribute of level.attributes) {
        const tag = pointerTag(attribute);
        if (tag !== undefined && !tags.includes(tag)) tags = [...tags, tag];
      }
      level =
        level.kind === "typedef"
          ? this.#source.typedef(level.name)
          : level.kind === "typeof-type"
            ? level.operand
            : undefined;
    }
    return tags;
  }

  #record(syntax: RecordSyntax, scope: Scope | undefined, hint: string | undefined): CType {
    const known = this.#records.get(syntax);
    if (known !== undefined) return known;
    const { tag, union } = syntax;
    if (syntax.fields === undefined && tag !== undefined) {
      const local = scope?.tag(tag);
      return local ?? this.#tag(tag, union);
    }
    const id = scope !== undefined ? scope.newRecordId(tag) : (tag ?? hint ?? contentId(syntax));
    const type: RecordType =
      scope === undefined && tag !== undefined ? this.#tag(tag, union) : { kind: "record", union, tag, id };
    if (tag !== undefined) scope?.declareTag(tag, type);
    this.#records.set(syntax, type);
    const definition = { syntax, scope };
    definitions.set(type, definition);
    if (!this.#definitions.has(id)) this.#definitions.set(id, definition);
    return type;
  }

  #adopt(type: RecordType): void {
    if (this.#definitions.has(type.id) || this.#tagged.has(type.id)) return;
    const definition = definitions.get(type);
    if (definition !== undefined) this.#definitions.set(type.id, definition);
  }

  #tag(tag: string, union: boolean): RecordType {
    let type = this.#tagged.get(tag);
    if (type === undefined) {
      type = { kind: "record", union, tag, id: tag };
      this.#tagged.set(tag, type);
    }
    return type;
  }

  #definition(id: string): Definition | undefined {
    const tagged = this.#tagged.get(id);
    const order = tagged?.union === true ? [true, false] : [false, true];
    for (const union of order) {
      const syntax = this.#source.record(id, union);
      if (syntax?.kind === "record" && syntax.fields !== undefined) return { syntax, scope: undefined };
    }
    return this.#definitions.get(id);
  }

  #measure(id: string): Measured | undefined {
    if (this.#measured.has(id)) return this.#measured.get(id);
    const definition = this.#definition(id);
    if (definition === undefined) return undefined;
    // A record that contains itself has no size.
    this.#measured.set(id, undefined);
    const { syntax, scope } = definition;
    const measured = this.#nested(
      () =>
        layoutOf(this, syntax, scope, (type, index) =>
          this.#resolve(type, scope, scope === undefined ? `${id}.${index}` : undefined),
        ),
      undefined,
    );
    if (measured === undefined) this.#measured.delete(id);
    else this.#measured.set(id, measured);
    return measured;
  }

  #collectMembers(
    id: string,
    steps: readonly RecordField[],
    base: number | undefined,
    into: Map<string, FieldPath>,
  ): void {
    if (steps.length > maxAnonymousNesting) return;
    for (const field of this.record(id)?.fields ?? []) {
      const offset = base === undefined || field.offset === undefined ? undefined : base + field.offset;
      const path = [...steps, field];
      if (field.name !== undefined) {
        if (!into.has(field.name)) into.set(field.name, { steps: path, type: field.type, offset });
      } else if (field.type.kind === "record") {
        this.#collectMembers(field.type.id, path, offset, into);
      }
    }
  }

  #enum(syntax: EnumSyntax, scope: Scope | undefined): CType {
    const { tag, enumerators } = syntax;
    const known = this.#enumTypes.get(syntax);
    if (known !== undefined) return known;
    if (tag !== undefined && enumerators === undefined) {
      return scope?.tag(tag) ?? this.#taggedEnum(tag);
    }
    const type: CType = tag !== undefined && scope === undefined ? this.#taggedEnum(tag) : { kind: "enum", tag };
    this.#enumTypes.set(syntax, type);
    if (enumerators === undefined) return type;
    if (scope !== undefined && tag !== undefined) scope.declareTag(tag, type);
    let next: bigint | undefined = 0n;
    let [low, high] = [0n, 0n];
    for (const { name, value } of enumerators) {
      if (value !== undefined) next = this.exactConstant(value, scope)?.value;
      scope?.declare(name, { kind: "enumerator", value: next === undefined ? undefined : toNumber(next) });
      if (next === undefined) continue;
      if (next < low) low = next;
      if (next > high) high = next;
      next++;
    }
    this.#enumBytes.set(type, enumBytes(syntax.attributes, low, high));
    return type;
  }

  #taggedEnum(tag: string): CType {
    let type = this.#taggedEnums.get(tag);
    if (type === undefined) {
      type = { kind: "enum", tag };
      this.#taggedEnums.set(tag, type);
    }
    return type;
  }

  #enumSize(type: Extract<CType, { kind: "enum" }>): number {
    const known = this.#enumBytes.get(type);
    if (known !== undefined) return known;
    const syntax = type.tag === undefined ? undefined : this.#source.enumeration?.(type.tag);
    this.#enumBytes.set(type, 4);
    if (syntax?.kind === "enum") this.#enum(syntax, undefined);
    return this.#enumBytes.get(type) ?? 4;
  }

  #enumeratorOf(name: string): TypedConstant | undefined {
    if (this.#enumerators.has(name)) return this.#enumerators.get(name);
    const list = this.#source.enumOf(name);
    if (list === undefined) return undefined;
    // One that is defined by itself has no value.
    for (const enumerator of list) this.#enumerators.set(enumerator.name, undefined);
    let next: bigint | undefined = 0n;
    for (const enumerator of list) {
      if (enumerator.value !== undefined) next = this.exactConstant(enumerator.value)?.value;
      if (next === undefined) continue;
      const type = enumeratorType(next);
      this.#enumerators.set(enumerator.name, { value: next, type });
      next++;
    }
    return this.#enumerators.get(name);
  }
}

const noTags: readonly string[] = [];

/** What an attribute of the pointee says of the pointer. Arena memory is told by its address space. */
function pointerTag(attribute: Attribute): string | undefined {
  if (attribute.name === "btf_type_tag") return attribute.args[0];
  if (attribute.name === "address_space" && attribute.args[0] === "1") return "arena";
  return undefined;
}

export function declTagsOf(attributes: readonly Attribute[]): readonly string[] {
  return attributes.flatMap(({ name, args }) => (name === "btf_decl_tag" && args[0] !== undefined ? [args[0]] : []));
}

const modeBytes: Readonly<Record<string, number>> = { byte: 1, QI: 1, HI: 2, SI: 4, DI: 8, word: 8 };

/** `mode(byte)` as bpftool writes it, `packed` as C sources do: the smallest that holds all values. */
function enumBytes(attributes: readonly Attribute[], low: bigint, high: bigint): number {
  const mode = attributes.find(({ name }) => name === "mode")?.args[0] ?? "";
  const asked = modeBytes[mode.replace(/^_+|_+$/g, "")];
  if (asked !== undefined) return asked;
  const sizes = attributes.some(({ name }) => name === "packed") ? [1, 2, 4] : [4];
  const fits = (bytes: number): boolean => {
    const values = 1n << BigInt(8 * bytes);
    return low < 0n ? low >= -values / 2n && high < values / 2n : high < values;
  };
  return sizes.find(fits) ?? 8;
}

/** Of an anonymous record that nothing names: equal text, equal id, whenever it is asked for. */
function contentId(syntax: RecordSyntax): string {
  const text = JSON.stringify(syntax, (key, value: unknown) => (key === "at" ? undefined : value));
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    high = Math.imul(high ^ text.charCodeAt(i), 0x01000193);
    low = Math.imul(low ^ text.charCodeAt(i), 0x85ebca6b) ^ (low >>> 13);
  }
  return `#${(high >>> 0).toString(36)}${(low >>> 0).toString(36)}`;
}

function enumeratorType(value: bigint): CType {
  if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) return intType;
  if (value >= 0n && value <= 0xffff_ffffn) return u32Type;
  return value > 0x7fff_ffff_ffff_ffffn ? u64Type : s64Type;
}
