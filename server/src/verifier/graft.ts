// The result of a function put back into a caller's state: what it saw is replaced
// by what it left, new identities are made for what it created, and events that
// reach further than its arguments (the end of an RCU section, moved packets) are
// applied to the rest.
import type { Extracted } from "./extract.ts";
import type { RawFinding, Subject } from "./finding.ts";
import type { Machine } from "./machine.ts";
import { forgetShared } from "./memory.ts";
import { endNonOwning, endRcu, invalidatePackets, killTied } from "./ownership.ts";
import type { HeldLock, Region, State } from "./state.ts";
import type { TraceNode } from "./trace.ts";
import { idOfBase, type ObjectInfo, type Reference, type Site, type StackObject, type Value } from "./value.ts";

/** One call and the remembered run that serves it: what both started from, by the identities of each. */
export class Pairing {
  readonly machine: Machine;
  readonly caller: State;
  readonly run: Extracted;
  readonly entry: Extracted;
  readonly site: Site;
  readonly objects: ReadonlyMap<number, number>;
  readonly symbols: ReadonlyMap<number, Value>;
  readonly dynptrs: ReadonlyMap<number, number>;
  readonly references: ReadonlyMap<number, number>;
  readonly locks: ReadonlyMap<number, number>;
  readonly regions: ReadonlyMap<number, number>;
  readonly bases: ReadonlyMap<string, string>;
  readonly strings: ReadonlyMap<string, string>;

  /** Equal keys, so equal order. */
  constructor(machine: Machine, caller: State, run: Extracted, entry: Extracted, site: Site) {
    this.machine = machine;
    this.caller = caller;
    this.run = run;
    this.entry = entry;
    this.site = site;
    const pair = <T>(from: readonly T[], to: readonly T[]) => new Map(from.map((item, i) => [item, to[i]!]));
    this.objects = pair(run.objects, entry.objects);
    this.symbols = new Map(run.symbols.map((id, i) => [id, { kind: "symbol", id: entry.symbols[i]! }]));
    this.dynptrs = pair(run.dynptrs, entry.dynptrs);
    this.references = pair(run.references, entry.references);
    this.locks = pair(run.locks, entry.locks);
    this.regions = pair(run.regions, entry.regions);
    this.strings = new Map(run.strings.map((base, i) => [base, entry.strings[i]!]));
    this.bases = new Map(entry.bases.map((base, i) => [`u${i}`, base]));
  }
}

/** Identities of the run by those that take their place: of what it started from, and of what it made. */
class Renaming<T> {
  readonly #paired: ReadonlyMap<number, T>;
  #made: Map<number, T> | undefined;

  constructor(paired: ReadonlyMap<number, T>) {
    this.#paired = paired;
  }

  get(id: number): T | undefined {
    return this.#paired.get(id) ?? this.#made?.get(id);
  }

  set(id: number, to: T): void {
    this.#made ??= new Map();
    this.#made.set(id, to);
  }
}

/** Translates identities of a remembered run into those of one caller; what an outcome made gets new ones. */
export class Graft {
  readonly #machine: Machine;
  readonly #caller: State;
  readonly #pairing: Pairing;
  readonly #site: Site;
  readonly #objects: Renaming<number>;
  readonly #symbols: Renaming<Value>;
  readonly #dynptrs: Renaming<number>;
  readonly #references: Renaming<number>;
  readonly #regions: Renaming<number>;

  constructor(pairing: Pairing) {
    this.#pairing = pairing;
    this.#machine = pairing.machine;
    this.#caller = pairing.caller;
    this.#site = pairing.site;
    this.#objects = new Renaming(pairing.objects);
    this.#symbols = new Renaming(pairing.symbols);
    this.#dynptrs = new Renaming(pairing.dynptrs);
    this.#references = new Renaming(pairing.references);
    this.#regions = new Renaming(pairing.regions);
  }

