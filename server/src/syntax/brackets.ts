// Pairs the brackets of one declaration and bounds their nesting before any
// recursive stage sees the tokens.
import type { Token } from "../preprocess/token.ts";
import { Unreadable } from "./unreadable.ts";

/** clang's own default of -fbracket-depth: code that nests deeper does not compile either. */
export const maxBracketDepth = 256;

const closers: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/** For every opening bracket the index of its closing one and the other way round; -1 elsewhere. */
export function pairBrackets(tokens: readonly Token[]): Int32Array {
  const pairs = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (kind !== "punctuator") continue;
    if (closers.has(text)) {
      open.push(i);
      if (open.length > maxBracketDepth) throw new Unreadable(`brackets nest deeper than ${maxBracketDepth}`, i);
    } else if (text === ")" || text === "]" || text === "}") {
      const opener = open.pop();
      if (opener === undefined || closers.get(tokens[opener]!.text) !== text) {
        throw new Unreadable(`unmatched '${text}'`, i);
      }
      pairs[opener] = i;
      pairs[i] = opener;
    }
  }
  const unclosed = open.pop();
  if (unclosed !== undefined) throw new Unreadable(`'${tokens[unclosed]!.text}' is never closed`, unclosed);
  return pairs;
}
