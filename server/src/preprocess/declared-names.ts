// What a top-level declaration declares, found by a scan of its expanded tokens.
// No parser and no type table: it only has to tell names from specifiers, and to
// survive code that is being typed.
import type { DeclaredName, Token } from "./unit.ts";

type ScanToken = Pick<Token, "kind" | "text">;

export function declaredNames(tokens: readonly ScanToken[]): DeclaredName[] {
  const names: DeclaredName[] = [];
  let at = 0;
  let typedef = false;
  let typeSeen = false;

  // Specifiers.
  while (at < tokens.length) {
    const token = tokens[at]!;
    const text = token.text;
    if (token.kind !== "identifier") break;
    switch (text) {
      case "typedef":
        typedef = true;
        at++;
        continue;
      case "struct":
      case "union":
      case "enum":
        at = record(tokens, at, names);
        typeSeen = true;
        continue;
      case "_Static_assert":
      case "static_assert":
        return names;
      default:
        break;
    }
    if (isParenthesized(text)) {
      const open = tokens[at + 1]?.text === "(";
      if (text === "asm" || text === "__asm__" || text === "__asm") {
        if (!typeSeen) return names;
      }
      if (typeofWords.has(text)) typeSeen = true;
      at = open ? close(tokens, at + 1) + 1 : at + 1;
      continue;
    }
    if (specifierWords.has(text)) {
      at++;
      continue;
    }
    if (typeWords.has(text)) {
      typeSeen = true;
      at++;
      // `_BitInt(32)`, `_Atomic(int)`
      if (tokens[at]?.text === "(" && (text === "_BitInt" || text === "_Atomic")) at = close(tokens, at) + 1;
      continue;
    }
    // A typedef name, an attribute macro nobody defined, or the declared name.
    const next = tokens[at + 1];
    if (!typeSeen) {
      if (next === undefined || next.text === ";" || next.text === "=" || next.text === "," || next.text === "[") break;
      if (next.text === "(") {
        const after = tokens[close(tokens, at + 1) + 1];
        const pointer = tokens[at + 2]?.text === "*";
        // `T (*f)(...)`; or `MACRO(...) int x` and `f(...) {`.
        if (pointer && after?.text === "(") {
          typeSeen = true;
          at++;
          continue;
        }
        if (after !== undefined && after.kind === "identifier" && !isParenthesized(after.text)) {
          at = close(tokens, at + 1) + 1;
          continue;
        }
        break;
      }
      // `UNKNOWN_MACRO static int x`
      if (next.kind !== "identifier" || !specifierFirst.has(next.text)) typeSeen = true;
      at++;
      continue;
    }
    if (next !== undefined && next.kind === "identifier" && !isParenthesized(next.text)) {
      // Two names in a row: the one that does not look like an attribute is the name.
      if (text.startsWith("__") || !next.text.startsWith("__")) {
        at++;
        continue;
      }
    }
    break;
  }

  declarators(tokens, at, typedef, names);
  return names;
}

/** Ordinary identifiers share a name space in C; tags have their own. */
export function isOrdinary(kind: DeclaredName["kind"]): boolean {
  return kind !== "struct" && kind !== "union" && kind !== "enum";
}

/** `a, *b = 1, (*c)(int), d(void) { ... }` from `from` on. */
function declarators(tokens: readonly ScanToken[], from: number, typedef: boolean, names: DeclaredName[]): void {
  let at = from;
  while (at < tokens.length) {
    let depth = 0;
    let pointerInside = false;
    let name: string | undefined;
    for (; at < tokens.length; at++) {
      const token = tokens[at]!;
      const text = token.text;
      if (token.kind === "identifier") {
        if (isParenthesized(text)) {
          if (tokens[at + 1]?.text === "(") at = close(tokens, at + 1);
          continue;
        }
        if (specifierWords.has(text) || typeWords.has(text)) continue;
        const next = tokens[at + 1];
        if (text.startsWith("__") && next?.kind === "identifier" && !isParenthesized(next.text)) continue;
        name = text;
        break;
      }
      if (text === "(") {
        depth++;
        pointerInside = false;
      } else if (text === "*") {
        if (depth > 0) pointerInside = true;
      } else break;
    }
    if (name === undefined) return;
    at++;
    // A parameter list right behind the name, or behind parentheses that hold nothing but the name.
    let isFunction = tokens[at]?.text === "(";
    if (!isFunction && depth > 0 && !pointerInside)
      isFunction = tokens[at]?.text === ")" && tokens[at + 1]?.text === "(";
    // To the comma or the end of this declarator.
    let initialized = false;
    let body = false;
    for (; at < tokens.length; at++) {
      const text = tokens[at]!.text;
      if (text === "(" || text === "[") {
        at = close(tokens, at);
        // The closing parenthesis of the declarator itself is met as ")" below.
      } else if (text === "{") {
        if (!initialized && isFunction) {
          body = true;
          break;
        }
        at = close(tokens, at);
      } else if (text === "=") initialized = true;
      else if (text === "," || text === ";") break;
    }
    if (typedef) names.push({ name, kind: "typedef", defined: true });
    else if (isFunction) names.push({ name, kind: "function", defined: body });
    else names.push({ name, kind: "variable", defined: true });
    if (body || tokens[at]?.text !== ",") return;
    at++;
  }
}

