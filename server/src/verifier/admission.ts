// Which states may go on from a place where paths meet: not those that are the same
// as one before, and beyond a number only joined ones.
import { join } from "./join.ts";
import { limits, type Machine } from "./machine.ts";
import type { State } from "./state.ts";
import { canonicalKey, resourceKey } from "./state-key.ts";

export interface Visited {
  readonly keys: Set<string>;
  readonly byResources: Map<string, Group>;
}

/** States with the same resources: so many are kept apart, the rest are one. */
interface Group {
  exact: number;
  readonly first: State;
  joined: State | undefined;
}

export function admit(machine: Machine, state: State, visited: Visited): State | undefined {
  const key = canonicalKey(machine, state);
  if (visited.keys.has(key)) return undefined;
  visited.keys.add(key);
  if (visited.keys.size > limits.statesPerBlock) {
    machine.cap("states per block");
    return undefined;
  }
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
  if (group.exact < limits.sameResources) {
    group.exact++;
    return state;
  }
  const joined = join(machine, group.joined ?? group.first, state);
  if (joined === undefined) return state;
  const joinedKey = canonicalKey(machine, joined);
  group.joined = joined.clone();
  if (visited.keys.has(joinedKey)) return undefined;
  visited.keys.add(joinedKey);
  return joined;
}

export function nothingVisited(): Visited {
  return { keys: new Set(), byResources: new Map() };
}
