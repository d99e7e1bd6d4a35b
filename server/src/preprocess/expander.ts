// Macro expansion: arguments, `#`, `##`, rescanning, and names that must not expand
// again. Works as clang does: a stack of replacement lists being read, a macro is
// switched off while its list is on the stack, and a name met while switched off
// is marked for good.
// Knows nothing of files and directives; more tokens come from an OuterSource.
import type { BodyItem, MacroDefinition } from "./macro.ts";
import { neverExpand, ofThisLine, PpToken, positional, withFlags, withSpace } from "./pp-token.ts";
import { Scanner } from "./scanner.ts";
import type { MacroUse } from "./token.ts";

/** Where tokens come from when all replacement lists are read to their end: the file. */
export interface OuterSource {
  /** Does the next token open an argument list? Looks over line ends, not over directives. */
  nextIsOpenParenthesis(): boolean;
  /** Next token of an argument list; undefined at the end of the file, or where a broken call must stop. */
  takeArgumentToken(): PpToken | undefined;
}

export interface MacroLookup {
  get(name: string): MacroDefinition | undefined;
}

/** What the expander asks its owner. */
export interface ExpanderHost {
  /** May this built-in macro be used behind token `before`? `outermost`: not inside the expansion or the arguments of another macro. */
  builtinApplies(macro: MacroDefinition, before: PpToken | undefined, outermost: boolean): boolean;
  unterminated(token: PpToken): void;
  limit(token: PpToken, message: string): void;
  readonly includeLevel: number;
  readonly mainPath: string;
}

/** Tokens one use of a macro in a file may make on its way. The largest in the kernel's tests makes 160,000. */
const maxExpansionTokens = 500_000;
/** Characters of one word or string that `##` or `#` makes: macros that double it would fill the memory. */
const maxMadeCharacters = 1_000_000;
/** So many characters made by `##` or `#` count as a token. */
const charactersPerToken = 64;
/** Arguments within arguments. Real code stays below 30; every level takes native stack. */
const maxArgumentDepth = 400;

interface Context {
  readonly tokens: readonly PpToken[];
  at: number;
  readonly macro: MacroDefinition | undefined;
}

class ExpansionLimit extends Error {}

export class Expander {
  /** Next value of `__COUNTER__`; the owner starts it anew for each declaration. */
  counter = 0;
  /** Tokens made by all expansions so far. */
  made = 0;
  readonly #macros: MacroLookup;
  readonly #host: ExpanderHost;
  readonly #contexts: Context[] = [];
  readonly #off = new Set<MacroDefinition>();
  /** Tokens taken from the file for the current outermost use. */
  #taken: PpToken[] = [];
  #madeLimit = 0;
  #depth = 0;
  /** End of the outermost use in its file: what `__LINE__` counts from. */
  #outerEnd: PpToken | undefined;

  constructor(macros: MacroLookup, host: ExpanderHost) {
    this.#macros = macros;
    this.#host = host;
  }

