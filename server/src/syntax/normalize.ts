// Rewrites the tokens of one declaration into a text that tree-sitter's C grammar
// reads without doubt. The grammar has no typedef table and misses a closed set of
// GNU C; here every type name in a type's place becomes `int`, attributes leave the
// text, and typeof, sizeof, offsetof and asm become plain words whose operands move
// to a function at the end. Nothing is decided about meaning; the side tables keep it.
import type { Token } from "../preprocess/token.ts";
import { readAttributes } from "./attributes.ts";
import { pairBrackets } from "./brackets.ts";
import {
  alignofWords,
  asmWords,
  attributeWords,
  baseTypeName,
  baseWords,
  constWords,
  identifierText,
  ignored,
  plainKeywords,
  recordWords,
  respelled,
  typeofWords,
  volatileWords,
} from "./keywords.ts";
import {
  type Hoist,
  hoistFunction,
  type Mark,
  type NormalizedText,
  type PathStep,
  type Piece,
  type Special,
} from "./normalized.ts";
import { type BracketKind, Place } from "./place.ts";
import { readAsm, splitArguments, typedefName } from "./token-lists.ts";
import { TypeNames } from "./type-names.ts";
import { Unreadable } from "./unreadable.ts";

/** A megabyte of text or so; longer declarations are tables of data, not programs. */
const maxDeclarationTokens = 300_000;

const loopName = /for|each|while|loop|repeat|iter/i;

/** Throws Unreadable for what no parser should be asked. */
export function normalize(tokens: readonly Token[], isTypedef: (name: string) => boolean): NormalizedText {
  if (tokens.length > maxDeclarationTokens) {
    throw new Unreadable(`declaration has more than ${maxDeclarationTokens} tokens`, 0);
  }
  return new Normalizer(tokens, isTypedef).run();
}

class Normalizer {
  readonly #tokens: readonly Token[];
  readonly #pairs: Int32Array;
  readonly #typeNames: TypeNames;
  readonly #marks: Mark[] = [];
  readonly #dropped: Uint8Array;
  readonly #hoists: (readonly Piece[])[] = [];
  #place = new Place();
  /** Name that the `typedef` inside a function declares, until it is met. */
  #localTypedef: string | undefined;

  constructor(tokens: readonly Token[], isTypedef: (name: string) => boolean) {
    this.#tokens = tokens;
    this.#pairs = pairBrackets(tokens);
    this.#typeNames = new TypeNames(isTypedef);
    this.#dropped = new Uint8Array(tokens.length);
  }

  run(): NormalizedText {
    this.#range(0, this.#tokens.length);
    const pieces = this.#place.pieces;
    if (this.#hoists.length > 0) {
      const at = this.#tokens.length;
      const glue = (text: string): void => void pieces.push({ text, token: at, end: at });
      for (const text of ["int", hoistFunction, "(", ")", "{"]) glue(text);
      for (const hoist of this.#hoists) pieces.push(...hoist);
      glue("}");
    }
    const starts: number[] = [];
    const parts: string[] = [];
    let offset = 0;
    for (const { text } of pieces) {
      starts.push(offset);
      parts.push(text);
      offset += text.length + 1;
    }
    return {
      text: parts.join(" "),
      pieces,
      starts,
      marks: this.#marks.sort((a, b) => a.token - b.token),
      dropped: this.#dropped,
      hoists: this.#hoists.length,
    };
  }

  #range(from: number, to: number): void {
    for (let i = from; i < to; ) i = this.#step(i);
  }

  /** Handles the construct that starts at token `i`; returns the index after it. */
  #step(i: number): number {
    const token = this.#tokens[i]!;
    switch (token.kind) {
      case "identifier":
        return this.#word(i);
      case "punctuator":
        return this.#punctuator(i);
      case "number":
        return this.#emit("0", i);
      case "char":
        return this.#emit("'c'", i);
      case "string": {
        let end = i + 1;
        while (this.#tokens[end]?.kind === "string") end++;
        return this.#emit('""', i, end);
      }
      case "other":
        throw new Unreadable(`stray '${token.text.slice(0, 20)}'`, i);
    }
  }

