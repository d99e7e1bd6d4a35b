// Finds the preprocessing tokens of a text one after the other, without making
// objects: the lexer and the index of huge headers both drive it.
// Line continuations are spliced, comments are white space, unknown characters
// are tokens of kind "other". Nothing in a text makes it fail.
import { atColumnZero, atLineStart } from "./pp-token.ts";
import type { TokenKind } from "./token.ts";

const letter = 1;
const digit = 2;
const blank = 4;

const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  if ((c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c === 36) classes[c] = letter;
  else if (c >= 48 && c <= 57) classes[c] = digit;
  else if (c === 32 || c === 9 || c === 11 || c === 12 || c === 0) classes[c] = blank;
}

/** Longest first for each first character. Digraphs are given their usual spelling by `digraphs`. */
const longPunctuators: readonly string[] = [
  "...",
  "<<=",
  ">>=",
  "->",
  "++",
  "--",
  "<<",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "*=",
  "/=",
  "%=",
  "+=",
  "-=",
  "&=",
  "^=",
  "|=",
  "##",
  "%:%:",
  "<:",
  ":>",
  "<%",
  "%>",
  "%:",
];
const digraphs: Readonly<Record<string, string>> = {
  "%:%:": "##",
  "<:": "[",
  ":>": "]",
  "<%": "{",
  "%>": "}",
  "%:": "#",
};
const byFirst: (readonly string[] | undefined)[] = [];
const single: (string | undefined)[] = [];
for (let c = 0; c < 128; c++) {
  const longer = longPunctuators.filter((p) => p.charCodeAt(0) === c).sort((a, b) => b.length - a.length);
  byFirst.push(longer.length > 0 ? longer : undefined);
  single.push("[](){}.&*+-~!/%<>^|?:;=,#".includes(String.fromCharCode(c)) ? String.fromCharCode(c) : undefined);
}

export class Scanner {
  readonly text: string;
  kind: TokenKind = "other";
  start = 0;
  end = 0;
  spaceBefore = false;
  flags = 0;
  /** Spelling without line continuations, when it differs from the text between `start` and `end`, or known without slicing. */
  spelling: string | undefined;
  /** Set when a comment has no end: everything after its start was swallowed. */
  openComment: number | undefined;
  #at: number;
  readonly #limit: number;

  constructor(text: string, from = 0, to: number = text.length) {
    this.text = text;
    this.#at = from;
    this.#limit = to;
  }

  /** Moves to the next token; false at the end of the text. */
  next(): boolean {
    const text = this.text;
    const limit = this.#limit;
    let at = this.#at;
    let space = false;
    let lineStart = at === 0;
    for (;;) {
      if (at >= limit) {
        this.#at = at;
        return false;
      }
      const c = text.charCodeAt(at);
      if (c === 10 || c === 13) {
        lineStart = true;
        space = true;
        at++;
        continue;
      }
      if (c < 128) {
        const cls = classes[c]!;
        if (cls === blank) {
          space = true;
          at++;
          continue;
        }
        if (cls === letter) {
          this.#begin(at, space, lineStart);
          this.#word(at);
          return true;
        }
        if (c === 47) {
          const after = text.charCodeAt(at + 1);
          if (after === 47) {
            at = this.#lineComment(at + 2);
            space = true;
            continue;
          }
          if (after === 42) {
            const close = text.indexOf("*/", at + 2);
            if (close < 0 || close + 2 > limit) {
              this.openComment = at;
              at = limit;
            } else {
              at = close + 2;
            }
            space = true;
            continue;
          }
        }
        if (c === 92) {
          const over = spliceEnd(text, at);
          if (over > 0) {
            at = over;
            space = true;
            continue;
          }
        }
        this.#begin(at, space, lineStart);
        if (cls === digit || (c === 46 && isDigit(text.charCodeAt(at + 1)))) {
          this.#number(at);
        } else if (c === 34 || c === 39) {
          this.#quoted(at, at, c);
        } else {
          this.#punctuator(at, c);
        }
        return true;
      }
      if (isUnicodeSpace(c)) {
        space = true;
        at++;
        continue;
      }
      this.#begin(at, space, lineStart);
      this.#word(at);
      return true;
    }
  }

  /** Goes on behind a token that is known to end at `at`. */
  jump(at: number): void {
    this.#at = at;
  }

  /** The token's text with line continuations removed. */
  get spelled(): string {
    return this.spelling ?? this.text.slice(this.start, this.end);
  }

