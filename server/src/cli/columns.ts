// Text in columns and paragraphs, as wide as people read.

/** Longer lines are hard to follow, also on a wide terminal. */
export const pageWidth = 100;

/** Breaks at spaces; every line but the first begins with `indent`. */
export function wrapped(text: string, indent = "", first = indent): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > pageWidth) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join("\n");
}

/** A C prototype; breaks between parameters only. */
export function wrappedPrototype(text: string, indent: string, first: string): string {
  const held = text.replace(/(?<!,) /g, "\u00a0");
  return wrapped(held, indent, first).replaceAll("\u00a0", " ");
}

/** Two columns, the second wrapped: term and explanation. */
export function definitions(
  rows: readonly (readonly [term: string, text: string])[],
  indent = "  ",
): readonly string[] {
  const width = Math.min(34, Math.max(0, ...rows.map(([term]) => term.length)));
  const under = indent + " ".repeat(width + 2);
  return rows.map(([term, text]) => wrapped(text, under, indent + term.padEnd(width + 2)).trimEnd());
}
