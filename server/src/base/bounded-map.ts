// A map for caches that forgets what nobody asked for lately. To forget in the exact
// order of use would mean to write on every look-up; here whole generations go.

export class BoundedMap<K, V> {
  readonly #most: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** Keeps at least the `most` entries used last, and at most twice as many. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    this.#young.set(key, value);
    if (this.#young.size <= this.#most) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
