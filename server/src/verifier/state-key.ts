// When are two states the same? When they agree on all that can matter from here:
// values, objects, facts and what is held, with identities renumbered in the order
// they are met. Facts stand beside the rest, for states that differ only there can be
// compared. Making the shape also drops what nothing refers to any more.
import type { Fact } from "./fact.ts";
import type { Machine } from "./machine.ts";
import { factOf } from "./refine.ts";
import type { State } from "./state.ts";
import { idOfBase, type ObjectInfo, placeName, type StackObject, type Value } from "./value.ts";

export interface Shape {
  /** All that matters but what is known of scalars and what is assumed. `doubtful` is left out. */
  readonly key: string;
  /** What is assumed of a read-only variable; "" for nothing. */
  readonly assumption: string;
  /** Symbols in the order of their numbers in `key`: those of states with equal keys correspond. */
  readonly symbols: readonly number[];
  /** What is known of each. */
  readonly facts: readonly Fact[];
  /** Objects, in the order of their numbers. */
  readonly objects: readonly number[];
}

export function shapeOf(machine: Machine, state: State): Shape {
  return new Canonicalizer(machine, state).shape();
}

/** What is held, without values: states that differ here are never joined. */
export function resourceKey(state: State): string {
  const references = state.references.map((r) => `${r.kind}${placeName(r.site)}`).join(",");
  const locks = state.locks.map((l) => `${l.kind}${placeName(l.site)}${l.reported ? "r" : ""}`).join(",");
  return `${references}|${locks}|${regionKey(state)}|${state.callbackDepth}|${state.doubtful}|${state.assumption?.variable ?? ""}`;
}

function regionKey(state: State): string {
  return state.regions.map(({ kind, family, site }) => `${kind[0]}${family[0]}${placeName(site)}`).join(",");
}

const ownKeys = new WeakMap<ObjectInfo, string>();

/** All that matters of an object but what it refers to. Objects are replaced, never patched. */
export function ownKey(object: ObjectInfo): string {
  let key = ownKeys.get(object);
  if (key === undefined) {
    key = makeOwnKey(object);
    ownKeys.set(object, key);
  }
  return key;
}

function makeOwnKey(object: ObjectInfo): string {
  const flags = `${object.nonOwning ? "n" : ""}${object.percpu ? "c" : ""}${object.readOnly ? "r" : ""}${object.poisoned ? "p" : ""}`;
  return `${object.class}/${object.struct ?? ""}/${object.nullness[0]}${object.nullness[2]}/${object.trust[0]}${object.trust[2]}/${flags}/${object.size ?? ""}${object.map ?? ""}/${object.dead?.reason[0] ?? ""}`;
}

class Canonicalizer {
  readonly #machine: Machine;
  readonly #state: State;
  readonly #objects = new Map<number, number>();
  readonly #symbols = new Map<number, number>();
  readonly #references = new Map<number, number>();
  readonly #dynptrs = new Map<number, number>();
  #text = "";
  readonly #objectQueue: number[] = [];

  constructor(machine: Machine, state: State) {
    this.#machine = machine;
    this.#state = state;
    state.references.forEach((reference, index) => {
      this.#references.set(reference.id, index);
    });
  }

