// What all parts of the abstract machine share while one root (a program, a global
// function, an asynchronous callback) is explored for one kernel: facts to ask,
// identities to hand out, findings to collect, budgets to count.
import type { Cancellation } from "../base/cancellation.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects, SectionInfo } from "../registry/effect.ts";
import type { FunctionDecl } from "../syntax/ast.ts";
import type { Extracted } from "./extract.ts";
import { FindingSink, type RawFinding, type ReachedCall, type SkippedBlock, siteKey } from "./finding.ts";
import type { Assumption, State } from "./state.ts";
import { Symbols } from "./symbols.ts";
import type { ObjectInfo, Reference, Site, Value } from "./value.ts";
import { pointerTo } from "./value.ts";

/** Named bounds, each with its reason. A bound that is met is counted and makes the program "not analysed". */
export const limits = {
  /** Blocks executed for one function from one entry state, callees not counted. */
  steps: 40_000,
  /** Blocks executed for one file on one kernel: ten times what the largest scheduler needs. */
  work: 400_000,
  /** Call depth of followed functions; the kernel stops at 8 frames, inlined ones do not count there. */
  callDepth: 32,
  /** States kept apart at one join that hold the same resources; more are joined into one. */
  sameResources: 4,
  /** States that go on together where paths do not meet: calls that end in several multiply along a line. */
  unjoined: 6,
  /** States at one join in all, after which paths are given up. */
  statesPerBlock: 1500,
  /** References from which on those that nothing holds any more are counted once. */
  lostReferences: 3,
  /** RCU sections, locks and the like inside each other: more only happens in loops that never leave them. */
  nesting: 64,
  /**
   * Blocks executed for one function on paths that assume another value of a read-only variable, callees not counted:
   * what is found there is a warning, and may cost the largest scheduler a quarter of its time (1000: two thirds).
   */
  assumed: 100,
  /** References held at once: more only happens in loops that never release. */
  references: 256,
} as const;

export interface Unit {
  readonly unit: TranslationUnit;
  graph(fn: FunctionInfo): ControlFlowGraph;
  /** Whether calling this global function may change packet data or throw, through all it calls. */
  summary(name: string): GlobalSummary;
  /** A struct the program defines itself: not one of the kernel's. */
  isLocalRecord(tag: string): boolean;
}

export interface GlobalSummary {
  readonly changesPackets: boolean;
  readonly throws: boolean;
  readonly tailCalls: boolean;
  /** Read-only variables whose value it looks at. */
  readonly reads: ReadonlySet<string>;
  /** Contains a call that may sleep, reached or not. */
  readonly sleeps: boolean;
  /** All names called on the way. */
  readonly functions: readonly string[];
  /** Members and globals that it names on the way: it can read or write no others. undefined: it may see all. */
  readonly names: { readonly members: ReadonlySet<string>; readonly globals: ReadonlySet<string> } | undefined;
}

export interface Frame {
  readonly fn: FunctionDecl;
  readonly graph: ControlFlowGraph;
  readonly caller: Frame | undefined;
  readonly depth: number;
  /** The call that entered it; undefined while it is explored, for a result serves many callers. */
  readonly callSite: Site | undefined;
  /** Added to the numbers of its locals: not 0 for a function that runs inside the state of its caller. */
  readonly locals: number;
}

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
    const key = `${skipped.site.fn.name} ${skipped.block}`;
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
    for (const { block, site } of other.skipped.values()) this.skip({ block, site: place(site) });
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

/** Where results wait that something they looked at has changed under. */
export interface Shelf {
  /** Those whose own function reads as it did. */
  find(key: string): readonly RememberedResult[];
  /** It holds as everything stands now. */
  restore(key: string, result: RememberedResult): void;
}

/** Shared by all roots of one file on one kernel: identities never collide, results of functions can be reused. */
export class Session {
  readonly symbols = new Symbols();
  readonly results = new Map<string, RememberedResult>();
  /** Results of other versions of the text, which may hold again. */
  readonly shelf: Shelf | undefined;
  /** Blocks executed in all. */
  work = 0;
  #next = 1;

  constructor(shelf?: Shelf) {
    this.shelf = shelf;
  }

  newId(): number {
    return this.#next++;
  }
}

export interface RememberedResult {
  /** The function. */
  readonly name: string;
  readonly entry: Extracted;
  readonly outcomes: readonly { readonly state: State; readonly value?: Value }[];
  readonly journal: Journal;
  readonly dependencies: Dependencies;
  /** All that a caller can see of it, as text; made when it is asked for. */
  signature?: string;
}

