// What all lowering functions share: the way from nodes to tokens, the attributes
// still waiting for their place, and the operands moved to the end of the text.
import type { Token } from "../preprocess/token.ts";
import type { At, Attribute, Qualifiers, TypeSyntax } from "./ast.ts";
import { type Hoist, hoistFunction, type Mark, type NormalizedText, type Piece } from "./normalized.ts";
import { child, type SyntaxNode } from "./tree.ts";
import { Unreadable } from "./unreadable.ts";

export interface TakenMarks {
  readonly qualifiers: Qualifiers;
  readonly attributes: readonly Attribute[];
}

export class LoweringContext {
  readonly tokens: readonly Token[];
  /** Records and enums with members, in the order they were met, at any depth. */
  readonly definedTags: TypeSyntax[] = [];
  readonly #text: NormalizedText;
  readonly #hoisted: readonly SyntaxNode[];
  /** A mark is taken once, by the innermost construct that asks. */
  readonly #taken = new Set<Mark>();

  constructor(tokens: readonly Token[], text: NormalizedText, root: SyntaxNode) {
    this.tokens = tokens;
    this.#text = text;
    this.#hoisted = this.#findHoists(root);
  }

  #findHoists(root: SyntaxNode): readonly SyntaxNode[] {
    if (this.#text.hoists === 0) return [];
    const last = root.children.at(-1);
    const body = last?.children.find((node) => node.type === "compound_statement");
    if (body?.children.length !== this.#text.hoists) throw new Unreadable(`cannot find ${hoistFunction}`, 0);
    return body.children;
  }

  /** Does the node belong to the glue at the end of the text? */
  isGlue(node: SyntaxNode): boolean {
    const piece = this.#text.pieces[node.start];
    return piece !== undefined && piece.token === piece.end && piece.special === undefined;
  }

  /** The operand: the expression in parentheses, or the sizeof expression around a type. */
  hoisted(hoist: Hoist): SyntaxNode {
    const operand = this.#hoisted[hoist]?.children[0];
    if (operand === undefined) throw new Unreadable("operand without a tree", 0);
    return operand;
  }

  field(node: SyntaxNode, field: string): SyntaxNode {
    const found = child(node, field);
    if (found === undefined) throw this.unreadable(`${node.type} without ${field}`, node);
    return found;
  }

  only(node: SyntaxNode): SyntaxNode {
    const found = node.children[0];
    if (found === undefined || node.children.length > 1) throw this.unreadable(`${node.type} with parts`, node);
    return found;
  }

  piece(node: SyntaxNode): Piece {
    return this.#text.pieces[node.start]!;
  }

  token(node: SyntaxNode): Token {
    return this.tokens[this.piece(node).token]!;
  }

  at(node: SyntaxNode): At {
    return { start: this.#text.pieces[node.start]!.token, end: this.#text.pieces[node.end - 1]!.end };
  }

  /** The tokens of the node and those around it that left the text, such as attributes. */
  wideAt(node: SyntaxNode): At {
    const { start, end } = this.at(node);
    return { start: this.leftOf(start), end: this.rightOf(end) };
  }

  leftOf(token: number): number {
    let start = token;
    while (start > 0 && this.#text.dropped[start - 1] === 1) start--;
    return start;
  }

  rightOf(token: number): number {
    let end = token;
    while (end < this.tokens.length && this.#text.dropped[end] === 1) end++;
    return end;
  }

  /** Takes the marks from token `from` to before `to` that nobody took yet. */
  take(from: number, to: number): TakenMarks {
    const { marks } = this.#text;
    let isConst = false;
    let isVolatile = false;
    const attributes: Attribute[] = [];
    for (let i = this.#firstMark(from); i < marks.length; i++) {
      const mark = marks[i]!;
      if (mark.token >= to) break;
      if (this.#taken.has(mark)) continue;
      this.#taken.add(mark);
      if (mark.qualifier === "const") isConst = true;
      if (mark.qualifier === "volatile") isVolatile = true;
      attributes.push(...mark.attributes);
    }
    if (!isConst && !isVolatile && attributes.length === 0) return nothingTaken;
    return { qualifiers: { const: isConst, volatile: isVolatile }, attributes };
  }

  #firstMark(token: number): number {
    const { marks } = this.#text;
    let low = 0;
    let high = marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (marks[middle]!.token < token) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  unreadable(message: string, node: SyntaxNode): Unreadable {
    return new Unreadable(message, this.#text.pieces[node.start]?.token ?? 0);
  }
}

const nothingTaken: TakenMarks = { qualifiers: { const: false, volatile: false }, attributes: [] };
