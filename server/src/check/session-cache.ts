// Results of followed functions kept from one version of a file to the next, so that
// a keystroke explores again only the function it touched and what calls it. A result
// counts while nothing it looked at has changed; see `Version`.
import { limits, Session } from "../verifier/machine.ts";
import type { Version } from "./root-cache.ts";

/** Files somebody is editing at the same time. */
const maxFiles = 3;

/** Symbols are never taken back while a session lives: beyond this it starts anew. Some 200 bytes each. */
const maxSymbols = 400_000;

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
  readonly #sessions = new Map<string, Session>();

  constructor(version: Version) {
    this.#version = version;
  }

  session(kernel: string): Session {
    let session = this.#sessions.get(kernel);
    if (session === undefined) {
      session = new Session();
      this.#sessions.set(kernel, session);
    }
    return session;
  }

  next(version: Version): SessionsOfFile | undefined {
    const changed = version.changedFunctions(this.#version);
    if (changed === undefined) return undefined;
    const next = new SessionsOfFile(version);
    for (const [kernel, session] of this.#sessions) {
      // What was given up, or nearly so, depends on the order of work: it is done again from the start.
      if (session.work > limits.work || session.symbols.size > maxSymbols) continue;
      for (const [key, { journal }] of session.results) {
        const { looked, caps } = journal;
        if (caps.size > 0 || meet(changed, looked)) session.results.delete(key);
      }
      session.work = 0;
      next.#sessions.set(kernel, session);
    }
    return next;
  }
}

function meet(few: ReadonlySet<string>, many: ReadonlySet<string>): boolean {
  for (const name of few) if (many.has(name)) return true;
  return false;
}
