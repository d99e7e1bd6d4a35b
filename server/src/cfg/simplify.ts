// From draft to graph: unreachable blocks go, empty ones are skipped, chains become
// one block, and what is left is numbered in reverse postorder. The graph is the hot
// input of the abstract machine; every block saved here is saved thousands of times.
import type { At } from "../syntax/ast.ts";
import type { DraftBlock } from "./draft.ts";
import type { BasicBlock, Instruction, Terminator } from "./ir.ts";
import { readsMemory, retarget, targetsOf } from "./walk.ts";

interface Block {
  instructions: readonly Instruction[];
  terminator: Terminator;
}

export interface SimplifiedBlocks {
  readonly blocks: readonly BasicBlock[];
  readonly order: readonly number[];
  readonly loopHeads: ReadonlySet<number>;
  /** Draft blocks that can be reached. */
  readonly reached: ReadonlySet<DraftBlock>;
}

/** `end` is where a draft block leads that was never closed: the end of the function. */
export function simplify(drafts: readonly DraftBlock[], entry: DraftBlock, end: Terminator): SimplifiedBlocks {
  const blocks: Block[] = drafts.map(({ instructions, terminator }) => ({
    instructions,
    terminator: terminator ?? end,
  }));
  const reached = new Set(postorder(blocks, entry.id).map((id) => drafts[id]!));
  skipEmpty(blocks);
  mergeSameTargets(blocks);
  const start = lastOfChain(blocks, entry.id);
  joinChains(blocks, start);
  for (const block of blocks) dropLastForgets(block);
  return { ...number(blocks, start), reached };
}

/** Jumps to a block that only jumps on go to where it jumps. */
function skipEmpty(blocks: Block[]): void {
  const final = new Map<number, number>();
  for (const block of blocks) {
    block.terminator = retarget(block.terminator, (target) => {
      let known = final.get(target);
      if (known === undefined) {
        known = lastOfChain(blocks, target);
        final.set(target, known);
      }
      return known;
    });
  }
}

function lastOfChain(blocks: readonly Block[], first: number): number {
  const seen = new Set<number>();
  let at = first;
  for (;;) {
    const { instructions, terminator } = blocks[at]!;
    // An empty loop (`for (;;);`) stays where it is.
    if (instructions.length > 0 || terminator.kind !== "goto" || seen.has(at)) return at;
    seen.add(at);
    at = terminator.target;
  }
}

/** A branch that leads to one place either way only evaluates its test. */
function mergeSameTargets(blocks: Block[]): void {
  for (const block of blocks) {
    const { terminator } = block;
    if (terminator.kind === "branch" && terminator.whenTrue === terminator.whenFalse) {
      const { at, test, whenTrue } = terminator;
      if (readsMemory(test)) block.instructions = [...block.instructions, { kind: "discard", value: test, at }];
      block.terminator = { kind: "goto", target: whenTrue, at };
    } else if (terminator.kind === "any" && terminator.targets.length === 1) {
      block.terminator = { kind: "goto", target: terminator.targets[0]!, at: terminator.at };
    }
  }
}

/** A block with one way in, from one with one way out, is the rest of it. */
function joinChains(blocks: Block[], start: number): void {
  const waysIn = new Map<number, number>([[start, 1]]);
  const order = postorder(blocks, start).reverse();
  for (const id of order) {
    for (const target of targetsOf(blocks[id]!.terminator)) waysIn.set(target, (waysIn.get(target) ?? 0) + 1);
  }
  const joined = new Set<number>();
  for (const id of order) {
    if (joined.has(id)) continue;
    const block = blocks[id]!;
    const instructions = [...block.instructions];
    let { terminator } = block;
    while (terminator.kind === "goto" && terminator.target !== id && waysIn.get(terminator.target) === 1) {
      const next = terminator.target;
      joined.add(next);
      instructions.push(...blocks[next]!.instructions);
      terminator = blocks[next]!.terminator;
    }
    blocks[id] = { instructions, terminator };
  }
}

/** A return ends all variables by itself. */
function dropLastForgets(block: Block): void {
  if (block.terminator.kind !== "return") return;
  let length = block.instructions.length;
  while (length > 0 && block.instructions[length - 1]!.kind === "forget") length--;
  if (length < block.instructions.length) block.instructions = block.instructions.slice(0, length);
}

function number(blocks: readonly Block[], start: number): Omit<SimplifiedBlocks, "reached"> {
  const order = postorder(blocks, start).reverse();
  const ids = new Map(order.map((old, id) => [old, id]));
  const numbered = order.map((old, id): BasicBlock => {
    const { instructions, terminator } = blocks[old]!;
    return { id, instructions, terminator: retarget(terminator, (target) => ids.get(target)!) };
  });
  return { blocks: numbered, order: numbered.map((block) => block.id), loopHeads: loopHeads(numbered) };
}

/** Depth first, without recursion: a function may have thousands of blocks in a row. */
function postorder(blocks: readonly { readonly terminator: Terminator }[], start: number): number[] {
  const order: number[] = [];
  const seen = new Set<number>([start]);
  const stack: { readonly id: number; readonly targets: readonly number[]; next: number }[] = [];
  const push = (id: number): void => {
    stack.push({ id, targets: targetsOf(blocks[id]!.terminator), next: 0 });
  };
  push(start);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    // Last target first: in reverse postorder the `then` arm comes before the `else` arm.
    const target = top.targets[top.targets.length - 1 - top.next++];
    if (target === undefined) {
      order.push(top.id);
      stack.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      push(target);
    }
  }
  return order;
}

/** Targets of edges that lead back to a block still being visited. */
function loopHeads(blocks: readonly BasicBlock[]): ReadonlySet<number> {
  const heads = new Set<number>();
  const open = new Set<number>([0]);
  const seen = new Set<number>([0]);
  const stack = [{ id: 0, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const targets = targetsOf(blocks[top.id]!.terminator);
    const target = targets[targets.length - 1 - top.next++];
    if (target === undefined) {
      open.delete(top.id);
      stack.pop();
    } else if (open.has(target)) {
      heads.add(target);
    } else if (!seen.has(target)) {
      seen.add(target);
      open.add(target);
      stack.push({ id: target, next: 0 });
    }
  }
  return heads;
}

export function endOf(at: At): At {
  return { start: Math.max(at.start, at.end - 1), end: at.end };
}
