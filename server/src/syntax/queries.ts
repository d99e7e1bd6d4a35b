// Runs the tree-sitter queries of grammar-queries/ over a text.
// The text need not be clean: macros and missing pieces cost single matches.
import { type Language, Parser, Query } from "web-tree-sitter";
import { loadLanguage, readAsset } from "./runtime.ts";

/** The files in grammar-queries/, without their ending. */
export const queryNames = ["programs", "ksyms", "calls", "arguments", "parameters", "suffixes", "btf-ids"] as const;

export type QueryName = (typeof queryNames)[number];

export interface QueryCapture {
  /** Name after `@`. */
  readonly name: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface QueryMatch {
  /** By the name after `@`; captures that start with `_` only serve the query itself and are left out. */
  readonly captures: Readonly<Record<string, QueryCapture>>;
}

/** Keeps no state between calls. */
export interface Queries {
  /** All matches in text order. */
  run(name: QueryName, text: string): readonly QueryMatch[];
}

let loading: Promise<Queries> | undefined;

export function loadQueries(): Promise<Queries> {
  loading ??= load();
  return loading;
}

/** One query over one text, for callers that have no `Queries` at hand. */
export async function runQuery(name: QueryName, text: string): Promise<readonly QueryMatch[]> {
  return (await loadQueries()).run(name, text);
}

async function load(): Promise<Queries> {
  const language = await loadLanguage();
  const sources = await Promise.all(queryNames.map((name) => readAsset(`${name}.scm`)));
  return new CompiledQueries(language, new Map(queryNames.map((name, i) => [name, sources[i]!])));
}

class CompiledQueries implements Queries {
  readonly #language: Language;
  readonly #sources: ReadonlyMap<QueryName, string>;
  readonly #compiled = new Map<QueryName, Query>();
  readonly #parser = new Parser();

  constructor(language: Language, sources: ReadonlyMap<QueryName, string>) {
    this.#language = language;
    this.#sources = sources;
    this.#parser.setLanguage(language);
  }

  run(name: QueryName, text: string): readonly QueryMatch[] {
    const tree = this.#parser.parse(text);
    if (tree === null) return [];
    try {
      return this.#query(name)
        .matches(tree.rootNode)
        .map((match) => {
          const captures: Record<string, QueryCapture> = {};
          for (const { name: capture, node } of match.captures) {
            if (capture.startsWith("_")) continue;
            captures[capture] = { name: capture, text: node.text, start: node.startIndex, end: node.endIndex };
          }
          return { captures };
        });
    } finally {
      tree.delete();
    }
  }

  #query(name: QueryName): Query {
    let query = this.#compiled.get(name);
    if (query === undefined) {
      query = new Query(this.#language, this.#sources.get(name)!);
      this.#compiled.set(name, query);
    }
    return query;
  }
}
