// The file being checked, cut into tokens only as far as it has been read: what is
// known from its last version is jumped over and not even looked at. Mutable, and
// read once from its beginning to its end.
import type { SourceFile } from "../base/source.ts";
import { type Directive, directiveOf, type FileTokens, startsDirective } from "./lexed-file.ts";
import { Lexer, maxFileTokens } from "./lexer.ts";
import { type MacroDefinition, parseDefinition } from "./macro.ts";
import { atLineStart, type PpToken } from "./pp-token.ts";
import { Scanner } from "./scanner.ts";
import type { Declaration } from "./unit.ts";

export class MainFile implements FileTokens {
  readonly file: SourceFile;
  /** Those made so far, without those jumped over. */
  readonly tokens: PpToken[] = [];
  readonly directives: Directive[] = [];
  readonly plainDeclarations = new Map<number, Declaration>();
  readonly #scanner: Scanner;
  readonly #lexer: Lexer;
  #jumpedOver = 0;

  constructor(file: SourceFile) {
    this.file = file;
    this.#scanner = new Scanner(file.text);
    this.#lexer = new Lexer(file, this.#scanner);
  }

  get openComment(): number | undefined {
    return this.#scanner.openComment;
  }

  get truncatedAt(): number | undefined {
    return this.#isFull ? this.#scanner.end : undefined;
  }

  /** Makes tokens up to `index`, as far as there are so many; a directive is made with its whole line. */
  reach(index: number): void {
    while (this.tokens.length <= index && this.#next());
  }

  /** Is there a directive of this number? Makes tokens until it is found. */
  reachDirective(number: number): boolean {
    while (this.directives.length <= number && this.#next());
    return this.directives.length > number;
  }

  hasRoomFor(tokens: number): boolean {
    return this.tokens.length + this.#jumpedOver + tokens < maxFileTokens;
  }

  /** Goes on at offset `to`, behind `count` tokens of which the first would be token `index`. */
  jump(index: number, to: number, count: number): void {
    this.tokens.length = index;
    while ((this.directives.at(-1)?.at ?? -1) >= index) this.directives.pop();
    this.#jumpedOver += count;
    this.#scanner.jump(to);
  }

  definition(directive: Directive): MacroDefinition | string {
    return parseDefinition(this.tokens, directive.at + 2, directive.end);
  }

  get #isFull(): boolean {
    return !this.hasRoomFor(0);
  }

  #next(): boolean {
    if (!this.#scan()) return false;
    for (let at = this.tokens.length - 1; startsDirective(this.tokens[at]!); at = this.tokens.length - 1) {
      let more = this.#scan();
      while (more && (this.tokens[this.tokens.length - 1]!.flags & atLineStart) === 0) more = this.#scan();
      this.directives.push(directiveOf(this.tokens, at, more ? this.tokens.length - 1 : this.tokens.length));
      if (!more) break;
    }
    return true;
  }

  #scan(): boolean {
    const token = this.#isFull ? undefined : this.#lexer.next();
    if (token !== undefined) this.tokens.push(token);
    return token !== undefined;
  }
}
