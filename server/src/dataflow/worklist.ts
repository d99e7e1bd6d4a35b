// Explores the blocks of one graph with sets of states. Blocks are taken in reverse
// postorder, so that all paths into a join have arrived before it is left; states that
// `admit` does not let through (seen before, joined, or given up) end there. Knows
// neither C nor kernels.

export interface Exploration<State> {
  /** Block ids in reverse postorder; the first is the entry. */
  readonly order: readonly number[];
  /** Runs one block on one state; returns where control goes and with what. */
  step(block: number, state: State): readonly { readonly target: number; readonly state: State }[];
  /** Called before states enter a block, with all that wait there: those that go on. */
  admit(block: number, states: readonly State[]): readonly State[];
}

export function explore<State>(exploration: Exploration<State>, entry: State): void {
  const { order } = exploration;
  const rank = new Map(order.map((block, index) => [block, index]));
  const waiting: State[][] = order.map(() => []);
  const first = order[0];
  if (first === undefined) return;
  waiting[0]!.push(entry);
  let next = 0;
  while (next < order.length) {
    const states = waiting[next]!;
    if (states.length === 0) {
      next++;
      continue;
    }
    waiting[next] = [];
    let lowest = next + 1;
    for (const state of exploration.admit(order[next]!, states)) {
      for (const { target, state: out } of exploration.step(order[next]!, state)) {
        const index = rank.get(target);
        if (index === undefined) continue;
        waiting[index]!.push(out);
        if (index < lowest) lowest = index;
      }
    }
    next = lowest;
  }
}