/** From `struct`, `union` or `enum` past the tag and the member list. */
function record(tokens: readonly ScanToken[], from: number, names: DeclaredName[]): number {
  const kind = tokens[from]!.text as "struct" | "union" | "enum";
  let at = skipAttributes(tokens, from + 1);
  let tag: string | undefined;
  if (tokens[at]?.kind === "identifier") {
    tag = tokens[at]!.text;
    at = skipAttributes(tokens, at + 1);
  }
  // `enum e : unsigned char {`
  if (kind === "enum" && tokens[at]?.text === ":") {
    let body = at + 1;
    while (tokens[body]?.kind === "identifier") body++;
    if (tokens[body]?.text === "{") at = body;
  }
  if (tokens[at]?.text !== "{") {
    // Alone it declares the tag; in front of a declarator it only uses it.
    if (tag !== undefined && tokens[at]?.text === ";") names.push({ name: tag, kind, defined: false });
    return at;
  }
  if (tag !== undefined) names.push({ name: tag, kind, defined: true });
  const end = close(tokens, at);
  if (kind === "enum") enumerators(tokens, at + 1, end, names);
  else members(tokens, at + 1, end, names);
  return end + 1;
}

function enumerators(tokens: readonly ScanToken[], from: number, end: number, names: DeclaredName[]): void {
  let expected = true;
  for (let at = from; at < end; at++) {
    const token = tokens[at]!;
    if (token.text === ",") expected = true;
    else if (token.text === "(" || token.text === "{" || token.text === "[") at = close(tokens, at);
    else if (expected && token.kind === "identifier") {
      names.push({ name: token.text, kind: "enumerator", defined: true });
      expected = false;
    }
  }
}

/** Records and enums defined inside a member list are names of the file scope as well. */
function members(tokens: readonly ScanToken[], from: number, end: number, names: DeclaredName[]): void {
  for (let at = from; at < end; at++) {
    const token = tokens[at]!;
    if (token.kind !== "identifier") continue;
    if (token.text !== "struct" && token.text !== "union" && token.text !== "enum") continue;
    let body = skipAttributes(tokens, at + 1);
    const tag = tokens[body]?.kind === "identifier" ? tokens[body]!.text : undefined;
    if (tag !== undefined) body = skipAttributes(tokens, body + 1);
    if (tokens[body]?.text !== "{") continue;
    if (tag !== undefined) names.push({ name: tag, kind: token.text, defined: true });
    if (token.text === "enum") enumerators(tokens, body + 1, close(tokens, body), names);
    // Struct bodies are walked by this same loop.
    at = body;
  }
}

function skipAttributes(tokens: readonly ScanToken[], from: number): number {
  let at = from;
  while (at < tokens.length && attributeWords.has(tokens[at]!.text)) {
    at = tokens[at + 1]?.text === "(" ? close(tokens, at + 1) + 1 : at + 1;
  }
  return at;
}

/** Index of the token that closes the bracket at `open`; the last token if nothing does. */
function close(tokens: readonly ScanToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const text = tokens[at]!.text;
    if (text === "(" || text === "[" || text === "{") depth++;
    else if ((text === ")" || text === "]" || text === "}") && --depth === 0) return at;
  }
  return tokens.length - 1;
}

function isParenthesized(word: string): boolean {
  return attributeWords.has(word) || asmWords.has(word) || typeofWords.has(word);
}

export const attributeWords: ReadonlySet<string> = new Set([
  "__attribute__",
  "__attribute",
  "__declspec",
  "_Alignas",
  "alignas",
]);
export const asmWords: ReadonlySet<string> = new Set(["asm", "__asm__", "__asm"]);
export const typeofWords: ReadonlySet<string> = new Set([
  "typeof",
  "__typeof__",
  "__typeof",
  "typeof_unqual",
  "__typeof_unqual__",
]);

const specifierWords: ReadonlySet<string> = new Set([
  "static",
  "extern",
  "inline",
  "__inline",
  "__inline__",
  "register",
  "const",
  "__const",
  "__const__",
  "volatile",
  "__volatile__",
  "__volatile",
  "restrict",
  "__restrict",
  "__restrict__",
  "_Noreturn",
  "_Thread_local",
  "__thread",
  "__extension__",
  "auto",
  "__auto_type",
]);
const typeWords: ReadonlySet<string> = new Set([
  "void",
  "char",
  "short",
  "int",
  "long",
  "float",
  "double",
  "signed",
  "__signed__",
  "__signed",
  "unsigned",
  "_Bool",
  "_Complex",
  "_Atomic",
  "_BitInt",
  "__int128",
  "__int128_t",
  "__uint128_t",
  "_Float16",
  "__bf16",
  "__fp16",
  "_Float128",
  "__float128",
  "__builtin_va_list",
]);
const specifierFirst: ReadonlySet<string> = new Set([
  ...specifierWords,
  ...typeWords,
  "typedef",
  "struct",
  "union",
  "enum",
]);