  // --- words -------------------------------------------------------------------

  #word(i: number): number {
    const text = this.#text(i);
    const previous = this.#place.previous;
    if (previous === "." || previous === "->") return this.#emit(identifierText(text), i);
    if (attributeWords.has(text)) return this.#attribute(i);
    if (ignored.has(text)) return this.#drop(i, i + 1);
    if (volatileWords.has(text)) {
      this.#mark(i, "volatile");
      return this.#drop(i, i + 1);
    }
    if (constWords.has(text)) this.#mark(i, "const");
    const respelling = respelled.get(text);
    if (respelling !== undefined) {
      const { afterType } = this.#place;
      this.#emit(respelling, i);
      this.#place.afterType = afterType;
      return i + 1;
    }
    if (this.#isBaseWord(i)) return this.#baseType(i);
    if (recordWords.has(text)) return this.#record(i);
    if (typeofWords.has(text) && this.#text(i + 1) === "(") return this.#typeof(i);
    if (text === "sizeof" || (alignofWords.has(text) && this.#text(i + 1) === "(")) return this.#sizeof(i);
    if (asmWords.has(text)) return this.#asm(i);
    if (plainKeywords.has(text)) return this.#keyword(i);
    return this.#rareWord(i) ?? this.#identifier(i);
  }

  #keyword(i: number): number {
    const text = this.#text(i);
    // `goto *p;` reads as `return *p;`, the token tells them apart.
    if (text === "goto" && this.#text(i + 1) === "*") return this.#emit("return", i);
    // In _Generic the default association stands where a type does.
    if (text === "default" && this.#place.bracket !== "block") return this.#emit("int", i);
    if (text === "typedef" && this.#place.bracket === "block") {
      this.#localTypedef = typedefName(this.#tokens, this.#pairs, i + 1);
    }
    return this.#emit(text, i);
  }

  /** Builtins and C11 words that take types or whole lists; undefined when the word is none. */
  #rareWord(i: number): number | undefined {
    const text = this.#text(i);
    const called = this.#text(i + 1) === "(";
    switch (text) {
      case "__auto_type":
        return this.#emitType("int", i, i + 1, { kind: "auto" });
      case "auto":
        if (this.#tokens[i + 1]?.kind === "identifier" && this.#text(i + 2) === "=") {
          return this.#emitType("int", i, i + 1, { kind: "auto" });
        }
        return this.#drop(i, i + 1);
      case "_Atomic":
        return called ? this.#typeof(i) : this.#drop(i, i + 1);
      case "_BitInt":
        return called ? this.#emitType("int", i, this.#pairs[i + 1]! + 1, { kind: "base", name: "long" }) : undefined;
      case "__label__":
        return this.#drop(i, this.#endOfStatement(i));
      case "_Static_assert":
      case "static_assert":
        return called ? this.#staticAssert(i) : undefined;
      case "_Alignas":
      case "alignas":
        return called ? this.#drop(i, this.#pairs[i + 1]! + 1) : undefined;
      case "__builtin_offsetof":
      case "offsetof":
        return called ? this.#offsetof(i) : undefined;
      case "__builtin_types_compatible_p":
        return called ? this.#typesCompatible(i) : undefined;
      case "__builtin_va_arg":
        return called ? this.#vaArg(i) : undefined;
      case "true":
      case "false":
      case "NULL":
      case "nullptr":
        // As an enumerator or a declared name it stays one.
        return this.#place.bracket === "enum" || this.#place.afterType ? undefined : this.#emit("0", i);
      default:
        return undefined;
    }
  }

  #identifier(i: number): number {
    const name = this.#text(i);
    const place = this.#place;
    if (this.#namesType(i)) return this.#emitType("int", i, i + 1);
    if (place.afterType && !place.insideRecord) {
      if (name === this.#localTypedef) {
        this.#typeNames.declare(name, true);
        this.#localTypedef = undefined;
      } else if (this.#typeNames.has(name)) this.#typeNames.declare(name, false);
    }
    const opensStatement = place.depth > 0 && this.#place.bracket !== "record" && this.#place.atStatement;
    const label = opensStatement && this.#text(i + 1) === ":" && this.#place.bracket === "block";
    if (opensStatement && this.#text(i + 1) === "(" && place.bracket === "block") {
      const end = this.#unknownStatement(i);
      if (end !== undefined) return end;
    }
    if (opensStatement && (this.#text(i + 1) === "(" || this.#text(i + 1) === ")")) {
      // `f(a * b);` looks like a declaration to the grammar, `0, f(a * b);` does not.
      this.#place.glue("0", i);
      this.#place.glue(",", i);
    }
    const declared = place.afterType;
    this.#emit(identifierText(name), i);
    if (label) return this.#colon(i + 1);
    if (!declared && place.depth > 0 && this.#text(i + 1) === "(") return this.#call(i + 1);
    return i + 1;
  }

  // --- macros whose header was not found ----------------------------------------

  /** The arguments of a call, from their `(` on. A macro nobody found a definition of may take types, and nothing at all. */
  #call(open: number, assigns = false): number {
    const close = this.#pairs[open]!;
    this.#open(open, "list");
    for (let at = open + 1; at < close; ) {
      const next = this.#text(at);
      const starts = this.#place.bracket === "list" && (at === open + 1 || this.#text(at - 1) === ",");
      if (starts && next === ",") this.#place.opaque(at);
      else if (starts && this.#startsType(at)) {
        at = this.#typeArgument(at, close);
        continue;
      } else if (starts && assigns && this.#isPlainIdentifier(at) && [",", ")"].includes(this.#text(at + 1))) {
        this.#place.glue("&", at);
      }
      at = this.#step(at);
    }
    if (this.#text(close - 1) === ",") this.#place.opaque(close);
    return this.#close(close);
  }

  #typeArgument(from: number, close: number): number {
    let at = from;
    while (at < close && this.#text(at) !== ",") at = this.#pairs[at]! > at ? this.#pairs[at]! + 1 : at + 1;
    return this.#emit("operand", from, at, { kind: "opaque", operands: [] });
  }

  /**
   * `name(...)` where a statement starts, and neither a `;` nor an operator behind it: before a block
   * or a line that is indented more it is a loop of somebody's own, which may set the variables it is
   * given. Only names that speak of a loop are taken for one: a body that runs exactly once would be
   * misread. Where the next line starts below, the `;` is still to be typed.
   */
  #unknownStatement(i: number): number | undefined {
    const close = this.#pairs[i + 1]!;
    const indent = this.#indentsNext(i, close);
    if (this.#text(close + 1) !== "{" && indent !== "deeper") {
      if (indent !== "same") return undefined;
      this.#place.glue("0", i);
      this.#place.glue(",", i);
      this.#emit(identifierText(this.#text(i)), i);
      this.#call(i + 1);
      this.#place.write(";", close, close + 1);
      return close + 1;
    }
    if (!loopName.test(this.#text(i))) return undefined;
    this.#place.glue("while", i);
    this.#place.glue("(", i);
    this.#place.opened("condition");
    this.#emit(identifierText(this.#text(i)), i);
    this.#call(i + 1, true);
    this.#place.write(")", close, close + 1);
    this.#place.closed();
    return close + 1;
  }

  /** How the token behind a call stands to the call, when it starts a line of the file and a statement. */
  #indentsNext(i: number, close: number): "deeper" | "same" | undefined {
    const first = this.#tokens[i]!;
    const last = this.#tokens[close]!;
    const next = this.#tokens[close + 1];
    if (next?.kind !== "identifier" || next.file !== first.file) return undefined;
    const { lines } = first.file;
    const from = lines.positionAt(first.start);
    const to = lines.positionAt(next.start);
    if (to.line <= lines.positionAt(last.macro?.end ?? last.end).line) return undefined;
    return to.column > from.column ? "deeper" : "same";
  }

  /** Is the identifier at `i` used as the name of a type? */
  #namesType(i: number): boolean {
    const name = this.#text(i);
    const previous = this.#place.previous;
    const bracket = this.#place.bracket;
    if (this.#place.afterType || previous === "goto") return false;
    if (bracket === "enum" && (previous === "{" || previous === ",")) return false;
    const next = this.#text(i + 1);
    if (this.#typeNames.has(name)) {
      return !(next === ":" && bracket === "block" && this.#place.atStatement);
    }
    // A name nobody declared, from a header nobody found: `foo x;`, `foo *x = ...;`, `(foo)x`.
    if (this.#place.atSpecifier && bracket !== "initializer" && bracket !== "enum") {
      let at = i + 1;
      while (this.#text(at) === "*") at++;
      if (!this.#isPlainIdentifier(at)) return false;
      if (at === i + 1) return true;
      return ["=", ";", ",", "["].includes(this.#text(at + 1));
    }
    if (previous === "(" && bracket === "cast") return true;
    return false;
  }

  #isPlainIdentifier(i: number): boolean {
    const token = this.#tokens[i];
    if (token?.kind !== "identifier") return false;
    const { text } = token;
    return !(plainKeywords.has(text) || baseWords.has(text) || recordWords.has(text) || respelled.has(text));
  }

  // --- types -------------------------------------------------------------------

  #isBaseWord(i: number): boolean {
    const text = this.#text(i);
    return baseWords.has(text) || (text === "bool" && !this.#place.afterType && !this.#typeNames.has(text));
  }

  #baseType(i: number): number {
    const words: string[] = [];
    let end = i;
    for (let at = i; at < this.#tokens.length; at++) {
      const text = this.#text(at);
      if (this.#isBaseWord(at)) {
        words.push(text);
        end = at + 1;
      } else if (!constWords.has(text) && !volatileWords.has(text)) break;
    }
    for (let at = i; at < end; at++) {
      const text = this.#text(at);
      if (constWords.has(text)) this.#mark(at, "const");
      else if (volatileWords.has(text)) this.#mark(at, "volatile");
    }
    return this.#emitType("int", i, end, { kind: "base", name: baseTypeName(words) });
  }

  /** struct, union, enum: keyword, attributes, tag, attributes, `{`. */
  #record(i: number): number {
    const keyword = this.#text(i);
    this.#emit(keyword, i);
    let at = this.#attributes(i + 1);
    if (this.#tokens[at]?.kind === "identifier") {
      this.#emit(identifierText(this.#text(at)), at);
      at = this.#attributes(at + 1);
    }
    if (keyword === "enum" && this.#text(at) === ":" && this.#startsType(at + 1)) {
      const start = at;
      while (at < this.#tokens.length && !["{", ";", ")", ","].includes(this.#text(at))) at++;
      this.#drop(start, at);
    }
    if (this.#text(at) === "{") return this.#open(at, keyword === "enum" ? "enum" : "record");
    this.#place.typeWritten();
    return at;
  }

  #typeof(i: number): number {
    const open = i + 1;
    const close = this.#pairs[open]!;
    const ofType = this.#startsType(open + 1);
    const operand = this.#hoist(open + 1, close, ofType);
    return this.#emitType("int", i, close + 1, { kind: "typeof", operand, ofType });
  }

  /** Could a type start at token `i`? Only asked where an expression could stand as well. */
  #startsType(i: number): boolean {
    let at = i;
    for (;;) {
      const text = this.#text(at);
      if (ignored.has(text) || constWords.has(text) || volatileWords.has(text)) at++;
      else if (attributeWords.has(text) && this.#pairs[at + 1]! > 0) at = this.#pairs[at + 1]! + 1;
      else break;
    }
    const token = this.#tokens[at];
    if (token?.kind !== "identifier") return false;
    const { text } = token;
    if (this.#isBaseWord(at) || recordWords.has(text) || typeofWords.has(text)) return true;
    if (text === "__auto_type" || text === "_Atomic" || text === "_BitInt") return true;
    return this.#typeNames.has(text);
  }

  // --- moved operands ------------------------------------------------------------

  #sizeof(i: number): number {
    const open = i + 1;
    const op = this.#text(i) === "sizeof" ? "sizeof" : "alignof";
    if (this.#text(open) !== "(") return this.#emit("sizeof", i);
    const close = this.#pairs[open]!;
    const ofType = this.#startsType(open + 1);
    const next = this.#text(close + 1);
    // `sizeof (T){...}`, `sizeof (x)->y`: the parentheses are not those of sizeof.
    if (ofType ? next === "{" : ["->", ".", "[", "(", "++", "--"].includes(next)) return this.#emit("sizeof", i);
    const operand = this.#hoist(open + 1, close, ofType);
    return this.#emit("operand", i, close + 1, { kind: "sizeof", op, operand, ofType });
  }

  #offsetof(i: number): number {
    const [type, member, ...rest] = splitArguments(this.#tokens, this.#pairs, i + 1);
    if (type === undefined || member === undefined || rest.length > 0) return this.#identifier(i);
    const path: PathStep[] = [];
    for (let at = member.from; at < member.to; ) {
      const text = this.#text(at);
      if (text === "[") {
        path.push({ kind: "index", index: this.#hoist(at + 1, this.#pairs[at]!, false) });
        at = this.#pairs[at]! + 1;
      } else if (text === "." && path.length > 0) at++;
      else if (this.#tokens[at]!.kind === "identifier") {
        path.push({ kind: "field", name: text });
        at++;
      } else throw new Unreadable("offsetof wants a member", at);
    }
    const special: Special = { kind: "offsetof", type: this.#hoist(type.from, type.to, true), path };
    return this.#emit("operand", i, this.#pairs[i + 1]! + 1, special);
  }

  #typesCompatible(i: number): number {
    const [left, right] = splitArguments(this.#tokens, this.#pairs, i + 1);
    if (left === undefined || right === undefined) throw new Unreadable("two types expected", i);
    const special: Special = {
      kind: "types-compatible",
      left: this.#hoist(left.from, left.to, true),
      right: this.#hoist(right.from, right.to, true),
    };
    return this.#emit("operand", i, this.#pairs[i + 1]! + 1, special);
  }

  #vaArg(i: number): number {
    const [list] = splitArguments(this.#tokens, this.#pairs, i + 1);
    if (list === undefined) throw new Unreadable("va_arg wants a list", i);
    const special: Special = { kind: "opaque", operands: [this.#hoist(list.from, list.to, false)] };
    return this.#emit("operand", i, this.#pairs[i + 1]! + 1, special);
  }

  /** Moves the tokens to the end of the text as one statement, normalized with the type names of this place. */
  #hoist(from: number, to: number, ofType: boolean): Hoist {
    const outer = this.#place;
    this.#place = new Place();
    if (ofType) this.#place.glue("sizeof", from);
    this.#place.glue("(", from);
    // As in a cast, so that a lone unknown name where only a type may stand is one.
    this.#place.opened(ofType ? "cast" : "group");
    this.#range(from, to);
    this.#place.glue(")", to);
    this.#place.glue(";", to);
    const number = this.#hoists.push(this.#place.pieces) - 1;
    this.#place = outer;
    return number;
  }

  #asm(i: number): number {
    let at = i + 1;
    while (["volatile", "__volatile__", "__volatile", "goto", "inline", "__inline__"].includes(this.#text(at))) at++;
    if (this.#text(at) !== "(") return this.#identifier(i);
    const end = this.#pairs[at]! + 1;
    // A label after a declarator names the symbol or the register: kept as an attribute.
    if (!this.#place.atStatement) {
      this.#marks.push({
        token: i,
        qualifier: undefined,
        attributes: readAttributes(this.#tokens, this.#pairs, i, end),
      });
      return this.#drop(i, end);
    }
    if (this.#place.depth === 0) {
      this.#drop(i, end);
      return this.#text(end) === ";" ? this.#drop(end, end + 1) : end;
    }
    const asm = readAsm(this.#tokens, this.#pairs, at, ({ from, to }) => this.#hoist(from, to, false));
    return this.#emit("operand", i, end, { kind: "asm", asm });
  }

  #endOfStatement(i: number): number {
    let at = i;
    while (at < this.#tokens.length && this.#text(at) !== ";") at++;
    return at;
  }

  #staticAssert(i: number): number {
    const end = this.#pairs[i + 1]! + 1;
    this.#drop(i, end);
    // Inside a function the `;` stays as an empty statement; in a record or at top level there is none.
    if (this.#place.bracket === "block" || this.#text(end) !== ";") return end;
    return this.#drop(end, end + 1);
  }

  // --- attributes ----------------------------------------------------------------

  #attribute(i: number): number {
    const open = i + 1;
    if (this.#text(open) !== "(") throw new Unreadable("__attribute__ without a list", i);
    const close = this.#pairs[open]!;
    this.#marks.push({
      token: i,
      qualifier: undefined,
      attributes: readAttributes(this.#tokens, this.#pairs, open + 1, close),
    });
    return this.#drop(i, close + 1);
  }

  /** Attributes from `i` on, if any; returns the index after them. */
  #attributes(i: number): number {
    let at = i;
    for (;;) {
      if (attributeWords.has(this.#text(at))) at = this.#attribute(at);
      else if (this.#text(at) === "[" && this.#text(at + 1) === "[") at = this.#bracketAttribute(at);
      else if (ignored.has(this.#text(at))) at = this.#drop(at, at + 1);
      else return at;
    }
  }

  #bracketAttribute(i: number): number {
    const close = this.#pairs[i]!;
    this.#marks.push({
      token: i,
      qualifier: undefined,
      attributes: readAttributes(this.#tokens, this.#pairs, i + 1, close),
    });
    return this.#drop(i, close + 1);
  }

  #mark(token: number, qualifier: "const" | "volatile"): void {
    this.#marks.push({ token, qualifier, attributes: [] });
  }

  // --- punctuators -----------------------------------------------------------------

  #punctuator(i: number): number {
    const text = this.#text(i);
    const place = this.#place;
    switch (text) {
      case "(":
        return this.#parenthesis(i);
      case "[":
        if (this.#text(i + 1) === "[" && this.#pairs[i + 1] === this.#pairs[i]! - 1) return this.#bracketAttribute(i);
        return this.#open(i, "group");
      case "{":
        return this.#open(i, this.#braceKind());
      case ")":
      case "]":
      case "}":
        return this.#close(i);
      case ",":
        this.#emit(text, i);
        place.commaWritten();
        return i + 1;
      case "*": {
        const { afterType } = place;
        this.#emit(text, i);
        place.afterType = afterType;
        return i + 1;
      }
      case "...":
        // `case 1 ... 3:` reads as `case 1 || 3:`, the token tells them apart.
        return this.#emit(this.#place.bracket === "block" ? "||" : text, i);
      case "&&":
        // `&&label` is an address, too.
        return this.#emit(this.#place.expectsOperand(this.#tokens) ? "&" : text, i);
      case ":":
        return this.#colon(i);
      case "++":
      case "--": {
        const postfix = !this.#place.expectsOperand(this.#tokens);
        this.#emit(text, i);
        place.postfix = postfix;
        return i + 1;
      }
      case ";":
        // A macro that ends in one, used with one of its own.
        if (place.bracket === "record" && (place.previous === ";" || place.previous === "{")) {
          return this.#drop(i, i + 1);
        }
        return this.#emit(text, i);
      default:
        return this.#emit(text, i);
    }
  }

  #colon(i: number): number {
    const place = this.#place;
    if (this.#place.bracket === "record" && place.afterType) {
      place.pieces.push({ text: "unnamed", token: i, end: i, special: { kind: "unnamed" } });
    }
    this.#emit(":", i);
    // C23 lets a label end a block; the grammar wants a statement.
    if (place.colonWritten() && this.#text(i + 1) === "}") this.#emit(";", i);
    return i + 1;
  }

  #parenthesis(i: number): number {
    const close = this.#pairs[i]!;
    const previous = this.#place.previous;
    if (["if", "while", "for", "switch"].includes(previous)) return this.#open(i, "condition");
    if (previous === "_Generic") return this.#open(i, "list");
    if (this.#place.afterType) {
      const inner = this.#text(i + 1);
      if (close === i + 2 && this.#isPlainIdentifier(i + 1)) {
        // `int (name)` declares; only in parameters, and only with a type, it is a function without a name.
        if (this.#place.bracket === "list" && this.#typeNames.has(inner)) return this.#open(i, "list");
        return this.#dropParentheses(i, close);
      }
      if (inner !== "*" && inner !== "(" && inner !== "^") return this.#open(i, "list");
      this.#open(i, "declarator");
      this.#place.afterType = true;
      return i + 1;
    }
    if (previous !== "sizeof" && !this.#place.expectsOperand(this.#tokens)) return this.#open(i, "list");
    if (this.#text(i + 1) === "{") return this.#open(i, "group");
    if (this.#startsType(i + 1)) return this.#open(i, "cast");
    if (close === i + 2 && this.#tokens[i + 1]!.kind === "identifier" && this.#startsOperand(close + 1)) {
      // `(foo)x` with a name we do not know cannot be anything but a cast.
      return this.#open(i, "cast");
    }
    if (this.#isRedundant(i, close)) {
      // Without parentheses nobody can take `(x) * y` or `(f(x)) - 1` for a cast.
      return this.#dropParentheses(i, close);
    }
    return this.#open(i, "group");
  }

  #dropParentheses(open: number, close: number): number {
    this.#dropped[open] = 1;
    this.#dropped[close] = 1;
    this.#range(open + 1, close);
    return close + 1;
  }

  /** Parentheses around parentheses, or around an identifier with nothing but calls, indexes and members after it. */
  #isRedundant(open: number, close: number): boolean {
    let at = open + 1;
    if (this.#text(at) === "(" && this.#pairs[at] === close - 1 && this.#text(at + 1) !== "{") return true;
    if (!this.#isPlainIdentifier(at) || this.#isOperandWord(at)) return false;
    for (at++; at < close; ) {
      const text = this.#text(at);
      if (text === "(" || text === "[") at = this.#pairs[at]! + 1;
      else if ((text === "." || text === "->") && this.#tokens[at + 1]?.kind === "identifier") at += 2;
      else return false;
    }
    return true;
  }

  /** sizeof and its like: an identifier to the lexer, an operator to the grammar. */
  #isOperandWord(i: number): boolean {
    const text = this.#text(i);
    return text === "sizeof" || alignofWords.has(text) || ignored.has(text) || asmWords.has(text);
  }

  /** A token that starts an operand and cannot continue an expression. */
  #startsOperand(i: number): boolean {
    const token = this.#tokens[i];
    if (token === undefined) return false;
    if (token.kind === "number" || token.kind === "string" || token.kind === "char") return true;
    if (token.kind === "identifier") return !plainKeywords.has(token.text) && !asmWords.has(token.text);
    return token.text === "~" || token.text === "!";
  }

  #braceKind(): BracketKind {
    const previous = this.#place.previous;
    const outer = this.#place.bracket;
    if (previous === "=" || (previous === ")" && this.#place.afterCast)) return "initializer";
    if (outer === "initializer") return "initializer";
    return "block";
  }

  #open(i: number, kind: BracketKind): number {
    this.#emit(this.#text(i), i);
    this.#place.opened(kind);
    if (kind === "block") this.#typeNames.enter();
    return i + 1;
  }

  #close(i: number): number {
    this.#emit(this.#text(i), i);
    if (this.#place.closed() === "block") this.#typeNames.leave();
    return i + 1;
  }

  // --- writing ------------------------------------------------------------------------

  #emit(text: string, token: number, end = token + 1, special?: Special): number {
    this.#place.write(text, token, end, special);
    return end;
  }

  #emitType(text: string, token: number, end: number, special?: Special): number {
    this.#emit(text, token, end, special);
    this.#place.typeWritten();
    return end;
  }

  #drop(from: number, to: number): number {
    this.#dropped.fill(1, from, to);
    return to;
  }

  #text(i: number): string {
    return this.#tokens[i]?.text ?? "";
  }
}
