// Which locals matter at the start of a block. Dead locals are dropped before two
// path states are compared, so that paths meet again soon; scalars that decide
// nothing are dropped as well.
import type { BasicBlock, ControlFlowGraph, Instruction, Place } from "./ir.ts";
import { targetsOf, type Visitor, visitExpr, visitInstruction, visitPlace, visitTerminator } from "./walk.ts";

export interface LocalUse {
  /** By block id: locals that may be read before they are written again. */
  readonly liveIn: readonly ReadonlySet<number>[];
  /** By block id: locals whose scalar value can from there still reach a branch, an index, a call or the result. */
  readonly decisive: readonly ReadonlySet<number>[];
  /** By block id: names of globals and members that are read from there on, having been read elsewhere as well. */
  readonly reread: readonly ReadonlySet<string>[];
  /** Blocks with more than one way in, and the entry. */
  readonly joins: ReadonlySet<number>;
}

const cache = new WeakMap<ControlFlowGraph, Map<string, LocalUse>>();

/**
 * `followed`: do numbers matter to the callee, because its body is explored with them or because it wants constants?
 * What other kfuncs and helpers are given decides nothing. `kernel` names the answers of `followed`.
 */
export function localUse(graph: ControlFlowGraph, kernel: string, followed: (callee: string) => boolean): LocalUse {
  const uses = cache.get(graph) ?? new Map<string, LocalUse>();
  cache.set(graph, uses);
  let use = uses.get(kernel);
  if (use === undefined) {
    use = { liveIn: liveIn(graph), decisive: decisive(graph, followed), reread: readAgain(graph), joins: joins(graph) };
    uses.set(kernel, use);
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
  return backwards(graph, addressTaken, (block, live) => {
    visitTerminator(block.terminator, reader(live));
    for (let j = block.instructions.length - 1; j >= 0; j--) step(block.instructions[j]!, live);
  });
}

/** What holds at the start of each block: `transfer` takes what holds at its end, the union over where it may go. */
function backwards<T>(
  graph: ControlFlowGraph,
  always: Iterable<T>,
  transfer: (block: BasicBlock, into: Set<T>) => void,
): Set<T>[] {
  const sets: Set<T>[] = graph.blocks.map(() => new Set(always));
  let changed = true;
  while (changed) {
    changed = false;
    for (let i = graph.order.length - 1; i >= 0; i--) {
      const block = graph.blocks[graph.order[i]!]!;
      const found = new Set<T>();
      for (const target of targetsOf(block.terminator)) for (const item of sets[target]!) found.add(item);
      transfer(block, found);
      const before = sets[block.id]!;
      for (const item of found) {
        if (!before.has(item)) {
          before.add(item);
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

function readAgain(graph: ControlFlowGraph): Set<string>[] {
  const loads = new Map<number, Set<string>>();
  const once = new Set<string>();
  const more = new Set<string>();
  for (const id of graph.order) {
    const block = graph.blocks[id]!;
    const here = new Set<string>();
    const visitor: Visitor = {
      expr(expr) {
        if (expr.kind !== "load" || (expr.place.kind !== "global" && expr.place.kind !== "member")) return;
        const { name } = expr.place;
        here.add(name);
        (once.has(name) ? more : once).add(name);
      },
    };
    for (const instruction of block.instructions) visitInstruction(instruction, visitor);
    visitTerminator(block.terminator, visitor);
    loads.set(id, here);
  }
  return backwards<string>(graph, [], (block, into) => {
    for (const name of loads.get(block.id) ?? []) if (more.has(name)) into.add(name);
  });
}

/** Which locals the decisions ahead depend on, through assignments; members of a local count as the local. */
function decisive(graph: ControlFlowGraph, followed: (callee: string) => boolean): Set<number>[] {
  // What a pointer leads to may be read anywhere.
  const anywhere = graph.locals.filter((local) => local.addressTaken).map((local) => local.id);
  return backwards(graph, anywhere, (block, into) => {
    const read = reader(into);
    visitTerminator(block.terminator, read);
    for (let j = block.instructions.length - 1; j >= 0; j--) {
      decides(block.instructions[j]!, into, read, followed);
      visitInstruction(block.instructions[j]!, places(read));
    }
  });
}

/** Which memory is meant is always decisive, whatever becomes of the value. */
function places(read: Visitor): Visitor {
  return {
    expr(expr) {
      if (expr.kind === "offset") visitExpr(expr.index, read);
    },
    place(place) {
      if (place.kind === "element") visitExpr(place.index, read);
      else if (place.kind === "deref") visitExpr(place.pointer, read);
    },
  };
}

function decides(
  instruction: Instruction,
  into: Set<number>,
  read: Visitor,
  followed: (callee: string) => boolean,
): void {
  switch (instruction.kind) {
    case "call": {
      const { callee } = instruction;
      if (instruction.result !== undefined) into.delete(instruction.result.id);
      if (callee.kind === "pointer") visitExpr(callee.value, read);
      for (const arg of instruction.args) {
        // A stack variable handed out by address may come back as a condition.
        if (callee.kind === "pointer" || followed(callee.name) || arg.kind !== "load") visitExpr(arg, read);
      }
      return;
    }
    case "assign": {
      const target = baseLocal(instruction.target);
      const counts = target === undefined || into.has(target);
      if (instruction.target.kind === "local") into.delete(instruction.target.local.id);
      if (counts) visitExpr(instruction.value, read);
      return;
    }
    case "copy": {
      const target = baseLocal(instruction.target);
      const counts = target !== undefined && into.has(target);
      if (instruction.target.kind === "local") into.delete(instruction.target.local.id);
      if (counts) visitPlace(instruction.source, read);
      return;
    }
    default:
      return;
  }
}

function baseLocal(place: Place): number | undefined {
  if (place.kind === "local") return place.local.id;
  return place.kind === "member" || place.kind === "element" ? baseLocal(place.base) : undefined;
}
