// Text to token objects.
import type { SourceFile } from "../base/source.ts";
import { PpToken } from "./pp-token.ts";
import { Scanner } from "./scanner.ts";
import { spelling } from "./spellings.ts";

/** The largest hand-written file we know has 60,000 tokens; a token takes some 100 bytes, so this bounds a file to 150 MB. */
export const maxFileTokens = 1_500_000;

/** Makes one token after the other. */
export class Lexer {
  readonly #file: SourceFile;
  readonly #scanner: Scanner;

  constructor(file: SourceFile, scanner: Scanner) {
    this.#file = file;
    this.#scanner = scanner;
  }

  next(): PpToken | undefined {
    const scanner = this.#scanner;
    if (!scanner.next()) return undefined;
    const { kind, start, end, spaceBefore, flags } = scanner;
    // One string object for each: less memory, and map look-ups compare pointers.
    const text = spelling(scanner.spelled);
    return new PpToken(kind, text, this.#file, start, end, undefined, spaceBefore, flags);
  }
}

/** Cuts a text into tokens. */
export function lex(file: SourceFile, scanner: Scanner = new Scanner(file.text)): PpToken[] {
  const tokens: PpToken[] = [];
  const lexer = new Lexer(file, scanner);
  while (tokens.length < maxFileTokens) {
    const token = lexer.next();
    if (token === undefined) break;
    tokens.push(token);
  }
  return tokens;
}
