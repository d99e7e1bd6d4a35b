// Content hashes for keys of caches: two 32-bit lanes, so that a collision among
// the few million texts a session sees is not to be expected. Not for security.

export class Hasher {
  #a = 0x811c9dc5;
  #b = 0x9747b28c;
  #count = 0;

  text(text: string): this {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      a = Math.imul(a ^ c, 0x01000193);
      b = Math.imul(b ^ c, 0x5bd1e995);
      b ^= b >>> 15;
    }
    // A separator, so that "ab","c" differs from "a","bc".
    this.#a = Math.imul(a ^ 0x1ff, 0x01000193);
    this.#b = Math.imul(b ^ 0x2ff, 0x5bd1e995);
    this.#count++;
    return this;
  }

  /** A whole number of at most 53 bits. */
  number(value: number): this {
    const low = value >>> 0;
    const high = (value / 0x100000000) >>> 0;
    const a = Math.imul(Math.imul(this.#a ^ low, 0x01000193) ^ high, 0x85ebca6b);
    const b = Math.imul(Math.imul(this.#b ^ high, 0xc2b2ae35) ^ low, 0x5bd1e995);
    this.#a = a ^ (a >>> 13);
    this.#b = b ^ (b >>> 15);
    this.#count++;
    return this;
  }

  /** As a map key of its own: 53 bits. */
  get value(): number {
    return (this.#a >>> 0) * 0x200000 + ((this.#b ^ (this.#b >>> 11)) & 0x1fffff);
  }

  get key(): string {
    return `${(this.#a >>> 0).toString(36)}.${(this.#b >>> 0).toString(36)}.${this.#count.toString(36)}`;
  }
}

export function hashText(text: string): number {
  return new Hasher().text(text).value;
}
