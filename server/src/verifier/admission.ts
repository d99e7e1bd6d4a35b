// Which states may go on from a place where paths meet: not those that are the same
// as one before, and beyond a number only joined ones.
import { join } from "./join.ts";
import { limits, type Machine } from "./machine.ts";
import type { State } from "./state.ts";
import { canonicalKey, resourceKey } from "./state-key.ts";
import { objectIdOf } from "./value.ts";

export interface Visited {
  readonly keys: Set<string>;
  readonly byResources: Map<string, Group>;
}

/** States with the same resources: so many are kept apart, the rest are one. Of doubtful ones only the first. */
interface Group {
  exact: number;
  readonly first: State;
  joined: State | undefined;
}

export function admit(machine: Machine, state: State, visited: Visited): State | undefined {
  const key = newKey(machine, state, visited);
  if (key === undefined) return undefined;
  if (visited.keys.size > limits.statesPerBlock) {
    machine.cap("states per block");
    return undefined;
  }
  if (Math.max(state.regions.length, state.locks.length) > limits.nesting) {
    machine.cap("nested sections");
    return undefined;
  }
  if (state.references.length > limits.lostReferences) dropLost(state);
  if (state.references.length > limits.references) {
    machine.cap("references");
    return undefined;
  }
  const resources = resourceKey(state);
  const group = visited.byResources.get(resources);
  if (group === undefined) {
    visited.byResources.set(resources, { exact: 1, first: state.clone(), joined: undefined });
    return state;
  }
  if (group.exact < (state.doubtful ? 1 : limits.sameResources)) {
    group.exact++;
    return state;
  }
  const joined = join(machine, group.joined ?? group.first, state);
  if (joined === undefined) return state;
  const joinedKey = keyOf(machine, joined);
  group.joined = joined.clone();
  // This state may be as vague as the joined one: its key was noted just now, but nobody has gone on from it.
  if (joinedKey !== key && visited.keys.has(joinedKey)) return undefined;
  visited.keys.add(joinedKey);
  return joined;
}

/** The key of a state that nobody has gone on from; undefined when it is known. */
function newKey(machine: Machine, state: State, visited: Visited): string | undefined {
  const key = keyOf(machine, state);
  // About a doubtful state nothing is claimed: one that is otherwise the same says all that it could.
  if (visited.keys.has(key) || (state.doubtful && visited.keys.has(key.slice(0, -1)))) return undefined;
  visited.keys.add(key);
  return key;
}

function keyOf(machine: Machine, state: State): string {
  const key = canonicalKey(machine, state);
  return state.doubtful ? `${key}D` : key;
}

/**
 * A reference whose object no place holds any more can never be released: the leak is
 * certain. One such of each acquire is enough to report it; a loop would pile them up.
 */
function dropLost(state: State): void {
  const held = new Set<number>();
  for (const value of state.memory.values()) {
    const id = objectIdOf(value);
    if (id !== undefined) held.add(id);
  }
  const lost = new Set<string>();
  state.references = state.references.filter((reference) => {
    if (reference.object === undefined || held.has(reference.object)) return true;
    const site = `${reference.site.fn.name}:${reference.site.at.start}`;
    if (lost.has(site)) return false;
    lost.add(site);
    return true;
  });
}

export function nothingVisited(): Visited {
  return { keys: new Set(), byResources: new Map() };
}