/** What a result was made from, the text of its own function aside. */
export class Dependencies {
  /** What calls of other functions came to, by key. */
  readonly uses = new Map<string, RememberedResult>();
  /** Functions that were evaluated where they are called. */
  readonly inlined = new Map<string, ControlFlowGraph>();
  /** What was known of functions without following them. */
  readonly summaries = new Map<string, string>();
}

export interface Root {
  readonly name: string;
  readonly section: SectionInfo | undefined;
  readonly kind: "program" | "global" | "async-callback" | "exception-callback";
  /** struct_ops member the program implements. */
  readonly structOps: { readonly struct: string; readonly member: string } | undefined;
  readonly sleepable: boolean;
  /** Function that the program names to handle its exceptions. */
  readonly exceptionCallback: string | undefined;
}

export class Machine {
  readonly unit: Unit;
  readonly effects: KernelEffects;
  readonly root: Root;
  readonly session: Session;
  readonly cancellation: Cancellation | undefined;
  journal = new Journal();
  dependencies = new Dependencies();
  /** Blocks executed for the function being explored, its callees not counted. */
  steps = 0;
  /** The instruction being executed. */
  here!: Site;

  constructor(options: {
    unit: Unit;
    effects: KernelEffects;
    root: Root;
    session: Session;
    cancellation: Cancellation | undefined;
  }) {
    this.unit = options.unit;
    this.effects = options.effects;
    this.root = options.root;
    this.session = options.session;
    this.cancellation = options.cancellation;
  }

  get symbols(): Symbols {
    return this.session.symbols;
  }

  newId(): number {
    return this.session.newId();
  }

  function(name: string): FunctionInfo | undefined {
    this.journal.looked.add(name);
    return this.unit.unit.function(name);
  }

  summary(name: string): GlobalSummary {
    const summary = this.unit.summary(name);
    this.journal.depend(summary);
    if (!this.dependencies.summaries.has(name)) this.dependencies.summaries.set(name, this.fingerprint(summary));
    return summary;
  }

  /** What a summary says, as text. */
  fingerprint(summary: GlobalSummary): string {
    const { changesPackets, throws, tailCalls, sleeps, reads, names, functions } = summary;
    const handled = this.root.exceptionCallback !== undefined && functions.includes(this.root.exceptionCallback);
    const named = names === undefined ? "" : `${[...names.members].sort().join()};${[...names.globals].sort().join()}`;
    return `${changesPackets}${throws}${tailCalls}${sleeps}${handled}${names === undefined} ${[...reads].sort().join()} ${named}`;
  }

  cap(name: string): void {
    this.journal.cap(name);
  }

  /** Puts a new object into the state and returns a pointer to it. */
  newObject(state: State, info: Partial<ObjectInfo> & Pick<ObjectInfo, "class" | "origin">): Value {
    const id = this.newId();
    state.objects.set(id, { ...blank, ...info });
    return pointerTo(id);
  }

  newReference(state: State, info: Omit<Reference, "id" | "callbackDepth">): number {
    const id = this.newId();
    state.references = [...state.references, { ...info, id, callbackDepth: state.callbackDepth }];
    return id;
  }

  /** May the program sleep? A callback or a global function of it may differ from it. */
  get programSleepable(): boolean {
    return this.root.section?.sleepable === true;
  }

  /** Sleeping aside, is this point inside an RCU read-side section for this kernel? */
  inRcuSection(state: State): boolean {
    const { implicitRcu, regionsAreRcu } = this.effects.rules;
    if (state.locks.length > 0 || (implicitRcu && !this.root.sleepable)) return true;
    return regionsAreRcu ? state.regions.length > 0 : state.isInside("rcu");
  }
}

const blank = {
  struct: undefined,
  type: undefined,
  nullness: "unknown",
  trust: "unknown",
  ref: undefined,
  tiedToRef: undefined,
  tiedToDynptr: undefined,
  nonOwning: false,
  percpu: false,
  readOnly: false,
  size: undefined,
  map: undefined,
  dead: undefined,
  poisoned: false,
  usedUntested: undefined,
  anchor: "",
} as const satisfies Partial<ObjectInfo>;

export function siteOf(frame: Frame, at: Site["at"]): Site {
  return { fn: frame.fn, at, via: frame.callSite };
}
