// Two states that hold the same, made one: what they agree on stays, what differs
// becomes unknown, and about the unknown nothing is claimed. Used when too many
// states meet at one place; that is how counted loops end. What is held is never
// joined away: states that differ there stay apart.
import type { Machine } from "./machine.ts";
import { factOf } from "./refine.ts";
import type { HeldLock, State } from "./state.ts";
import { anyRange } from "./symbols.ts";
import { type ObjectInfo, objectIdOf, placeName, type StackObject, type Value, zero } from "./value.ts";

/** A new state that stands for both, or undefined when they hold different things. */
export function join(machine: Machine, left: State, right: State): State | undefined {
  return new Join(machine, left, right).run();
}

class Join {
  readonly #machine: Machine;
  readonly #left: State;
  readonly #right: State;
  readonly #result: State;
  /** Objects and symbols of the left that play the part of one on the right. */
  readonly #objects = new Map<number, number>();
  readonly #symbols = new Map<number, number>();
  readonly #references = new Map<number, number>();
  readonly #regions = new Map<number, number>();

  constructor(machine: Machine, left: State, right: State) {
    this.#machine = machine;
    this.#left = left;
    this.#right = right;
    this.#result = left.clone();
    this.#result.forgot ||= right.forgot;
  }

  run(): State | undefined {
    if (this.#left.doubtful !== this.#right.doubtful) return undefined;
    const assumed = [this.#left.assumption?.value, this.#right.assumption?.value];
    if (assumed[0] !== undefined && (assumed[1] === undefined || !this.#same(assumed[0], assumed[1]))) return undefined;
    if (!this.#sameReferences() || !this.#sameLocks() || !this.#sameRegions()) return undefined;
    const { memory } = this.#result;
    for (const [key, value] of this.#left.memory) {
      if (key[0] === "o" || key[0] === "y") {
        // Behind pointers: read again when needed, unless it is a stack object's part.
        memory.delete(key);
        continue;
      }
      const other = this.#right.memory.get(key);
      if (other !== undefined && this.#same(value, other)) continue;
      if (other === undefined) this.#forgetFill(key);
      if (this.#holds(this.#left, value) || (other !== undefined && this.#holds(this.#right, other))) return undefined;
      memory.set(key, other === undefined ? this.#machine.symbols.joined() : this.#either(value, other));
    }
    for (const [key, value] of this.#right.memory) {
      if (key[0] === "o" || key[0] === "y" || this.#left.memory.has(key)) continue;
      if (this.#holds(this.#right, value)) return undefined;
      this.#forgetFill(key);
      memory.set(key, this.#machine.symbols.joined());
    }
    return this.#result;
  }

  /** Whether it is zero stays known where both agree: a flag that says what is held keeps saying so. */
  #either(left: Value, right: Value): Value {
    const truth = this.#truth(this.#left, left);
    const agreed = truth === this.#truth(this.#right, right) ? truth : undefined;
    if (agreed === false) return zero;
    const value = this.#machine.symbols.joined();
    if (agreed === true && value.kind === "symbol") this.#result.facts.set(value.id, { ...anyRange, not: [0] });
    return value;
  }

  #truth(state: State, value: Value): boolean | undefined {
    if (value.kind === "number") return value.value !== 0;
    if (value.kind !== "symbol") return undefined;
    const { low, high, not } = factOf(this.#machine, state, value.id);
    if (low === 0 && high === 0) return false;
    return low > 0 || high < 0 || not.includes(0) ? true : undefined;
  }

  /** One state stored an element that the other did not: a later turn may have stored any of them. */
  #forgetFill(key: string): void {
    const bracket = key.lastIndexOf("[");
    if (bracket < 0) return;
    const { memory } = this.#result;
    for (const fill of memory.keys()) {
      if (fill.endsWith("*") && key.startsWith(fill.slice(0, -1))) memory.set(fill, this.#machine.symbols.joined());
    }
  }

  /** Opened at the same places in the same order. */
  #sameRegions(): boolean {
    const left = this.#left.regions;
    const right = this.#right.regions;
    if (left.length !== right.length) return false;
    return left.every((a, i) => {
      const b = right[i]!;
      this.#regions.set(a.id, b.id);
      return a.kind === b.kind && placeName(a.site) === placeName(b.site);
    });
  }

  /** Same kinds from the same places, in the same order; their objects correspond. */
  #sameReferences(): boolean {
    const left = this.#left.references;
    const right = this.#right.references;
    if (left.length !== right.length) return false;
    for (const [i, a] of left.entries()) {
      const b = right[i]!;
      if (a.kind !== b.kind || placeName(a.site) !== placeName(b.site)) return false;
      this.#references.set(a.id, b.id);
      if ((a.object === undefined) !== (b.object === undefined)) return false;
      if (a.object !== undefined && !this.#sameObject(a.object, b.object!)) return false;
    }
    return true;
  }

  /** The same calls took them. Which one is held is not known where the paths do not agree. */
  #sameLocks(): boolean {
    const right = this.#right.locks;
    if (this.#left.locks.length !== right.length) return false;
    const joined: HeldLock[] = [];
    for (const [i, a] of this.#left.locks.entries()) {
      const b = right[i]!;
      if (a.kind !== b.kind || a.reported !== b.reported) return false;
      if (placeName(a.site) !== placeName(b.site)) return false;
      const same =
        a.owner === b.owner || (a.owner[0] === "o" && b.owner[0] === "o" && this.#sameObject(idOf(a), idOf(b)));
      joined.push(same ? { ...a, certain: a.certain && b.certain } : { ...a, owner: "?", certain: false });
    }
    this.#result.locks = joined;
    return true;
  }

  #holds(state: State, value: Value): boolean {
    if (value.kind === "slot") return value.slot.kind === "irq-flag" || value.slot.ref !== undefined;
    return state.object(objectIdOf(value))?.ref !== undefined;
  }

  #same(left: Value, right: Value): boolean {
    switch (left.kind) {
      case "number":
        return right.kind === "number" && right.value === left.value;
      case "function":
        return right.kind === "function" && right.name === left.name;
      case "symbol":
        return right.kind === "symbol" && this.#sameSymbol(left.id, right.id);
      case "slot":
        return right.kind === "slot" && this.#sameSlot(left.slot, right.slot);
      case "pointer":
        if (right.kind !== "pointer" || right.path !== left.path) return false;
        if (left.base[0] === "o" && right.base[0] === "o") {
          return this.#sameObject(Number(left.base.slice(1)), Number(right.base.slice(1)));
        }
        if (left.base[0] === "y" && right.base[0] === "y") {
          return this.#sameSymbol(Number(left.base.slice(1)), Number(right.base.slice(1)));
        }
        return left.base === right.base;
    }
  }

  #sameSlot(left: StackObject, right: StackObject): boolean {
    if (left.kind === "irq-flag") return right.kind === "irq-flag" && this.#regions.get(left.region) === right.region;
    if (right.kind !== left.kind || (left.kind === "iterator" && right.kind === "iterator" && left.rcu !== right.rcu))
      return false;
    return left.ref === undefined ? right.ref === undefined : this.#references.get(left.ref) === right.ref;
  }

  /** What is known of a symbol is the union of what both know; a definition must be the very same. */
  #sameSymbol(left: number, right: number): boolean {
    const paired = this.#symbols.get(left);
    if (paired !== undefined) return paired === right;
    const { symbols } = this.#machine;
    if (left !== right && (symbols.definition(left) !== undefined || symbols.definition(right) !== undefined))
      return false;
    this.#symbols.set(left, right);
    if (left < 0) return true;
    const a = this.#left.facts.get(left);
    const b = this.#right.facts.get(right);
    if (a === undefined || b === undefined) {
      this.#result.facts.delete(left);
      return true;
    }
    this.#result.facts.set(left, {
      low: a.low === b.low ? a.low : Number.NEGATIVE_INFINITY,
      high: a.high === b.high ? a.high : Number.POSITIVE_INFINITY,
      not: a.not.filter((n) => b.not.includes(n)),
    });
    return true;
  }

  #sameObject(left: number, right: number): boolean {
    const paired = this.#objects.get(left);
    if (paired !== undefined) return paired === right;
    const a = this.#left.objects.get(left);
    const b = this.#right.objects.get(right);
    if (a === undefined || b === undefined) return a === b;
    if (
      a.class !== b.class ||
      a.struct !== b.struct ||
      a.percpu !== b.percpu ||
      a.readOnly !== b.readOnly ||
      a.nonOwning !== b.nonOwning
    )
      return false;
    if (!this.#sameReference(a.ref, b.ref) || !this.#sameReference(a.tiedToRef, b.tiedToRef)) return false;
    this.#objects.set(left, right);
    this.#result.objects.set(left, merge(a, b));
    return true;
  }

  #sameReference(left: number | undefined, right: number | undefined): boolean {
    if (left === undefined || right === undefined) return left === right;
    const paired = this.#references.get(left);
    return paired === undefined ? left === right : paired === right;
  }
}

function idOf(lock: HeldLock): number {
  return Number(lock.owner.slice(1));
}

function merge(a: ObjectInfo, b: ObjectInfo): ObjectInfo {
  return {
    ...a,
    nullness: a.nullness === b.nullness ? a.nullness : "unknown",
    trust: a.trust === b.trust ? a.trust : "unknown",
    size: a.size === b.size ? a.size : undefined,
    map: a.map === b.map ? a.map : undefined,
    // Dead on one path only: nothing is claimed on the joined one.
    dead: a.dead !== undefined && b.dead !== undefined ? a.dead : undefined,
    poisoned: a.poisoned || b.poisoned || (a.dead === undefined) !== (b.dead === undefined),
    usedUntested: a.usedUntested !== undefined && b.usedUntested !== undefined ? a.usedUntested : undefined,
  };
}
