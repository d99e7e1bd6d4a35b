// Light reading of kernel C: comments blanked, directives blanked or followed, brackets matched.
// Enough for tables and prototypes, whose shape kernel style keeps plain; not a parser.

/** A file with comments blanked. Offsets and lines are those of the original. */
export class CText {
  readonly path: string;
  /** Comments are spaces; directives are still there. */
  readonly text: string;
  #code: string | undefined;
  #conditions: readonly ConditionChange[] | undefined;
  #lineStarts: readonly number[] | undefined;

  constructor(path: string, original: string) {
    this.path = path;
    this.text = blankComments(original);
  }

  /** As `text`, with directives blanked too. */
  get code(): string {
    this.#code ??= this.text.replace(/^[ \t]*#(?:[^\n\\]|\\[^\n]|\\\n)*/gm, blank);
    return this.#code;
  }

  /** 1-based line of an offset. */
  lineOf(offset: number): number {
    this.#lineStarts ??= lineStarts(this.text);
    return countUpTo(this.#lineStarts, offset);
  }

  /** Offset at which a 1-based line starts. */
  offsetOf(line: number): number {
    this.#lineStarts ??= lineStarts(this.text);
    return this.#lineStarts[line - 1] ?? 0;
  }

  /** The `#if` conditions that hold at an offset, outermost first. */
  conditionsAt(offset: number): readonly string[] {
    this.#conditions ??= readConditions(this.text);
    let current: readonly string[] = [];
    for (const change of this.#conditions) {
      if (change.offset > offset) break;
      current = change.conditions;
    }
    return current;
  }
}

interface ConditionChange {
  readonly offset: number;
  readonly conditions: readonly string[];
}

export interface CFunction {
  readonly returns: string;
  readonly params: readonly (readonly [type: string, name: string])[];
  readonly offset: number;
  readonly line: number;
  readonly marked: boolean;
}

/** The definition (with a body) of `name`; of several, the one marked as a kfunc, else the first. */
export function findFunction(file: CText, name: string): CFunction | undefined {
  const found = [...functionsNamed(file, name)];
  return found.find((candidate) => candidate.marked) ?? found[0];
}

function* functionsNamed(file: CText, name: string): Generator<CFunction> {
  const { code } = file;
  for (let at = code.indexOf(name); at !== -1; at = code.indexOf(name, at + name.length)) {
    if (isWord(code[at - 1]) || isWord(code[at + name.length])) continue;
    const definition = functionAt(file, at, name.length);
    if (definition !== undefined) yield definition;
  }
}

/** The function definition whose name stands at `offset`, if there is one. */
export function functionAt(file: CText, offset: number, length: number): CFunction | undefined {
  const { code } = file;
  const open = skipSpace(code, offset + length);
  if (code[open] !== "(") return undefined;
  const close = matching(code, open);
  if (close === undefined || code[skipSpace(code, close + 1)] !== "{") return undefined;
  const start = declarationStart(code, offset);
  const before = code.slice(start, offset);
  if (/[=(,&|?]/.test(before) || !/\w/.test(before)) return undefined;
  return {
    returns: typeText(before.replace(NOT_TYPE, " ")),
    params: readParams(code.slice(open + 1, close)),
    offset,
    line: file.lineOf(offset),
    marked: /\b__bpf_kfunc\b/.test(before),
  };
}

const NOT_TYPE =
  /\b(?:__bpf_kfunc|static|inline|__always_inline|noinline|noinline_for_stack|notrace|__weak|__used|__retain|asmlinkage|__init|__maybe_unused|extern|__noreturn)\b/g;

function declarationStart(code: string, offset: number): number {
  let at = offset - 1;
  while (at >= 0 && code[at] !== ";" && code[at] !== "}" && code[at] !== "{") at--;
  const start = at + 1;
  // Macros that stand alone on a line without a semicolon, such as BTF_KFUNCS_END(x) or late_initcall(x).
  const lines = code.slice(start, offset).split("\n");
  let from = start;
  let consumed = 0;
  for (const line of lines.slice(0, -1)) {
    consumed += line.length + 1;
    if (/^\s*\w+\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*$/.test(line) || line.trim() === "") from = start + consumed;
  }
  return from;
}

/** Parameters of a list without its brackets; `void` alone is none. */
export function readParams(list: string): readonly (readonly [type: string, name: string])[] {
  const parts = splitTopLevel(list)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length === 1 && parts[0] === "void") return [];
  return parts.map(readParam);
}

function readParam(text: string): readonly [type: string, name: string] {
  const flat = text.replace(/\s+/g, " ").replace(/\b__(?:rcu|percpu|iomem|force|maybe_unused|always_unused)\b ?/g, "");
  if (flat === "...") return ["...", ""];
  const callback = /^(.*?)\(\s*\*?\s*(\w+)\s*\)\s*\((.*)\)$/.exec(flat);
  if (callback !== null) {
    const params = readParams(callback[3]!).map(([type, name]) => (name === "" ? type : joinTypeName(type, name)));
    return [`${typeText(callback[1]!)} (*)(${params.join(", ")})`, callback[2]!];
  }
  const array = /^(.*?)\b(\w+)\s*\[\w*\]$/.exec(flat);
  if (array !== null) return [`${typeText(array[1]!)} *`, array[2]!];
  const named = /^(.*?[\s*])(\w+)$/.exec(flat);
  if (named === null || BASE_WORDS.has(named[2]!) || /^(?:const )?(?:struct|union|enum) $/.test(named[1]!)) {
    return [typeText(flat), ""];
  }
  return [typeText(named[1]!), named[2]!];
}

const BASE_WORDS = new Set(["int", "long", "char", "short", "unsigned", "signed", "void", "bool", "const"]);

function joinTypeName(type: string, name: string): string {
  return type.endsWith("*") ? `${type}${name}` : `${type} ${name}`;
}

/** One spelling for a type: single spaces, a space before the first `*`, none between stars. */
export function typeText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/\s*\*\s*/g, "*")
    .replace(/(?<!\*)\*/g, " *")
    .replace(/\*(?=\w)/g, "* ")
    .trim();
}

