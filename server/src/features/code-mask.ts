// C text with everything that is not code blanked out: comments, literals and
// preprocessor lines become spaces of the same length, line ends stay. Offsets in the
// mask are offsets in the text, so style can be read with plain searches.
import type { SourceFile } from "../base/source.ts";

const masks = new WeakMap<SourceFile, string>();

export function codeMask(file: SourceFile): string {
  let mask = masks.get(file);
  if (mask === undefined) {
    mask = maskText(file.text);
    masks.set(file, mask);
  }
  return mask;
}

// A directive (with its continuation lines), a comment, or a literal; unterminated ones end at the line or the text.
const notCode =
  /(?<=^[ \t]*)#(?:\\\r?\n|\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|[^\r\n])*|\/\/(?:\\\r?\n|[^\r\n])*|\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|"(?:\\[\s\S]|[^"\\\r\n])*"?|'(?:\\[\s\S]|[^'\\\r\n])*'?/gm;

function maskText(text: string): string {
  return text.replace(notCode, (stretch) => stretch.replace(/[^\r\n]/g, " "));
}
