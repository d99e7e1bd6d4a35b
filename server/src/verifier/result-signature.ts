// All that a caller can see of a function's result, as text: equal texts, and who used
// the one may use the other. Identities are numbered in the order they are met, places
// go by names that survive edits.
import { siteKey } from "./finding.ts";
import type { Journal } from "./journal.ts";
import type { Machine } from "./machine.ts";
import type { RememberedResult } from "./session.ts";
import type { FarEvent, State } from "./state.ts";
import { shapeOf } from "./state-key.ts";
import type { TraceNode } from "./trace.ts";
import type { Death, ObjectInfo, Reference, Site, Value } from "./value.ts";

/** As many decisions of a path as a caller takes over. */
const decisions = 6;

let unique = 0;

export function signatureOf(machine: Machine, result: RememberedResult): string {
  result.signature ??= makeSignature(machine, result);
  return result.signature;
}

function makeSignature(machine: Machine, result: RememberedResult): string {
  const { journal } = result;
  // Findings are made of much more; a limit depends on the order of work.
  if (journal.findings.all().length > 0 || journal.caps.size > 0) return `unique ${unique++}`;
  const signer = new Signer(machine, result);
  return JSON.stringify([journalOf(journal), result.outcomes.map(({ state, value }) => signer.outcome(state, value))]);
}

function journalOf({ looked, calls, skipped, found, unreadable }: Journal): unknown {
  return [
    [...looked].sort(),
    [...calls.values()].map(({ callee, site, guarded, frees }) => [callee, placeOf(site), guarded, frees]),
    [...skipped.values()].map(({ when, ordinal, site }) => [when, ordinal, placeOf(site)]),
    [...found.keys()].sort(),
    [...unreadable.keys()].sort(),
  ];
}

/** With the calls through which it was entered. */
function placeOf(site: Site | undefined): string {
  return site === undefined ? "" : `${siteKey(site)}<${placeOf(site.via)}`;
}

class Signer {
  readonly #machine: Machine;
  readonly #result: RememberedResult;
  readonly #objects: ReadonlyMap<number, number>;
  readonly #symbols: ReadonlyMap<number, number>;
  readonly #references: ReadonlyMap<number, number>;
  readonly #locks: ReadonlyMap<number, number>;
  readonly #regions: ReadonlyMap<number, number>;

  constructor(machine: Machine, result: RememberedResult) {
    const { entry } = result;
    this.#machine = machine;
    this.#result = result;
    this.#objects = indexes(entry.objects);
    this.#symbols = indexes(entry.symbols);
    this.#references = indexes(entry.references);
    this.#locks = indexes(entry.locks);
    this.#regions = indexes(entry.regions);
  }

  outcome(left: State, value: Value | undefined): unknown {
    const state = left.clone();
    if (value !== undefined) state.memory.set("r|", value);
    const { key, assumption, symbols, facts, objects } = shapeOf(this.#machine, state);
    const before = this.#result.entry.state;
    return [
      key,
      assumption,
      facts.map(({ low, high, not }) => [String(low), String(high), not]),
      symbols.map((id) => [this.#symbols.get(id), this.#machine.symbols.traits(id)]),
      objects.map((id) => [this.#objects.get(id), this.#object(state, id)]),
      state.references.map((reference) => this.#reference(reference)),
      state.locks.map(({ id, name, call, certain, site }) => [this.#locks.get(id), name, call, certain, placeOf(site)]),
      state.regions.map(({ id, name, call, site }) => [this.#regions.get(id), name, call, placeOf(site)]),
      settingsIn(state),
      [state.forgot, state.doubtful, state.inComparison, state.epoch === before.epoch, [...state.settled].sort()],
      [placeOf(state.exit), placeOf(state.bodyExit), state.assumption?.words],
      state.events?.map((event) => this.#event(event)),
      traceOf(state.trace),
    ];
  }

  #object(state: State, id: number): unknown {
    const object = state.objects.get(id);
    if (object === undefined || object === this.#result.entry.state.objects.get(id)) return undefined;
    const { origin, anchor, type, usedUntested } = object;
    return [
      [placeOf(origin.site), origin.call, origin.what, origin.name],
      [anchor, type],
      deathOf(object),
      usedUntested && [placeOf(usedUntested.site), usedUntested.epoch === state.epoch, usedUntested.atStart],
    ];
  }

  #reference(reference: Reference): unknown {
    const { id, kind, slot, site, call, releasedBy, callbackDepth, name } = reference;
    return [this.#references.get(id), kind, slot, placeOf(site), call, releasedBy, callbackDepth, name];
  }

  #event({ kind, death, reference }: FarEvent): unknown {
    return [kind, deathOf({ dead: death }), reference === undefined ? undefined : this.#references.get(reference)];
  }
}

/** Numbers that a read-only variable decided. */
function settingsIn({ memory }: State): readonly string[] {
  const found: string[] = [];
  for (const [place, held] of memory) if (held.kind === "number" && held.from) found.push(`${place}=${held.from}`);
  return found.sort();
}

function deathOf({ dead }: { readonly dead: Death | undefined } | ObjectInfo): unknown {
  return dead && [dead.reason, dead.by, placeOf(dead.site)];
}

function traceOf(trace: TraceNode | undefined): unknown {
  const nodes: unknown[] = [];
  for (let node = trace; node !== undefined && nodes.length < decisions; node = node.before)
    nodes.push([placeOf(node.site), node.taken]);
  return nodes;
}

function indexes(ids: readonly number[]): ReadonlyMap<number, number> {
  return new Map(ids.map((id, index) => [id, index]));
}
