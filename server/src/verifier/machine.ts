// What all parts of the abstract machine share while one root (a program, a global
// function, an asynchronous callback) is explored for one kernel: facts to ask,
// identities to hand out, findings to collect, budgets to count.
import type { Cancellation } from "../base/cancellation.ts";
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects, SectionInfo } from "../registry/effect.ts";
import type { FunctionDecl } from "../syntax/ast.ts";
import type { FindingSink } from "./finding.ts";
import { hookArgument } from "./entry.ts";
import { Symbols } from "./symbols.ts";
import type { State } from "./state.ts";
import type { ObjectInfo, Reference, Site, Value } from "./value.ts";
import { pointerTo } from "./value.ts";

/** Named bounds, each with its reason. A bound that is met is counted and makes the program "not analysed". */
export const limits = {
  /** Blocks executed for one root: the largest real scheduler programs need a few thousand. */
  steps: 150_000,
  /** Call depth of followed functions; the kernel stops at 8 frames, inlined ones do not count there. */
  callDepth: 32,
  /** States kept at one join that hold the same resources, before scalars are forgotten. */
  sameResources: 16,
  /** States at one join in all, after which paths are given up. */
  statesPerBlock: 1500,
  /** References held at once: more only happens in loops that never release. */
  references: 40,
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
}

export interface Frame {
  readonly fn: FunctionDecl;
  readonly graph: ControlFlowGraph;
  /** Prefix of its locals' bases: "f<depth>". */
  readonly depth: number;
  readonly caller: Frame | undefined;
  /** The call that entered it; undefined for roots. */
  readonly callSite: Site | undefined;
}

export interface Root {
  readonly name: string;
  readonly section: SectionInfo | undefined;
  readonly kind: "program" | "global" | "async-callback";
  /** struct_ops member the program implements. */
  readonly structOps: { readonly struct: string; readonly member: string } | undefined;
  readonly sleepable: boolean;
}

export class Machine {
  readonly unit: Unit;
  readonly effects: KernelEffects;
  readonly root: Root;
  readonly findings: FindingSink;
  readonly symbols = new Symbols();
  readonly cancellation: Cancellation | undefined;
  /** Cap name -> times met. */
  readonly caps = new Map<string, number>();
  /** Functions that could not be read, with the reason. */
  readonly unreadable = new Map<string, string>();
  /** Roots found on the way: asynchronous callbacks and global functions. */
  readonly found = new Map<string, { readonly name: string; readonly kind: "global" | "async-callback"; readonly sleepable: boolean }>();
  steps = 0;
  /** The instruction being executed. */
  here!: Site;
  #next = 1;

  constructor(options: {
    unit: Unit;
    effects: KernelEffects;
    root: Root;
    findings: FindingSink;
    cancellation: Cancellation | undefined;
  }) {
    this.unit = options.unit;
    this.effects = options.effects;
    this.root = options.root;
    this.findings = options.findings;
    this.cancellation = options.cancellation;
  }

  newId(): number {
    return this.#next++;
  }

  cap(name: string): void {
    this.caps.set(name, (this.caps.get(name) ?? 0) + 1);
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

  /** The hook's argument number `index`, the same object each time it is read. */
  argument(state: State, index: number): Value {
    return hookArgument(this, state, index);
  }

  /** Sleeping aside, is this point inside an RCU read-side section for this kernel? */
  inRcuSection(state: State): boolean {
    return state.rcuDepth > 0 || state.locks.length > 0 || (this.effects.rules.implicitRcu && !this.root.sleepable);
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
  dead: undefined,
  poisoned: false,
  usedUntested: undefined,
} as const satisfies Partial<ObjectInfo>;

export function siteOf(frame: Frame, at: Site["at"]): Site {
  return { fn: frame.fn, at, via: frame.callSite };
}
