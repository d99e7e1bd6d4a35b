// Statements, and the declarations of variables wherever they stand.
import type { Attribute, Block, Expression, Statement, TypeSyntax, VariableDecl } from "./ast.ts";
import { lowerExpression } from "./lower-expressions.ts";
import { lowerDeclarator, lowerSpecifiers } from "./lower-types.ts";
import type { LoweringContext } from "./lowering-context.ts";
import type { AsmPieces } from "./normalized.ts";
import { child, type SyntaxNode } from "./tree.ts";

export function lowerBlock(context: LoweringContext, node: SyntaxNode): Block {
  return { kind: "block", statements: lowerStatements(context, node.children), at: context.at(node) };
}

function lowerStatements(context: LoweringContext, nodes: readonly SyntaxNode[]): readonly Statement[] {
  return nodes.flatMap((node) =>
    node.type === "case_statement" ? lowerCase(context, node) : [lowerStatement(context, node)],
  );
}

export function lowerStatement(context: LoweringContext, node: SyntaxNode): Statement {
  const at = context.at(node);
  switch (node.type) {
    case "compound_statement":
      return lowerBlock(context, node);
    case "expression_statement":
      return lowerExpressionStatement(context, node);
    case "declaration":
      return { kind: "declaration", declarators: lowerVariables(context, node), at };
    case "type_definition":
      return { kind: "declaration", declarators: lowerTypedef(context, node), at };
    case "struct_specifier":
    case "union_specifier":
    case "enum_specifier":
      return { kind: "declaration", declarators: [], tags: [lowerBareTag(context, node)], at };
    case "if_statement": {
      const otherwise = child(node, "alternative");
      return {
        kind: "if",
        test: lowerField(context, node, "condition"),
        // biome-ignore lint/suspicious/noThenProperty: C's word for it; nobody awaits a statement.
        then: lowerStatement(context, context.field(node, "consequence")),
        else: otherwise === undefined ? undefined : lowerStatement(context, context.only(otherwise)),
        at,
      };
    }
    case "for_statement": {
      const init = child(node, "initializer");
      const test = child(node, "condition");
      const step = child(node, "update");
      return {
        kind: "for",
        init: init === undefined ? undefined : lowerForInit(context, init),
        test: test === undefined ? undefined : lowerExpression(context, test),
        step: step === undefined ? undefined : lowerExpression(context, step),
        body: lowerStatement(context, context.field(node, "body")),
        at,
      };
    }
    case "while_statement":
      return {
        kind: "while",
        test: lowerField(context, node, "condition"),
        body: lowerStatement(context, context.field(node, "body")),
        at,
      };
    case "do_statement":
      return {
        kind: "do",
        body: lowerStatement(context, context.field(node, "body")),
        test: lowerField(context, node, "condition"),
        at,
      };
    case "switch_statement":
      return {
        kind: "switch",
        value: lowerField(context, node, "condition"),
        body: lowerStatement(context, context.field(node, "body")),
        at,
      };
    case "case_statement": {
      // Alone where a single statement stands: `switch (x) if (y) case 1: f();`
      const [only, ...rest] = lowerCase(context, node);
      if (rest.length > 0) throw context.unreadable("case label outside a block", node);
      return only!;
    }
    case "labeled_statement": {
      const label = context.field(node, "label");
      const body = node.children.find((candidate) => candidate !== label);
      return {
        kind: "label",
        name: context.token(label).text,
        body: body === undefined ? undefined : lowerStatement(context, body),
        at,
      };
    }
    case "goto_statement":
      return { kind: "goto", label: context.token(context.field(node, "label")).text, at };
    case "break_statement":
      return { kind: "break", at };
    case "continue_statement":
      return { kind: "continue", at };
    case "return_statement": {
      const value = node.children[0] === undefined ? undefined : lowerExpression(context, node.children[0]);
      // `goto *p` was respelled, its operand is the dereference.
      if (context.token(node).text !== "goto") return { kind: "return", value, at };
      if (value?.kind !== "deref") throw context.unreadable("computed goto without a target", node);
      return { kind: "goto-computed", target: value.operand, at };
    }
    default:
      throw context.unreadable(`no lowering for ${node.type}`, node);
  }
}

function lowerField(context: LoweringContext, node: SyntaxNode, field: string): Expression {
  return lowerExpression(context, context.field(node, field));
}