  #begin(at: number, space: boolean, lineStart: boolean): void {
    this.start = at;
    this.spaceBefore = space;
    this.spelling = undefined;
    if (!lineStart) {
      this.flags = 0;
      return;
    }
    const before = at === 0 ? 10 : this.text.charCodeAt(at - 1);
    const columnZero = before === 10 || before === 13 || before === 0xfeff;
    this.flags = columnZero ? atLineStart | atColumnZero : atLineStart;
  }

  #finish(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.end = end;
    this.#at = end;
  }

  #word(from: number): void {
    const text = this.text;
    const limit = this.#limit;
    let at = from + 1;
    while (at < limit && isWordPart(text.charCodeAt(at))) at++;
    const c = at < limit ? text.charCodeAt(at) : 0;
    if (c === 92 && spliceEnd(text, at) > 0) {
      this.#spliced(from, "identifier", (code) => isWordPart(code));
      return;
    }
    // L"..", u8"..", U'..'
    if ((c === 34 || c === 39) && at - from <= 2) {
      const prefix = text.slice(from, at);
      if (prefix === "L" || prefix === "u" || prefix === "U" || prefix === "u8") {
        this.#quoted(from, at, c);
        return;
      }
    }
    this.#finish("identifier", at);
  }

  #number(from: number): void {
    const text = this.text;
    const limit = this.#limit;
    let at = from + 1;
    let previous = text.charCodeAt(from);
    for (; at < limit; at++) {
      const c = text.charCodeAt(at);
      if (!isNumberPart(c, previous)) break;
      previous = c;
    }
    if (at < limit && text.charCodeAt(at) === 92 && spliceEnd(text, at) > 0) {
      this.#spliced(from, "number", isNumberPart);
      return;
    }
    this.#finish("number", at);
  }

  /** A word or number with a line continuation in it: read again, character by character. */
  #spliced(from: number, kind: TokenKind, isPart: (code: number, previous: number) => boolean): void {
    const text = this.text;
    let spelling = text[from]!;
    let at = from + 1;
    while (at < this.#limit) {
      const over = text.charCodeAt(at) === 92 ? spliceEnd(text, at) : 0;
      if (over > 0) {
        at = over;
        continue;
      }
      if (!isPart(text.charCodeAt(at), spelling.charCodeAt(spelling.length - 1))) break;
      spelling += text[at];
      at++;
    }
    this.spelling = spelling;
    this.#finish(kind, at);
  }

  /** A string or character constant; one without an end stops at the end of its line and is "other". */
  #quoted(from: number, quoteAt: number, quote: number): void {
    const text = this.text;
    let at = quoteAt + 1;
    let spliced = false;
    for (; at < this.#limit; at++) {
      const c = text.charCodeAt(at);
      if (c === quote) {
        this.spelling = spliced ? withoutSplices(text.slice(from, at + 1)) : undefined;
        this.#finish(quote === 34 ? "string" : "char", at + 1);
        return;
      }
      if (c === 10 || c === 13) break;
      if (c === 92) {
        const over = spliceEnd(text, at);
        if (over > 0) {
          spliced = true;
          at = over - 1;
        } else {
          at++;
          const escaped = text.charCodeAt(at);
          if (escaped === 10 || escaped === 13) break;
        }
      }
    }
    // Only the quote itself is the bad token for an apostrophe (they stand in
    // #error texts and skipped prose); a string keeps its line.
    if (quote === 39) this.#finish("other", quoteAt + 1);
    else {
      const end = Math.min(at, this.#limit);
      this.spelling = spliced ? withoutSplices(text.slice(from, end)) : undefined;
      this.#finish("other", end);
    }
  }

  #punctuator(from: number, c: number): void {
    const longer = byFirst[c];
    if (longer !== undefined) {
      for (const candidate of longer) {
        if (this.text.startsWith(candidate, from)) {
          this.spelling = digraphs[candidate] ?? candidate;
          this.#finish("punctuator", from + candidate.length);
          return;
        }
      }
      if (this.text.charCodeAt(from + 1) === 92 && this.#splicedPunctuator(from, longer)) return;
    }
    const spelling = single[c];
    this.spelling = spelling;
    this.#finish(spelling === undefined ? "other" : "punctuator", from + 1);
  }

  /** `&\` newline `&`: nobody writes it, but it is C. */
  #splicedPunctuator(from: number, longer: readonly string[]): boolean {
    for (const candidate of longer) {
      let at = from;
      let matched = 0;
      while (matched < candidate.length && at < this.#limit) {
        const over = this.text.charCodeAt(at) === 92 ? spliceEnd(this.text, at) : 0;
        if (over > 0) at = over;
        else if (this.text[at] === candidate[matched]) {
          at++;
          matched++;
        } else break;
      }
      if (matched === candidate.length) {
        this.spelling = digraphs[candidate] ?? candidate;
        this.#finish("punctuator", at);
        return true;
      }
    }
    return false;
  }

  #lineComment(from: number): number {
    const text = this.text;
    let at = from;
    for (; at < this.#limit; at++) {
      const c = text.charCodeAt(at);
      if (c === 10 || c === 13) return at;
      if (c === 92) {
        const over = spliceEnd(text, at);
        if (over > 0) at = over - 1;
      }
    }
    return at;
  }
}

/** Offset after the line break if the backslash at `at` continues the line (blanks may stand between), else 0. */
export function spliceEnd(text: string, at: number): number {
  let i = at + 1;
  let c = text.charCodeAt(i);
  while (c === 32 || c === 9) c = text.charCodeAt(++i);
  if (c === 10) return i + 1;
  if (c === 13) return text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1;
  return 0;
}

function withoutSplices(text: string): string {
  return text.replace(/\\[ \t]*(?:\r\n|\n|\r)/g, "");
}

function isWordPart(c: number): boolean {
  if (c < 128) return (classes[c]! & (letter | digit)) !== 0;
  return !isUnicodeSpace(c);
}

function isNumberPart(c: number, previous: number): boolean {
  if (c < 128 && (classes[c]! & (letter | digit)) !== 0) return true;
  if (c === 46) return true;
  // The sign of an exponent: 1e+5, 0x1p-3.
  return (c === 43 || c === 45) && (previous === 101 || previous === 69 || previous === 112 || previous === 80);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isUnicodeSpace(c: number): boolean {
  return (
    c === 0xfeff ||
    c === 0xa0 ||
    c === 0x85 ||
    (c >= 0x2000 && c <= 0x200b) ||
    c === 0x2028 ||
    c === 0x2029 ||
    c === 0x202f ||
    c === 0x3000
  );
}