  state(after: State): State {
    // What is as it was when the function was entered is what its caller knows of it.
    const before = this.#pairing.run.state;
    const result = this.#caller.clone();
    this.#applyEvents(result, after);
    if (after.forgot) forgetShared(this.#machine, result);
    this.#memory(result, after);
    this.#objectTable(result, after);
    for (const [id, fact] of after.facts) {
      if (before.facts.get(id) === fact) continue;
      const value = this.value({ kind: "symbol", id });
      if (value.kind === "symbol") result.facts.set(value.id, fact);
    }
    if (after.references !== before.references) result.references = this.#referenceTable(after);
    if (after.locks !== before.locks) result.locks = after.locks.map((lock) => this.#lock(lock));
    if (after.regions !== before.regions) result.regions = after.regions.map((region) => this.#region(region));
    if (after.settled.size > 0) result.settled = new Set([...result.settled, ...after.settled]);
    if (after.assumption !== undefined)
      result.assumption = { ...after.assumption, value: this.value(after.assumption.value) };
    result.callbackDepth = after.callbackDepth;
    result.epoch += after.epoch - before.epoch;
    result.doubtful = after.doubtful;
    result.trace = this.#trace(after.trace, 0);
    return result;
  }

  #memory(result: State, after: State): void {
    const { run, entry } = this.#pairing;
    for (const [index, own] of run.given.entries()) {
      const value = after.memory.get(own);
      const callers = entry.taken[index]!;
      if (value === undefined) result.memory.delete(callers);
      else if (after.forgot || value !== run.state.memory.get(own)) result.memory.set(callers, this.value(value));
    }
    for (const [key, value] of after.memory) {
      if (run.state.memory.has(key)) continue;
      const bar = key.indexOf("|");
      const base = this.#base(key.slice(0, bar));
      if (base !== undefined) result.memory.set(base + key.slice(bar), this.value(value));
    }
  }

  #objectTable(result: State, after: State): void {
    const { run } = this.#pairing;
    for (const [id, object] of after.objects) {
      const known = this.#objects.get(id);
      const before = known === undefined ? undefined : this.#caller.objects.get(known);
      const unchanged = before !== undefined && run.state.objects.get(id) === object;
      const now = unchanged ? before : this.#info(object, before);
      if (known === undefined || result.objects.get(known) !== now) result.objects.set(this.#object(id), now);
    }
  }

  value(value: Value): Value {
    switch (value.kind) {
      case "pointer": {
        const base = this.#base(value.base);
        return base === undefined ? this.#machine.symbols.fresh({ low: 0, high: 2 ** 64 }) : { ...value, base };
      }
      case "symbol":
        return value.id < 0 ? value : this.#symbol(value.id);
      case "slot":
        return { kind: "slot", slot: this.#slot(value.slot) };
      default:
        return value;
    }
  }

  finding(finding: RawFinding): RawFinding {
    const site = (s: Site) => this.site(s);
    switch (finding.kind) {
      case "leak":
        return {
          ...finding,
          reference: this.#reference(finding.reference),
          exit: site(finding.exit),
          trace: this.#trace(finding.trace, 0),
        };
      case "null":
        return {
          ...finding,
          site: site(finding.site),
          use: { ...finding.use, statement: site(finding.use.statement) },
          subject: finding.subject && this.#subject(finding.subject),
          trace: this.#trace(finding.trace, 0),
        };
      case "use-after-release": {
        const object = this.#callerObject(finding.subject.object);
        const released = object?.dead ?? { ...finding.released, site: site(finding.released.site) };
        return {
          ...finding,
          site: site(finding.site),
          subject: this.#subject(finding.subject),
          released,
          trace: this.#trace(finding.trace, 0),
        };
      }
      case "release-unowned":
        return {
          ...finding,
          site: site(finding.site),
          subject: finding.subject && this.#subject(finding.subject),
          trace: this.#trace(finding.trace, 0),
        };
      case "late-null-check":
        return {
          ...finding,
          site: site(finding.site),
          use: site(finding.use),
          subject: this.#subject(finding.subject),
        };
      case "breach":
        return {
          ...finding,
          site: site(finding.site),
          subject: finding.subject && this.#subject(finding.subject),
          related: finding.related.map((place) => ({ ...place, site: site(place.site) })),
          exit: finding.exit && site(finding.exit),
          trace: this.#trace(finding.trace, 0),
        };
    }
  }

  /** Sites of the run know their calls up to the function itself; the caller's call completes the chain. */
  site(site: Site): Site {
    return { ...site, via: site.via === undefined ? this.#site : this.site(site.via) };
  }

  #callerObject(id: number | undefined): ObjectInfo | undefined {
    const known = id === undefined ? undefined : this.#objects.get(id);
    return known === undefined ? undefined : this.#caller.objects.get(known);
  }

  #subject(subject: Subject): Subject {
    const object = this.#callerObject(subject.object);
    if (object !== undefined)
      return { origin: object.origin, struct: subject.struct, object: this.#objects.get(subject.object!) };
    return { ...subject, object: undefined, origin: { ...subject.origin, site: this.site(subject.origin.site) } };
  }

  #base(base: string): string | undefined {
    switch (base[0]) {
      case "u":
        return this.#pairing.bases.get(base);
      case "o":
        return `o${this.#object(idOfBase(base))}`;
      case "y": {
        const symbol = this.#symbol(idOfBase(base));
        return symbol.kind === "symbol" ? `y${symbol.id}` : undefined;
      }
      case "s":
        return this.#pairing.strings.get(base) ?? base;
      case "g":
      case "c":
      case "r":
        return base;
      default:
        // Locals of the function itself, and pinned arguments.
        return undefined;
    }
  }

  #object(id: number): number {
    let known = this.#objects.get(id);
    if (known === undefined) {
      known = this.#machine.newId();
      this.#objects.set(id, known);
    }
    return known;
  }

  #symbol(id: number): Value {
    const known = this.#symbols.get(id);
    if (known !== undefined) return known;
    if (this.#machine.symbols.isNamed(id)) return { kind: "symbol", id };
    const { symbols } = this.#machine;
    const definition = symbols.definition(id);
    const range = symbols.range(id);
    const made =
      definition === undefined
        ? symbols.fresh(range)
        : definition.kind === "binary"
          ? symbols.defined(
              { ...definition, left: this.value(definition.left), right: this.value(definition.right) },
              range,
            )
          : symbols.defined({ ...definition, operand: this.value(definition.operand) }, range);
    this.#symbols.set(id, made);
    return made;
  }

  #slot(slot: StackObject): StackObject {
    if (slot.kind === "empty") return { ...slot, ref: this.#optionalReference(slot.ref) };
    if (slot.kind === "iterator") return { ...slot, ref: this.#referenceId(slot.ref) };
    if (slot.kind === "irq-flag") return { ...slot, region: this.#regionId(slot.region) };
    return {
      ...slot,
      id: this.#dynptr(slot.id),
      parent: this.#optionalReference(slot.parent),
      ref: slot.ref === undefined ? undefined : this.#referenceId(slot.ref),
    };
  }

  #dynptr(id: number): number {
    let known = this.#dynptrs.get(id);
    if (known === undefined) {
      known = this.#machine.newId();
      this.#dynptrs.set(id, known);
    }
    return known;
  }

  #referenceId(id: number): number {
    let known = this.#references.get(id);
    if (known === undefined) {
      known = this.#machine.newId();
      this.#references.set(id, known);
    }
    return known;
  }

  #regionId(id: number): number {
    let known = this.#regions.get(id);
    if (known === undefined) {
      known = this.#machine.newId();
      this.#regions.set(id, known);
    }
    return known;
  }

