// Results of roots kept from one version of a file to the next. A result counts
// while everything it was made from reads the same: the declarations that are not
// function bodies, and each function it looked at, with the functions named there; or
// while those that were edited come to the same as before. So an edit inside one
// function runs only the programs that it makes a difference to, and findings never
// depend on history.
import { BoundedMap } from "../base/bounded-map.ts";
import { Hasher } from "../preprocess/hash.ts";
import type { Declaration, DeclaredName, PreprocessedUnit, Token } from "../preprocess/unit.ts";
import type { Positions } from "../syntax/positions.ts";
import type { RootResult } from "../verifier/run-root.ts";
import { PositionBook } from "./position-book.ts";

/** Files whose results are kept: those edited lately. A result holds on to the tokens it points into. */
const maxFiles = 8;

/** A header larger than this is told from another version by its text, not by its declarations. */
const largeFile = 400_000;

/** Roots of one file; more are only left behind by names and sections that have changed since. */
const maxRoots = 4000;

/** Versions kept of one root: what is typed is often taken back, or is what stood there two keystrokes ago. */
const maxVersions = 3;

interface Kept {
  readonly environment: string;
  readonly functions: ReadonlyMap<string, string>;
  readonly result: RootResult;
}

/** By root; of each the version used last comes first. */
type KeptRoots = Map<string, readonly Kept[]>;

export class RootCache {
  readonly #book = new PositionBook();
  readonly #files = new Map<string, { readonly roots: KeptRoots; readonly last: Version }>();

  get isFull(): boolean {
    return this.#book.isFull;
  }

