// What the last version of a file being edited expanded to, so that a keystroke
// expands only what it touched. The unit of reuse is a stretch of the main file that
// began and ended between two declarations, with no directive inside; it is taken
// over when the same text stands in the same macro state again.
import type { SourceFile } from "../base/source.ts";
import { PpToken, positional } from "./pp-token.ts";
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
  /** Holds text that depends on its line. */
  readonly positional: boolean;
  /** Built-in macro names whose use was decided in it, and whether the code before declared them. */
  readonly asked: ReadonlyMap<string, boolean>;
  /** What it cost, for the limits. */
  readonly tokens: number;
  readonly made: number;
  readonly version: number;
}

/** Stretches of one version of one file, by macro state and first line. */
export class EditMemory {
  readonly #old: ReadonlyMap<string, readonly Stretch[]>;
  readonly #new = new Map<string, Stretch[]>();
  readonly version: number;

  constructor(before?: EditMemory) {
    this.#old = before === undefined ? new Map() : before.#new;
    this.version = (before?.version ?? 0) + 1;
  }

  /** A stretch of the last version with the text that begins at `start`. */
  find(file: SourceFile, start: number, state: number, applies: (stretch: Stretch) => boolean): Stretch | undefined {
    for (const stretch of this.#old.get(keyOf(file.text, start, state)) ?? []) {
      if (this.version - stretch.version > maxAge) continue;
      const { text } = stretch.file;
      const length = stretch.end - stretch.start;
      if (!sameText(text, stretch.start, file.text, start, length)) continue;
      if (stretch.positional && lineOf(stretch.file, stretch.start) !== lineOf(file, start)) continue;
      if (applies(stretch)) return stretch;
    }
    return undefined;
  }

  keep(stretch: Stretch, at: number, file: SourceFile, state: number): void {
    const key = keyOf(file.text, at, state);
    const known = this.#new.get(key);
    if (known === undefined) this.#new.set(key, [stretch]);
    else if (known.length < maxAlike && !known.includes(stretch)) known.push(stretch);
  }
}

export function isPositional(declarations: readonly Declaration[]): boolean {
  return declarations.some((declaration) =>
    declaration.tokens.some((token) => ((token as PpToken).flags & positional) !== 0),
  );
}

/** A declaration of an earlier version at its new place. Its tokens are made when somebody asks. */
export class MovedDeclaration implements Declaration {
  readonly file: SourceFile;
  readonly inMainFile = true;
  readonly #origin: Declaration;
  readonly #shift: number;
  #tokens: readonly PpToken[] | undefined;

  constructor(origin: Declaration, file: SourceFile, shift: number) {
    this.#origin = origin;
    this.file = file;
    this.#shift = shift;
  }

  get names(): readonly DeclaredName[] {
    return this.#origin.names;
  }

  get key(): string {
    return this.#origin.key;
  }

  get tokens(): readonly PpToken[] {
    this.#tokens ??= moved(this.#origin.tokens as readonly PpToken[], this.file, this.#shift);
    return this.#tokens;
  }
}

function moved(tokens: readonly PpToken[], file: SourceFile, shift: number): PpToken[] {
  let before: MacroUse | undefined;
  let after: MacroUse | undefined;
  return tokens.map(({ kind, text, start, end, macro, spaceBefore, flags }) => {
    if (macro !== before) {
      before = macro;
      after = macro && { name: macro.name, file, start: macro.start + shift, end: macro.end + shift };
    }
    return new PpToken(kind, text, file, start + shift, end + shift, after, spaceBefore, flags);
  });
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