  /** One of the caller's own, or one that the function opened. */
  #region(region: Region): Region {
    const id = this.#regionId(region.id);
    const callers = this.#caller.regions.find((known) => known.id === id);
    return callers ?? { ...region, id, site: this.site(region.site) };
  }

  #optionalReference(id: number | undefined): number | undefined {
    return id === undefined ? undefined : this.#referenceId(id);
  }

  #reference(reference: Reference): Reference {
    const known = this.#references.get(reference.id);
    const callers = known === undefined ? undefined : this.#caller.reference(known);
    if (callers !== undefined) return callers;
    return {
      ...reference,
      id: this.#referenceId(reference.id),
      object: reference.object === undefined ? undefined : this.#object(reference.object),
      slot: reference.slot === undefined ? undefined : this.#base(reference.slot),
      site: this.site(reference.site),
      parent: this.#optionalReference(reference.parent),
    };
  }

  /** The caller's own references stay in order; those the function gave back are gone, new ones come last. */
  #referenceTable(after: State): Reference[] {
    const seen = new Set(this.#pairing.entry.references);
    const kept = new Set(after.references.map((reference) => this.#references.get(reference.id)));
    const callers = this.#caller.references.filter((reference) => !seen.has(reference.id) || kept.has(reference.id));
    const own = new Set(callers.map((reference) => reference.id));
    const made = after.references
      .map((reference) => this.#reference(reference))
      .filter((reference) => !own.has(reference.id));
    return [...callers, ...made];
  }

  #info(object: ObjectInfo, before: ObjectInfo | undefined): ObjectInfo {
    const origin = before?.origin ?? { ...object.origin, site: this.site(object.origin.site) };
    const dead =
      object.dead === undefined ? undefined : (before?.dead ?? { ...object.dead, site: this.site(object.dead.site) });
    return {
      ...object,
      origin: { ...origin, name: origin.name ?? object.origin.name },
      dead,
      ref: this.#optionalReference(object.ref),
      tiedToRef: this.#optionalReference(object.tiedToRef),
      tiedToDynptr: object.tiedToDynptr === undefined ? undefined : this.#dynptr(object.tiedToDynptr),
      usedUntested:
        object.usedUntested === undefined || before?.usedUntested !== undefined
          ? before?.usedUntested
          : { ...object.usedUntested, site: this.site(object.usedUntested.site) },
    };
  }

  /** The caller's own locks are as they were; those the function took are its own, seen from here. */
  #lock(lock: HeldLock): HeldLock {
    const held = this.#pairing.locks.get(lock.id);
    const callers = this.#caller.locks.find(({ id }) => id === held);
    if (callers !== undefined) return { ...callers, reported: callers.reported || lock.reported };
    const owner = this.#base(lock.owner) ?? lock.owner;
    return { ...lock, id: this.#machine.newId(), owner, site: this.site(lock.site) };
  }

  #applyEvents(result: State, after: State): void {
    for (const event of after.events ?? []) {
      const death = { ...event.death, site: this.site(event.death.site) };
      if (event.kind === "rcu-end") endRcu(result, death);
      else if (event.kind === "unlock") endNonOwning(result, death);
      else if (event.kind === "packets") invalidatePackets(result, death);
      else if (event.reference !== undefined) {
        const known = this.#references.get(event.reference);
        if (known !== undefined) killTied(result, known, death);
      }
    }
  }

  #trace(node: TraceNode | undefined, depth: number): TraceNode | undefined {
    // Long paths inside a function say little to the reader of its caller.
    if (node === undefined || depth >= 6) return this.#caller.trace;
    const before = this.#trace(node.before, depth + 1);
    return { ...node, before, site: this.site(node.site), depth: (before?.depth ?? 0) + 1 };
  }
}