  /** This version of the file, with what is kept from those before. */
  version(path: string, pre: PreprocessedUnit): Version {
    const known = this.#files.get(path);
    const roots: KeptRoots = known?.roots ?? new Map();
    const version = new Version(pre, roots, this.#book, known?.last);
    this.#files.delete(path);
    this.#files.set(path, { roots, last: version });
    if (this.#files.size > maxFiles) dropOldest(this.#files);
    return version;
  }
}

/** One version of one file, as far as results depend on it. */
export class Version {
  /** Equal texts: everything that is not a function's definition reads the same. */
  readonly environment: string;
  readonly #kept: KeptRoots;
  readonly #book: PositionBook;
  readonly #definitions: ReadonlyMap<string, readonly Declaration[]>;
  readonly #states = new Map<string, string>();

  /** `before`: any other version of the file; what reads the same in both is taken from there. */
  constructor(pre: PreprocessedUnit, kept: KeptRoots, book: PositionBook, before?: Version) {
    this.#kept = kept;
    this.#book = book;
    this.#definitions = definitionsOf(pre);
    this.environment = environmentOf(pre, (declaration) => this.#mentions(declaration));
    const edited = before && this.#editedSince(before);
    if (before === undefined || edited === undefined) return;
    for (const name of edited) {
      const [then, now] = [before.#definitions.get(name), this.#definitions.get(name)];
      if (then?.[0] !== undefined && now?.[0] !== undefined && now.length === 1) book.edited(name, then[0], now[0]);
    }
    for (const [name, state] of before.#states) if (!edited.has(name)) this.#states.set(name, state);
  }

  /** `stillHolds`: does the result come to the same although functions that `root` follows were edited? */
  result(key: string, root: string, stillHolds: (result: RootResult) => boolean, run: () => RootResult): RootResult {
    const versions = this.#kept.get(key) ?? [];
    let kept = versions.find((version) => this.#holds(version));
    if (kept === undefined) {
      const near = versions.find((version) => this.#mayHold(version, root) && stillHolds(version.result));
      kept = this.#made(near?.result ?? run());
    }
    const others = versions.filter((version) => version !== kept).slice(0, maxVersions - 1);
    // Most recently used last.
    this.#kept.delete(key);
    this.#kept.set(key, [kept, ...others]);
    if (this.#kept.size > maxRoots) dropOldest(this.#kept);
    return kept.result;
  }

  #made(result: RootResult): Kept {
    const functions = new Map([...result.looked].map((name) => [name, this.stateOf(name)]));
    return { environment: this.environment, functions, result };
  }

  /**
   * Tells a function defined in the file from its other versions: by its own text and the signature of each function
   * it names, called or not, which decides how an expression is read. "" for names that no function defined here has.
   */
  stateOf(name: string): string {
    let state = this.#states.get(name);
    if (state === undefined) {
      const definitions = this.#definitions.get(name) ?? [];
      state = definitions.map((declaration) => `${declaration.key}(${this.#mentions(declaration)})`).join(" ");
      this.#states.set(name, state);
    }
    return state;
  }

  /** Names of functions that read differently in the version before; undefined: more than functions changed. */
  changedFunctions(before: Version): ReadonlySet<string> | undefined {
    if (before.environment !== this.environment) return undefined;
    const edited = this.#editedSince(before);
    if (edited !== undefined) return edited;
    const changed = new Set<string>();
    for (const name of this.#definitions.keys()) if (this.stateOf(name) !== before.stateOf(name)) changed.add(name);
    for (const name of before.#definitions.keys()) if (!this.#definitions.has(name)) changed.add(name);
    return changed;
  }

  /** Functions with another text, when all that others see of any function is as before; otherwise undefined. */
  #editedSince(before: Version): ReadonlySet<string> | undefined {
    if (before.#definitions.size !== this.#definitions.size) return undefined;
    const edited = new Set<string>();
    for (const [name, now] of this.#definitions) {
      const then = before.#definitions.get(name);
      if (then?.length !== now.length) return undefined;
      for (const [i, declaration] of now.entries()) {
        if (declaration.key === then[i]!.key) continue;
        if (wordsOf(declaration).signature !== wordsOf(then[i]!).signature) return undefined;
        edited.add(name);
      }
    }
    return edited;
  }

  /** The functions defined in the file that `declaration` names, with their signatures. */
  #mentions(declaration: Declaration): string {
    const found: string[] = [];
    for (const word of wordsOf(declaration).identifiers) {
      for (const definition of this.#definitions.get(word) ?? [])
        found.push(`${word}=${wordsOf(definition).signature}`);
    }
    return found.join(",");
  }

  /** Names of the tokens of a function defined here. */
  positions(name: string): Positions | undefined {
    const definitions = this.#definitions.get(name);
    return definitions?.length === 1 ? this.#book.of(name, definitions[0]!) : undefined;
  }

  #mayHold({ environment, functions }: Kept, root: string): boolean {
    return environment === this.environment && functions.get(root) === this.stateOf(root);
  }

  #holds(kept: Kept): boolean {
    if (kept.environment !== this.environment) return false;
    for (const [name, state] of kept.functions) if (this.stateOf(name) !== state) return false;
    return true;
  }
}

function definitionsOf(pre: PreprocessedUnit): Map<string, Declaration[]> {
  const found = new Map<string, Declaration[]>();
  for (const declaration of pre.declarations) {
    for (const { name, kind, defined } of declaration.names) {
      if (kind !== "function" || !defined) continue;
      const known = found.get(name);
      if (known === undefined) found.set(name, [declaration]);
      else known.push(declaration);
    }
  }
  return found;
}

interface Words {
  readonly identifiers: readonly string[];
  /** `typeof` is among them: a type may be that of a function. */
  readonly typeOf: boolean;
  /** Hash of what stands before the body; of everything when brackets do not match. */
  readonly signature: string;
}

/** Some 50 words each; the largest units have 2,000 declarations. */
const maxWordLists = 10_000;
const wordsByKey = new BoundedMap<string, Words>(maxWordLists);
const typeOfWords: ReadonlySet<string> = new Set(["typeof", "__typeof__", "__typeof", "typeof_unqual"]);

/** Kept by content: an edit moves most declarations, and their tokens are then not at hand. */
function wordsOf(declaration: Declaration): Words {
  let words = wordsByKey.get(declaration.key);
  if (words === undefined) {
    const found = new Set<string>();
    for (const token of declaration.tokens) if (token.kind === "identifier") found.add(token.text);
    const identifiers = [...found];
    const typeOf = identifiers.some((word) => typeOfWords.has(word));
    words = { identifiers, typeOf, signature: signatureOf(declaration.tokens) };
    wordsByKey.set(declaration.key, words);
  }
  return words;
}

function signatureOf(tokens: readonly Token[]): string {
  let depth = 0;
  let end = tokens.length;
  tokens.forEach(({ text }, index) => {
    if (text === "{" && depth === 0) end = index;
    if (text === "(" || text === "[" || text === "{") depth++;
    else if (text === ")" || text === "]" || text === "}") depth = depth > 0 ? depth - 1 : Number.NaN;
  });
  const hasher = new Hasher();
  for (const { text } of depth === 0 ? tokens.slice(0, end) : tokens) hasher.text(text);
  return hasher.key;
}

function dropOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

const environments = new Map<string, string>();
const textIds = new Map<string, string>();
let nextId = 0;

function environmentOf(pre: PreprocessedUnit, mentions: (declaration: Declaration) => string): string {
  // Behind a missing header things may be declared that we do not see.
  const parts: string[] = [pre.problems.length === 0 ? "" : "incomplete", pre.files.length > 1 ? "" : "alone"];
  let file: string | undefined;
  for (const declaration of pre.declarations) {
    if (isOnlyFunction(declaration)) continue;
    // What a header of the kernel declares counts otherwise than what the user wrote.
    if (declaration.file.path !== file) {
      file = declaration.file.path;
      parts.push(file);
    }
    parts.push(declaration.key);
    if (wordsOf(declaration).typeOf) parts.push(mentions(declaration));
  }
  for (const file of pre.files) {
    if (file.text.length < largeFile) continue;
    // The text itself is the identity; equal texts are one string in the header cache most of the time.
    parts.push(file.path, idOf(textIds, file.text, "text", 20));
  }
  return idOf(environments, parts.join(" "), "env", 50);
}

/** A short name for a long text. An id is never given twice: a text that was forgotten gets a new one. */
function idOf(ids: Map<string, string>, text: string, prefix: string, most: number): string {
  let id = ids.get(text);
  if (id === undefined) {
    id = `${prefix}${nextId++}`;
    if (ids.size >= most) ids.clear();
    ids.set(text, id);
  }
  return id;
}

/** Defines a function and nothing else, such as the struct it returns. */
function isOnlyFunction({ names }: Declaration): boolean {
  return (
    names.some(({ kind, defined }) => kind === "function" && defined) &&
    names.every(({ kind, defined }) => kind === "function" || (isTag(kind) && !defined))
  );
}

function isTag(kind: DeclaredName["kind"]): boolean {
  return kind === "struct" || kind === "union" || kind === "enum";
}
