// Which locals matter at the start of a block. Dead locals are dropped before two
// path states are compared, so that paths meet again soon; scalars that decide
// nothing are dropped as well.
import type { ControlFlowGraph, Expr, Instruction, Place } from "./ir.ts";

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

export function successors(graph: ControlFlowGraph, block: number): readonly number[] {
  const { terminator } = graph.blocks[block]!;
  switch (terminator.kind) {
    case "goto":
      return [terminator.target];
    case "branch":
      return [terminator.whenTrue, terminator.whenFalse];
    case "switch":
      return [...terminator.cases.map((c) => c.target), terminator.otherwise];
    case "any":
      return terminator.targets;
    default:
      return [];
  }
}

function joins(graph: ControlFlowGraph): Set<number> {
  // Entering the function is one way into its first block.
  const count = new Map<number, number>(graph.order.slice(0, 1).map((entry) => [entry, 1]));
  for (const block of graph.order) {
    for (const target of new Set(successors(graph, block))) count.set(target, (count.get(target) ?? 0) + 1);
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
      for (const target of successors(graph, id)) for (const local of sets[target]!) live.add(local);
      const block = graph.blocks[id]!;
      for (const expr of terminatorReads(graph, id)) readsOf(expr, live);
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

function terminatorReads(graph: ControlFlowGraph, block: number): readonly Expr[] {
  const { terminator } = graph.blocks[block]!;
  if (terminator.kind === "branch") return [terminator.test];
  if (terminator.kind === "switch") return [terminator.value];
  if (terminator.kind === "return" && terminator.value !== undefined) return [terminator.value];
  return [];
}

function step(instruction: Instruction, live: Set<number>): void {
  switch (instruction.kind) {
    case "assign":
      if (instruction.target.kind === "local") live.delete(instruction.target.local.id);
      else readsOfPlace(instruction.target, live);
      readsOf(instruction.value, live);
      return;
    case "copy":
      if (instruction.target.kind === "local") live.delete(instruction.target.local.id);
      else readsOfPlace(instruction.target, live);
      readsOfPlace(instruction.source, live);
      return;
    case "zero":
      if (instruction.target.kind === "local") live.delete(instruction.target.local.id);
      else readsOfPlace(instruction.target, live);
      return;
    case "declare":
    case "forget":
      live.delete(instruction.local.id);
      return;
    case "call":
      if (instruction.result !== undefined) live.delete(instruction.result.id);
      for (const arg of instruction.args) readsOf(arg, live);
      if (instruction.callee.kind === "pointer") readsOf(instruction.callee.value, live);
      return;
    case "asm":
      for (const place of instruction.outputs) readsOfPlace(place, live);
      for (const input of instruction.inputs) readsOf(input, live);
      return;
    case "discard":
      readsOf(instruction.value, live);
      return;
  }
}

export function readsOf(expr: Expr, into: Set<number>): void {
  switch (expr.kind) {
    case "load":
    case "address":
      readsOfPlace(expr.place, into);
      return;
    case "unary":
    case "cast":
      readsOf(expr.operand, into);
      return;
    case "binary":
      readsOf(expr.left, into);
      readsOf(expr.right, into);
      return;
    case "offset":
      readsOf(expr.base, into);
      readsOf(expr.index, into);
      return;
    default:
      return;
  }
}

function readsOfPlace(place: Place, into: Set<number>): void {
  switch (place.kind) {
    case "local":
      into.add(place.local.id);
      return;
    case "member":
      readsOfPlace(place.base, into);
      return;
    case "element":
      readsOfPlace(place.base, into);
      readsOf(place.index, into);
      return;
    case "deref":
      readsOf(place.pointer, into);
      return;
    case "global":
      return;
  }
}

function reread(graph: ControlFlowGraph): Set<string> {
  const once = new Set<string>();
  const more = new Set<string>();
  const note = (name: string) => (once.has(name) ? more : once).add(name);
  for (const id of graph.order) {
    for (const expr of [...terminatorReads(graph, id), ...graph.blocks[id]!.instructions.flatMap(exprsOf)])
      namesRead(expr, note);
  }
  return more;
}

function exprsOf(instruction: Instruction): readonly Expr[] {
  switch (instruction.kind) {
    case "assign":
    case "discard":
      return [instruction.value];
    case "call":
      return instruction.args;
    case "asm":
      return instruction.inputs;
    default:
      return [];
  }
}

function namesRead(expr: Expr, note: (name: string) => void): void {
  switch (expr.kind) {
    case "load":
      if (expr.place.kind === "global" || expr.place.kind === "member") note(expr.place.name);
      namesReadOnTheWay(expr.place, note);
      return;
    case "address":
      namesReadOnTheWay(expr.place, note);
      return;
    case "unary":
    case "cast":
      namesRead(expr.operand, note);
      return;
    case "binary":
      namesRead(expr.left, note);
      namesRead(expr.right, note);
      return;
    case "offset":
      namesRead(expr.base, note);
      namesRead(expr.index, note);
      return;
    default:
      return;
  }
}

function namesReadOnTheWay(place: Place, note: (name: string) => void): void {
  switch (place.kind) {
    case "member":
      namesReadOnTheWay(place.base, note);
      return;
    case "element":
      namesReadOnTheWay(place.base, note);
      namesRead(place.index, note);
      return;
    case "deref":
      namesRead(place.pointer, note);
      return;
    default:
      return;
  }
}

/** Field-insensitive closure over assignments, from what decides control flow or leaves the function. */
function decisive(graph: ControlFlowGraph, followed: (callee: string) => boolean): Set<number> {
  const result = new Set<number>();
  const assignments: [target: number, reads: Set<number>][] = [];
  for (const id of graph.order) {
    for (const expr of terminatorReads(graph, id)) readsOf(expr, result);
    for (const instruction of graph.blocks[id]!.instructions) {
      if (instruction.kind === "call") {
        const { callee } = instruction;
        if (callee.kind === "pointer") readsOf(callee.value, result);
        for (const arg of instruction.args) {
          // A stack variable handed out by address may come back as a condition.
          if (callee.kind === "pointer" || followed(callee.name) || arg.kind !== "load") readsOf(arg, result);
        }
      } else if (instruction.kind === "assign") {
        const reads = new Set<number>();
        readsOf(instruction.value, reads);
        const target = baseLocal(instruction.target);
        if (target === undefined) for (const local of reads) result.add(local);
        else assignments.push([target, reads]);
        indexReads(instruction.target, result);
      } else if (instruction.kind === "copy") {
        const reads = new Set<number>();
        readsOfPlace(instruction.source, reads);
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
    readsOf(place.index, into);
    indexReads(place.base, into);
  } else if (place.kind === "member") indexReads(place.base, into);
  else if (place.kind === "deref") readsOf(place.pointer, into);
}