  shape(): Shape {
    const state = this.#state;
    // Locals and arguments first: objects get their numbers from where the program holds them.
    const own: string[] = [];
    const behind: string[] = [];
    for (const key of state.memory.keys()) (key[0] === "o" || key[0] === "y" ? behind : own).push(key);
    own.sort();
    for (const key of own) this.#text += `${key}=${this.#value(state.memory.get(key)!, 0)};`;
    for (const reference of state.references) {
      if (reference.object !== undefined) this.#object(reference.object);
    }
    this.#behind(behind);
    for (const reference of state.references) {
      const object = reference.object === undefined ? "" : this.#objects.get(reference.object);
      this.#text += `R${reference.kind[0]}${placeName(reference.site)}@${object}^${this.#ref(reference.parent)}d${reference.callbackDepth};`;
    }
    for (const lock of state.locks) {
      this.#text += `L${lock.kind}${this.#lockOwner(lock.owner)}@${placeName(lock.site)}${lock.reported ? "r" : ""};`;
    }
    this.#text += `${regionKey(state)},${state.callbackDepth}`;
    for (const event of state.events ?? []) this.#text += `E${event.kind}${this.#ref(event.reference)}`;
    const key = this.#text;
    // Last, so that the same symbols have the same numbers where nothing is assumed.
    const assumed = state.assumption;
    const assumption = assumed === undefined ? "" : `${assumed.variable}=${this.#value(assumed.value, 0)}`;
    this.#collect();
    const symbols = [...this.#symbols.keys()];
    const facts = symbols.map((id) => factOf(this.#machine, state, id));
    return { key, assumption, symbols, facts, objects: [...this.#objects.keys()] };
  }

  /** Memory behind objects that are reached; the rest is garbage. */
  #behind(keys: readonly string[]): void {
    if (keys.length === 0) {
      for (let next = 0; next < this.#objectQueue.length; next++) this.#describeObject(this.#objectQueue[next]!);
      return;
    }
    const byBase = new Map<string, string[]>();
    for (const key of keys) {
      const base = key.slice(0, key.indexOf("|"));
      const list = byBase.get(base);
      if (list === undefined) byBase.set(base, [key]);
      else list.push(key);
    }
    let next = 0;
    for (;;) {
      for (; next < this.#objectQueue.length; next++) {
        const id = this.#objectQueue[next]!;
        this.#describeObject(id);
        this.#memoryOf(`o${id}`, `o${this.#objects.get(id)}`, byBase);
      }
      // In the order of their numbers, which does not depend on when memory was written.
      const met = [...byBase.keys()].filter((base) => base[0] === "y" && this.#symbols.has(idOfBase(base)));
      const numbers = new Map(met.map((base) => [base, this.#symbols.get(idOfBase(base))!]));
      for (const base of met.sort((a, b) => numbers.get(a)! - numbers.get(b)!))
        this.#memoryOf(base, `y${numbers.get(base)}`, byBase);
      if (next === this.#objectQueue.length && met.length === 0) break;
    }
    for (const list of byBase.values()) for (const key of list) this.#state.memory.delete(key);
  }

  #describeObject(id: number): void {
    const object = this.#state.objects.get(id);
    if (object === undefined) return;
    const held = `${this.#ref(object.ref)}/${this.#ref(object.tiedToRef)}/${this.#dynptr(object.tiedToDynptr)}`;
    this.#text += `O${this.#objects.get(id)}:${ownKey(object)}/${held};`;
  }

  #memoryOf(base: string, as: string, byBase: Map<string, string[]>): void {
    const keys = byBase.get(base);
    if (keys === undefined) return;
    byBase.delete(base);
    for (const key of keys.sort())
      this.#text += `${as}${key.slice(key.indexOf("|"))}=${this.#value(this.#state.memory.get(key)!, 0)};`;
  }

  #lockOwner(owner: string): string {
    const id = idOfBase(owner);
    if (owner[0] === "o") return `o${this.#objects.get(id) ?? "?"}`;
    if (owner[0] === "y") return `y${this.#symbols.get(id) ?? "?"}`;
    return owner;
  }

  #ref(id: number | undefined): string {
    return id === undefined ? "" : String(this.#references.get(id) ?? "x");
  }

  #dynptr(id: number | undefined): number | "" {
    if (id === undefined) return "";
    let number = this.#dynptrs.get(id);
    if (number === undefined) {
      number = this.#dynptrs.size;
      this.#dynptrs.set(id, number);
    }
    return number;
  }

  #object(id: number): number {
    let number = this.#objects.get(id);
    if (number === undefined) {
      number = this.#objects.size;
      this.#objects.set(id, number);
      this.#objectQueue.push(id);
    }
    return number;
  }

  #value(value: Value, depth: number): string {
    switch (value.kind) {
      case "number":
        return `#${value.value}`;
      case "function":
        return `&${value.name}`;
      case "pointer": {
        const first = value.base[0];
        if (first === "o") return `o${this.#object(idOfBase(value.base))}|${value.path}`;
        if (first === "y") return `y${this.#symbol(idOfBase(value.base), depth)}|${value.path}`;
        return `${value.base}|${value.path}`;
      }
      case "slot":
        return this.#slot(value.slot);
      case "symbol":
        return value.id < 0 ? "?" : this.#symbol(value.id, depth);
    }
  }

  #slot(slot: StackObject): string {
    switch (slot.kind) {
      case "iterator":
        return `it:${slot.iterator}:${this.#ref(slot.ref)}${slot.rcu ?? ""}`;
      case "dynptr":
        return `dp:${slot.type}:${this.#dynptr(slot.id)}:${this.#ref(slot.ref)}^${this.#ref(slot.parent)}`;
      case "empty":
        return `em:${slot.why}:${slot.by}:${this.#ref(slot.ref)}`;
      case "irq-flag":
        return `irq:${this.#state.regions.findIndex((region) => region.id === slot.region)}`;
    }
  }

  #symbol(id: number, depth: number): string {
    const known = this.#symbols.get(id);
    if (known !== undefined) return `$${known}`;
    const number = this.#symbols.size;
    this.#symbols.set(id, number);
    const definition = depth < 4 ? this.#machine.symbols.definition(id) : undefined;
    if (definition === undefined) return `$${number}`;
    switch (definition.kind) {
      case "not":
        return `$${number}:!${this.#value(definition.operand, depth + 1)}`;
      case "cast":
        return `$${number}:c${definition.bits}${this.#value(definition.operand, depth + 1)}`;
      case "binary":
        return `$${number}:(${this.#value(definition.left, depth + 1)}${definition.op}${this.#value(definition.right, depth + 1)})`;
    }
  }

  #collect(): void {
    const { objects, facts } = this.#state;
    if (objects.size > this.#objects.size) {
      for (const id of [...objects.keys()]) if (!this.#objects.has(id)) objects.delete(id);
    }
    if (facts.size > 0) for (const id of [...facts.keys()]) if (!this.#symbols.has(id)) facts.delete(id);
  }
}
