// Writes the missing NULL check in front of a statement, in the manner of the file:
// its indentation, line ends, braces, and its way of leaving a function.
// Answers undefined where a check cannot be put without guessing.
import type { NullCheckFix } from "../check/api.ts";
import { codeMask } from "./code-mask.ts";
import { type FunctionText, type NullCheckStyle, nullCheckStyle } from "./null-check-style.ts";
import { type Statement, statementAround } from "./statement-around.ts";
import type { TextEdit } from "./text-edit.ts";

export function insertNullCheck(fix: NullCheckFix): readonly TextEdit[] | undefined {
  const { file } = fix.statement;
  const mask = codeMask(file);
  const statement = statementAround(mask, fix.statement.start);
  if (statement === undefined || !canTestBefore(fix.pointer, mask.slice(statement.start, statement.end))) {
    return undefined;
  }
  const slot = slotBefore(file.text, mask, statement.start);
  if (slot === undefined) return undefined;

  const where = functionAround(mask, statement.start, statement.end);
  const style = nullCheckStyle(where, { ...fix, returnType: isVoid(where) ? "void" : fix.returnType });
  const layout: Layout = {
    text: file.text,
    mask,
    newline: file.text.includes("\r\n") ? "\r\n" : "\n",
    unit: indentUnit(file.text, statement.start),
    statement,
  };
  if (slot.kind === "in-block") return insertInBlock(fix, style, layout, slot);
  return wrapInBraces(fix, style, layout, slot);
}

interface Layout {
  readonly text: string;
  readonly mask: string;
  readonly newline: string;
  /** One step of indentation. */
  readonly unit: string;
  readonly statement: Statement;
}

/** What stands before the statement: another statement of a block, or an `if (...)` or `else` without braces. */
type Slot =
  | { readonly kind: "in-block"; readonly previousEnd: number; readonly opensBlock: boolean }
  | { readonly kind: "braceless"; readonly previousEnd: number; readonly headIndent: string };

