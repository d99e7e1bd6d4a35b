// One top-level declaration. Names and key are worked out on first use: most
// declarations of headers are never asked.
import { SourceFile } from "../base/source.ts";
import { declaredNames } from "./declared-names.ts";
import { Hasher } from "./hash.ts";
import { type PpToken, positional } from "./pp-token.ts";
import type { Declaration, DeclaredName } from "./unit.ts";

export class TokenDeclaration implements Declaration {
  readonly file: SourceFile;
  readonly inMainFile: boolean;
  #tokens: readonly PpToken[] | (() => readonly PpToken[]);
  #names: readonly DeclaredName[] | undefined;
  #key: string | undefined;

  /** `tokens` may be a function when they are cheap to find again. */
  constructor(tokens: readonly PpToken[] | (() => readonly PpToken[]), file: SourceFile, inMainFile: boolean) {
    this.#tokens = tokens;
    this.file = file;
    this.inMainFile = inMainFile;
  }

  get tokens(): readonly PpToken[] {
    if (typeof this.#tokens === "function") this.#tokens = this.#tokens();
    return this.#tokens;
  }

  get names(): readonly DeclaredName[] {
    this.#names ??= declaredNames(this.tokens);
    return this.#names;
  }

  get texts(): readonly string[] {
    return this.tokens.map((token) => ((token.flags & positional) === 0 ? token.text : "__LINE__"));
  }

  get key(): string {
    this.#key ??= keyOf(this.texts);
    return this.#key;
  }
}

/** Stands where the real declaration would keep the text of a file in memory that nobody looks at any more. */
export const nowhere: Declaration = {
  tokens: [],
  texts: [],
  file: new SourceFile("", ""),
  inMainFile: false,
  names: [],
  key: "",
};

function keyOf(texts: readonly string[]): string {
  const hasher = new Hasher();
  for (const text of texts) hasher.text(text);
  return hasher.key;
}
