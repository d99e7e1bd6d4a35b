// What the roots of one file share on one kernel: identities, and what functions were
// found to come to.
import type { ControlFlowGraph } from "../cfg/ir.ts";
import type { Extracted } from "./extract.ts";
import type { Journal } from "./journal.ts";
import type { State } from "./state.ts";
import { Symbols } from "./symbols.ts";
import type { Value } from "./value.ts";

/** Where results wait that something they looked at has changed under. */
export interface Shelf {
  /** Those whose own function reads as it did. */
  find(key: string): readonly RememberedResult[];
  /** It holds as everything stands now. */
  restore(key: string, result: RememberedResult): void;
}

/** Shared by all roots of one file on one kernel: identities never collide, results of functions can be reused. */
export class Session {
  readonly symbols = new Symbols();
  readonly results = new Map<string, RememberedResult>();
  /** Results of other versions of the text, which may hold again. */
  readonly shelf: Shelf | undefined;
  /** Blocks executed in all. */
  work = 0;
  #next = 1;

  constructor(shelf?: Shelf) {
    this.shelf = shelf;
  }

  newId(): number {
    return this.#next++;
  }
}

export interface RememberedResult {
  /** The function. */
  readonly name: string;
  readonly entry: Extracted;
  readonly outcomes: readonly { readonly state: State; readonly value?: Value }[];
  readonly journal: Journal;
  readonly dependencies: Dependencies;
  /** All that a caller can see of it, as text; made when it is asked for. */
  signature?: string;
}

/** What a result was made from, the text of its own function aside. */
export class Dependencies {
  /** What calls of other functions came to, by key. */
  readonly uses = new Map<string, RememberedResult>();
  /** Functions that were evaluated where they are called. */
  readonly inlined = new Map<string, ControlFlowGraph>();
  /** Functions that could not be read, on whatever path: they may be readable in another version. */
  readonly unread = new Set<string>();
  /** What was known of functions without following them. */
  readonly summaries = new Map<string, string>();
}
