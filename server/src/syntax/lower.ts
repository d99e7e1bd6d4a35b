// Lowers one top-level declaration from its tree-sitter tree to the AST.
import type { Token } from "../preprocess/token.ts";
import type { Declaration } from "../preprocess/unit.ts";
import type { Block, FunctionDecl, TopLevelDecl, TypeSyntax, VariableDecl } from "./ast.ts";
import { lowerBareTag, lowerBlock, lowerTypedef, lowerVariables, storageWords } from "./lower-statements.ts";
import { lowerDeclarator, lowerSpecifiers } from "./lower-types.ts";
import { LoweringContext } from "./lowering-context.ts";
import type { NormalizedText } from "./normalized.ts";
import type { SyntaxNode } from "./tree.ts";

/** Throws Unreadable for C without a lowering. */
export function lowerDeclaration(
  declaration: Declaration,
  tokens: readonly Token[],
  text: NormalizedText,
  root: SyntaxNode,
): readonly TopLevelDecl[] {
  const context = new LoweringContext(tokens, text, root);
  const decls: TopLevelDecl[] = [];
  for (const node of root.children) {
    if (!context.isGlue(node)) decls.push(...lowerTopLevel(context, declaration, node));
  }
  return [...context.definedTags.map((type): TopLevelDecl => ({ kind: "tag", type, declaration })), ...decls];
}

function lowerTopLevel(context: LoweringContext, declaration: Declaration, node: SyntaxNode): readonly TopLevelDecl[] {
  switch (node.type) {
    case "function_definition":
      return [lowerFunction(context, declaration, node)];
    case "declaration": {
      const words = storageWords(context, node);
      return lowerVariables(context, node).map((variable) => {
        const { type } = variable;
        if (type.kind !== "function") return { kind: "variable", variable, declaration };
        return functionDecl(declaration, { ...variable, type }, words, undefined);
      });
    }
    case "type_definition":
      return lowerTypedef(context, node).map(({ name, type, attributes }) => ({
        kind: "typedef",
        name,
        type: { ...type, attributes: [...type.attributes, ...attributes] },
        declaration,
      }));
    case "struct_specifier":
    case "union_specifier":
    case "enum_specifier": {
      const type = lowerBareTag(context, node);
      const listed = context.definedTags.includes(type);
      return listed ? [] : [{ kind: "tag", type, declaration }];
    }
    case "expression_statement":
      // A stray `;`.
      if (node.children.length === 0) return [];
      throw context.unreadable("an expression is no declaration", node);
    default:
      throw context.unreadable(`no lowering for ${node.type} outside functions`, node);
  }
}

function lowerFunction(context: LoweringContext, declaration: Declaration, node: SyntaxNode): FunctionDecl {
  const specifiers = lowerSpecifiers(context, node);
  const declarator = lowerDeclarator(context, context.field(node, "declarator"), specifiers.type);
  const { name, nameAt, type } = declarator;
  if (name === undefined || type.kind !== "function") throw context.unreadable("function expected", node);
  const attributes = [...specifiers.attributes, ...declarator.attributes];
  // What the body defines is local to it.
  const outside = context.definedTags.length;
  const body = lowerBlock(context, context.field(node, "body"));
  context.definedTags.length = outside;
  return functionDecl(declaration, { name, nameAt, type, attributes }, storageWords(context, node), body);
}

function functionDecl(
  declaration: Declaration,
  from: Pick<VariableDecl, "name" | "nameAt" | "attributes"> & {
    readonly type: Extract<TypeSyntax, { kind: "function" }>;
  },
  words: ReadonlySet<string>,
  body: Block | undefined,
): FunctionDecl {
  return {
    kind: "function",
    name: from.name,
    returns: from.type.returns,
    params: from.type.params,
    variadic: from.type.variadic,
    storage: words.has("static") ? "static" : words.has("extern") ? "extern" : "none",
    inline: words.has("inline"),
    attributes: from.attributes,
    body,
    nameAt: from.nameAt,
    declaration,
  };
}
