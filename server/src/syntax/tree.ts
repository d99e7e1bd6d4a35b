// Copies a tree-sitter tree into plain nodes with one walk of its cursor.
// Each step into the WebAssembly heap costs more than the rest of the lowering,
// so every node is visited once; only what the lowering looks at is kept.
import type { Language, Tree } from "web-tree-sitter";
import type { NormalizedText } from "./normalized.ts";
import { Unreadable } from "./unreadable.ts";

export interface SyntaxNode {
  readonly type: string;
  readonly field: string | undefined;
  /** Half-open range of piece indexes. */
  readonly start: number;
  readonly end: number;
  /** Named children, and unnamed ones that have a field (operators). */
  readonly children: readonly SyntaxNode[];
}

/**
 * The lowering and everybody after it recurse over the tree. Real code stays under 150 levels
 * (long `else if` chains); Node's default stack bears about ten times this limit.
 */
export const maxTreeDepth = 500;

interface OpenNode extends SyntaxNode {
  readonly children: SyntaxNode[];
}

/** Throws Unreadable for ERROR and MISSING nodes and for trees deeper than `maxTreeDepth`. */
export function copyTree(tree: Tree, language: Language, text: NormalizedText): SyntaxNode {
  const pieceAt = new Int32Array(text.text.length + 2);
  const endAt = new Int32Array(text.text.length + 2);
  for (let i = 0; i < text.pieces.length; i++) {
    pieceAt[text.starts[i]!] = i;
    endAt[text.starts[i]! + text.pieces[i]!.text.length] = i + 1;
  }
  const cursor = tree.walk();
  try {
    const broken = tree.rootNode.hasError;
    const root = node(0);
    const open: OpenNode[] = [root];
    if (!cursor.gotoFirstChild()) return root;
    for (;;) {
      const parent = open.at(-1)!;
      if (broken) complain();
      const named = cursor.nodeIsNamed;
      const field = cursor.currentFieldId;
      const kept = named || field !== 0;
      const next = kept ? node(field) : parent;
      if (kept) parent.children.push(next);
      if (named && cursor.gotoFirstChild()) {
        open.push(next);
        if (open.length > maxTreeDepth) {
          throw new Unreadable(`code nests deeper than ${maxTreeDepth} levels`, text.pieces[next.start]?.token ?? 0);
        }
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        cursor.gotoParent();
        open.pop();
        if (open.length === 0) {
          if (broken) throw new Unreadable("syntax error", 0);
          return root;
        }
      }
    }
  } finally {
    cursor.delete();
  }

  function node(field: number): OpenNode {
    return {
      type: language.types[cursor.nodeTypeId] ?? cursor.nodeType,
      field: field === 0 ? undefined : (language.fields[field] ?? undefined),
      start: pieceAt[cursor.startIndex]!,
      end: endAt[cursor.endIndex]!,
      children: [],
    };
  }

  function complain(): void {
    const missing = cursor.nodeIsMissing;
    if (!missing && cursor.nodeType !== "ERROR") return;
    const piece = text.pieces[pieceAt[cursor.startIndex]!];
    throw new Unreadable(missing ? `missing '${cursor.nodeType}'` : "syntax error", piece?.token ?? 0);
  }
}

export function child(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((candidate) => candidate.field === field);
}
