// Where normalization stands in the text it writes: open brackets, what came just
// before, and so whether a statement, an operand or a declared name may come next.
// Mutable; an operand that moves to the end of the text gets a place of its own.
import type { Token } from "../preprocess/token.ts";
import type { Piece, Special } from "./normalized.ts";

export type BracketKind =
  /** `{` of a function body, a block, a statement expression. */
  | "block"
  | "record"
  | "enum"
  | "initializer"
  /** Parentheses after if, for, while and switch. */
  | "condition"
  /** `(` type `)` before an operand or a compound literal. */
  | "cast"
  /** Arguments or parameters. */
  | "list"
  /** Parentheses inside a declarator. */
  | "declarator"
  /** Parentheses around an expression; `[` ... `]`. */
  | "group";

/** Words that may stand before the type of a declaration. */
const specifiers: ReadonlySet<string> = new Set(["static", "extern", "const", "inline", "typedef"]);

export class Place {
  readonly pieces: Piece[] = [];
  /** A type was just written: an identifier now is declared, not used. */
  afterType = false;
  /** The previous `++` or `--` stood after its operand. */
  postfix = false;
  readonly #brackets: BracketKind[] = [];
  /** What the previous piece closed, if it is a bracket. */
  #closed: BracketKind | undefined;
  /** The statement or field list member began with a type: after a comma comes a declarator. */
  #declaring = false;
  /** `?` still waiting for their `:`, one count for each open bracket and one for outside. */
  readonly #questions: number[] = [0];
  /** The previous `:` ended a label. */
  #labelEnded = false;

  // --- writing -------------------------------------------------------------------

  write(text: string, token: number, end: number, special?: Special): void {
    this.pieces.push(special === undefined ? { text, token, end } : { text, token, end, special });
    this.#closed = undefined;
    this.afterType = false;
    if (text === ";") this.#endStatement();
    else if (text === "?") this.#countQuestions(1);
  }

  /** Text that stands for no token. */
  glue(text: string, at: number): void {
    this.pieces.push({ text, token: at, end: at });
  }

  /** An operand nobody wrote. */
  opaque(at: number): void {
    this.write("operand", at, at, { kind: "opaque", operands: [] });
  }

  typeWritten(): void {
    this.afterType = true;
    if (this.#declares()) this.#declaring = true;
  }

  commaWritten(): void {
    this.afterType = this.#declaring && this.#declares();
  }

  /** Says whether the `:` just written ended a label. */
  colonWritten(): boolean {
    const ternary = this.#questions.at(-1)! > 0;
    if (ternary) this.#countQuestions(-1);
    this.#labelEnded = !ternary && this.bracket === "block";
    return this.#labelEnded;
  }

  opened(kind: BracketKind): void {
    this.#brackets.push(kind);
    this.#questions.push(0);
    if (kind === "block" || kind === "record") this.#declaring = false;
  }

  closed(): BracketKind | undefined {
    this.#closed = this.#brackets.pop();
    if (this.#questions.length > 1) this.#questions.pop();
    if (this.#closed === "block") this.#declaring = false;
    else if (this.#closed === "record" || this.#closed === "enum") this.typeWritten();
    return this.#closed;
  }

  #endStatement(): void {
    this.#declaring = false;
    this.#questions[this.#questions.length - 1] = 0;
  }

  #countQuestions(change: number): void {
    this.#questions[this.#questions.length - 1]! += change;
  }

  // --- asking --------------------------------------------------------------------

  get bracket(): BracketKind | undefined {
    return this.#brackets.at(-1);
  }

  get depth(): number {
    return this.#brackets.length;
  }

  get insideRecord(): boolean {
    return this.#brackets.includes("record");
  }

  get previous(): string {
    return this.pieces.at(-1)?.text ?? "";
  }

  /** The previous piece closed the parentheses of a cast. */
  get afterCast(): boolean {
    return this.#closed === "cast";
  }

  /** Does a statement, a field or a declaration start here? */
  get atStatement(): boolean {
    return this.#startsAfter(this.pieces.length - 1);
  }

  /** As above, or after `static`, `const` and the like that started one. */
  get atSpecifier(): boolean {
    let last = this.pieces.length - 1;
    while (last >= 0 && specifiers.has(this.pieces[last]!.text)) last--;
    return this.#startsAfter(last);
  }

  /** Does an operand come next (and not an operator, a call or an index)? */
  expectsOperand(tokens: readonly Token[]): boolean {
    const piece = this.pieces.at(-1);
    if (piece === undefined) return true;
    switch (piece.text) {
      case ")":
        return this.#closed === "cast" || this.#closed === "condition";
      case "}":
        return this.#closed === "block";
      case "]":
        return false;
      case "++":
      case "--":
        return !this.postfix;
      case "return":
      case "case":
      case "else":
      case "do":
        return true;
      default:
        return piece.token === piece.end || tokens[piece.token]?.kind === "punctuator";
    }
  }

  #startsAfter(last: number): boolean {
    const isPrevious = last === this.pieces.length - 1;
    switch (this.pieces[last]?.text) {
      case undefined:
      case ";":
      case "{":
      case "else":
      case "do":
        return true;
      case ":":
        return isPrevious && this.#labelEnded;
      case "}":
        return isPrevious ? this.#closed === "block" : this.bracket === "block";
      case ")":
        return isPrevious && this.#closed === "condition";
      case "(":
        return this.bracket === "condition" && this.pieces[last - 1]?.text === "for";
      default:
        return false;
    }
  }

  /** Declarators may follow a comma here (in parameters and casts a comma starts the next type). */
  #declares(): boolean {
    const { bracket } = this;
    return bracket === undefined || bracket === "block" || bracket === "record" || bracket === "condition";
  }
}
