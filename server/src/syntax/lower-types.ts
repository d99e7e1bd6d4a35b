// Types and declarators: from the inside-out order of C declarators to TypeSyntax,
// with qualifiers and attributes back on the level they were written on.
import { assertNever } from "../base/assert-never.ts";
import type {
  At,
  Attribute,
  EnumeratorSyntax,
  Expression,
  FieldSyntax,
  ParamSyntax,
  Qualifiers,
  TypeShape,
  TypeSyntax,
} from "./ast.ts";
import { lowerExpression } from "./lower-expressions.ts";
import type { LoweringContext, TakenMarks } from "./lowering-context.ts";
import type { Hoist } from "./normalized.ts";
import { child, type SyntaxNode } from "./tree.ts";

export interface Declarator {
  readonly name: string | undefined;
  readonly nameAt: At;
  readonly type: TypeSyntax;
  /** Attributes beside the declarator that are not part of the type. */
  readonly attributes: readonly Attribute[];
}

/** What stands before the declarators: the type they share and the attributes they share. */
export interface Specifiers {
  readonly type: TypeSyntax;
  readonly attributes: readonly Attribute[];
}

/** The kinds of types that need no declarator. */
type SpecifierShape = Exclude<TypeShape, { readonly kind: "pointer" | "array" | "function" }>;

const noQualifiers: Qualifiers = { const: false, volatile: false };

/** Attributes that say something about the type they stand beside, wherever a declaration has them. */
const typeAttributes: ReadonlySet<string> = new Set([
  "btf_type_tag",
  "address_space",
  "preserve_access_index",
  "packed",
  "noderef",
  "mode",
  "vector_size",
  "may_alias",
]);

/** Of a declaration, field, parameter or type descriptor: everything before its first declarator. */
export function lowerSpecifiers(context: LoweringContext, node: SyntaxNode): Specifiers {
  const typeNode = child(node, "type");
  if (typeNode === undefined) throw context.unreadable("declaration without a type", node);
  const declarator = child(node, "declarator");
  const shape = lowerSpecifier(context, typeNode);
  const start = context.leftOf(context.at(node).start);
  const end = declarator === undefined ? context.rightOf(context.at(node).end) : context.at(declarator).start;
  const ofRecord = recordMarks(context, typeNode, shape);
  const marks = context.take(start, end);
  const isType = (attribute: Attribute): boolean => typeAttributes.has(attribute.name);
  const type = typeSyntax(
    shape,
    joinQualifiers(ofRecord.qualifiers, marks.qualifiers),
    joinLists(ofRecord.attributes, marks.attributes.filter(isType)),
  );
  if ((type.kind === "record" && type.fields !== undefined) || (type.kind === "enum" && type.enumerators !== undefined))
    context.definedTags.push(type);
  return { type, attributes: marks.attributes.filter((attribute) => !isType(attribute)) };
}

/** A type name: `const struct foo *(*)[3]`. */
export function lowerTypeDescriptor(context: LoweringContext, node: SyntaxNode): TypeSyntax {
  const { type } = lowerSpecifiers(context, node);
  const declarator = child(node, "declarator");
  return declarator === undefined ? type : lowerDeclarator(context, declarator, type).type;
}

/** A type that was moved to the end of the text: `sizeof (T)` there. */
export function lowerHoistedType(context: LoweringContext, hoist: Hoist): TypeSyntax {
  const node = context.hoisted(hoist);
  const type = node.type === "sizeof_expression" ? child(node, "type") : undefined;
  if (type === undefined) throw context.unreadable("type expected", node);
  return lowerTypeDescriptor(context, type);
}

/** Attributes inside a record specifier and right after its closing brace belong to the record. */
function recordMarks(context: LoweringContext, node: SyntaxNode, shape: SpecifierShape): TakenMarks {
  const at = context.at(node);
  const defines =
    (shape.kind === "record" && shape.fields !== undefined) ||
    (shape.kind === "enum" && shape.enumerators !== undefined);
  return context.take(at.start, defines ? context.rightOf(at.end) : at.start);
}

