// How a function tests for NULL and leaves: learned from the checks it already has, so
// that an inserted one looks as if its author had written it.
import type { NullCheckFix } from "../check/api.ts";

export interface NullCheckStyle {
  /** `return 0;`, `goto out;`, `continue;` */
  readonly exit: string;
  /** False: the exit runs code that releases what is held already. */
  readonly releasesFirst: boolean;
  readonly test: "not" | "equals-null";
  /** Braces around a single statement. */
  readonly braces: boolean;
  /** The opening brace stands on a line of its own. */
  readonly braceOnOwnLine: boolean;
  /** `if (!p) return 0;` on one line. */
  readonly oneLine: boolean;
}

/** Where to look: the masked text, the body of the function, and the place of the new check. */
export interface FunctionText {
  readonly mask: string;
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

export function nullCheckStyle(where: FunctionText, fix: NullCheckFix): NullCheckStyle {
  const checks = nullChecks(where);
  // The nearest check above sets the manner; those below only when there is none above.
  const above = checks.filter((check) => check.at < where.at).reverse();
  const neighbors = [...above, ...checks.filter((check) => check.at > where.at)];
  const model = neighbors.find((check) => exitFits(check, where, fix));
  const manner = model ?? neighbors[0];
  return {
    exit: model?.exit ?? plainExit(where, fix.returnType),
    releasesFirst: model?.exit.startsWith("goto") !== true,
    test: manner?.test ?? "not",
    braces: manner?.braces ?? false,
    braceOnOwnLine: manner?.braceOnOwnLine ?? /\bif\s*\([^;{}]*\)[ \t]*\r?\n[ \t]*\{/.test(bodyOf(where)),
    oneLine: manner?.oneLine ?? false,
  };
}

interface ExistingCheck {
  readonly at: number;
  readonly exit: string;
  readonly test: "not" | "equals-null";
  readonly braces: boolean;
  readonly braceOnOwnLine: boolean;
  readonly oneLine: boolean;
}

/** Every `if` of the body that tests pointers for NULL and then leaves. */
function nullChecks(where: FunctionText): readonly ExistingCheck[] {
  const { mask, start, end } = where;
  const found: ExistingCheck[] = [];
  const ifs = /\bif\s*\(/g;
  ifs.lastIndex = start;
  for (let match = ifs.exec(mask); match !== null && match.index < end; match = ifs.exec(mask)) {
    const close = closingParenthesis(mask, ifs.lastIndex - 1, end);
    if (close === undefined) continue;
    const test = nullTest(mask.slice(ifs.lastIndex, close));
    if (test === undefined) continue;
    const body = /^(\s*)(\{[^{}]*\}|[^;{}]*;)/.exec(mask.slice(close + 1, Math.min(end, close + 1 + maxCheckLength)));
    if (body === null) continue;
    const [, gap = "", code = ""] = body;
    const statements = code.startsWith("{") ? code.slice(1, -1) : code;
    const exit = /(?:^|[;\s])((?:return\b[^;]*|goto\s+\w+|continue\s*);)\s*$/.exec(statements)?.[1];
    if (exit === undefined) continue;
    const braced = code.startsWith("{");
    found.push({
      at: match.index,
      exit: exit.replace(/\s+/g, " ").replace(/ ;$/, ";"),
      test,
      braces: braced && statements.split(";").length === 2,
      braceOnOwnLine: braced && gap.includes("\n"),
      oneLine: !braced && !gap.includes("\n"),
    });
  }
  return found;
}

/** A check is a few lines; the bound keeps files of one endless line cheap. */
const maxCheckLength = 2000;

/** Tells `!p` and `p == NULL` (also several, joined by `||`, also in unlikely()) from other conditions. */
function nullTest(condition: string): "not" | "equals-null" | undefined {
  const bare = condition.replace(/\bunlikely\s*\(([\s\S]*)\)\s*$/, "$1");
  const parts = bare.split("||").map((part) => part.trim());
  if (parts.every((part) => /^!\s*[\w>.[\]*&()-]+$/.test(part))) return "not";
  if (parts.every((part) => /^(?:[\w>.[\]*-]+\s*==\s*NULL|NULL\s*==\s*[\w>.[\]*-]+)$/.test(part))) return "equals-null";
  return undefined;
}

/** May the new check leave in the same way? */
function exitFits(check: ExistingCheck, where: FunctionText, fix: NullCheckFix): boolean {
  if (check.exit.startsWith("return")) return isPlainReturn(check.exit, fix.returnType);
  if (check.exit.startsWith("goto")) return gotoFits(check, where, fix);
  // `continue` stays in the loop: what is held is still held there, and the loop must be the same.
  return fix.releases.length === 0 && check.at < where.at && sameOrInnerBlock(where.mask, check.at, where.at);
}

/** A constant of the right kind: a variable might not be set yet at the new place. */
function isPlainReturn(exit: string, returnType: NullCheckFix["returnType"]): boolean {
  const value = /^return\b\s*(.*);$/.exec(exit)?.[1]?.trim() ?? "";
  if (returnType === "void") return value === "";
  return /^(?:[-~]?\s*\(?\s*-?\w*\d\w*\s*\)?|-?[A-Z][A-Z0-9_]*|true|false)$/.test(value);
}

/** A label further down whose code does exactly the releases that are due, unconditionally or after a test. */
function gotoFits(check: ExistingCheck, where: FunctionText, fix: NullCheckFix): boolean {
  const label = /^goto (\w+);$/.exec(check.exit)?.[1];
  if (label === undefined || check.at > where.at) return false;
  const place = new RegExp(`(?:^|[;{}\\s])${label}\\s*:(?!:)`, "g");
  place.lastIndex = where.at;
  const match = place.exec(where.mask);
  if (match === null || match.index >= where.end) return false;
  const tail = where.mask.slice(place.lastIndex, where.end);
  const squeezed = squeeze(tail);
  if (!fix.releases.every((release) => squeezed.includes(`${squeeze(release)};`))) return false;
  if (new RegExp(`\\breturn\\s+\\(?${fix.pointer.replace(/\W/g, "\\$&")}\\b`).test(tail)) return false;
  const due = new Set(fix.releases.map(squeeze));
  return releasingCalls(tail).every((call) => due.has(squeeze(call)));
}

/** Statements of the tail that look as if they gave something back. */
function releasingCalls(tail: string): readonly string[] {
  return (
    tail.match(/\b\w*(?:release|put|drop|discard|submit|destroy|unlock|free|restore|enable)\w*\s*\([^;]*\)(?=\s*;)/g) ??
    []
  );
}

/** Without a model: the constant that every `return` of the function gives, else the type's zero. */
function plainExit(where: FunctionText, returnType: NullCheckFix["returnType"]): string {
  if (returnType === "void") return "return;";
  const returns = new Set((bodyOf(where).match(/\breturn\b[^;]*;/g) ?? []).map((text) => text.replace(/\s+/g, " ")));
  const [only] = returns;
  if (returns.size === 1 && only !== undefined && isPlainReturn(only, returnType)) return only;
  return returnType === "pointer" ? "return NULL;" : "return 0;";
}

/** True when no block that holds `from` is left on the way to `to`. */
function sameOrInnerBlock(mask: string, from: number, to: number): boolean {
  let depth = 0;
  for (let i = from; i < to; i++) {
    if (mask[i] === "{") depth++;
    else if (mask[i] === "}" && --depth < 0) return false;
  }
  return true;
}

function closingParenthesis(mask: string, open: number, end: number): number | undefined {
  let depth = 0;
  for (let i = open; i < Math.min(end, open + maxCheckLength); i++) {
    if (mask[i] === "(") depth++;
    else if (mask[i] === ")" && --depth === 0) return i;
  }
  return undefined;
}

function bodyOf({ mask, start, end }: FunctionText): string {
  return mask.slice(start, end);
}

function squeeze(code: string): string {
  return code.replace(/\s+/g, "");
}
