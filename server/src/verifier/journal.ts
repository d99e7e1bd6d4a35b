// What is noted on the way while a function is explored, besides the states in which it
// returns.
import { FindingSink, type RawFinding, type ReachedCall, type SkippedBlock, siteKey } from "./finding.ts";
import type { GlobalSummary } from "./machine.ts";
import type { Assumption } from "./state.ts";
import type { Site } from "./value.ts";

/** What an exploration reports besides states. Remembered with a function's result and replayed for each caller. */
export class Journal {
  readonly findings = new FindingSink();
  /** Cap name -> times met. */
  readonly caps = new Map<string, number>();
  /** Functions that could not be read, with the reason. */
  readonly unreadable = new Map<string, string>();
  /** Roots found on the way: asynchronous callbacks and global functions. */
  readonly found = new Map<string, FoundRoot>();

  /** Every function that was asked for: what a result depends on. */
  readonly looked = new Set<string>();
  /** Calls of kernel functions, one of each place. */
  readonly calls = new Map<string, ReachedCall>();

  readonly skipped = new Map<string, SkippedBlock>();

  /** Journals that were added whole, by the call they came from. */
  readonly #added = new Map<Journal, Set<Site["at"]>>();
  readonly #summaries = new Set<GlobalSummary>();

  /** What the path assumes that is being followed. Of what happens there only findings count, and what they depend on. */
  assumption: Assumption | undefined;

  report(finding: RawFinding): void {
    const { assumption } = this;
    if (assumption === undefined) {
      this.findings.add(finding);
      return;
    }
    if (finding.assuming !== undefined && finding.assuming.variable !== assumption.variable) return;
    const { variable, words } = finding.assuming ?? assumption;
    this.findings.add({ ...finding, assuming: { variable, words } });
  }

  cap(name: string, count = 1): void {
    if (this.assumption === undefined) this.caps.set(name, (this.caps.get(name) ?? 0) + count);
  }

  cannotRead(name: string, problem: string): void {
    if (this.assumption === undefined) this.unreadable.set(name, problem);
  }

  find(root: FoundRoot): void {
    if (this.assumption === undefined) this.found.set(`${root.kind} ${root.name} ${root.sleepable}`, root);
  }

  skip(skipped: SkippedBlock): void {
    if (this.assumption !== undefined) return;
    const key = `${siteKey(skipped.site)} ${skipped.ordinal} ${skipped.when}`;
    if (!this.skipped.has(key)) this.skipped.set(key, skipped);
  }

  reached(call: ReachedCall): void {
    if (this.assumption !== undefined) return;
    const key = `${call.callee} ${siteKey(call.site)}`;
    if (this.#tellsMore(key, call)) this.calls.set(key, call);
  }

  #tellsMore(key: string, call: ReachedCall): boolean {
    const known = this.calls.get(key);
    if (known === undefined) return true;
    return known.guarded !== call.guarded ? known.guarded : known.frees === undefined && call.frees !== undefined;
  }

  /** `at`: the call. `mayAssume`: can the caller's path still be one on which the loader chose another value of this variable? */
  add(
    other: Journal,
    translate: (finding: RawFinding) => RawFinding,
    place: (site: Site) => Site,
    at: Site["at"],
    mayAssume: (variable: string) => boolean,
  ): void {
    for (const finding of other.findings.all()) {
      if (finding.assuming === undefined || mayAssume(finding.assuming.variable)) this.report(translate(finding));
    }
    if (this.#isAdded(other, at)) return;
    for (const name of other.looked) this.looked.add(name);
    if (this.assumption !== undefined) return;
    this.#noteAdded(other, at);
    for (const [key, call] of other.calls) {
      if (this.#tellsMore(key, call)) this.calls.set(key, { ...call, site: place(call.site) });
    }
    for (const skipped of other.skipped.values()) this.skip({ ...skipped, site: place(skipped.site) });
    for (const [cap, count] of other.caps) this.cap(cap, count);
    for (const [name, problem] of other.unreadable) this.unreadable.set(name, problem);
    for (const root of other.found.values()) this.find(root);
  }

  #isAdded(other: Journal, at: Site["at"]): boolean {
    return this.#added.get(other)?.has(at) === true;
  }

  #noteAdded(other: Journal, at: Site["at"]): void {
    const calls = this.#added.get(other);
    if (calls === undefined) this.#added.set(other, new Set([at]));
    else calls.add(at);
  }

  /** Nothing more is added: what guarded against adding twice is let go. */
  close(): void {
    this.#added.clear();
    this.#summaries.clear();
  }

  depend(summary: GlobalSummary): void {
    if (this.#summaries.has(summary)) return;
    this.#summaries.add(summary);
    for (const name of summary.functions) this.looked.add(name);
  }
}

export interface FoundRoot {
  readonly name: string;
  readonly kind: "global" | "async-callback" | "exception-callback";
  readonly sleepable: boolean;
}
