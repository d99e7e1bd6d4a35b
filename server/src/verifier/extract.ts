// The part of a state that a called function can see: what its arguments reach,
// globals, hook arguments, regions, and of memory outside the stack only what the
// function names. Taken out, it becomes the entry state of the function and, as
// text, the key under which its result is remembered.
import type { GlobalSummary, Machine } from "./machine.ts";
import { memberNames } from "./path.ts";
import { State } from "./state.ts";
import { ownKey } from "./state-key.ts";
import { idOfBase, type StackObject, type Value } from "./value.ts";

export interface Extracted {
  readonly key: string;
  /** Entry state; bases of caller locals renamed to `u0`, `u1` ..., all else by the caller's identities. */
  readonly state: State;
  readonly args: readonly (Value | undefined)[];
  /** Identities in the order in which the key met them. */
  readonly bases: readonly string[];
  readonly strings: readonly string[];
  readonly objects: readonly number[];
  readonly symbols: readonly number[];
  readonly dynptrs: readonly number[];
  readonly references: readonly number[];
  /** Locks held at entry, in order. */
  readonly locks: readonly number[];
  readonly regions: readonly number[];
  /** Memory of the caller that was taken, and where the function finds it. */
  readonly taken: readonly string[];
  readonly given: readonly string[];
}

export function extract(
  machine: Machine,
  state: State,
  args: readonly (Value | undefined)[],
  summary: GlobalSummary,
  keepsAssumption: boolean,
): Extracted {
  return new Extraction(machine, state, summary).run(args, keepsAssumption);
}

/** Keeps what arguments reach alive while the function runs, also when its parameters are dead. */
export function pinKey(index: number): string {
  return `p${index}|`;
}

class Extraction {
  readonly #machine: Machine;
  readonly #from: State;
  readonly #to = new State();
  readonly #bases = new Map<string, number>();
  readonly #strings = new Map<string, number>();
  readonly #objects = new Map<number, number>();
  readonly #symbols = new Map<number, number>();
  readonly #dynptrs = new Map<number, number>();
  readonly #references = new Map<number, number>();
  readonly #keysOf = new Map<string, string[]>();
  #text = "";
  readonly #pending: (() => void)[] = [];

  readonly #summary: GlobalSummary;
  readonly #taken: string[] = [];
  readonly #given: string[] = [];

  constructor(machine: Machine, from: State, summary: GlobalSummary) {
    this.#machine = machine;
    this.#from = from;
    this.#summary = summary;
  }

