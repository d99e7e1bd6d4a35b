// Names for the tokens of a function that stay with them while text around them is
// edited: what was found in one version can be compared with, and shown in, the next.
// A function that was never edited has none: there the name of a token is its index.

/** Names this close leave no room between them. */
const closest = 2 ** -20;

export class Positions {
  readonly #texts: readonly string[];
  /** By token index, ascending. */
  readonly #names: Float64Array;

  private constructor(texts: readonly string[], names: Float64Array) {
    this.#texts = texts;
    this.#names = names;
  }

  /** Each token by its index. */
  static first(texts: readonly string[]): Positions {
    return new Positions(texts, Float64Array.from(texts.keys()));
  }

  /** After an edit: the tokens before and behind it keep their names. undefined: no names are left between them. */
  after(texts: readonly string[]): Positions | undefined {
    const before = this.#texts;
    const most = Math.min(before.length, texts.length);
    let head = 0;
    while (head < most && before[head] === texts[head]) head++;
    let tail = 0;
    while (tail < most - head && before[before.length - 1 - tail] === texts[texts.length - 1 - tail]) tail++;
    const names = new Float64Array(texts.length);
    names.set(this.#names.subarray(0, head));
    names.set(this.#names.subarray(before.length - tail), texts.length - tail);
    const low = head === 0 ? -1 : names[head - 1]!;
    const high = tail === 0 ? low + 1 + texts.length : names[texts.length - tail]!;
    const count = texts.length - head - tail;
    const step = (high - low) / (count + 1);
    if (step < closest) return undefined;
    for (let i = 0; i < count; i++) names[head + i] = low + step * (i + 1);
    return new Positions(texts, names);
  }

  /** Behind the last token names go on by one. */
  name(index: number): number {
    const last = this.#names.length - 1;
    return this.#names[index] ?? (this.#names[last] ?? -1) + (index - last);
  }

  /** Of the token with this name, else of the next one behind where it was. */
  index(name: number): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#names[middle]! < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
