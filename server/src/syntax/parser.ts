// From the tokens of one top-level declaration to its AST. A declaration that
// cannot be read comes back as a problem, and disturbs no other.
import { Parser } from "web-tree-sitter";
import type { Language } from "web-tree-sitter";
import type { Declaration } from "../preprocess/unit.ts";
import type { Token } from "../preprocess/token.ts";
import type { ParsedDeclaration, TopLevelDecl } from "./ast.ts";
import { lowerDeclaration } from "./lower.ts";
import { normalize } from "./normalize.ts";
import { loadLanguage } from "./runtime.ts";
import { copyTree } from "./tree.ts";
import { Unreadable } from "./unreadable.ts";

/** Parsers keep no state between calls; one serves a whole process. */
export interface SyntaxParser {
  /** The whole declaration; of a function whose body is unreadable at least the signature. */
  parse(declaration: Declaration, isTypedef: (name: string) => boolean): ParsedDeclaration;
  /** A function as if it were only declared; anything else as `parse` does. */
  parseSignature(declaration: Declaration, isTypedef: (name: string) => boolean): ParsedDeclaration;
}

/** Loads the WebAssembly once; later calls are cheap. */
export async function loadParser(): Promise<SyntaxParser> {
  return new TreeSitterParser(await loadLanguage());
}

class TreeSitterParser implements SyntaxParser {
  readonly #language: Language;
  readonly #parser = new Parser();

  constructor(language: Language) {
    this.#language = language;
    this.#parser.setLanguage(language);
  }

  parse(declaration: Declaration, isTypedef: (name: string) => boolean): ParsedDeclaration {
    const { tokens } = declaration;
    try {
      return { declaration, decls: this.#read(declaration, tokens, isTypedef), problem: undefined };
    } catch (error) {
      const problem = toProblem(error, tokens.length);
      const { decls } = this.parseSignature(declaration, isTypedef);
      return { declaration, decls, problem };
    }
  }

  parseSignature(declaration: Declaration, isTypedef: (name: string) => boolean): ParsedDeclaration {
    const { tokens } = declaration;
    const body = bodyStart(tokens);
    if (body === undefined) {
      try {
        return { declaration, decls: this.#read(declaration, tokens, isTypedef), problem: undefined };
      } catch (error) {
        return { declaration, decls: [], problem: toProblem(error, tokens.length) };
      }
    }
    const brace = tokens[body]!;
    const signature: Token[] = [...tokens.slice(0, body), { ...brace, kind: "punctuator", text: ";" }];
    try {
      return { declaration, decls: this.#read(declaration, signature, isTypedef), problem: undefined };
    } catch (error) {
      return { declaration, decls: [], problem: toProblem(error, body) };
    }
  }

  #read(
    declaration: Declaration,
    tokens: readonly Token[],
    isTypedef: (name: string) => boolean,
  ): readonly TopLevelDecl[] {
    const text = normalize(tokens, isTypedef);
    const tree = this.#parser.parse(text.text);
    if (tree === null) throw new Unreadable("parsing was given up", 0);
    try {
      return lowerDeclaration(declaration, tokens, text, copyTree(tree, this.#language, text));
    } finally {
      tree.delete();
    }
  }
}

/** Index of the `{` that opens a function body: the first at depth 0 that follows a parameter list. */
export function bodyStart(tokens: readonly Token[]): number | undefined {
  if (tokens.at(-1)?.text === ";") return undefined;
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const { text } = tokens[i]!;
    if (text === "{" && depth === 0 && tokens[i - 1]?.text === ")") return i;
    if (text === "(" || text === "[" || text === "{") depth++;
    else if (text === ")" || text === "]" || text === "}") depth--;
    else if (depth === 0 && text === "=") return undefined;
  }
  return undefined;
}

function toProblem(error: unknown, tokenCount: number): { message: string; at: { start: number; end: number } } {
  if (!(error instanceof Unreadable)) throw error;
  const start = Math.max(0, Math.min(error.token, tokenCount - 1));
  return { message: error.message, at: { start, end: Math.min(start + 1, tokenCount) } };
}
