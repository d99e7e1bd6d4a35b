// What all parts of the abstract machine share while one root (a program, a global
// function, an asynchronous callback) is explored for one kernel: facts to ask,
// identities to hand out, findings to collect, budgets to count.
import type { Cancellation } from "../base/cancellation.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects, SectionInfo } from "../registry/effect.ts";
import type { FunctionDecl } from "../syntax/ast.ts";
import { Journal } from "./journal.ts";
import { Dependencies, type Session } from "./session.ts";
import type { State } from "./state.ts";
import type { Symbols } from "./symbols.ts";
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
    const handler = this.root.exceptionCallback;
    return `${textOf(summary)}${handler !== undefined && summary.functions.includes(handler)}`;
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

const texts = new WeakMap<GlobalSummary, string>();

function textOf(summary: GlobalSummary): string {
  let text = texts.get(summary);
  if (text === undefined) {
    const { changesPackets, throws, tailCalls, sleeps, reads, names } = summary;
    const named = names && [[...names.members].sort(), [...names.globals].sort()];
    text = JSON.stringify([changesPackets, throws, tailCalls, sleeps, [...reads].sort(), named]);
    texts.set(summary, text);
  }
  return text;
}

export function siteOf(frame: Frame, at: Site["at"]): Site {
  return { fn: frame.fn, at, via: frame.callSite };
}
