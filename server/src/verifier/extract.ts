// The part of a state that a called function can see: what its arguments reach,
// globals, hook arguments, regions, and of memory outside the stack only what the
// function names. Taken out, it becomes the entry state of the function and, as
// text, the key under which its result is remembered.
import type { GlobalSummary, Machine } from "./machine.ts";
import { memberNames } from "./path.ts";
import { State } from "./state.ts";
import type { StackObject, Value } from "./value.ts";

export interface Extracted {
  readonly key: string;
  /** Entry state; bases of caller locals renamed to `u0`, `u1` ..., all else by the caller's identities. */
  readonly state: State;
  readonly args: readonly (Value | undefined)[];
  /** Identities in the order in which the key met them. */
  readonly bases: readonly string[];
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
  readonly #objects = new Map<number, number>();
  readonly #symbols = new Map<number, number>();
  readonly #dynptrs = new Map<number, number>();
  readonly #references = new Map<number, number>();
  readonly #keysOf = new Map<string, string[]>();
  readonly #parts: string[] = [];
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
      this.#parts.push(",");
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
      this.#parts.push(`L${lock.kind}${this.#lockOwner(lock.owner)}${lock.certain}${lock.reported};`);
    }
    to.locks = from.locks;
    to.regions = from.regions;
    to.callbackDepth = from.callbackDepth;
    to.inComparison = from.inComparison;
    if (from.inComparison) this.#parts.push("C");
    to.epoch = from.epoch;
    if (keepsAssumption && from.assumption !== undefined) {
      to.assumption = from.assumption;
      this.#parts.push(`A${from.assumption.variable}=`);
      this.#value(from.assumption.value, 0);
      this.#drain();
    }
    to.doubtful = from.doubtful;
    if (from.doubtful) this.#parts.push("D");
    to.events = [];
    to.callersReferences = new Set(this.#references.keys());
    for (const region of from.regions) this.#parts.push(`${region.kind[0]}${region.family[0]}`);
    this.#parts.push(`,${to.callbackDepth}`);
    return {
      key: this.#parts.join(""),
      state: to,
      args: renamed,
      bases: [...this.#bases.keys()],
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
      this.#parts.push(key, "=");
      this.#to.memory.set(key, this.#value(this.#from.memory.get(key)!, 0));
      this.#taken.push(key);
      this.#given.push(key);
    }
  }

  #drain(): void {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) next();
  }

  /** Renames a value for the function's state and writes it to the key. */
  #value(value: Value, depth: number): Value {
    switch (value.kind) {
      case "number":
        this.#parts.push(`#${value.value}`);
        return value;
      case "function":
        this.#parts.push(`&${value.name}`);
        return value;
      case "pointer":
        return this.#pointer(value, depth);
      case "symbol":
        if (value.id < 0) this.#parts.push("?");
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
        this.#parts.push(`irq${this.#from.regions.findIndex((region) => region.id === slot.region)}`);
        return;
      case "dynptr":
        this.#parts.push(`dp${slot.type}:${number(this.#dynptrs, slot.id)}^${this.#optionalReference(slot.parent)}`);
        break;
      case "iterator":
        this.#parts.push(`it${slot.iterator}${slot.rcu ?? ""}`);
        break;
      case "empty":
        this.#parts.push(`em${slot.why}${slot.by}`);
    }
    if (slot.ref !== undefined) this.#parts.push(`:${this.#reference(slot.ref)}`);
  }

  #pointer(value: Extract<Value, { kind: "pointer" }>, depth: number): Value {
    switch (value.base[0]) {
      case "f":
      case "u": {
        const base = `u${this.#base(value.base)}`;
        this.#parts.push(`${base}|${value.path}`);
        return { kind: "pointer", base, path: value.path };
      }
      case "o":
        this.#parts.push(`o${this.#object(Number(value.base.slice(1)))}|${value.path}`);
        return value;
      case "y":
        this.#symbol(Number(value.base.slice(1)), depth);
        this.#parts.push(`|${value.path}`);
        return value;
      default:
        this.#parts.push(`${value.base}|${value.path}`);
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
      this.#parts.push(
        `O${index}:${object.class}/${object.struct ?? ""}/${object.nullness}/${object.trust}/${this.#optionalReference(object.ref)}/${this.#optionalReference(object.tiedToRef)}/${dynptr}/${object.nonOwning}${object.percpu}${object.readOnly}${object.size ?? ""}${object.map ?? ""}${object.poisoned}${object.dead?.reason ?? ""}${object.usedUntested === undefined ? "" : "u"};`,
      );
      this.#memory(`o${id}`, `o${index}`, `o${id}`);
    });
    return index;
  }

  #symbol(id: number, depth: number): void {
    const known = this.#symbols.get(id);
    if (known !== undefined) {
      this.#parts.push(`$${known}`);
      return;
    }
    const index = number(this.#symbols, id);
    const fact = this.#from.facts.get(id);
    if (fact !== undefined) this.#to.facts.set(id, fact);
    const range = fact ?? this.#machine.symbols.range(id);
    this.#parts.push(`$${index}[${range.low},${range.high}!${fact?.not.join(" ") ?? ""}]`);
    const definition = depth < 4 ? this.#machine.symbols.definition(id) : undefined;
    if (definition !== undefined) {
      this.#parts.push(":", definition.kind === "binary" ? definition.op : definition.kind, "(");
      if (definition.kind === "binary") {
        this.#value(definition.left, depth + 1);
        this.#parts.push(",");
        this.#value(definition.right, depth + 1);
      } else this.#value(definition.operand, depth + 1);
      this.#parts.push(")");
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
      this.#parts.push(
        `R${index}:${reference.kind}@${object}^${this.#optionalReference(reference.parent)}d${reference.callbackDepth};`,
      );
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
      this.#parts.push(name, rest, "=");
      this.#to.memory.set(as + rest, this.#value(this.#from.memory.get(key)!, 0));
      this.#parts.push(";");
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
    const id = Number(owner.slice(1));
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