/** The grammar hangs all statements up to the next label on a case; in C only the first belongs to it. */
function lowerCase(context: LoweringContext, node: SyntaxNode): Statement[] {
  const value = child(node, "value");
  const [first, ...rest] = lowerStatements(
    context,
    node.children.filter((candidate) => candidate !== value),
  );
  const start = context.at(node).start;
  if (value === undefined) {
    const end = first?.at.end ?? start + 2;
    return [{ kind: "default", body: first, at: { start, end } }, ...rest];
  }
  const isRange = value.type === "binary_expression" && context.token(context.field(value, "operator")).text === "...";
  const low = lowerExpression(context, isRange ? context.field(value, "left") : value);
  const high = isRange ? lowerExpression(context, context.field(value, "right")) : undefined;
  const end = first?.at.end ?? context.at(value).end + 1;
  return [{ kind: "case", low, high, body: first, at: { start, end } }, ...rest];
}

function lowerForInit(context: LoweringContext, node: SyntaxNode): Statement {
  if (node.type === "declaration") return lowerStatement(context, node);
  return { kind: "expression", expression: lowerExpression(context, node), at: context.at(node) };
}

function lowerExpressionStatement(context: LoweringContext, node: SyntaxNode): Statement {
  const at = context.at(node);
  const inner = node.children[0];
  if (inner === undefined) return { kind: "empty", at };
  const special = inner.type === "identifier" ? context.piece(inner).special : undefined;
  if (special?.kind === "asm") return lowerAsm(context, node, special.asm);
  return { kind: "expression", expression: lowerExpression(context, inner), at };
}

function lowerAsm(context: LoweringContext, node: SyntaxNode, asm: AsmPieces): Statement {
  const operand = (hoist: number): Expression => lowerExpression(context, context.hoisted(hoist));
  return {
    kind: "asm",
    template: asm.template,
    outputs: asm.outputs.map(({ constraint, value }) => ({ constraint, place: operand(value) })),
    inputs: asm.inputs.map(({ constraint, value }) => ({ constraint, value: operand(value) })),
    clobbers: asm.clobbers,
    labels: asm.labels,
    at: context.at(node),
  };
}

/** `struct s { ... };` without a declarator. */
export function lowerBareTag(context: LoweringContext, node: SyntaxNode): TypeSyntax {
  // The specifier stands alone in the tree; give it the shape of a declaration's type.
  return lowerSpecifiers(context, { ...node, children: [{ ...node, field: "type" }] }).type;
}

export function lowerVariables(context: LoweringContext, node: SyntaxNode): readonly VariableDecl[] {
  const specifiers = lowerSpecifiers(context, node);
  const words = storageWords(context, node);
  const storage = words.has("static") ? "static" : words.has("extern") ? "extern" : "auto";
  return node.children
    .filter((candidate) => candidate.field === "declarator")
    .map((declarator) => lowerVariable(context, declarator, specifiers.type, specifiers.attributes, storage));
}

export function lowerTypedef(context: LoweringContext, node: SyntaxNode): readonly VariableDecl[] {
  const specifiers = lowerSpecifiers(context, node);
  return node.children
    .filter((candidate) => candidate.field === "declarator")
    .map((declarator) => lowerVariable(context, declarator, specifiers.type, specifiers.attributes, "typedef"));
}

/** static, extern, inline as written before the type. */
export function storageWords(context: LoweringContext, node: SyntaxNode): ReadonlySet<string> {
  const words = new Set<string>();
  for (const candidate of node.children) {
    if (candidate.type === "storage_class_specifier") words.add(context.piece(candidate).text);
  }
  return words;
}

function lowerVariable(
  context: LoweringContext,
  node: SyntaxNode,
  base: TypeSyntax,
  attributes: readonly Attribute[],
  storage: VariableDecl["storage"],
): VariableDecl {
  const isInit = node.type === "init_declarator";
  const declaratorNode = isInit ? context.field(node, "declarator") : node;
  const declarator = lowerDeclarator(context, declaratorNode, base);
  if (declarator.name === undefined) throw context.unreadable("declaration without a name", node);
  return {
    name: declarator.name,
    type: declarator.type,
    storage,
    attributes: [...attributes, ...declarator.attributes],
    initializer: isInit ? lowerField(context, node, "value") : undefined,
    at: context.at(node),
    nameAt: declarator.nameAt,
  };
}
