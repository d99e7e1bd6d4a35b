// Keeps parsed declarations from one version of a file to the next, by content: a
// keystroke parses one declaration again, the others are found here. Nothing in it
// can change a result: an entry counts only while the names it asked for mean the same.
import { BoundedMap } from "../base/bounded-map.ts";
import { nowhere } from "../preprocess/declaration.ts";
import type { Declaration } from "../preprocess/unit.ts";
import type { ParsedDeclaration, TopLevelDecl } from "../syntax/ast.ts";
import type { SectionCapture, SyntaxParser } from "../syntax/parser.ts";

/** A large unit asks for some 1,000 declarations in each way; two such units stay warm. */
const maxEntries = 2_500;

/** As much as the largest unit asks for: a tree takes some 100 bytes for each token it was made from. */
const maxTokens = 100_000;

/** What a signature is taken for. */
const signatureTokens = 40;

type IsTypedef = (name: string) => boolean;
type What = "whole" | "signature" | "programs" | "ksyms";

interface Entry<T> {
  readonly value: T;
  /** Every name that was looked up while making the value, with the answer. */
  readonly asked: ReadonlyMap<string, boolean>;
  /** `Typedefs.namesKey` where the answers were last found to be the same. */
  holdsIn: string;
  /** What the value was made from. */
  readonly tokens: number;
}

const tokensOf = (entry: Entry<unknown>): number => entry.tokens;

/** Which names stand for types. */
export interface Typedefs {
  /** Equal keys: the same answers. */
  readonly namesKey: string;
  isTypedef(name: string): boolean;
}

/** Made with `createUnitCache`; one serves any number of units. */
export class UnitCache {
  /** By the key of the declaration. */
  readonly #entries: Readonly<Record<What, BoundedMap<string, Entry<unknown>>>> = {
    whole: new BoundedMap(maxTokens, tokensOf),
    signature: new BoundedMap(maxTokens, tokensOf),
    programs: new BoundedMap(maxEntries),
    ksyms: new BoundedMap(maxEntries),
  };

  readonly #once: boolean;

  /** `once`: no file is checked again, and only what is parsed of headers is worth keeping. */
  constructor(once: boolean) {
    this.#once = once;
  }

  parse(declaration: Declaration, parser: SyntaxParser, typedefs: Typedefs): ParsedDeclaration {
    return this.#parsed("whole", declaration, typedefs, (ask) => parser.parse(declaration, ask));
  }

  parseSignature(declaration: Declaration, parser: SyntaxParser, typedefs: Typedefs): ParsedDeclaration {
    return this.#parsed("signature", declaration, typedefs, (ask) => parser.parseSignature(declaration, ask));
  }

  sections(
    query: "programs" | "ksyms",
    declaration: Declaration,
    parser: SyntaxParser,
    typedefs: Typedefs,
  ): readonly SectionCapture[] {
    return this.#remember(query, declaration, typedefs, (ask) => parser.querySections(query, declaration, ask));
  }

  #parsed(
    what: What,
    declaration: Declaration,
    typedefs: Typedefs,
    make: (ask: IsTypedef) => ParsedDeclaration,
  ): ParsedDeclaration {
    const found = this.#remember(what, declaration, typedefs, (ask) => {
      const parsed = make(ask);
      // Kept without its tokens, which hold this version of the file's text.
      return declaration.inMainFile ? moved(parsed, nowhere) : parsed;
    });
    return found.declaration === declaration ? found : moved(found, declaration);
  }

  #remember<T>(what: What, declaration: Declaration, typedefs: Typedefs, make: (ask: IsTypedef) => T): T {
    const entries = this.#entries[what];
    const entry = entries.get(declaration.key) as Entry<T> | undefined;
    if (entry !== undefined && isStillTrue(entry, typedefs)) return entry.value;
    const asked = new Map<string, boolean>();
    const value = make((name) => {
      const answer = typedefs.isTypedef(name);
      asked.set(name, answer);
      return answer;
    });
    if (this.#once && declaration.inMainFile) return value;
    const isFunction = declaration.names.some(({ kind }) => kind === "function");
    const tokens = what === "signature" && isFunction ? signatureTokens : declaration.tokens.length;
    entries.set(declaration.key, { value, asked, holdsIn: typedefs.namesKey, tokens });
    return value;
  }
}

function isStillTrue(entry: Entry<unknown>, typedefs: Typedefs): boolean {
  if (entry.holdsIn === typedefs.namesKey) return true;
  for (const [name, answer] of entry.asked) if (typedefs.isTypedef(name) !== answer) return false;
  entry.holdsIn = typedefs.namesKey;
  return true;
}

/** The same tree over the tokens of an equal declaration elsewhere. */
function moved(parsed: ParsedDeclaration, declaration: Declaration): ParsedDeclaration {
  const decls = parsed.decls.map((decl): TopLevelDecl => ({ ...decl, declaration }));
  return { ...parsed, declaration, decls };
}
