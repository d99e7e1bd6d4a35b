// Makes realistic mistakes out of accepted programs: one release call or one NULL test is
// taken away, the rest stays. Removed text becomes blanks, so every line keeps its number.
import { closing, type ScanToken, scan, statementEnd } from "./c-scan.ts";

export type MutationKind = "release" | "null-test";

export interface Mutation {
  readonly kind: MutationKind;
  readonly edits: readonly TextEdit[];
}

/** `length` code units from a 0-based line and column of the program's text are blanked, then `text` stands there. */
export interface TextEdit {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly text: string;
}

/** Every single mutation of one program's text, in the order of the text. */
export function mutationsOf(program: string, isRelease: (callee: string) => boolean): readonly Mutation[] {
  const tokens = scan(program);
  const found: Mutation[] = [];
  tokens.forEach((token, i) => {
    if (token.text === "if") found.push(...nullTestRemovals(program, tokens, i));
    else if (isRelease(token.text)) found.push(...releaseRemoval(program, tokens, i));
  });
  return found;
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  const starts = lineStarts(text);
  for (const edit of [...edits].sort((a, b) => b.line - a.line || b.column - a.column)) {
    const start = (starts[edit.line] ?? text.length) + edit.column;
    const removed = result.slice(start, start + edit.length);
    const blank = removed.replace(/[^\n\t]/g, " ");
    result = result.slice(0, start) + edit.text + blank.slice(edit.text.length) + result.slice(start + edit.length);
  }
  return result;
}

function releaseRemoval(program: string, tokens: readonly ScanToken[], callee: number): Mutation[] {
  const before = tokens[callee - 1]?.text;
  const startsStatement = before !== undefined && [";", "{", "}", ")", ":", "else"].includes(before);
  if (!startsStatement || tokens[callee + 1]?.text !== "(") return [];
  const close = closing(tokens, callee + 1);
  if (close === undefined || tokens[close + 1]?.text !== ";") return [];
  return [{ kind: "release", edits: [blank(program, tokens[callee]!.start, tokens[close]!.end)] }];
}

function nullTestRemovals(program: string, tokens: readonly ScanToken[], at: number): Mutation[] {
  if (tokens[at + 1]?.text !== "(") return [];
  const close = closing(tokens, at + 1);
  const end = close === undefined ? undefined : statementEnd(tokens, close + 1);
  if (close === undefined || end === undefined) return [];
  const condition = tokens.slice(at + 2, close);
  const split = splitTerms(condition);
  if (split === undefined) return [];

  if (split.terms.length > 1) {
    return split.terms.flatMap((term, i) => {
      const test = nullTest(program, term);
      if (test === undefined || test.trueWhenNull !== (split.operator === "||")) return [];
      // The term goes with the operator after it, the last one with the operator before it.
      const next = split.terms[i + 1];
      const previous = split.terms[i - 1];
      const start = next === undefined ? previous!.at(-1)!.end : term[0]!.start;
      const stop = next === undefined ? term.at(-1)!.end : next[0]!.start;
      return [{ kind: "null-test" as const, edits: [blank(program, start, stop)] }];
    });
  }

  const test = nullTest(program, condition);
  if (test === undefined) return [];
  const elseAt = tokens[end + 1]?.text === "else" ? end + 1 : undefined;
  const elseEnd = elseAt === undefined ? undefined : statementEnd(tokens, elseAt + 1);
  if (elseAt !== undefined && elseEnd === undefined) return [];
  const start = tokens[at]!.start;
  if (test.trueWhenNull) {
    const stop = elseAt === undefined ? tokens[end]!.end : tokens[elseAt]!.end;
    return [{ kind: "null-test", edits: [blank(program, start, stop, elseAt === undefined ? ";" : "")] }];
  }
  if (elseAt === undefined && leaves(tokens, close + 1, end)) return []; // what follows would be dead code
  const edits = [blank(program, start, tokens[close]!.end)];
  if (elseAt !== undefined) edits.push(blank(program, tokens[elseAt]!.start, tokens[elseEnd!]!.end, ";"));
  return [{ kind: "null-test", edits }];
}

function splitTerms(
  tokens: readonly ScanToken[],
): { readonly terms: readonly ScanToken[][]; readonly operator: string } | undefined {
  const terms: ScanToken[][] = [[]];
  let operator = "";
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(" || token.text === "[") depth++;
    else if (token.text === ")" || token.text === "]") depth--;
    if (depth === 0 && (token.text === "&&" || token.text === "||")) {
      if (operator !== "" && operator !== token.text) return undefined;
      operator = token.text;
      terms.push([]);
    } else if (depth === 0 && (token.text === "?" || token.text === ",")) return undefined;
    else terms.at(-1)!.push(token);
  }
  return terms.every((term) => term.length > 0) ? { terms, operator } : undefined;
}

function nullTest(program: string, term: readonly ScanToken[]): { readonly trueWhenNull: boolean } | undefined {
  const words = term.map((token) => token.text);
  const last = words.at(-1);
  const comparison = words.at(-2);
  if (last === "NULL" && (comparison === "==" || comparison === "!=")) {
    return isPath(words.slice(0, -2)) ? { trueWhenNull: comparison === "==" } : undefined;
  }
  if (words[0] === "!") return isPointer(program, words.slice(1)) ? { trueWhenNull: true } : undefined;
  return isPointer(program, words) ? { trueWhenNull: false } : undefined;
}

function isPath(words: readonly string[]): boolean {
  return words.length > 0 && /^[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*|\[\w+\])*$/.test(words.join(""));
}

/** A variable declared with a star, or any path that is dereferenced somewhere in the program. */
function isPointer(program: string, words: readonly string[]): boolean {
  if (!isPath(words)) return false;
  const path = words.join("").replace(/[[\]]/g, "\\$&");
  return new RegExp(`(?:\\w|\\))\\s*\\*+\\s*(?:\\w+\\s*,\\s*\\*\\s*)*${path}\\b|\\b${path}->`).test(program);
}

function leaves(tokens: readonly ScanToken[], first: number, last: number): boolean {
  const start = tokens[first]!.text === "{" ? last - 1 : last;
  for (let i = start - (tokens[start]!.text === ";" ? 1 : 0); i >= first; i--) {
    const text = tokens[i]!.text;
    if (text === ";" || text === "{" || text === "}") return false;
    if (text === "return" || text === "goto" || text === "break" || text === "continue") return true;
  }
  return false;
}

function blank(program: string, start: number, end: number, text = ""): TextEdit {
  const before = program.slice(0, start);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length - 1, column: start - lineStart, length: end - start, text };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}