  /** Expands the macro that `name`, just read from `outer`, stands for; appends the result to `out`. False: no macro here, nothing done. */
  expand(name: PpToken, macro: MacroDefinition, outer: OuterSource, out: PpToken[]): boolean {
    if (macro.builtin !== undefined && !this.#host.builtinApplies(macro, undefined, true)) return false;
    if (macro.params !== undefined && !outer.nextIsOpenParenthesis()) return false;
    const start = out.length;
    this.#taken = [];
    this.#madeLimit = this.made + maxExpansionTokens;
    this.#outerEnd = undefined;
    try {
      this.#invoke(name, macro, 0, outer, out);
      this.#drain(0, outer, out);
    } catch (error) {
      if (!(error instanceof ExpansionLimit)) throw error;
      out.length = start;
      out.push(name, ...this.#taken);
      this.#host.limit(name, error.message);
    } finally {
      this.#contexts.length = 0;
      this.#off.clear();
      this.#depth = 0;
      this.#outerEnd = undefined;
    }
    return true;
  }

  /** Expands a closed list, such as the rest of an `#if` line. */
  expandList(tokens: readonly PpToken[]): PpToken[] {
    const out: PpToken[] = [];
    this.#madeLimit = this.made + maxExpansionTokens;
    try {
      this.#contexts.push({ tokens, at: 0, macro: undefined });
      this.#drain(0, undefined, out);
    } catch (error) {
      if (!(error instanceof ExpansionLimit)) throw error;
      const first = tokens[0];
      if (first !== undefined) this.#host.limit(first, error.message);
    } finally {
      this.#contexts.length = 0;
      this.#off.clear();
      this.#depth = 0;
    }
    return out;
  }

  /** Reads contexts above `fence` to their end. */
  #drain(fence: number, outer: OuterSource | undefined, out: PpToken[]): void {
    const contexts = this.#contexts;
    while (contexts.length > fence) {
      const top = contexts[contexts.length - 1]!;
      if (top.at >= top.tokens.length) {
        this.#pop();
        continue;
      }
      const token = top.tokens[top.at++]!;
      if (token.kind !== "identifier" || (token.flags & neverExpand) !== 0) {
        out.push(token);
        continue;
      }
      const macro = this.#macros.get(token.text);
      if (macro === undefined) out.push(token);
      else if (this.#off.has(macro)) out.push(withFlags(token, neverExpand));
      else if (macro.builtin !== undefined && !this.#host.builtinApplies(macro, out[out.length - 1], false))
        out.push(token);
      else if (macro.params !== undefined && !this.#nextIsOpenParenthesis(fence, outer)) out.push(token);
      else this.#invoke(token, macro, fence, outer, out);
    }
  }

  #invoke(name: PpToken, macro: MacroDefinition, fence: number, outer: OuterSource | undefined, out: PpToken[]): void {
    if (macro.params === undefined) {
      const use = name.macro ?? { name: macro.name, file: name.file, start: name.start, end: name.end };
      this.#outerEnd ??= name;
      if (macro.dynamic !== undefined) {
        out.push(this.#dynamic(name, macro, use));
        return;
      }
      this.#push(macro, this.#substitute(macro, [], use, name.spaceBefore));
      return;
    }
    const call = this.#collect(macro, fence, outer);
    if (call.close === undefined) {
      this.#host.unterminated(name);
      out.push(withFlags(name, neverExpand), ...call.tokens);
      return;
    }
    this.#outerEnd ??= call.close;
    if (macro.dynamic === "_Pragma") return;
    this.#push(macro, this.#substitute(macro, call.args, useOf(name, macro, call.close), name.spaceBefore));
  }

  #push(macro: MacroDefinition, tokens: readonly PpToken[]): void {
    if (tokens.length === 0) return;
    this.#contexts.push({ tokens, at: 0, macro });
    this.#off.add(macro);
  }

  #pop(): void {
    const done = this.#contexts.pop();
    if (done?.macro !== undefined) this.#off.delete(done.macro);
  }

  #nextIsOpenParenthesis(fence: number, outer: OuterSource | undefined): boolean {
    for (let i = this.#contexts.length - 1; i >= fence; i--) {
      const context = this.#contexts[i]!;
      const next = context.tokens[context.at];
      if (next !== undefined) return next.text === "(";
    }
    return outer?.nextIsOpenParenthesis() ?? false;
  }

  /** Reads an argument list, the opening parenthesis first. Without `close` the list has no end and `tokens` is what there was. */
  #collect(
    macro: MacroDefinition,
    fence: number,
    outer: OuterSource | undefined,
  ): { readonly args: PpToken[][]; readonly close: PpToken | undefined; readonly tokens: PpToken[] } {
    const wanted = macro.params?.length ?? 0;
    const args: PpToken[][] = [];
    let current: PpToken[] = [];
    const tokens: PpToken[] = [];
    let depth = 0;
    for (;;) {
      const token = this.#read(fence, outer);
      if (token === undefined) return { args, close: undefined, tokens };
      tokens.push(token);
      if (token.kind === "punctuator") {
        if (token.text === "(") {
          if (depth++ === 0) continue;
        } else if (token.text === ")") {
          if (--depth === 0) {
            if (args.length > 0 || current.length > 0 || wanted > 0) args.push(current);
            return { args, close: token, tokens };
          }
        } else if (token.text === "," && depth === 1 && !(macro.variadic && args.length >= wanted - 1)) {
          args.push(current);
          current = [];
          continue;
        }
      }
      current.push(token);
    }
  }

