// Tokens after macro expansion, each with the place it came from.
// A token spelled by the user (also as a macro argument) points at its spelling;
// a token out of a macro body points at the outermost macro use in a real file.
import type { SourceFile } from "../base/source.ts";

export type TokenKind = "identifier" | "number" | "string" | "char" | "punctuator" | "other";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** The file and half-open range a finding on this token points at. */
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  /** The outermost macro whose body produced the token, if one did. */
  readonly macro?: MacroUse | undefined;
  readonly spaceBefore: boolean;
}

/** One use of a macro in a real file: its name and the stretch from the name to the closing parenthesis. */
export interface MacroUse {
  readonly name: string;
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}
