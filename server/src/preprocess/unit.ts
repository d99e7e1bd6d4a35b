// What the preprocessor hands on: the expanded translation unit cut into top-level
// declarations, so that later stages work on one declaration at a time.
import type { Cancellation } from "../base/cancellation.ts";
import type { SourceFile, SourceSpan } from "../base/source.ts";
import type { MacroUse, Token } from "./token.ts";

/** Reads files for the preprocessor; the only way it can reach a disk. */
export interface FileReader {
  /**
   * The text, or undefined when there is no such readable regular file (or it may not be read).
   * `within`: directories the file must lie in, links followed; see `CompileConfig.readableDirs`.
   */
  read(path: string, within?: readonly string[]): string | undefined;
}

export interface CompileConfig {
  /** Directories of `-I`, in order; absolute. */
  readonly includeDirs: readonly string[];
  /** `NAME` or `NAME=VALUE`, in order, as after `-D`. */
  readonly defines: readonly string[];
  readonly undefines: readonly string[];
  /** Files of `-include`. */
  readonly forcedIncludes: readonly string[];
  /** Directories whose files may be read: nothing an untrusted file names outside of them is. undefined: the reader decides alone. */
  readonly readableDirs?: readonly string[];
}

/** What a top-level declaration declares, found by a scan of its tokens and without a parser. */
export interface DeclaredName {
  readonly name: string;
  readonly kind: "typedef" | "struct" | "union" | "enum" | "enumerator" | "function" | "variable";
  /** For functions: has a body. For struct, union and enum: has a member list. */
  readonly defined: boolean;
}

/** One top-level declaration of the expanded text. Immutable; tokens may be made on first use. */
export interface Declaration {
  /** Expanded tokens, up to and including the `;` or the closing `}`. */
  readonly tokens: readonly Token[];
  /** The file of its first token. */
  readonly file: SourceFile;
  readonly inMainFile: boolean;
  readonly names: readonly DeclaredName[];
  /** The tokens' texts without positions: a number that `__LINE__` made is no other for another line. */
  readonly texts: readonly string[];
  /** Hash of `texts`: equal keys parse equally. */
  readonly key: string;
}

export interface PreprocessProblem {
  readonly span: SourceSpan;
  readonly message: string;
  /** "limit": a named bound was met and text was dropped; what follows may be incomplete. */
  readonly kind: "missing-include" | "directive" | "limit" | "unterminated";
}

export interface PreprocessedUnit {
  readonly main: SourceFile;
  /** Every file that was read, main first. */
  readonly files: readonly SourceFile[];
  /** Paths asked for and not found; when one appears the unit is out of date. */
  readonly missing: readonly string[];
  /** Those of huge headers (vmlinux.h) are not in this list; `declarationsOf` knows them. */
  readonly declarations: readonly Declaration[];
  /** Declarations that declare `name`, in order, huge headers first. For names nothing declares: our built-in typedefs and constants. */
  declarationsOf(name: string): readonly Declaration[];
  /** Every typedef name in the unit: what tells `(T)(x)` from a call. */
  isTypedef(name: string): boolean;
  isMacro(name: string): boolean;
  /** Equal in two units: `declarationsOf` finds as many of the same kinds for every name, and `isTypedef` says the same. */
  readonly namesKey: string;
  readonly problems: readonly PreprocessProblem[];
}

export interface PreprocessLimits {
  readonly maxTokens: number;
  readonly maxIncludeDepth: number;
  readonly maxFileBytes: number;
}

export interface PreprocessRequest {
  readonly path: string;
  readonly text: string;
  readonly config: CompileConfig;
  readonly reader: FileReader;
  readonly limits?: Partial<PreprocessLimits>;
  readonly cancellation?: Cancellation;
}

export type { MacroUse, Token };
