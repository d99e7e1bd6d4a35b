// A file cut into tokens, once per content, with its directives found: what every
// inclusion of the file starts from. Shared between translation units, so it holds
// nothing that depends on macros.
import type { SourceFile } from "../base/source.ts";
import { lex, maxFileTokens } from "./lexer.ts";
import { type MacroDefinition, parseDefinition } from "./macro.ts";
import { atLineStart, type PpToken } from "./pp-token.ts";
import { Scanner } from "./scanner.ts";
import type { Declaration } from "./unit.ts";

/** A `#` line: tokens `at` (the `#`) up to `end`. `name` is "" for a null directive. */
export interface Directive {
  readonly at: number;
  readonly end: number;
  readonly name: string;
}

/** A file as it is read: tokens and the directives among them. */
export interface FileTokens {
  readonly file: SourceFile;
  readonly tokens: readonly PpToken[];
  readonly directives: readonly Directive[];
  /** Where a comment without an end starts. */
  readonly openComment: number | undefined;
  /** Offset from which the text was dropped because it has too many tokens. */
  readonly truncatedAt: number | undefined;
  /** Declarations that are raw tokens of this file, by the index of their first token. */
  readonly plainDeclarations: Map<number, Declaration>;
  /** The macro of the `#define` whose `#` is token `at`, or what is wrong with it. */
  definition(directive: Directive): MacroDefinition | string;
}

export class LexedFile implements FileTokens {
  readonly file: SourceFile;
  readonly tokens: readonly PpToken[];
  readonly directives: readonly Directive[];
  /** Macro that guards the whole file (`#ifndef G` ... `#endif` around everything), if one does. */
  readonly guard: string | undefined;
  readonly openComment: number | undefined;
  readonly truncatedAt: number | undefined;
  /** Equal in every unit. */
  readonly plainDeclarations = new Map<number, Declaration>();
  readonly #definitions = new Map<number, MacroDefinition | string>();

  /** `tokens`: a selection made elsewhere, instead of all. */
  constructor(file: SourceFile, tokens?: readonly PpToken[]) {
    this.file = file;
    const scanner = new Scanner(file.text);
    this.tokens = tokens ?? lex(file, scanner);
    this.openComment = scanner.openComment;
    this.truncatedAt = this.tokens.length >= maxFileTokens ? scanner.end : undefined;
    this.directives = findDirectives(this.tokens);
    this.guard = findGuard(this.tokens, this.directives);
  }

  /** Parsed once. */
  definition(directive: Directive): MacroDefinition | string {
    let definition = this.#definitions.get(directive.at);
    if (definition === undefined) {
      definition = parseDefinition(this.tokens, directive.at + 2, directive.end);
      this.#definitions.set(directive.at, definition);
    }
    return definition;
  }
}

function findDirectives(tokens: readonly PpToken[]): Directive[] {
  const directives: Directive[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (!startsDirective(tokens[i]!)) continue;
    let end = i + 1;
    while (end < tokens.length && (tokens[end]!.flags & atLineStart) === 0) end++;
    directives.push(directiveOf(tokens, i, end));
    i = end - 1;
  }
  return directives;
}

export function startsDirective({ flags, text, kind }: PpToken): boolean {
  return (flags & atLineStart) !== 0 && text === "#" && kind === "punctuator";
}

/** The directive from the `#` at `at` up to `end`. */
export function directiveOf(tokens: readonly PpToken[], at: number, end: number): Directive {
  const name = tokens[at + 1];
  return { at, end, name: end > at + 1 && name?.kind === "identifier" ? name.text : "" };
}

function findGuard(tokens: readonly PpToken[], directives: readonly Directive[]): string | undefined {
  const first = directives[0];
  const last = directives[directives.length - 1];
  if (first === undefined || last === undefined || first.at !== 0 || last.end !== tokens.length) return undefined;
  if (last.name !== "endif") return undefined;
  const guard = guardName(tokens, first);
  if (guard === undefined) return undefined;
  let depth = 0;
  for (const directive of directives) {
    switch (directive.name) {
      case "if":
      case "ifdef":
      case "ifndef":
        depth++;
        break;
      case "else":
      case "elif":
      case "elifdef":
      case "elifndef":
        if (depth === 1) return undefined;
        break;
      case "endif":
        depth--;
        if (depth === 0 && directive !== last) return undefined;
        break;
      default:
        break;
    }
  }
  return guard;
}

/** `#ifndef G` or `#if !defined(G)`. */
function guardName(tokens: readonly PpToken[], directive: Directive): string | undefined {
  const words = tokens.slice(directive.at + 1, directive.end).map((token) => token.text);
  if (words[0] === "ifndef" && words.length === 2) return words[1];
  if (words[0] !== "if" || words[1] !== "!" || words[2] !== "defined") return undefined;
  if (words.length === 4) return words[3];
  return words.length === 6 && words[3] === "(" && words[5] === ")" ? words[4] : undefined;
}