/** The pointer has its value before the statement, and looking at it twice does no harm. */
function canTestBefore(pointer: string, code: string): boolean {
  if (!/^[A-Za-z_(*{]/.test(code)) return false;
  // A pointer with a call or an assignment in it would be evaluated twice.
  if (/\w\s*\(|=|\+\+|--|[;{}]/.test(pointer) || pointer.trim() === "") return false;
  return !isSetIn(pointer, code);
}

/** Does the statement give the pointer a value that a test before it cannot know? */
function isSetIn(pointer: string, code: string): boolean {
  const name = `${startsWithWord(pointer) ? "\\b" : ""}${pointer.replace(/\W/g, "\\$&")}`;
  return [...code.matchAll(new RegExp(`${name}\\s*=(?!=)`, "g"))].some((match) => {
    // `p = f(p)`: the argument is read before.
    if (match.index === 0) return false;
    // `*p = 1` and `*(u8 *)p = 1` store through the pointer; `struct s *p = f()` sets it.
    const before = code.slice(0, match.index);
    return !/(?:^|[;(){}=!&|?:])\s*\*[\s*]*(?:\([^()]*\)\s*)*$/.test(before);
  });
}

function startsWithWord(text: string): boolean {
  return /^\w/.test(text);
}

function slotBefore(text: string, mask: string, start: number): Slot | undefined {
  const previousEnd = mask.slice(0, start).trimEnd().length;
  const last = mask[previousEnd - 1];
  if (last === ";" || last === "}" || last === "{") {
    return { kind: "in-block", previousEnd, opensBlock: last === "{" };
  }
  if (last === ":") {
    const since = Math.max(...[";", "{", "}"].map((end) => mask.lastIndexOf(end, previousEnd - 2))) + 1;
    // A label under a braceless `if`, or the middle of `a ? b : c`.
    const plainLabel = !/\b(?:if|else|for|while|do)\b|\?|\)\s*\w+\s*:$/.test(mask.slice(since, previousEnd));
    return plainLabel ? { kind: "in-block", previousEnd, opensBlock: false } : undefined;
  }
  if (last === ")") {
    const open = openingParenthesis(mask, previousEnd - 1);
    if (open === undefined) return undefined;
    const head = /\w+\s*$/.exec(mask.slice(Math.max(0, open - 200), open));
    if (head === null) return undefined;
    return { kind: "braceless", previousEnd, headIndent: indentOfLine(text, open - head[0].length) };
  }
  if (/(?:^|\W)(?:else|do)$/.test(mask.slice(Math.max(0, previousEnd - 6), previousEnd))) {
    return { kind: "braceless", previousEnd, headIndent: indentOfLine(text, previousEnd - 2) };
  }
  return undefined;
}

function insertInBlock(
  fix: NullCheckFix,
  style: NullCheckStyle,
  layout: Layout,
  slot: Extract<Slot, { kind: "in-block" }>,
): readonly TextEdit[] {
  const { text, mask, newline } = layout;
  const { start } = layout.statement;
  const lineStart = startOfLine(text, start);
  if (text.slice(lineStart, start).trim() === "") {
    const indent = text.slice(lineStart, start);
    const at = aboveComments(text, mask, lineStart);
    const lines = checkLines(fix, style, indent, layout);
    return [{ start: at, end: at, newText: lines.map((line) => line + newline).join("") }];
  }
  // Something shares the line: the check and the statement move to lines of their own.
  const indent = indentOfLine(text, start) + (slot.opensBlock ? layout.unit : "");
  const lines = checkLines(fix, style, indent, layout);
  return [{ ...gapBefore(text, slot.previousEnd, start), newText: newline + [...lines, indent].join(newline) }];
}

function wrapInBraces(
  fix: NullCheckFix,
  style: NullCheckStyle,
  layout: Layout,
  slot: Extract<Slot, { kind: "braceless" }>,
): readonly TextEdit[] | undefined {
  const { text, mask, newline, unit } = layout;
  const { start, end } = layout.statement;
  const code = mask.slice(start, end);
  // A declaration cannot be the body of an `if`: what precedes it is a macro of its own.
  if (/^[\w\s]*\bstruct\s+\w+\s*\*/.test(code)) {
    return insertInBlock(fix, style, layout, { kind: "in-block", previousEnd: slot.previousEnd, opensBlock: false });
  }
  const lineStart = startOfLine(text, start);
  const ownLine = text.slice(lineStart, start).trim() === "";
  const indent = ownLine ? text.slice(lineStart, start) : slot.headIndent + unit;
  const brace = style.braceOnOwnLine ? `${newline}${slot.headIndent}{` : " {";
  const lines = checkLines(fix, style, indent, layout);

  const edits: TextEdit[] = [];
  if (ownLine) {
    edits.push({ start: slot.previousEnd, end: slot.previousEnd, newText: brace });
    edits.push({ start: lineStart, end: lineStart, newText: lines.map((line) => line + newline).join("") });
  } else {
    edits.push({
      ...gapBefore(text, slot.previousEnd, start),
      newText: brace + newline + [...lines, indent].join(newline),
    });
    edits.push(...indentFollowingLines(text, start, end, unit));
  }
  edits.push(closingBrace(text, end, slot.headIndent, layout, style));
  return edits;
}

/** `}` after the statement; an `else` that follows joins it as the style wants. */
function closingBrace(text: string, end: number, indent: string, { newline }: Layout, style: NullCheckStyle): TextEdit {
  const toElse = /^\s*(?=else\b)/.exec(text.slice(end, end + 400));
  const between = style.braceOnOwnLine ? newline + indent : " ";
  if (toElse !== null) return { start: end, end: end + toElse[0].length, newText: `${newline}${indent}}${between}` };
  // A comment behind the statement stays on its line.
  const comment = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)/.exec(text.slice(end, end + 400))?.[0] ?? "";
  const at = end + comment.length;
  return { start: at, end: at, newText: `${newline}${indent}}` };
}

function checkLines(fix: NullCheckFix, style: NullCheckStyle, indent: string, { unit }: Layout): readonly string[] {
  const test = style.test === "not" ? `!${operand(fix.pointer)}` : `${fix.pointer} == NULL`;
  const head = `${indent}if (${test})`;
  const releases = style.releasesFirst ? fix.releases.map((release) => `${release};`) : [];
  const body = [...releases, style.exit].map((statement) => indent + unit + statement);
  if (releases.length === 0 && style.oneLine) return [`${head} ${style.exit}`];
  if (releases.length === 0 && !style.braces) return [head, ...body];
  if (style.braceOnOwnLine) return [head, `${indent}{`, ...body, `${indent}}`];
  return [`${head} {`, ...body, `${indent}}`];
}

/** `!` binds tighter than every binary operator and the conditional. */
function operand(pointer: string): string {
  return /^[\w.>[\]*()-]+$/.test(pointer.replaceAll("->", ".")) ? pointer : `(${pointer})`;
}

/** The white space between two places, or nothing when a comment is in it. */
function gapBefore(text: string, from: number, to: number): { readonly start: number; readonly end: number } {
  return text.slice(from, to).trim() === "" ? { start: from, end: to } : { start: to, end: to };
}

/** A comment directly above belongs to the statement: the check goes above it. */
function aboveComments(text: string, mask: string, lineStart: number): number {
  let at = lineStart;
  while (at > 0) {
    const above = startOfLine(text, at - 1);
    const line = text.slice(above, at).trim();
    const isComment = mask.slice(above, at).trim() === "" && /^(?:\/\/|\/\*|\*)/.test(line);
    if (!isComment) break;
    at = above;
  }
  return at;
}

function indentFollowingLines(text: string, start: number, end: number, unit: string): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) {
    const rest = text.slice(at + 1, at + 3);
    if (rest !== "" && !/^[\r\n#]/.test(rest)) edits.push({ start: at + 1, end: at + 1, newText: unit });
  }
  return edits;
}

/** Functions end with a `}` in the first column in every style seen; more is not needed to find neighbors. */
function functionAround(mask: string, start: number, end: number): FunctionText {
  const before = mask.lastIndexOf("\n}", start);
  const after = mask.indexOf("\n}", end);
  return { mask, start: before === -1 ? 0 : before + 2, end: after === -1 ? mask.length : after, at: start };
}

/** The return type as written: a macro such as BPF_PROG hides it from the syntax tree. */
function isVoid({ mask, start, end }: FunctionText): boolean {
  const body = mask.indexOf("{", start);
  const head = mask.slice(start, body === -1 ? start : body);
  const signature = head.slice(Math.max(head.lastIndexOf(";"), head.lastIndexOf("}")) + 1);
  const bare = signature.replace(/\b(?:SEC|__attribute__)\s*\(+[^()]*\)+/g, " ");
  return /^[\w\s]*\bvoid\s+\w+\s*\(/.test(bare.trimStart()) || /\breturn\s*;/.test(mask.slice(start, end));
}

/** A tab if the statement or any line near it is indented with one; else the step in spaces. */
function indentUnit(text: string, start: number): string {
  const indent = indentOfLine(text, start);
  if (indent.includes("\t")) return "\t";
  if (indent === "") return "\t";
  const near = text.slice(Math.max(0, start - 4000), start);
  const widths = [...near.matchAll(/^( +)[^\s*]/gm)].map((match) => match[1]?.length ?? 0).filter((width) => width > 1);
  const step = Math.min(indent.length, ...widths);
  return " ".repeat(step);
}

function openingParenthesis(mask: string, close: number): number | undefined {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    if (mask[i] === ")") depth++;
    else if (mask[i] === "(" && --depth === 0) return i;
  }
  return undefined;
}

function indentOfLine(text: string, offset: number): string {
  const start = startOfLine(text, offset);
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}
