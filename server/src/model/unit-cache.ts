// Keeps parsed declarations from one version of a file to the next, by content: a
// keystroke parses one declaration again, the others are found here. Nothing in it
// can change a result: an entry counts only while the names it asked for mean the same.

import type { Declaration } from "../preprocess/unit.ts";
import type { ParsedDeclaration, TopLevelDecl } from "../syntax/ast.ts";
import type { SectionCapture, SyntaxParser } from "../syntax/parser.ts";

/** A large unit asks for some 2,000 declarations; two such units stay warm. */
const maxEntries = 5_000;

type IsTypedef = (name: string) => boolean;

interface Entry<T> {
  readonly key: string;
  readonly value: T;
  /** Every name that was looked up while making the value, with the answer. */
  readonly asked: ReadonlyMap<string, boolean>;
}

/** Made with `createUnitCache`; one serves any number of units. */
export class UnitCache {
  readonly #entries = new Map<string, Entry<unknown>>();

  parse(declaration: Declaration, parser: SyntaxParser, isTypedef: IsTypedef): ParsedDeclaration {
    return this.#parsed("whole", declaration, isTypedef, (ask) => parser.parse(declaration, ask));
  }

  parseSignature(declaration: Declaration, parser: SyntaxParser, isTypedef: IsTypedef): ParsedDeclaration {
    return this.#parsed("signature", declaration, isTypedef, (ask) => parser.parseSignature(declaration, ask));
  }

  sections(
    query: "programs" | "ksyms",
    declaration: Declaration,
    parser: SyntaxParser,
    isTypedef: IsTypedef,
  ): readonly SectionCapture[] {
    return this.#remember(query, declaration, isTypedef, (ask) => parser.querySections(query, declaration, ask));
  }

  #parsed(
    what: string,
    declaration: Declaration,
    isTypedef: IsTypedef,
    make: (ask: IsTypedef) => ParsedDeclaration,
  ): ParsedDeclaration {
    const found = this.#remember(what, declaration, isTypedef, make);
    return found.declaration === declaration ? found : moved(found, declaration);
  }

  #remember<T>(what: string, declaration: Declaration, isTypedef: IsTypedef, make: (ask: IsTypedef) => T): T {
    const key = `${what} ${declaration.key}`;
    const entry = this.#entries.get(key) as Entry<T> | undefined;
    if (entry !== undefined && stillTrue(entry.asked, isTypedef)) {
      // Most recently used last, under the string it has: a new one each time would make the map forget and learn.
      this.#entries.delete(entry.key);
      this.#entries.set(entry.key, entry);
      return entry.value;
    }
    const asked = new Map<string, boolean>();
    const value = make((name) => {
      const answer = isTypedef(name);
      asked.set(name, answer);
      return answer;
    });
    this.#entries.set(key, { key, value, asked });
    if (this.#entries.size > maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    return value;
  }
}

function stillTrue(asked: ReadonlyMap<string, boolean>, isTypedef: IsTypedef): boolean {
  for (const [name, answer] of asked) if (isTypedef(name) !== answer) return false;
  return true;
}

/** The same tree over the tokens of an equal declaration elsewhere. */
function moved(parsed: ParsedDeclaration, declaration: Declaration): ParsedDeclaration {
  const decls = parsed.decls.map((decl): TopLevelDecl => ({ ...decl, declaration }));
  return { ...parsed, declaration, decls };
}