function lowerSpecifier(context: LoweringContext, node: SyntaxNode): SpecifierShape {
  const piece = context.piece(node);
  switch (piece.special?.kind) {
    case "base":
      return { kind: "base", name: piece.special.name };
    case "auto":
      return { kind: "auto" };
    case "typeof": {
      const { operand, ofType } = piece.special;
      if (ofType) return { kind: "typeof-type", operand: lowerHoistedType(context, operand) };
      return { kind: "typeof", operand: lowerExpression(context, context.hoisted(operand)) };
    }
  }
  switch (node.type) {
    case "primitive_type":
    case "type_identifier":
      return { kind: "typedef", name: context.token(node).text };
    case "struct_specifier":
    case "union_specifier": {
      const body = child(node, "body");
      return {
        kind: "record",
        union: node.type === "union_specifier",
        tag: tagOf(context, node),
        fields: body === undefined ? undefined : lowerFields(context, body),
      };
    }
    case "enum_specifier": {
      const body = child(node, "body");
      return {
        kind: "enum",
        tag: tagOf(context, node),
        enumerators: body?.children.map((enumerator) => lowerEnumerator(context, enumerator)),
      };
    }
    default:
      throw context.unreadable(`no lowering for the type ${node.type}`, node);
  }
}

function tagOf(context: LoweringContext, node: SyntaxNode): string | undefined {
  const name = child(node, "name");
  return name === undefined ? undefined : context.token(name).text;
}

function lowerEnumerator(context: LoweringContext, node: SyntaxNode): EnumeratorSyntax {
  const name = child(node, "name");
  if (node.type !== "enumerator" || name === undefined) throw context.unreadable("enumerator expected", node);
  const value = child(node, "value");
  return {
    name: context.token(name).text,
    value: value === undefined ? undefined : lowerExpression(context, value),
  };
}

function lowerFields(context: LoweringContext, body: SyntaxNode): readonly FieldSyntax[] {
  const fields: FieldSyntax[] = [];
  for (const node of body.children) {
    if (node.type !== "field_declaration") throw context.unreadable(`no lowering for the field ${node.type}`, node);
    const specifiers = lowerSpecifiers(context, node);
    const declarators = node.children.filter((candidate) => candidate.field === "declarator");
    if (declarators.length === 0) {
      fields.push({ name: undefined, type: specifiers.type, bits: undefined, attributes: specifiers.attributes });
    }
    for (const declaratorNode of declarators) {
      const declarator = lowerDeclarator(context, declaratorNode, specifiers.type);
      const next = node.children[node.children.indexOf(declaratorNode) + 1];
      const width = next?.type === "bitfield_clause" ? next.children[0] : undefined;
      const bits = width === undefined ? undefined : lowerExpression(context, width);
      const after = next?.type === "bitfield_clause" ? context.at(next).end : context.at(declaratorNode).end;
      const trailing = context.take(after, context.rightOf(after));
      fields.push({
        name: declarator.name,
        type: declarator.type,
        bits,
        attributes: [...specifiers.attributes, ...declarator.attributes, ...trailing.attributes],
      });
    }
  }
  return fields;
}

/** Declares what `node` says about something of type `base`; takes the attributes up to what follows. */
export function lowerDeclarator(context: LoweringContext, node: SyntaxNode, base: TypeSyntax): Declarator {
  const attributes: Attribute[] = [];
  const inner = unwind(context, node, base, attributes);
  const { end } = context.at(node);
  attributes.push(...context.take(context.at(node).start, context.rightOf(end)).attributes);
  return { ...inner, attributes };
}

type Named = Omit<Declarator, "attributes">;

