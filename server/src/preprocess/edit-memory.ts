// What the last version of a file being edited expanded to, so that a keystroke
// expands only what it touched. The unit of reuse is a stretch of the main file that
// began and ended between two declarations, with no directives inside but conditions
// of its own; it is taken over when the same text stands in the same macro state again.
import type { SourceFile } from "../base/source.ts";
import { ofThisLine, PpToken, positional } from "./pp-token.ts";
import type { Declaration, DeclaredName, MacroUse } from "./unit.ts";

/** Versions after which a stretch is expanded anew, so that old texts are let go. */
const maxAge = 64;

/**
 * Stretches kept that begin with the same line: a file with thousands of equal lines would be searched for each
 * of them. Real files have a few hundred programs that begin with the same SEC().
 */
const maxAlike = 1000;

export interface Stretch {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  /** Tokens of the file it spans. */
  readonly rawTokens: number;
  readonly declarations: readonly Declaration[];
  /** The macro state it was read in. */
  readonly state: number;
  /** Holds text made from the number of its line. */
  readonly ofThisLine: boolean;
  /** Built-in macro names whose use was decided in it, and whether the code before declared them. */
  readonly asked: ReadonlyMap<string, boolean>;
  /** What it cost, for the limits. */
  readonly tokens: number;
  readonly made: number;
  readonly version: number;
}

/** Old stretches looked at where the next is expected, before all are searched. */
const lookAhead = 4;

/** Stretches of one version of one file, in their order. */
export class EditMemory {
  readonly #old: readonly Stretch[];
  readonly #new: Stretch[] = [];
  readonly version: number;
  /** Where in `#old` the next is expected. */
  #next = 0;
  /** The last place had no stretch: it is what was edited, or much is at another place. */
  #missed = false;
  /** By macro state and first line; made when the order does not help. */
  #index: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(before?: EditMemory) {
    this.#old = before === undefined ? [] : before.#new;
    this.version = (before?.version ?? 0) + 1;
  }

  /** A stretch of the last version with the text that begins at `start`. */
  find(file: SourceFile, start: number, state: number, applies: (stretch: Stretch) => boolean): Stretch | undefined {
    const at = (number: number): Stretch | undefined => {
      const stretch = this.#old[number];
      if (stretch === undefined || !this.#isSame(stretch, file, start, state) || !applies(stretch)) return undefined;
      this.#next = number + 1;
      this.#missed = false;
      return stretch;
    };
    for (let ahead = 0; ahead < lookAhead; ahead++) {
      const found = at(this.#next + ahead);
      if (found !== undefined) return found;
    }
    if (this.#missed) {
      this.#index ??= indexOf(this.#old);
      for (const number of this.#index.get(keyOf(file.text, start, state)) ?? []) {
        const found = at(number);
        if (found !== undefined) return found;
      }
    }
    this.#missed = true;
    return undefined;
  }

  keep(stretch: Stretch): void {
    this.#new.push(stretch);
  }

  #isSame(stretch: Stretch, file: SourceFile, start: number, state: number): boolean {
    if (stretch.state !== state || this.version - stretch.version > maxAge) return false;
    if (!sameText(stretch.file.text, stretch.start, file.text, start, stretch.end - stretch.start)) return false;
    return !stretch.ofThisLine || lineOf(stretch.file, stretch.start) === lineOf(file, start);
  }
}

function indexOf(stretches: readonly Stretch[]): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (const [number, { file, start, state }] of stretches.entries()) {
    const key = keyOf(file.text, start, state);
    const known = index.get(key);
    if (known === undefined) index.set(key, [number]);
    else if (known.length < maxAlike) known.push(number);
  }
  return index;
}

/** Is there text that is known for the line only on which it stands? */
export function isOfThisLine(declarations: readonly Declaration[]): boolean {
  return declarations.some((declaration) =>
    declaration.tokens.some((token) => ((token as PpToken).flags & ofThisLine) !== 0),
  );
}

/** A declaration of an earlier version at its new place. Its tokens are made when somebody asks. */
export class MovedDeclaration implements Declaration {
  readonly file: SourceFile;
  readonly inMainFile = true;
  readonly #origin: Declaration;
  readonly #stretch: Stretch;
  readonly #start: number;
  #tokens: readonly PpToken[] | undefined;

  /** `origin` is one of the stretch that stands at `start` of `file` now. */
  constructor(origin: Declaration, stretch: Stretch, file: SourceFile, start: number) {
    this.#origin = origin;
    this.#stretch = stretch;
    this.file = file;
    this.#start = start;
  }

  get names(): readonly DeclaredName[] {
    return this.#origin.names;
  }

  get texts(): readonly string[] {
    return this.#origin.texts;
  }

  get key(): string {
    return this.#origin.key;
  }

  get tokens(): readonly PpToken[] {
    this.#tokens ??= this.#moved(this.#origin.tokens as readonly PpToken[]);
    return this.#tokens;
  }

  #moved(tokens: readonly PpToken[]): PpToken[] {
    const { file } = this;
    const shift = this.#start - this.#stretch.start;
    let lines: number | undefined;
    let before: MacroUse | undefined;
    let after: MacroUse | undefined;
    return tokens.map(({ kind, text, start, end, macro, spaceBefore, flags }) => {
      if (macro !== before) {
        before = macro;
        after = macro && { name: macro.name, file, start: macro.start + shift, end: macro.end + shift };
      }
      let here = text;
      if ((flags & positional) !== 0) {
        // `12` or `"12"`. Other text that was made from a line's number is still on its line; see `ofThisLine`.
        lines ??= lineOf(file, this.#start) - lineOf(this.#stretch.file, this.#stretch.start);
        if (lines !== 0) here = text.replace(/\d+/, (line) => String(Number(line) + lines!));
      }
      return new PpToken(kind, here, file, start + shift, end + shift, after, spaceBefore, flags);
    });
  }
}

function keyOf(text: string, start: number, state: number): string {
  const lineEnd = text.indexOf("\n", start);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return `${state} ${text.slice(start, Math.min(end, start + 80))}`;
}

function sameText(a: string, atA: number, b: string, atB: number, length: number): boolean {
  return atB + length <= b.length && b.startsWith(a.slice(atA, atA + length), atB);
}

function lineOf(file: SourceFile, offset: number): number {
  return file.lines.positionAt(offset).line;
}
