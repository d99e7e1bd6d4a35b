// A map that many states share until one of them changes it: paths part far more often
// than they change what they took along. As in any Map, entries may be deleted or
// changed while it is iterated.

interface Held<K, V> {
  readonly map: Map<K, V>;
  /** How many share it; one that let go of it by changing does not count any more. */
  holders: number;
}

export class SharedMap<K, V> implements Iterable<[K, V]> {
  #held: Held<K, V>;

  constructor(held: Held<K, V> = { map: new Map(), holders: 1 }) {
    this.#held = held;
  }

  /** The same content, to be changed on its own. */
  clone(): SharedMap<K, V> {
    this.#held.holders++;
    return new SharedMap(this.#held);
  }

  get size(): number {
    return this.#held.map.size;
  }

  get(key: K): V | undefined {
    return this.#held.map.get(key);
  }

  has(key: K): boolean {
    return this.#held.map.has(key);
  }

  set(key: K, value: V): void {
    this.#own().set(key, value);
  }

  delete(key: K): void {
    if (this.#held.map.has(key)) this.#own().delete(key);
  }

  keys(): MapIterator<K> {
    return this.#held.map.keys();
  }

  values(): MapIterator<V> {
    return this.#held.map.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#held.map[Symbol.iterator]();
  }

  #own(): Map<K, V> {
    if (this.#held.holders > 1) {
      this.#held.holders--;
      this.#held = { map: new Map(this.#held.map), holders: 1 };
    }
    return this.#held.map;
  }
}