/** Offset of the bracket that closes the one at `open`. */
export function matching(text: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"' || c === "'") {
      at = endOfLiteral(text, at);
    } else if (c === "(" || c === "{" || c === "[") {
      depth++;
    } else if (c === ")" || c === "}" || c === "]") {
      depth--;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

/** Splits at commas outside brackets and literals. */
export function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"' || c === "'") at = endOfLiteral(text, at);
    else if (c === "(" || c === "{" || c === "[") depth++;
    else if (c === ")" || c === "}" || c === "]") depth--;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Designated members of an initializer body: `.name = value`. */
export function designators(body: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const part of splitTopLevel(body)) {
    const member = /^\s*\.(\w+)\s*=\s*([\s\S]*?)\s*$/.exec(part);
    if (member !== null) members.set(member[1]!, member[2]!.replace(/\s+/g, " "));
  }
  return members;
}

/** Bodies of `name = { ... }` initializers whose declaration matches `head`, which must end before the `=`. */
export function* initializers(file: CText, head: RegExp): Generator<{ name: string; body: string; offset: number }> {
  const { code } = file;
  for (const match of code.matchAll(new RegExp(`${head.source}\\s*=\\s*\\{`, "g"))) {
    const open = match.index + match[0].length - 1;
    const close = matching(code, open);
    if (close !== undefined) yield { name: match[1]!, body: code.slice(open + 1, close), offset: match.index };
  }
}

export function isWord(c: string | undefined): boolean {
  return c !== undefined && /\w/.test(c);
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

function endOfLiteral(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    const c = text[at];
    if (c === "\\") at++;
    else if (c === quote || c === "\n") return at;
  }
  return text.length;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

const COMMENT_OR_LITERAL = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/g;

function blankComments(text: string): string {
  return text.replace(COMMENT_OR_LITERAL, (part) => (part.startsWith("/") ? blank(part) : part));
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function countUpTo(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readConditions(text: string): readonly ConditionChange[] {
  const changes: ConditionChange[] = [];
  const stack: string[] = [];
  for (const match of text.matchAll(/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b((?:[^\n\\]|\\[^\n]|\\\n)*)/gm)) {
    const condition = normalizeCondition(match[2]!);
    const kind = match[1]!;
    if (kind === "endif") stack.pop();
    else if (kind === "else") stack.push(negate(stack.pop() ?? ""));
    else if (kind === "elif") stack.splice(-1, 1, condition);
    else stack.push(kind === "ifndef" ? negate(condition) : condition);
    changes.push({ offset: match.index + match[0].length, conditions: [...stack] });
  }
  return changes;
}

function normalizeCondition(text: string): string {
  return text
    .replace(/\\\n/g, " ")
    .replace(/\s+/g, " ")
    .replace(/\b(?:defined|IS_ENABLED|IS_BUILTIN|IS_REACHABLE) ?\( ?(\w+) ?\)/g, "$1")
    .replace(/\bdefined (\w+)/g, "$1")
    .trim();
}

function negate(condition: string): string {
  if (condition.startsWith("!") && !/[ (]/.test(condition)) return condition.slice(1);
  return /^\w+$/.test(condition) ? `!${condition}` : `!(${condition})`;
}
