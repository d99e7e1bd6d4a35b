// One source line with carets under a span, as compilers print it.
// Tabs are drawn as the kernel shows them (8 columns), long lines are cut to a window
// around the span, and control characters are replaced: a source file must not be
// able to talk to the reader's terminal.
import type { SourceSpan } from "../base/source.ts";

export interface Excerpt {
  /** 1-based. */
  readonly lineNumber: number;
  readonly source: string;
  /** Spaces and carets to stand under `source`. */
  readonly carets: string;
}

const tabWidth = 8;
/** Wide enough for two kernel lines; minified or generated lines can have megabytes. */
const maxColumns = 160;

/** The first line of the span; a span of several lines is underlined to the end of its first. */
export function excerpt(span: SourceSpan): Excerpt {
  const { lines, text } = span.file;
  const start = lines.positionAt(span.start);
  const lineStart = lines.startOf(start.line);
  const lineEnd = endOfLine(text, lineStart, lines.startOf(start.line + 1));
  const spanEnd = Math.max(Math.min(span.end, lineEnd), Math.min(span.start + 1, lineEnd));

  const windowStart = Math.max(lineStart, span.start - maxColumns / 2);
  const windowEnd = Math.min(lineEnd, windowStart + maxColumns);
  const before = draw(text.slice(windowStart, span.start), 0);
  const marked = draw(text.slice(span.start, Math.min(spanEnd, windowEnd)), before.width);
  const after = draw(text.slice(Math.min(spanEnd, windowEnd), windowEnd), before.width + marked.width);

  const cutLeft = windowStart > lineStart ? "…" : "";
  const cutRight = windowEnd < lineEnd ? "…" : "";
  return {
    lineNumber: start.line + 1,
    source: `${cutLeft}${before.text}${marked.text}${after.text}`.trimEnd() + cutRight,
    carets: " ".repeat(cutLeft.length + before.width) + "^".repeat(Math.max(1, marked.width)),
  };
}

function endOfLine(text: string, lineStart: number, nextLineStart: number): number {
  let end = nextLineStart;
  while (end > lineStart && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return end;
}

/** Text as a terminal shows it from `column` on, and the columns it takes. */
function draw(text: string, column: number): { readonly text: string; readonly width: number } {
  let drawn = "";
  let width = 0;
  for (const character of text) {
    if (character === "\t") {
      const spaces = tabWidth - ((column + width) % tabWidth);
      drawn += " ".repeat(spaces);
      width += spaces;
    } else {
      drawn += printable(character);
      width += columnsOf(character);
    }
  }
  return { text: drawn, width };
}

/** Replaces C0 and C1 controls and the marks that reorder text; for messages and paths as well. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\uFFFD");
}

/** Terminal columns of one character: 0 for combining marks, 2 for wide ones, else 1. */
function columnsOf(character: string): number {
  if (/^\p{Mn}|^\p{Me}|^\u200b|^\u200d|^\ufe0f/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return wideRanges.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** East Asian wide and emoji blocks; good enough to keep the caret below its word. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];
