// A graph while it is being built: blocks are open until a terminator closes them.
// The one mutable thing of this room; the finished graph is made from it in simplify.ts.
import type { CType } from "../model/types.ts";
import type { At } from "../syntax/ast.ts";
import type { Expr, Instruction, Local, Place, Terminator } from "./ir.ts";
import { maxBlocks } from "./limits.ts";

export interface DraftBlock {
  readonly id: number;
  readonly instructions: Instruction[];
  terminator: Terminator | undefined;
}

export type DraftLocal = { -readonly [K in keyof Local]: Local[K] };

/** Thrown when a bound is met; buildCfg turns it into the graph's problem. */
export class GiveUp extends Error {
  readonly at: At;

  constructor(message: string, at: At) {
    super(message);
    this.at = at;
  }
}

/** A moment of the build: everything emitted later comes after it. */
export interface Mark {
  readonly block: DraftBlock;
  readonly index: number;
  readonly writes: number;
}

/** In the log of writes: memory that is not a local of its own. */
const memory = -1;

export class Draft {
  readonly blocks: DraftBlock[] = [];
  readonly locals: DraftLocal[] = [];
  readonly problems: { readonly message: string; readonly at: At; readonly block: DraftBlock }[] = [];
  current: DraftBlock;
  /** What has been written, in order: ids of locals, or `memory`. */
  readonly #writes: number[] = [];
  /** Locals whose address has been seen: a write to memory may be one to them. */
  readonly #exposed = new Set<number>();

  constructor() {
    this.current = this.block({ start: 0, end: 0 });
  }

  block(at: At): DraftBlock {
    if (this.blocks.length >= maxBlocks) throw new GiveUp(`more than ${maxBlocks} basic blocks`, at);
    const block: DraftBlock = { id: this.blocks.length, instructions: [], terminator: undefined };
    this.blocks.push(block);
    return block;
  }

  local(name: string, type: CType, kind: Local["kind"], isVolatile = false): Local {
    const local: DraftLocal = { id: this.locals.length, name, type, kind, addressTaken: false, volatile: isVolatile };
    this.locals.push(local);
    return local;
  }

  temp(type: CType): Local {
    return this.local("", type, "temp");
  }

  problem(message: string, at: At): void {
    this.problems.push({ message, at, block: this.current });
  }

  emit(instruction: Instruction): void {
    this.current.instructions.push(instruction);
    this.#log(instruction);
  }

  /** Closes the current block; what follows without a label is unreachable. */
  close(terminator: Terminator): void {
    this.current.terminator ??= terminator;
    this.current = this.block(terminator.at);
  }

  goto(target: DraftBlock, at: At): void {
    this.close({ kind: "goto", target: target.id, at });
  }

  /** Goes on in `block`, falling into it from the current one. */
  enter(block: DraftBlock, at: At): void {
    this.current.terminator ??= { kind: "goto", target: block.id, at };
    this.current = block;
  }

  /** Goes on in `block` after the current one was closed. */
  resume(block: DraftBlock): void {
    this.current = block;
  }

  expose(local: Local): void {
    this.#exposed.add(local.id);
  }

  mark(): Mark {
    return { block: this.current, index: this.current.instructions.length, writes: this.#writes.length };
  }

  /** `value` as it was at `mark`: kept in a temporary if something it reads has been written since. */
  settle(value: Expr, mark: Mark): Expr {
    if (this.#writes.length === mark.writes) return value;
    const written = new Set(this.#writes.slice(mark.writes));
    if (value.type.kind === "record" || value.type.kind === "void" || !this.#reads(value, written)) return value;
    const temp = this.temp(value.type);
    const { at, type } = value;
    const target: Place = { kind: "local", local: temp, type, at };
    mark.block.instructions.splice(mark.index, 0, { kind: "assign", target, value, initial: false, at });
    return { kind: "load", place: target, type, at };
  }

  #log(instruction: Instruction): void {
    switch (instruction.kind) {
      case "assign":
      case "copy":
      case "zero":
        this.#logPlace(instruction.target);
        return;
      case "declare":
      case "forget":
        this.#writes.push(instruction.local.id);
        return;
      case "call":
        this.#writes.push(memory);
        return;
      case "asm":
        if (instruction.clobbersMemory) this.#writes.push(memory);
        for (const place of instruction.outputs) this.#logPlace(place);
        return;
      case "discard":
        return;
    }
  }

  #logPlace(place: Place): void {
    const root = rootOf(place);
    this.#writes.push(root.kind === "local" ? root.local.id : memory);
  }

  #reads(expr: Expr, written: ReadonlySet<number>): boolean {
    switch (expr.kind) {
      case "load":
        return this.#placeReads(expr.place, written) || this.#isWritten(rootOf(expr.place), written);
      case "address":
        return this.#placeReads(expr.place, written);
      case "unary":
      case "cast":
        return this.#reads(expr.operand, written);
      case "binary":
        return this.#reads(expr.left, written) || this.#reads(expr.right, written);
      case "offset":
        return this.#reads(expr.base, written) || this.#reads(expr.index, written);
      default:
        return false;
    }
  }

  #isWritten(root: Place, written: ReadonlySet<number>): boolean {
    if (root.kind !== "local") return written.has(memory) || [...this.#exposed].some((id) => written.has(id));
    return written.has(root.local.id) || (written.has(memory) && this.#exposed.has(root.local.id));
  }

  /** What finding the place reads, not what is in it. */
  #placeReads(place: Place, written: ReadonlySet<number>): boolean {
    switch (place.kind) {
      case "deref":
        return this.#reads(place.pointer, written);
      case "member":
        return this.#placeReads(place.base, written);
      case "element":
        return this.#placeReads(place.base, written) || this.#reads(place.index, written);
      default:
        return false;
    }
  }
}

/** The variable or the dereference a place is in. */
export function rootOf(place: Place): Place {
  let root = place;
  while (root.kind === "member" || root.kind === "element") root = root.base;
  return root;
}
