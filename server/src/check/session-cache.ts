// Results of followed functions kept from one version of a file to the next, so that
// a keystroke explores again only the function it touched and what calls it. A result
// counts while nothing it looked at has changed (see `Version`); others wait on a
// shelf until it is known whether the change makes a difference to them.
import { limits } from "../verifier/machine.ts";
import { type RememberedResult, Session, type Shelf } from "../verifier/session.ts";
import type { Version } from "./root-cache.ts";

/** Files somebody is editing at the same time. */
const maxFiles = 3;

/** Symbols are never taken back while a session lives: beyond this it starts anew. Some 200 bytes each. */
const maxSymbols = 250_000;

/** Of one result: what is typed cannot be read at every keystroke, and is taken back now and then. */
const maxVersions = 3;

/** A function edited in the largest unit we know is in some 300 results, with its callers. Each is some 20 KB. */
const maxShelved = 600;

export class SessionCache {
  readonly #files = new Map<string, SessionsOfFile>();

  /** Sessions of this file in which every remembered result holds for this version. */
  of(path: string, version: Version): SessionsOfFile {
    const known = this.#files.get(path);
    this.#files.delete(path);
    const sessions = known?.next(version) ?? new SessionsOfFile(version);
    this.#files.set(path, sessions);
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= maxFiles) break;
      this.#files.delete(oldest);
    }
    return sessions;
  }
}

/** By kernel. */
export class SessionsOfFile {
  readonly #version: Version;
  readonly #sessions = new Map<string, KeptSession>();

  constructor(version: Version) {
    this.#version = version;
  }

  session(kernel: string): Session {
    let kept = this.#sessions.get(kernel);
    if (kept === undefined) {
      kept = new KeptSession();
      this.#sessions.set(kernel, kept);
    }
    return kept.session;
  }

  next(version: Version): SessionsOfFile | undefined {
    const changed = version.changedFunctions(this.#version);
    if (changed === undefined) return undefined;
    const next = new SessionsOfFile(version);
    for (const [kernel, kept] of this.#sessions) {
      const { session } = kept;
      // What was given up, or nearly so, depends on the order of work: it is done again from the start.
      if (session.work > limits.work || session.symbols.size > maxSymbols) continue;
      kept.move(changed, this.#version, version);
      session.work = 0;
      next.#sessions.set(kernel, kept);
    }
    return next;
  }
}

/** A result that does not hold for the text as it stands now, but did and may again. */
interface Shelved {
  readonly result: RememberedResult;
  /** How the functions it looked at read then. */
  readonly functions: ReadonlyMap<string, string>;
  /** Those that read differently now. */
  readonly different: Set<string>;
}

class KeptSession implements Shelf {
  readonly session = new Session(this);
  /** By key; of each the one shelved last comes first. */
  readonly #shelf = new Map<string, readonly Shelved[]>();

  find(key: string): readonly RememberedResult[] {
    const shelved = this.#shelf.get(key) ?? [];
    return shelved.filter(({ different, result }) => !different.has(result.name)).map(({ result }) => result);
  }

  restore(key: string, result: RememberedResult): void {
    const others = (this.#shelf.get(key) ?? []).filter((shelved) => shelved.result !== result);
    if (others.length === 0) this.#shelf.delete(key);
    else this.#shelf.set(key, others);
    this.session.results.set(key, result);
  }

  /** From one version to the next, in which these functions read differently. */
  move(changed: ReadonlySet<string>, from: Version, to: Version): void {
    if (changed.size === 0) return;
    const back = this.#lookAgain(changed, to);
    const { results } = this.session;
    for (const [key, result] of results) {
      const { looked, caps } = result.journal;
      if (caps.size === 0 && !meet(changed, looked)) continue;
      results.delete(key);
      // Up to what could not be read the way is short.
      if (caps.size === 0 && result.dependencies.unread.size === 0) this.#put(key, result, changed, from);
    }
    for (const [key, result] of back) this.restore(key, result);
    for (const oldest of this.#shelf.keys()) {
      if (this.#shelf.size <= maxShelved) break;
      this.#shelf.delete(oldest);
    }
  }

  /** Results for which everything reads as it did then. */
  #lookAgain(changed: ReadonlySet<string>, to: Version): readonly [string, RememberedResult][] {
    const back: [string, RememberedResult][] = [];
    for (const [key, versions] of this.#shelf) {
      for (const { functions, different, result } of versions) {
        for (const name of changed) {
          const then = functions.get(name);
          if (then === undefined) continue;
          if (to.stateOf(name) === then) different.delete(name);
          else different.add(name);
        }
        if (different.size === 0) back.push([key, result]);
      }
    }
    return back;
  }

  #put(key: string, result: RememberedResult, changed: ReadonlySet<string>, from: Version): void {
    const { looked } = result.journal;
    const functions = new Map([...looked].map((name) => [name, from.stateOf(name)]));
    const different = new Set([...changed].filter((name) => looked.has(name)));
    const others = (this.#shelf.get(key) ?? []).slice(0, maxVersions - 1);
    // Shelved last, dropped last.
    this.#shelf.delete(key);
    this.#shelf.set(key, [{ result, functions, different }, ...others]);
  }
}

function meet(few: ReadonlySet<string>, many: ReadonlySet<string>): boolean {
  for (const name of few) if (many.has(name)) return true;
  return false;
}
