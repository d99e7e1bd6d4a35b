// A map for caches that forgets what nobody asked for lately. To forget in the exact
// order of use would mean to write on every look-up; here whole generations go.

export class BoundedMap<K, V> {
  readonly #most: number;
  readonly #weightOf: (value: V) => number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  #weight = 0;

  /** Keeps at least the `most` entries used last, and at most twice as many; a large value may count for several. */
  constructor(most: number, weightOf: (value: V) => number = () => 1) {
    this.#most = most;
    this.#weightOf = weightOf;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    const replaced = this.#young.get(key);
    if (replaced !== undefined) this.#weight -= this.#weightOf(replaced);
    this.#weight += this.#weightOf(value);
    this.#young.set(key, value);
    if (this.#weight <= this.#most) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#weight = 0;
  }
}
