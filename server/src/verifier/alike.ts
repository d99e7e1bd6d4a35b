// States that differ in nothing but what is known of scalars.
import { covers, type Fact, union } from "./fact.ts";
import type { Machine } from "./machine.ts";
import type { State } from "./state.ts";
import type { Shape } from "./state-key.ts";

/** A state that waits where paths meet. */
export interface Candidate {
  readonly order: number;
  readonly state: State;
  shape: Shape;
}

export function keyOf({ key, assumption }: Shape): string {
  return assumption === "" ? key : `${key} ${assumption}`;
}

/** States that arrived together; those that differ in one fact only are one wherever a fact can say what both know. */
export class Batch {
  readonly #machine: Machine;
  readonly #byKey = new Map<string, Candidate[]>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  add(candidate: Candidate): void {
    const key = keyOf(candidate.shape);
    const alike = this.#byKey.get(key) ?? [];
    this.#byKey.set(key, alike);
    let current = candidate;
    for (let i = 0; i < alike.length; i++) {
      const other = alike[i]!;
      const facts = unionOf(other.shape.facts, current.shape.facts);
      if (facts === undefined) continue;
      this.#widen(other, facts);
      other.state.forgot ||= current.state.forgot;
      // It knows less now: it may stand for others, too.
      alike.splice(i, 1);
      current = other;
      i = -1;
    }
    alike.push(current);
  }

  /** In the order in which they came. */
  all(): readonly Candidate[] {
    return [...this.#byKey.values()].flat().sort((a, b) => a.order - b.order);
  }

  #widen(candidate: Candidate, facts: readonly Fact[]): void {
    const { state, shape } = candidate;
    for (const [index, fact] of facts.entries()) {
      if (fact === shape.facts[index]) continue;
      const id = shape.symbols[index]!;
      if (covers(fact, this.#machine.symbols.range(id))) state.facts.delete(id);
      else state.facts.set(id, fact);
    }
    candidate.shape = { ...shape, facts };
  }
}

/** What allows just what `a` or `b` allows: `a` itself, or another when they differ in one place. */
function unionOf(a: readonly Fact[], b: readonly Fact[]): readonly Fact[] | undefined {
  if (coverAll(a, b)) return a;
  if (coverAll(b, a)) return b;
  let different: number | undefined;
  for (const [index, fact] of a.entries()) {
    const other = b[index]!;
    if (covers(fact, other) && covers(other, fact)) continue;
    if (different !== undefined) return undefined;
    different = index;
  }
  const both = different === undefined ? undefined : union(a[different]!, b[different]!);
  return both && a.map((fact, index) => (index === different ? both : fact));
}

export function coverAll(wide: readonly Fact[], narrow: readonly Fact[]): boolean {
  return wide.every((fact, index) => covers(fact, narrow[index]!));
}
