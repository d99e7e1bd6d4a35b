// Which locals matter at the start of a block. Dead locals are dropped before two
// path states are compared, so that paths meet again soon; scalars that decide
// nothing are dropped as well.
import type { ControlFlowGraph, Instruction, Place } from "./ir.ts";
import { targetsOf, type Visitor, visitExpr, visitInstruction, visitPlace, visitTerminator } from "./walk.ts";

export interface LocalUse {
  /** By block id: locals that may be read before they are written again. */
  readonly liveIn: readonly ReadonlySet<number>[];
  /** Locals whose scalar value can reach a branch, an index, a call or the result. */
  readonly decisive: ReadonlySet<number>;
  /** Names of globals and members that are read at more than one place. */
  readonly reread: ReadonlySet<string>;
  /** Blocks with more than one way in, and the entry. */
  readonly joins: ReadonlySet<number>;
}

const cache = new WeakMap<ControlFlowGraph, LocalUse>();

/** `followed`: is the callee's body explored with these arguments? What a kfunc or helper is given decides nothing. */
export function localUse(graph: ControlFlowGraph, followed: (callee: string) => boolean): LocalUse {
  let use = cache.get(graph);
  if (use === undefined) {
    use = { liveIn: liveIn(graph), decisive: decisive(graph, followed), reread: reread(graph), joins: joins(graph) };
    cache.set(graph, use);
  }
  return use;
}

function joins(graph: ControlFlowGraph): Set<number> {
  // Entering the function is one way into its first block.
  const count = new Map<number, number>(graph.order.slice(0, 1).map((entry) => [entry, 1]));
  for (const block of graph.order) {
    for (const target of new Set(targetsOf(graph.blocks[block]!.terminator)))
      count.set(target, (count.get(target) ?? 0) + 1);
  }
  return new Set([...count].filter(([, n]) => n > 1).map(([block]) => block));
}

function liveIn(graph: ControlFlowGraph): Set<number>[] {
  const addressTaken = graph.locals.filter((local) => local.addressTaken).map((local) => local.id);
  const sets: Set<number>[] = graph.blocks.map(() => new Set(addressTaken));
  let changed = true;
  while (changed) {
    changed = false;
    for (let i = graph.order.length - 1; i >= 0; i--) {
      const id = graph.order[i]!;
      const live = new Set<number>();
      for (const target of targetsOf(graph.blocks[id]!.terminator)) for (const local of sets[target]!) live.add(local);
      const block = graph.blocks[id]!;
      visitTerminator(block.terminator, reader(live));
      for (let j = block.instructions.length - 1; j >= 0; j--) step(block.instructions[j]!, live);
      const before = sets[id]!;
      for (const local of live) {
        if (!before.has(local)) {
          before.add(local);
          changed = true;
        }
      }
    }
  }
  return sets;
}

/** Backwards over one instruction: what it writes whole is dead before, what it reads is alive. */
function step(instruction: Instruction, live: Set<number>): void {
  switch (instruction.kind) {
    case "assign":
    case "copy":
    case "zero":
      if (instruction.target.kind === "local") live.delete(instruction.target.local.id);
      else visitPlace(instruction.target, reader(live));
      if (instruction.kind === "assign") visitExpr(instruction.value, reader(live));
      else if (instruction.kind === "copy") visitPlace(instruction.source, reader(live));
      return;
    case "declare":
    case "forget":
      live.delete(instruction.local.id);
      return;
    case "call":
      if (instruction.result !== undefined) live.delete(instruction.result.id);
      visitInstruction(instruction, reader(live));
      return;
    default:
      visitInstruction(instruction, reader(live));
  }
}

/** Adds every local that is read. */
function reader(into: Set<number>): Visitor {
  return {
    place(place) {
      if (place.kind === "local") into.add(place.local.id);
    },
  };
}

function reread(graph: ControlFlowGraph): Set<string> {
  const once = new Set<string>();
  const more = new Set<string>();
  const loads: Visitor = {
    expr(expr) {
      if (expr.kind !== "load" || (expr.place.kind !== "global" && expr.place.kind !== "member")) return;
      const { name } = expr.place;
      (once.has(name) ? more : once).add(name);
    },
  };
  for (const id of graph.order) {
    const block = graph.blocks[id]!;
    for (const instruction of block.instructions) visitInstruction(instruction, loads);
    visitTerminator(block.terminator, loads);
  }
  return more;
}

/** Field-insensitive closure over assignments, from what decides control flow or leaves the function. */
function decisive(graph: ControlFlowGraph, followed: (callee: string) => boolean): Set<number> {
  const result = new Set<number>();
  const assignments: [target: number, reads: Set<number>][] = [];
  for (const id of graph.order) {
    visitTerminator(graph.blocks[id]!.terminator, reader(result));
    for (const instruction of graph.blocks[id]!.instructions) {
      if (instruction.kind === "call") {
        const { callee } = instruction;
        if (callee.kind === "pointer") visitExpr(callee.value, reader(result));
        for (const arg of instruction.args) {
          // A stack variable handed out by address may come back as a condition.
          if (callee.kind === "pointer" || followed(callee.name) || arg.kind !== "load") visitExpr(arg, reader(result));
        }
      } else if (instruction.kind === "assign") {
        const reads = new Set<number>();
        visitExpr(instruction.value, reader(reads));
        const target = baseLocal(instruction.target);
        if (target === undefined) for (const local of reads) result.add(local);
        else assignments.push([target, reads]);
        indexReads(instruction.target, result);
      } else if (instruction.kind === "copy") {
        const reads = new Set<number>();
        visitPlace(instruction.source, reader(reads));
        const target = baseLocal(instruction.target);
        if (target !== undefined) assignments.push([target, reads]);
      }
    }
  }
  let changed = true;
  while (changed) {
    changed = false;
    for (const [target, reads] of assignments) {
      if (!result.has(target)) continue;
      for (const local of reads) {
        if (!result.has(local)) {
          result.add(local);
          changed = true;
        }
      }
    }
  }
  return result;
}

function baseLocal(place: Place): number | undefined {
  if (place.kind === "local") return place.local.id;
  return place.kind === "member" || place.kind === "element" ? baseLocal(place.base) : undefined;
}

function indexReads(place: Place, into: Set<number>): void {
  if (place.kind === "element") {
    visitExpr(place.index, reader(into));
    indexReads(place.base, into);
  } else if (place.kind === "member") indexReads(place.base, into);
  else if (place.kind === "deref") visitExpr(place.pointer, reader(into));
}
