// Which states may go on from a place where paths meet: not those that one before
// stands for, and beyond a number only joined ones. States that wait together are
// looked at together, so that only the last of a row of joins goes on.
import { Batch, type Candidate, coverAll, keyOf } from "./alike.ts";
import { onPath } from "./assumption.ts";
import type { Fact } from "./fact.ts";
import { join } from "./join.ts";
import { limits, type Machine } from "./machine.ts";
import type { State } from "./state.ts";
import { resourceKey, shapeOf } from "./state-key.ts";
import { objectIdOf, placeName } from "./value.ts";

/** What has gone on from one place. */
export class Visited {
  /** By all that matters except facts. */
  readonly #known = new Map<string, Known[]>();
  readonly byResources = new Map<string, Group>();
  /** How many states went on. */
  size = 0;
  /** One of them was not doubtful. */
  certain = false;

  covers({ state, shape }: Candidate): boolean {
    const known = this.#known.get(keyOf(shape));
    return known?.some((one) => (one.forgot || !state.forgot) && coverAll(one.facts, shape.facts)) === true;
  }

  add({ state, shape }: Candidate): void {
    this.size++;
    const key = keyOf(shape);
    const one = { facts: shape.facts, forgot: state.forgot };
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, [one]);
    else known.push(one);
  }
}

/** A state that went on. */
interface Known {
  readonly facts: readonly Fact[];
  readonly forgot: boolean;
}

/** Of the paths that the object file allows, and of those that exist only if the loader chose otherwise. */
export class VisitedPaths {
  readonly certain = new Visited();
  readonly assumed = new Visited();
}

/** States with the same resources: so many are kept apart, the rest are one. Of doubtful ones only the first. */
interface Group {
  exact: number;
  readonly first: State;
  joined: State | undefined;
}

/** Those of the states waiting at one place that go on. */
export function admit(machine: Machine, states: readonly State[], visited: VisitedPaths): State[] {
  const assumed = states.filter(({ assumption }) => assumption !== undefined);
  const certain = assumed.length === 0 ? states : states.filter(({ assumption }) => assumption === undefined);
  const admitted = admitAlike(machine, freshOf(machine, certain, visited.certain), visited.certain);
  if (assumed[0] !== undefined) {
    const others = onPath(machine, assumed[0], () => {
      const fresh = freshOf(machine, assumed, visited.assumed).filter((one) => !standsFor(admitted, one));
      return admitAlike(machine, fresh, visited.assumed);
    });
    admitted.push(...others);
  }
  return admitted.map(({ state }) => state);
}

/**
 * Where the loader's choice made no difference to a path, it is no path of its own. It may part again at the next
 * place that asks.
 */
function standsFor(certain: readonly Candidate[], { state, shape }: Candidate): boolean {
  const { assumption } = state;
  if (assumption === undefined) return false;
  const other = certain.find(
    (one) => one.shape.key === shape.key && !one.state.doubtful && coverAll(one.shape.facts, shape.facts),
  );
  if (other === undefined) return false;
  other.state.forgot ||= state.forgot;
  const { settled } = other.state;
  if (settled.has(assumption.variable))
    other.state.settled = new Set([...settled].filter((variable) => variable !== assumption.variable));
  return true;
}

/** What none that went on before stands for, each once. */
function freshOf(machine: Machine, states: readonly State[], visited: Visited): readonly Candidate[] {
  const fresh = new Batch(machine);
  for (const [order, state] of states.entries()) {
    if (!isWithinLimits(machine, state)) continue;
    const candidate = { order, state, shape: shapeOf(machine, state) };
    if (state.references.length > limits.lostReferences && dropLost(state)) candidate.shape = shapeOf(machine, state);
    if (!visited.covers(candidate)) fresh.add(candidate);
  }
  return fresh.all();
}

function admitAlike(machine: Machine, candidates: readonly Candidate[], visited: Visited): Candidate[] {
  // About a doubtful state nothing is claimed: where another passes, it has nothing to add.
  visited.certain ||= candidates.some(({ state }) => !state.doubtful);
  const admitted: Candidate[] = [];
  const grown = new Set<Group>();
  for (const candidate of candidates) {
    const { state } = candidate;
    if (state.doubtful && visited.certain) continue;
    if (visited.size > limits.statesPerBlock) {
      machine.cap("states per block");
      break;
    }
    const resources = resourceKey(state);
    const group = visited.byResources.get(resources);
    if (group === undefined) visited.byResources.set(resources, { exact: 1, first: state.clone(), joined: undefined });
    else if (group.exact < (state.doubtful ? 1 : limits.sameResources)) group.exact++;
    else {
      const joined = join(machine, group.joined ?? group.first, state);
      if (joined !== undefined) {
        group.joined = joined;
        grown.add(group);
        continue;
      }
    }
    visited.add(candidate);
    admitted.push(candidate);
  }
  for (const group of grown) {
    const state = group.joined!.clone();
    const candidate = { order: candidates.length, state, shape: shapeOf(machine, state) };
    if (visited.covers(candidate)) continue;
    visited.add(candidate);
    admitted.push(candidate);
  }
  return admitted;
}

function isWithinLimits(machine: Machine, state: State): boolean {
  if (Math.max(state.regions.length, state.locks.length) > limits.nesting) {
    machine.cap("nested sections");
    return false;
  }
  if (state.references.length > limits.references) {
    machine.cap("references");
    return false;
  }
  return true;
}

/**
 * A reference whose object no place holds any more can never be released: the leak is
 * certain. One such of each acquire is enough to report it; a loop would pile them up.
 */
function dropLost(state: State): boolean {
  const held = new Set<number>();
  for (const value of state.memory.values()) {
    const id = objectIdOf(value);
    if (id !== undefined) held.add(id);
  }
  const lost = new Set<string>();
  const before = state.references.length;
  state.references = state.references.filter((reference) => {
    if (reference.object === undefined || held.has(reference.object)) return true;
    const site = `${placeName(reference.site)}`;
    if (lost.has(site)) return false;
    lost.add(site);
    return true;
  });
  return state.references.length < before;
}
