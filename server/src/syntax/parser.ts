// From the tokens of one top-level declaration to its AST. A declaration that
// cannot be read comes back as a problem, and disturbs no other.

import type { Language } from "web-tree-sitter";
import { Parser } from "web-tree-sitter";
import type { Token } from "../preprocess/token.ts";
import type { Declaration } from "../preprocess/unit.ts";
import type { ParsedDeclaration, TopLevelDecl } from "./ast.ts";
import { lowerDeclaration } from "./lower.ts";
import { normalize } from "./normalize.ts";
import type { NormalizedText } from "./normalized.ts";
import { loadQueries, type Queries } from "./queries.ts";
import { loadLanguage } from "./runtime.ts";
import { copyTree } from "./tree.ts";
import { Unreadable } from "./unreadable.ts";

/** Parsers keep no state between calls; one serves a whole process. */
export interface SyntaxParser {
  /** The whole declaration; of a function whose body is unreadable at least the signature. */
  parse(declaration: Declaration, isTypedef: (name: string) => boolean): ParsedDeclaration;
  /** A function as if it were only declared; anything else as `parse` does. */
  parseSignature(declaration: Declaration, isTypedef: (name: string) => boolean): ParsedDeclaration;
  /** Runs a query over the signature with its section attributes put in front, as programs.scm and ksyms.scm want it. */
  querySections(
    query: "programs" | "ksyms",
    declaration: Declaration,
    isTypedef: (name: string) => boolean,
  ): readonly SectionCapture[];
}

export interface SectionCapture {
  /** The name as declared. */
  readonly name: string;
  readonly kind: "function" | "variable";
  /** Not captured by ksyms.scm. */
  readonly section: string | undefined;
}

/** Loads the WebAssembly once; later calls are cheap. */
export async function loadParser(): Promise<SyntaxParser> {
  return new TreeSitterParser(await loadLanguage(), await loadQueries());
}

class TreeSitterParser implements SyntaxParser {
  readonly #language: Language;
  readonly #queries: Queries;
  readonly #parser = new Parser();

  constructor(language: Language, queries: Queries) {
    this.#language = language;
    this.#queries = queries;
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
    const tokens = signatureTokens(declaration.tokens);
    try {
      return { declaration, decls: this.#read(declaration, tokens, isTypedef), problem: undefined };
    } catch (error) {
      return { declaration, decls: [], problem: toProblem(error, tokens.length) };
    }
  }

  querySections(
    query: "programs" | "ksyms",
    declaration: Declaration,
    isTypedef: (name: string) => boolean,
  ): readonly SectionCapture[] {
    const tokens = signatureTokens(declaration.tokens);
    let normalized: NormalizedText;
    try {
      normalized = normalize(tokens, isTypedef);
    } catch (error) {
      toProblem(error, tokens.length);
      return [];
    }
    const sections = normalized.marks.flatMap((mark) =>
      mark.attributes.filter((attribute) => attribute.name === "section").map((attribute) => attribute.args[0] ?? ""),
    );
    const prefix = sections.map((section) => `__attribute__((section(${JSON.stringify(section)}))) `).join("");
    const nameAt = (offset: number): string => {
      const piece = normalized.pieces[normalized.starts.indexOf(offset - prefix.length)];
      return piece === undefined ? "" : (tokens[piece.token]?.text ?? "");
    };
    return this.#queries.run(query, prefix + normalized.text).map(({ captures }): SectionCapture => {
      const name = captures["name"] ?? captures["function"] ?? captures["variable"];
      return {
        name: name === undefined ? "" : nameAt(name.start),
        kind: captures["variable"] === undefined ? "function" : "variable",
        section: captures["section"]?.text,
      };
    });
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

/** A function's tokens up to its body, with a `;` instead; all tokens of anything else. */
function signatureTokens(tokens: readonly Token[]): readonly Token[] {
  const body = bodyStart(tokens);
  if (body === undefined) return tokens;
  const { file, start, end, spaceBefore } = tokens[body]!;
  return [...tokens.slice(0, body), { kind: "punctuator", text: ";", file, start, end, spaceBefore }];
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