  run(args: readonly (Value | undefined)[], keepsAssumption: boolean): Extracted {
    const from = this.#from;
    const to = this.#to;
    const { names } = this.#summary;
    const globals: string[] = [];
    const hookArguments: string[] = [];
    for (const key of from.memory.keys()) {
      if (key[0] === "c") {
        hookArguments.push(key);
        continue;
      }
      const base = key.slice(0, key.indexOf("|"));
      if (key[0] === "g") {
        if (names === undefined || names.globals.has(base.slice(2))) globals.push(key);
        continue;
      }
      const list = this.#keysOf.get(base);
      if (list === undefined) this.#keysOf.set(base, [key]);
      else list.push(key);
    }
    const renamed = args.map((value) => (value === undefined ? undefined : this.#value(value, 0)));
    renamed.forEach((value, index) => {
      if (value !== undefined) to.memory.set(pinKey(index), value);
      this.#text += ",";
    });
    this.#shared(globals);
    this.#drain();
    // Only who is given the context can ask for what is in it.
    if ([...this.#objects.keys()].some((id) => from.object(id)?.class === "context")) {
      this.#shared(hookArguments);
      this.#drain();
    }
    if (this.#summary.throws || this.#summary.tailCalls)
      for (const reference of from.references) this.#reference(reference.id);
    this.#drain();
    to.references = from.references.filter((reference) => this.#references.has(reference.id));
    for (const lock of from.locks) {
      this.#text += `L${lock.kind}${this.#lockOwner(lock.owner)}${lock.certain}${lock.reported};`;
    }
    to.locks = from.locks;
    to.regions = from.regions;
    to.callbackDepth = from.callbackDepth;
    to.inComparison = from.inComparison;
    if (from.inComparison) this.#text += "C";
    to.epoch = from.epoch;
    if (keepsAssumption && from.assumption !== undefined) {
      to.assumption = from.assumption;
      this.#text += `A${from.assumption.variable}=`;
      this.#value(from.assumption.value, 0);
      this.#drain();
    }
    to.doubtful = from.doubtful;
    if (from.doubtful) this.#text += "D";
    to.events = [];
    to.callersReferences = new Set(this.#references.keys());
    for (const region of from.regions) this.#text += `${region.kind[0]}${region.family[0]}`;
    this.#text += `,${to.callbackDepth}`;
    return {
      key: this.#text,
      state: to,
      args: renamed,
      bases: [...this.#bases.keys()],
      strings: [...this.#strings.keys()],
      objects: [...this.#objects.keys()],
      symbols: [...this.#symbols.keys()],
      dynptrs: [...this.#dynptrs.keys()],
      references: [...this.#references.keys()],
      locks: from.locks.map((lock) => lock.id),
      regions: from.regions.map((region) => region.id),
      taken: this.#taken,
      given: this.#given,
    };
  }

  #shared(keys: string[]): void {
    for (const key of keys.sort()) {
      this.#text += `${key}=`;
      this.#to.memory.set(key, this.#value(this.#from.memory.get(key)!, 0));
      this.#taken.push(key);
      this.#given.push(key);
    }
  }

  #drain(): void {
    for (let i = 0; i < this.#pending.length; i++) this.#pending[i]!();
    this.#pending.length = 0;
  }

  /** Renames a value for the function's state and writes it to the key. */
  #value(value: Value, depth: number): Value {
    switch (value.kind) {
      case "number":
        this.#text += `#${value.value}`;
        return value;
      case "function":
        this.#text += `&${value.name}`;
        return value;
      case "pointer":
        return this.#pointer(value, depth);
      case "symbol":
        if (value.id < 0) this.#text += "?";
        else this.#symbol(value.id, depth);
        return value;
      case "slot": {
        const { slot } = value;
        this.#slot(slot);
        return value;
      }
    }
  }

  #slot(slot: StackObject): void {
    switch (slot.kind) {
      case "irq-flag":
        this.#text += `irq${this.#from.regions.findIndex((region) => region.id === slot.region)}`;
        return;
      case "dynptr":
        this.#text += `dp${slot.type}:${number(this.#dynptrs, slot.id)}^${this.#optionalReference(slot.parent)}`;
        break;
      case "iterator":
        this.#text += `it${slot.iterator}${slot.rcu ?? ""}`;
        break;
      case "empty":
        this.#text += `em${slot.why}${slot.by}`;
    }
    if (slot.ref !== undefined) this.#text += `:${this.#reference(slot.ref)}`;
  }

  #pointer(value: Extract<Value, { kind: "pointer" }>, depth: number): Value {
    switch (value.base[0]) {
      case "f":
      case "u": {
        const base = `u${this.#base(value.base)}`;
        this.#text += `${base}|${value.path}`;
        return { kind: "pointer", base, path: value.path };
      }
      case "o":
        this.#text += `o${this.#object(idOfBase(value.base))}|${value.path}`;
        return value;
      case "y":
        this.#symbol(idOfBase(value.base), depth);
        this.#text += `|${value.path}`;
        return value;
      case "s":
        // Which text it is decides nothing.
        this.#text += `s${number(this.#strings, value.base)}|${value.path}`;
        return value;
      default:
        this.#text += `${value.base}|${value.path}`;
        return value;
    }
  }

  #base(base: string): number {
    const known = this.#bases.get(base);
    if (known !== undefined) return known;
    const index = number(this.#bases, base);
    this.#pending.push(() => this.#memory(base, `u${index}`, `u${index}`));
    return index;
  }

  #object(id: number): number {
    const known = this.#objects.get(id);
    if (known !== undefined) return known;
    const index = number(this.#objects, id);
    this.#pending.push(() => {
      const object = this.#from.objects.get(id);
      if (object === undefined) return;
      this.#to.objects.set(id, object);
      const dynptr = object.tiedToDynptr === undefined ? "" : number(this.#dynptrs, object.tiedToDynptr);
      const { ref, tiedToRef, percpu, usedUntested } = object;
      const more = `${percpu === undefined ? "?" : ""}${usedUntested === undefined ? "" : "u"}`;
      this.#text += `O${index}:${ownKey(object)}${more}/${this.#optionalReference(ref)}/${this.#optionalReference(tiedToRef)}/${dynptr};`;
      this.#memory(`o${id}`, `o${index}`, `o${id}`);
    });
    return index;
  }

  #symbol(id: number, depth: number): void {
    const known = this.#symbols.get(id);
    if (known !== undefined) {
      this.#text += `$${known}`;
      return;
    }
    const index = number(this.#symbols, id);
    const fact = this.#from.facts.get(id);
    if (fact !== undefined) this.#to.facts.set(id, fact);
    const range = fact ?? this.#machine.symbols.range(id);
    this.#text += `$${index}[${range.low},${range.high}!${fact?.not.join(" ") ?? ""}]`;
    const definition = depth < 4 ? this.#machine.symbols.definition(id) : undefined;
    if (definition !== undefined) {
      this.#text += `:${definition.kind === "binary" ? definition.op : definition.kind}(`;
      if (definition.kind === "binary") {
        this.#value(definition.left, depth + 1);
        this.#text += ",";
        this.#value(definition.right, depth + 1);
      } else this.#value(definition.operand, depth + 1);
      this.#text += ")";
    }
    this.#pending.push(() => this.#memory(`y${id}`, `y${index}`, `y${id}`));
  }

  #optionalReference(id: number | undefined): string {
    return id === undefined ? "" : String(this.#reference(id));
  }

  #reference(id: number): number {
    const known = this.#references.get(id);
    if (known !== undefined) return known;
    const index = number(this.#references, id);
    this.#pending.push(() => {
      const reference = this.#from.reference(id);
      if (reference === undefined) return;
      const object = reference.object === undefined ? "" : this.#object(reference.object);
      this.#text += `R${index}:${reference.kind}@${object}^${this.#optionalReference(reference.parent)}d${reference.callbackDepth};`;
    });
    return index;
  }

  #memory(base: string, name: string, as: string): void {
    const isStack = base[0] === "f" || base[0] === "u";
    for (const key of (this.#keysOf.get(base) ?? []).sort()) {
      const rest = key.slice(key.indexOf("|"));
      if (!isStack && !this.#isNamed(rest)) continue;
      this.#taken.push(key);
      this.#given.push(as + rest);
      this.#text += `${name}${rest}=`;
      this.#to.memory.set(as + rest, this.#value(this.#from.memory.get(key)!, 0));
      this.#text += ";";
    }
  }

  /** Can the function read or write it, or a part of what it is in? */
  #isNamed(path: string): boolean {
    const { names } = this.#summary;
    if (names === undefined) return true;
    const members = memberNames(path);
    return members.length === 0 || members.some((member) => names.members.has(member));
  }

  /** What the function cannot reach is "another" to it, whichever it is. */
  #lockOwner(owner: string): string {
    const id = idOfBase(owner);
    if (owner[0] === "o") return `o${this.#objects.get(id) ?? "?"}`;
    if (owner[0] === "y") return `y${this.#symbols.get(id) ?? "?"}`;
    return owner;
  }
}

function number<T>(numbers: Map<T, number>, item: T): number {
  let index = numbers.get(item);
  if (index === undefined) {
    index = numbers.size;
    numbers.set(item, index);
  }
  return index;
}