function unwind(context: LoweringContext, node: SyntaxNode, base: TypeSyntax, attributes: Attribute[]): Named {
  const inner = child(node, "declarator");
  switch (node.type) {
    case "identifier":
    case "field_identifier":
    case "type_identifier":
    case "primitive_type": {
      const at = context.at(node);
      if (context.piece(node).special?.kind === "unnamed") return { name: undefined, nameAt: at, type: base };
      return { name: context.token(node).text, nameAt: at, type: base };
    }
    case "pointer_declarator":
    case "abstract_pointer_declarator": {
      const at = context.at(node);
      const until = inner === undefined ? context.rightOf(at.end) : context.at(inner).start;
      const marks = context.take(at.start, until);
      attributes.push(...marks.attributes.filter((attribute) => !typeAttributes.has(attribute.name)));
      return descend({
        kind: "pointer",
        to: base,
        qualifiers: marks.qualifiers,
        attributes: marks.attributes.filter((attribute) => typeAttributes.has(attribute.name)),
      });
    }
    case "array_declarator":
    case "abstract_array_declarator": {
      const size = child(node, "size");
      const isLength = size !== undefined && size.type !== "*";
      const length: Expression | undefined = isLength ? lowerExpression(context, size) : undefined;
      return descend({ kind: "array", of: base, length, qualifiers: noQualifiers, attributes: [] });
    }
    case "function_declarator":
    case "abstract_function_declarator": {
      const list = child(node, "parameters");
      if (list === undefined) throw context.unreadable("function without parameters", node);
      const params = lowerParameters(context, list);
      return descend({ kind: "function", returns: base, ...params, qualifiers: noQualifiers, attributes: [] });
    }
    case "parenthesized_declarator":
    case "abstract_parenthesized_declarator": {
      const only = node.children.find((candidate) => candidate.type.endsWith("declarator") || isName(candidate));
      if (only === undefined) throw context.unreadable("empty declarator", node);
      return unwind(context, only, base, attributes);
    }
    default:
      throw context.unreadable(`no lowering for the declarator ${node.type}`, node);
  }

  function descend(type: TypeSyntax): Named {
    return inner === undefined
      ? { name: undefined, nameAt: context.at(node), type }
      : unwind(context, inner, type, attributes);
  }
}

function isName(node: SyntaxNode): boolean {
  return node.type.endsWith("identifier") || node.type === "primitive_type";
}

function lowerParameters(
  context: LoweringContext,
  list: SyntaxNode,
): { readonly params: readonly ParamSyntax[]; readonly variadic: boolean } {
  const params: ParamSyntax[] = [];
  let variadic = false;
  for (const node of list.children) {
    if (node.type === "variadic_parameter") variadic = true;
    else if (node.type === "parameter_declaration") params.push(lowerParameter(context, node));
    else throw context.unreadable(`no lowering for the parameter ${node.type}`, node);
  }
  const only = params.length === 1 ? params[0]! : undefined;
  const isVoid = only?.name === undefined && only?.type.kind === "base" && only.type.name === "void";
  return { params: isVoid ? [] : params, variadic };
}

function lowerParameter(context: LoweringContext, node: SyntaxNode): ParamSyntax {
  const specifiers = lowerSpecifiers(context, node);
  const declaratorNode = child(node, "declarator");
  const at = context.at(node);
  if (declaratorNode === undefined) {
    return { name: undefined, type: specifiers.type, attributes: specifiers.attributes, at };
  }
  const declarator = lowerDeclarator(context, declaratorNode, specifiers.type);
  return {
    name: declarator.name,
    type: declarator.type,
    attributes: [...specifiers.attributes, ...declarator.attributes],
    at,
  };
}

/**
 * Property by property: V8 gives an object that is a spread of another and more a shape of its own, which takes
 * more memory than the object and makes every later access to such objects slow.
 */
function typeSyntax(shape: SpecifierShape, qualifiers: Qualifiers, attributes: readonly Attribute[]): TypeSyntax {
  switch (shape.kind) {
    case "base":
      return { kind: "base", name: shape.name, qualifiers, attributes };
    case "typedef":
      return { kind: "typedef", name: shape.name, qualifiers, attributes };
    case "record":
      return { kind: "record", union: shape.union, tag: shape.tag, fields: shape.fields, qualifiers, attributes };
    case "enum":
      return { kind: "enum", tag: shape.tag, enumerators: shape.enumerators, qualifiers, attributes };
    case "typeof":
      return { kind: "typeof", operand: shape.operand, qualifiers, attributes };
    case "typeof-type":
      return { kind: "typeof-type", operand: shape.operand, qualifiers, attributes };
    case "auto":
      return { kind: "auto", qualifiers, attributes };
    default:
      return assertNever(shape);
  }
}

/** Nearly all are empty, and those share one list. */
function joinLists(a: readonly Attribute[], b: readonly Attribute[]): readonly Attribute[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...a, ...b];
}

/** Nearly all are without, and those share one object. */
function joinQualifiers(a: Qualifiers, b: Qualifiers): Qualifiers {
  if (!b.const && !b.volatile) return a;
  return { const: a.const || b.const, volatile: a.volatile || b.volatile };
}
