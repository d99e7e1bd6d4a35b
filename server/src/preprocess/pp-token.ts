// The token the preprocessor works with: the public Token plus a few flags that
// only macro expansion and the splitter ask for.
import type { SourceFile } from "../base/source.ts";
import type { MacroUse, Token, TokenKind } from "./token.ts";

/** First token of a logical line. */
export const atLineStart = 1;
/** First token of a line and not indented. */
export const atColumnZero = 2;
/** A macro name met inside its own expansion: never expanded again. */
export const neverExpand = 4;
/** Text that depends on where the token stands (`__LINE__`): left out of declaration keys. */
export const positional = 8;
/** Such text made into another by `#` or `##`, in other ways than `12` into `"12"`: known for this line only. */
export const ofThisLine = 16;

export class PpToken implements Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly macro: MacroUse | undefined;
  readonly spaceBefore: boolean;
  readonly flags: number;

  constructor(
    kind: TokenKind,
    text: string,
    file: SourceFile,
    start: number,
    end: number,
    macro: MacroUse | undefined,
    spaceBefore: boolean,
    flags: number,
  ) {
    this.kind = kind;
    this.text = text;
    this.file = file;
    this.start = start;
    this.end = end;
    this.macro = macro;
    this.spaceBefore = spaceBefore;
    this.flags = flags;
  }
}

export function withSpace(token: PpToken, spaceBefore: boolean): PpToken {
  if (token.spaceBefore === spaceBefore) return token;
  return new PpToken(
    token.kind,
    token.text,
    token.file,
    token.start,
    token.end,
    token.macro,
    spaceBefore,
    token.flags & ~(atLineStart | atColumnZero),
  );
}

export function withFlags(token: PpToken, flags: number): PpToken {
  return new PpToken(
    token.kind,
    token.text,
    token.file,
    token.start,
    token.end,
    token.macro,
    token.spaceBefore,
    token.flags | flags,
  );
}
