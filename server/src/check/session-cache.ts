// Results of followed functions kept from one version of a file to the next, so that
// a keystroke explores again only the function it touched and what calls it. A result
// counts while nothing it looked at has changed (see `Version`); others wait on a
// shelf until it is known whether the change makes a difference to them.
import { limits, type RememberedResult, Session, type Shelf } from "../verifier/machine.ts";
import type { Version } from "./root-cache.ts";

/** Files somebody is editing at the same time. */
const maxFiles = 3;

/** Symbols are never taken back while a session lives: beyond this it starts anew. Some 200 bytes each. */
const maxSymbols = 400_000;

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
  readonly #shelf = new Map<string, Shelved>();

  find(key: string): RememberedResult | undefined {
    const shelved = this.#shelf.get(key);
    return shelved === undefined || shelved.different.has(shelved.result.name) ? undefined : shelved.result;
  }

  restore(key: string): void {
    const shelved = this.#shelf.get(key);
    if (shelved === undefined) return;
    this.#shelf.delete(key);
    this.session.results.set(key, shelved.result);
  }

  /** From one version to the next, in which these functions read differently. */
  move(changed: ReadonlySet<string>, from: Version, to: Version): void {
    if (changed.size === 0) return;
    const { results } = this.session;
    const back: [string, RememberedResult][] = [];
    for (const [key, shelved] of this.#shelf) {
      for (const name of changed) {
        const then = shelved.functions.get(name);
        if (then === undefined) continue;
        if (to.stateOf(name) === then) shelved.different.delete(name);
        else shelved.different.add(name);
      }
      if (shelved.different.size > 0) continue;
      this.#shelf.delete(key);
      back.push([key, shelved.result]);
    }
    for (const [key, result] of results) {
      const { looked, caps } = result.journal;
      if (caps.size > 0) results.delete(key);
      else if (meet(changed, looked)) {
        results.delete(key);
        const functions = new Map([...looked].map((name) => [name, from.stateOf(name)]));
        const different = new Set([...changed].filter((name) => looked.has(name)));
        this.#shelf.delete(key);
        this.#shelf.set(key, { result, functions, different });
      }
    }
    for (const [key, result] of back) results.set(key, result);
    for (const oldest of this.#shelf.keys()) {
      if (this.#shelf.size <= maxShelved) break;
      this.#shelf.delete(oldest);
    }
  }
}

function meet(few: ReadonlySet<string>, many: ReadonlySet<string>): boolean {
  for (const name of few) if (many.has(name)) return true;
  return false;
}
