// What looks like a part of a kfunc registration and could not be understood is listed, with its place.
import type { CText } from "./c-text.ts";

export interface Unreadable {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** Collects while one tree is read; the only thing in the scanner that grows. */
export class UnreadableList {
  readonly #found: Unreadable[] = [];

  add(file: CText, offset: number, what: string): void {
    this.#found.push({ file: file.path, line: file.lineOf(offset), what });
  }

  /** By place, each once. */
  all(): readonly Unreadable[] {
    const byText = new Map(this.#found.map((entry) => [JSON.stringify(entry), entry]));
    return [...byText.values()].sort((a, b) =>
      a.file === b.file ? a.line - b.line || (a.what < b.what ? -1 : 1) : a.file < b.file ? -1 : 1,
    );
  }
}
