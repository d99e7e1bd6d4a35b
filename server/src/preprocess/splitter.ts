// Cuts the expanded token stream into top-level declarations by counting brackets.
// Code that is being typed is unbalanced most of the time; what stands at column 0
// then tells where a function ends, so that one bad edit leaves the others alone.
import { asmWords, attributeWords, typeofWords } from "./declared-names.ts";
import { atColumnZero, type PpToken } from "./pp-token.ts";

export class Splitter {
  /** Tokens of the declaration being read. */
  tokens: PpToken[] = [];
  readonly #finish: (tokens: PpToken[]) => void;
  /** Open parentheses and square brackets since the last open brace. */
  #parens = 0;
  /** `#parens` of the enclosing braces. */
  readonly #braces: number[] = [];
  #sawAssign = false;
  #sawTypedef = false;
  /** A parameter list was seen: what a brace opens now is a function body. */
  #sawParams = false;
  #inBody = false;
  /** Some line of the body starts at column 0: the author does not indent, so column 0 tells nothing. */
  #unindented = false;
  /** A closing brace at column 0 left braces open: the next token decides whether all are closed. */
  #doubt = false;

  constructor(finish: (tokens: PpToken[]) => void) {
    this.#finish = finish;
  }

  get atBoundary(): boolean {
    return this.tokens.length === 0;
  }

  get braceDepth(): number {
    return this.#braces.length;
  }

  /** At file scope, outside brackets and before any `=`: where declarators stand and expressions cannot. */
  get inDeclarator(): boolean {
    return this.#braces.length === 0 && this.#parens === 0 && !this.#sawAssign;
  }

  /** Tells of the next token of the file, before expansion, when it stands at column 0. */
  columnZero(token: PpToken, next: PpToken | undefined): void {
    if (this.#braces.length === 0 || token.kind !== "identifier" || next?.text === ":") return;
    if (this.#doubt) {
      this.#doubt = false;
      if (!this.#unindented && !statementWords.has(token.text)) this.#end();
      return;
    }
    if (!this.#inBody || this.#unindented) return;
    const before = this.tokens[this.tokens.length - 1]?.text;
    if (before !== ";" && before !== "}" && before !== "{") return;
    // The brace before this line is missing: what starts here is the next declaration.
    if (declarationWords.has(token.text)) this.#end();
    else this.#unindented = true;
  }

  push(token: PpToken): void {
    this.#doubt = false;
    if (token.kind === "punctuator") this.#punctuator(token);
    else {
      if (this.#braces.length === 0 && token.text === "typedef") this.#sawTypedef = true;
      this.tokens.push(token);
    }
  }

  /** End of the text: what is left is a declaration without an end. */
  flush(): void {
    this.#end();
  }

  #punctuator(token: PpToken): void {
    const text = token.text;
    const tokens = this.tokens;
    switch (text) {
      case "(":
        if (this.#parens === 0 && this.#braces.length === 0 && !this.#sawAssign && !this.#sawParams) {
          const before = tokens[tokens.length - 1]?.text ?? "";
          this.#sawParams = !attributeWords.has(before) && !asmWords.has(before) && !typeofWords.has(before);
        }
        this.#parens++;
        break;
      case "[":
        this.#parens++;
        break;
      case ")":
      case "]":
        if (this.#parens > 0) this.#parens--;
        break;
      case "{":
        this.#openBrace(token);
        return;
      case "}":
        this.#closeBrace(token);
        return;
      case "=":
        if (this.#braces.length === 0 && this.#parens === 0) this.#sawAssign = true;
        break;
      case ";":
        if (this.#braces.length === 0) {
          // Also ends a declaration whose parentheses are open: nothing at file scope has a semicolon in them.
          tokens.push(token);
          this.#end();
          return;
        }
        break;
      default:
        break;
    }
    tokens.push(token);
  }

  #openBrace(token: PpToken): void {
    if (this.#braces.length > 0 && (token.flags & atColumnZero) !== 0) this.#bodyInBody();
    if (this.#braces.length === 0) {
      const isBody = this.#sawParams && !this.#sawAssign && !this.#sawTypedef;
      if (this.#parens > 0 && isBody && (token.flags & atColumnZero) !== 0) this.#parens = 0;
      if (this.#parens === 0 && isBody) {
        this.#inBody = true;
        this.#unindented = false;
      }
    }
    this.#braces.push(this.#parens);
    this.#parens = 0;
    this.tokens.push(token);
  }

  #closeBrace(token: PpToken): void {
    this.tokens.push(token);
    const outer = this.#braces.pop();
    if (outer === undefined) {
      this.#end();
      return;
    }
    this.#parens = outer;
    if (this.#braces.length === 0) {
      if (this.#inBody) this.#end();
      return;
    }
    if ((token.flags & atColumnZero) !== 0) this.#doubt = true;
  }

  /** An opening brace at column 0 behind `name(...)` inside a body: the body before was never closed. Gives it back without that header. */
  #bodyInBody(): void {
    const tokens = this.tokens;
    if (!this.#inBody || this.#unindented || tokens[tokens.length - 1]?.text !== ")") return;
    for (let at = tokens.length - 1; at > 0; at--) {
      const text = tokens[at - 1]!.text;
      if (text !== ";" && text !== "}" && text !== "{") continue;
      const first = tokens[at]!;
      if (!startsAtColumnZero(first) || statementWords.has(first.text)) return;
      const header = tokens.splice(at);
      this.#end();
      for (const token of header) this.push(token);
      return;
    }
  }

  #end(): void {
    const tokens = this.tokens;
    this.tokens = [];
    this.#parens = 0;
    this.#braces.length = 0;
    this.#sawAssign = false;
    this.#sawTypedef = false;
    this.#sawParams = false;
    this.#inBody = false;
    this.#unindented = false;
    this.#doubt = false;
    if (tokens.length === 0 || (tokens.length === 1 && tokens[0]!.text === ";")) return;
    this.#finish(tokens);
  }
}

/** Also true of the first token of a macro used at column 0. */
function startsAtColumnZero(token: PpToken): boolean {
  if (token.macro === undefined) return (token.flags & atColumnZero) !== 0;
  const before = token.file.text.charCodeAt(token.start - 1);
  return token.start === 0 || before === 10 || before === 13;
}

const statementWords: ReadonlySet<string> = new Set([
  "return",
  "if",
  "for",
  "while",
  "else",
  "goto",
  "break",
  "continue",
  "do",
  "switch",
  "case",
  "default",
]);

/** Words that begin a declaration at file scope and hardly ever a line of an indented body's column 0. */
export const declarationWords: ReadonlySet<string> = new Set([
  "static",
  "extern",
  "typedef",
  "struct",
  "union",
  "enum",
  "SEC",
]);
