// The state of one path: what places hold, what objects are, what is held.
// A state is changed in place while a straight line runs and cloned where paths
// part; nothing outside this room keeps one. Two states with the same `key` behave
// the same from here on, whatever ids their objects have.
import type { Fact } from "./fact.ts";
import { SharedMap } from "./shared-map.ts";
import type { TraceNode } from "./trace.ts";
import type { Death, ObjectInfo, Reference, Site, Value } from "./value.ts";

export interface HeldLock {
  readonly id: number;
  readonly kind: LockKind;
  /** What it lies in and protects: an object `o<id>`, a data section `g:<section>`, or `y<id>` behind an unknown pointer. */
  readonly owner: string;
  /** The owner is one that the verifier tells from all others. */
  readonly certain: boolean;
  /** C text of the lock and the call that took it. */
  readonly name: string;
  readonly call: string;
  readonly site: Site;
  /** A finding was made about it on this path: nothing more is said. */
  readonly reported: boolean;
}

/** "res-spin-irq": taken together with saving interrupts. */
export type LockKind = "spin" | "res-spin" | "res-spin-irq";

/** A section of the program that was opened and must be closed: by count (rcu, preempt), or in order (irq). */
export interface Region {
  readonly id: number;
  readonly kind: RegionKind;
  /** irq: who may restore it, bpf_local_irq_restore() or a lock's unlock. */
  readonly family: "native" | "lock";
  /** Where and by what it was opened. */
  readonly site: Site;
  readonly call: string;
  /** irq: variable that holds the saved state. */
  readonly name: string | undefined;
}

export type RegionKind = "rcu" | "preempt" | "irq";

/** Something that reaches further than a function's arguments; applied to the caller's state as well. */
export interface FarEvent {
  readonly kind: "rcu-end" | "unlock" | "packets" | "released";
  readonly death: Death;
  /** For "released". */
  readonly reference?: number;
}

const noReferences: ReadonlySet<number> = new Set();

/** The path exists only if the loader gave this read-only variable another value than its initial one. */
export interface Assumption {
  readonly variable: string;
  /** A symbol: what the variable holds instead. */
  readonly value: Value;
  /** "`debug` is set" */
  readonly words: string;
}

const none: ReadonlySet<string> = new Set();

export class State {
  /** Memory key (base|path) -> value. */
  memory: SharedMap<string, Value>;
  objects: SharedMap<number, ObjectInfo>;
  facts: SharedMap<number, Fact>;
  references: readonly Reference[];
  locks: readonly HeldLock[];
  /** Oldest first. */
  regions: readonly Region[];
  callbackDepth: number;
  /** In the comparison that adding to a tree calls. */
  inComparison: boolean;
  trace: TraceNode | undefined;
  /** Counts calls and stores that loads cannot be moved across. */
  epoch: number;
  /**
   * Reached only if assembly gave zero, or if the target kernel lacks what the program's headers declare: it may be that
   * it cannot be reached, so nothing is claimed.
   */
  doubtful: boolean;
  /** Where the function returned. */
  exit: Site | undefined;
  /** Where the body that libbpf's BPF_PROG wraps returned: the exit a reader wants to see. */
  bodyExit: Site | undefined;
  /** undefined: what the object file says is enough to get here. */
  assumption: Assumption | undefined;
  /** Read-only variables that decided something on this path already: another choice left it there. */
  settled: ReadonlySet<string>;
  /** Something impossible happened, such as an access past an array's end: the path is not one of the program's. */
  impossible: boolean;
  /**
   * Kept inside followed functions only: what the function does not name, and so was not given, may have changed. No
   * part of what tells states apart; of two that are one it is set where either has it.
   */
  forgot: boolean;
  /** Kept inside followed functions only. */
  events: readonly FarEvent[] | undefined;
  /** Those of the caller that the function was entered with. */
  callersReferences: ReadonlySet<number>;

  constructor(from?: State) {
    this.memory = from === undefined ? new SharedMap() : from.memory.clone();
    this.objects = from === undefined ? new SharedMap() : from.objects.clone();
    this.facts = from === undefined ? new SharedMap() : from.facts.clone();
    this.references = [];
    this.locks = [];
    this.regions = [];
    this.callbackDepth = 0;
    this.inComparison = false;
    this.trace = undefined;
    this.epoch = 0;
    this.events = undefined;
    this.forgot = false;
    this.assumption = undefined;
    this.settled = none;
    this.callersReferences = noReferences;
    this.impossible = false;
    this.exit = undefined;
    this.bodyExit = undefined;
    this.doubtful = false;
  }

  clone(): State {
    const copy = new State(this);
    copy.references = this.references;
    copy.locks = this.locks;
    copy.regions = this.regions;
    copy.callbackDepth = this.callbackDepth;
    copy.inComparison = this.inComparison;
    copy.trace = this.trace;
    copy.epoch = this.epoch;
    copy.events = this.events;
    copy.forgot = this.forgot;
    copy.assumption = this.assumption;
    copy.settled = this.settled;
    copy.callersReferences = this.callersReferences;
    copy.exit = this.exit;
    copy.bodyExit = this.bodyExit;
    copy.doubtful = this.doubtful;
    return copy;
  }

  /**
   * The same once more changes nothing out there: what it could reach is gone, and what came since is not the
   * caller's. Nor does the end of a reference that was made here.
   */
  note(event: FarEvent): void {
    if (this.events === undefined) return;
    if (event.reference !== undefined && !this.callersReferences.has(event.reference)) return;
    const known = this.events.some((e) => e.kind === event.kind && e.reference === event.reference);
    if (!known) this.events = [...this.events, event];
  }

  object(id: number | undefined): ObjectInfo | undefined {
    return id === undefined ? undefined : this.objects.get(id);
  }

  change(id: number, change: Partial<ObjectInfo>): void {
    const object = this.objects.get(id);
    if (object !== undefined) this.objects.set(id, { ...object, ...change });
  }

  reference(id: number | undefined): Reference | undefined {
    return id === undefined ? undefined : this.references.find((r) => r.id === id);
  }

  /** The region of this kind that was opened last. */
  innermost(kind: RegionKind): Region | undefined {
    return this.regions.findLast((region) => region.kind === kind);
  }

  isInside(kind: RegionKind): boolean {
    return this.regions.some((region) => region.kind === kind);
  }

  dropRegion(id: number): void {
    this.regions = this.regions.filter((region) => region.id !== id);
  }

  dropReference(id: number): void {
    this.references = this.references.filter((r) => r.id !== id);
  }
}
