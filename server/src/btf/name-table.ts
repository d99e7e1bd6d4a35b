// Finds types by name without making a string of every name: a kernel has 60,000 functions and a program asks for ten
// of them. A hash table with chains, in two arrays of numbers.

export class NameTable {
  /** Hash -> position of the first entry + 1; 0: none. */
  readonly #heads: Int32Array;
  /** Position -> position + 1 of the next entry with the same hash. */
  readonly #next: Int32Array;
  readonly #ids: readonly number[];

  /** `hash` tells that of the name of an id, as `hashName` gives it. */
  constructor(ids: readonly number[], hash: (id: number) => number) {
    this.#ids = ids;
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(2 * ids.length + 1)));
    this.#next = new Int32Array(ids.length);
    // From the end, so that chains are in the order of the ids.
    for (let position = ids.length - 1; position >= 0; position--) {
      const slot = this.#slot(hash(ids[position]!));
      this.#next[position] = this.#heads[slot]!;
      this.#heads[slot] = position + 1;
    }
  }

  /** Those whose names may have this hash, in the order of the ids. */
  candidates(hash: number): readonly number[] {
    const found: number[] = [];
    for (let position = this.#heads[this.#slot(hash)]!; position !== 0; position = this.#next[position - 1]!) {
      found.push(this.#ids[position - 1]!);
    }
    return found;
  }

  #slot(hash: number): number {
    return hash & (this.#heads.length - 1);
  }
}

/** FNV-1a over the bytes up to the next NUL. */
export function hashName(bytes: Uint8Array, start: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < bytes.length && bytes[at] !== 0; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
