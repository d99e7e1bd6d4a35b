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
  /** Equal texts: everything that is not a function's body reads the same. */
  readonly environment: string;
  readonly #pre: PreprocessedUnit;
  readonly #kept: Map<string, Kept>;
  readonly #bodies = new Map<string, string>();

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
    let body = this.#bodies.get(name);
    if (body === undefined) {
      body = this.#pre
        .declarationsOf(name)
        .map((declaration) => declaration.key)
        .join(" ");
      this.#bodies.set(name, body);
    }
    return body;
  }

  /** Names of functions that read differently in the version before; undefined: more than functions changed. */
  changedFunctions(before: Version): ReadonlySet<string> | undefined {
    if (before.environment !== this.environment) return undefined;
    const old = before.#pre.declarations;
    const now = this.#pre.declarations;
    let start = 0;
    while (start < old.length && start < now.length && old[start]!.key === now[start]!.key) start++;
    let end = 0;
    const most = Math.min(old.length, now.length) - start;
    while (end < most && old[old.length - 1 - end]!.key === now[now.length - 1 - end]!.key) end++;
    const names = new Set<string>();
    for (const declarations of [old.slice(start, old.length - end), now.slice(start, now.length - end)]) {
      for (const declaration of declarations) for (const { name } of declaration.names) names.add(name);
    }
    return names;
  }
}

const environments = new Map<string, string>();
const textIds = new Map<string, string>();
let nextId = 0;

function environmentOf(pre: PreprocessedUnit): string {
  const parts: string[] = [];
  for (const declaration of pre.declarations) {
    if (!declaration.names.some((name) => name.kind === "function" && name.defined)) parts.push(declaration.key);
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
