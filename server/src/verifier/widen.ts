// Too many states at one join differ only in scalars: forget those that differ.
// Loops with counters end this way, and nothing that is held is touched.
import type { Machine } from "./machine.ts";
import type { State } from "./state.ts";
import { anyRange } from "./symbols.ts";

export function widen(machine: Machine, state: State, model: State): void {
  for (const [key, value] of state.memory) {
    if (value.kind === "symbol") {
      if (value.id >= 0) state.memory.set(key, machine.symbols.fresh(machine.symbols.range(value.id)));
    } else if (value.kind === "number" && key[0] !== "o") {
      const other = model.memory.get(key);
      if (other?.kind === "number" && other.value === value.value) continue;
      state.memory.set(key, machine.symbols.fresh(anyRange));
    }
  }
  state.facts.clear();
}