  #read(fence: number, outer: OuterSource | undefined): PpToken | undefined {
    const contexts = this.#contexts;
    while (contexts.length > fence) {
      const top = contexts[contexts.length - 1]!;
      const token = top.tokens[top.at];
      if (token === undefined) {
        this.#pop();
        continue;
      }
      top.at++;
      // The macro may be switched on again before the argument is expanded.
      if (token.kind === "identifier" && this.#off.size > 0) {
        const macro = this.#macros.get(token.text);
        if (macro !== undefined && this.#off.has(macro)) return withFlags(token, neverExpand);
      }
      return token;
    }
    const token = outer?.takeArgumentToken();
    if (token !== undefined) this.#taken.push(token);
    return token;
  }

  #substitute(
    macro: MacroDefinition,
    args: readonly (readonly PpToken[])[],
    use: MacroUse,
    spaceBefore: boolean,
  ): PpToken[] {
    const out: PpToken[] = [];
    this.#fill(macro, macro.body, args, new Array(args.length), use, out);
    const first = out[0];
    if (first !== undefined) out[0] = withSpace(first, spaceBefore);
    this.#count(out.length);
    return out;
  }

  #count(tokens: number): void {
    this.made += tokens + 1;
    if (this.made > this.#madeLimit) {
      throw new ExpansionLimit(`expansion makes more than ${maxExpansionTokens} tokens; left as written`);
    }
  }

  #fill(
    macro: MacroDefinition,
    items: readonly BodyItem[],
    args: readonly (readonly PpToken[])[],
    expanded: (readonly PpToken[] | undefined)[],
    use: MacroUse,
    out: PpToken[],
  ): void {
    // Operands of one chain of `##` that came out empty leave nothing behind.
    let chain = out.length;
    for (const item of items) {
      if (!item.paste) chain = out.length;
      const made = this.#made(macro, item, args, expanded, use, out);
      if (made.length === 0) continue;
      let from = 0;
      if (item.paste && out.length > chain) {
        const left = out.pop()!;
        const joined = paste(left, made[0]!, use);
        out.push(...joined);
        this.#count(joined[0]!.text.length / charactersPerToken);
        from = 1;
      }
      for (let i = from; i < made.length; i++) out.push(made[i]!);
      if (out.length > maxExpansionTokens) this.#count(out.length);
    }
  }

  #made(
    macro: MacroDefinition,
    item: BodyItem,
    args: readonly (readonly PpToken[])[],
    expanded: (readonly PpToken[] | undefined)[],
    use: MacroUse,
    out: PpToken[],
  ): readonly PpToken[] {
    switch (item.kind) {
      case "token": {
        const { kind, text, spaceBefore } = item.token;
        return [new PpToken(kind, text, use.file, use.start, use.end, use, spaceBefore, 0)];
      }
      case "stringify": {
        return [this.#string(args[item.index] ?? [], use, item.spaceBefore)];
      }
      case "param": {
        const raw = args[item.index] ?? [];
        if (item.comma && raw.length === 0) {
          out.pop();
          return [];
        }
        const tokens = item.raw ? raw : this.#expandedArgument(item.index, raw, expanded);
        const first = tokens[0];
        if (first === undefined || first.spaceBefore === item.spaceBefore) return tokens;
        const copy = tokens.slice();
        copy[0] = withSpace(first, item.spaceBefore);
        return copy;
      }
      case "va-opt": {
        const last = (macro.params?.length ?? 1) - 1;
        const given = this.#expandedArgument(last, args[last] ?? [], expanded).length > 0;
        const inner: PpToken[] = [];
        if (given) this.#fill(macro, item.items, args, expanded, use, inner);
        if (item.stringify) return [this.#string(inner, use, item.spaceBefore)];
        const first = inner[0];
        if (first !== undefined) inner[0] = withSpace(first, item.spaceBefore);
        return inner;
      }
    }
  }

  #string(tokens: readonly PpToken[], use: MacroUse, spaceBefore: boolean): PpToken {
    const made = stringify(tokens, use, spaceBefore);
    this.#count(made.text.length / charactersPerToken);
    return made;
  }

  #expandedArgument(
    index: number,
    raw: readonly PpToken[],
    expanded: (readonly PpToken[] | undefined)[],
  ): readonly PpToken[] {
    const known = expanded[index];
    if (known !== undefined) return known;
    let result = raw;
    if (raw.some((token) => token.kind === "identifier" && this.#macros.get(token.text) !== undefined)) {
      if (++this.#depth > maxArgumentDepth) {
        throw new ExpansionLimit(`macro arguments nest more than ${maxArgumentDepth} deep; left as written`);
      }
      const out: PpToken[] = [];
      const fence = this.#contexts.length;
      this.#contexts.push({ tokens: raw, at: 0, macro: undefined });
      this.#drain(fence, undefined, out);
      this.#depth--;
      this.#count(out.length);
      result = out;
    }
    expanded[index] = result;
    return result;
  }

  #dynamic(name: PpToken, macro: MacroDefinition, use: MacroUse): PpToken {
    const make = (kind: "number" | "string", text: string, flags: number) =>
      new PpToken(kind, text, use.file, use.start, use.end, use, name.spaceBefore, flags);
    switch (macro.dynamic) {
      case "__COUNTER__":
        return make("number", String(this.counter++), 0);
      case "__LINE__": {
        const at = this.#outerEnd ?? name;
        const offset = at.macro?.end ?? at.start;
        return make("number", String(at.file.lines.positionAt(offset).line + 1), positional);
      }
      case "__FILE__":
        return make("string", quote(use.file.path), 0);
      case "__FILE_NAME__":
        return make("string", quote(use.file.path.slice(use.file.path.lastIndexOf("/") + 1)), 0);
      case "__BASE_FILE__":
        return make("string", quote(this.#host.mainPath), 0);
      default:
        return make("number", String(this.#host.includeLevel), 0);
    }
  }
}

/** The stretch of file a macro use covers; that of the outermost macro when the name came out of a body. */
function useOf(name: PpToken, macro: MacroDefinition, close: PpToken): MacroUse {
  const outer = name.macro;
  if (close.macro !== undefined || close.file !== name.file) {
    return outer ?? { name: macro.name, file: name.file, start: name.start, end: name.end };
  }
  if (outer === undefined) {
    return { name: macro.name, file: name.file, start: name.start, end: Math.max(name.end, close.end) };
  }
  // The body gave the name, the file the arguments.
  return close.end > outer.end && close.start >= outer.end ? { ...outer, end: close.end } : outer;
}

/** Joins two tokens; two tokens again when they do not make one. A user's spelling keeps its place. */
function paste(left: PpToken, right: PpToken, use: MacroUse): PpToken[] {
  const text = left.text + right.text;
  checkLength(text);
  const scanner = new Scanner(text);
  const one = scanner.next() && scanner.start === 0 && scanner.end === text.length && scanner.kind !== "other";
  if (!one) return [left, withSpace(right, false)];
  const spelled = left.macro === undefined ? left : right.macro === undefined ? right : undefined;
  const both = left.macro === undefined && right.macro === undefined;
  const place = spelled === undefined || both ? use : spelled;
  const flags = madeFrom(left.flags | right.flags);
  return [new PpToken(scanner.kind, scanner.spelled, place.file, place.start, place.end, use, left.spaceBefore, flags)];
}

function stringify(tokens: readonly PpToken[], use: MacroUse, spaceBefore: boolean): PpToken {
  let text = "";
  let flags = 0;
  tokens.forEach((token, index) => {
    if (index > 0 && token.spaceBefore) text += " ";
    // `"12"` can be made for another line as `12` can.
    flags |= tokens.length === 1 && (token.flags & ofThisLine) === 0 ? token.flags & positional : madeFrom(token.flags);
    text += token.kind === "string" || token.kind === "char" ? token.text.replace(/["\\]/g, "\\$&") : token.text;
    checkLength(text);
  });
  // A lone backslash at the end would take the closing quote along.
  let slashes = 0;
  while (text[text.length - 1 - slashes] === "\\") slashes++;
  if (slashes % 2 === 1) text = text.slice(0, -1);
  return new PpToken("string", `"${text}"`, use.file, use.start, use.end, use, spaceBefore, flags);
}

/** Flags of what `#` and `##` make. */
function madeFrom(flags: number): number {
  return (flags & positional) === 0 ? 0 : positional | ofThisLine;
}

function checkLength(text: string): void {
  if (text.length > maxMadeCharacters) {
    throw new ExpansionLimit(`a macro makes a text of more than ${maxMadeCharacters} characters; left as written`);
  }
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
