// Results of roots kept from one version of a file to the next. A result counts
// while everything it was made from reads the same: the declarations that are not
// function bodies, and each function it looked at. So an edit inside one function
// runs only the programs that reach it, and findings never depend on history.
import type { PreprocessedUnit } from "../preprocess/unit.ts";
import type { RootResult } from "../verifier/run-root.ts";

/** Files whose results are kept; an editor rarely has more open. */
const maxFiles = 50;

/** A header larger than this is told from another version by its text, not by its declarations. */
const largeFile = 400_000;

interface Kept {
  readonly environment: string;
  readonly functions: ReadonlyMap<string, string>;
  readonly result: RootResult;
}

export class RootCache {
  readonly #files = new Map<string, Map<string, Kept>>();

  of(path: string): Map<string, Kept> {
    const known = this.#files.get(path) ?? new Map<string, Kept>();
    this.#files.delete(path);
    this.#files.set(path, known);
    if (this.#files.size > maxFiles) {
      const oldest = this.#files.keys().next().value;
      if (oldest !== undefined) this.#files.delete(oldest);
    }
    return known;
  }
}

/** One version of one file, as far as results depend on it. */
export class Version {
  readonly environment: string;
  readonly #pre: PreprocessedUnit;
  readonly #kept: Map<string, Kept>;

  constructor(pre: PreprocessedUnit, kept: Map<string, Kept>) {
    this.#pre = pre;
    this.#kept = kept;
    this.environment = environmentOf(pre);
  }

  result(key: string, run: () => RootResult): RootResult {
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#holds(kept)) return kept.result;
    const result = run();
    const functions = new Map([...result.looked].map((name) => [name, this.bodyOf(name)]));
    this.#kept.set(key, { environment: this.environment, functions, result });
    return result;
  }

  #holds(kept: Kept): boolean {
    if (kept.environment !== this.environment) return false;
    for (const [name, body] of kept.functions) if (this.bodyOf(name) !== body) return false;
    return true;
  }

  bodyOf(name: string): string {
    return this.#pre
      .declarationsOf(name)
      .map((declaration) => declaration.key)
      .join(" ");
  }
}

const textIds = new Map<string, string>();
let nextText = 0;

function environmentOf(pre: PreprocessedUnit): string {
  const parts: string[] = [];
  for (const declaration of pre.declarations) {
    if (!declaration.names.some((name) => name.kind === "function" && name.defined)) parts.push(declaration.key);
  }
  for (const file of pre.files) {
    if (file.text.length < largeFile) continue;
    // The text itself is the identity; equal texts are one string in the header cache most of the time.
    let id = textIds.get(file.text);
    if (id === undefined) {
      id = `text${nextText++}`;
      if (textIds.size > 20) textIds.clear();
      textIds.set(file.text, id);
    }
    parts.push(file.path, id);
  }
  return parts.join(" ");
}
