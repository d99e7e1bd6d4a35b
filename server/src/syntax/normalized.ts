// The normalized text of a declaration and the side tables that lead back from it:
// what stands between tokens and the tree-sitter parse. Shapes only; normalize.ts
// makes them, the lowering reads them.
import type { Attribute } from "./ast.ts";

/** One token of the normalized text; it stands for the tokens from `token` to before `end`. */
export interface Piece {
  readonly text: string;
  readonly token: number;
  readonly end: number;
  readonly special?: Special;
}

/**
 * C that the grammar cannot read stands in the text as one plain word, and here is what it meant.
 * `Hoist` numbers name operands that were moved to the end of the text.
 */
export type Special =
  | { readonly kind: "base"; readonly name: string }
  | { readonly kind: "auto" }
  | { readonly kind: "typeof"; readonly operand: Hoist; readonly ofType: boolean }
  | { readonly kind: "sizeof"; readonly op: "sizeof" | "alignof"; readonly operand: Hoist; readonly ofType: boolean }
  | { readonly kind: "offsetof"; readonly type: Hoist; readonly path: readonly PathStep[] }
  | { readonly kind: "types-compatible"; readonly left: Hoist; readonly right: Hoist }
  | { readonly kind: "opaque"; readonly operands: readonly Hoist[] }
  | { readonly kind: "asm"; readonly asm: AsmPieces }
  /** An unnamed bit-field was given a name. */
  | { readonly kind: "unnamed" };

export type Hoist = number;

export type PathStep =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: Hoist };

export interface AsmPieces {
  readonly template: string;
  readonly outputs: readonly AsmOperand[];
  readonly inputs: readonly AsmOperand[];
  readonly clobbers: readonly string[];
  readonly labels: readonly string[];
}

export interface AsmOperand {
  readonly constraint: string;
  readonly value: Hoist;
}

/** Taken out of the text, to be attached where its place says: a qualifier or a group of attributes. */
export interface Mark {
  readonly token: number;
  readonly qualifier: "const" | "volatile" | undefined;
  readonly attributes: readonly Attribute[];
}

export interface NormalizedText {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** Start offset of each piece in `text`. */
  readonly starts: readonly number[];
  /** In token order. */
  readonly marks: readonly Mark[];
  /** 1 for tokens that left no trace in the text: they belong to the construct beside them. */
  readonly dropped: Uint8Array;
  /** Number of operands in the function at the end of the text, one statement each. */
  readonly hoists: number;
}

/** Name of the function at the end of the text that holds the moved operands. */
export const hoistFunction = "__operands";
