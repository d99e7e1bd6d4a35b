// Writes BTF for tests: small kernels, modules and programs, and broken ones.
import { kinds } from "../../server/src/btf/kinds.ts";

export interface BtfOptions {
  /** Continue this one, as the BTF of a module continues its kernel's. */
  readonly base?: BtfWriter;
  /** 32: with the layout section that Linux 7.3 added. */
  readonly headerLength?: 24 | 32;
  readonly bigEndian?: boolean;
}

export class BtfWriter {
  readonly #base: BtfWriter | undefined;
  readonly #headerLength: 24 | 32;
  readonly #littleEndian: boolean;
  readonly #words: number[] = [];
  #strings: string;
  #types = 0;

  constructor({ base, headerLength = 24, bigEndian = false }: BtfOptions = {}) {
    this.#base = base;
    this.#headerLength = headerLength;
    this.#littleEndian = !bigEndian;
    this.#strings = base === undefined ? "\0" : "";
  }

  int(name: string, size = 4): number {
    return this.raw(name, kinds.int, 0, size, [8 * size]);
  }

  ptr(target: number): number {
    return this.raw("", kinds.ptr, 0, target);
  }

  array(element: number, length: number): number {
    return this.raw("", kinds.array, 0, 0, [element, 0, length]);
  }

  struct(name: string, members: readonly (readonly [name: string, type: number])[] = []): number {
    const words = members.flatMap(([member, type], index) => [this.string(member), type, 64 * index]);
    return this.raw(name, kinds.struct, members.length, 8 * members.length, words);
  }

  fwd(name: string): number {
    return this.raw(name, kinds.fwd, 0, 0);
  }

  /** typedef, const, volatile, restrict, typeTag. */
  modifier(kind: "typedef" | "const" | "volatile" | "restrict" | "typeTag", target: number, name = ""): number {
    return this.raw(name, kinds[kind], 0, target);
  }

  enum(name: string, values: readonly string[]): number {
    return this.raw(
      name,
      kinds.enum,
      values.length,
      4,
      values.flatMap((value, index) => [this.string(value), index]),
    );
  }

  enum64(name: string, values: readonly string[]): number {
    const words = values.flatMap((value, index) => [this.string(value), index, 1]);
    return this.raw(name, kinds.enum64, values.length, 8, words);
  }

  proto(returns: number, params: readonly (readonly [name: string, type: number])[]): number {
    const words = params.flatMap(([name, type]) => [this.string(name), type]);
    return this.raw("", kinds.funcProto, params.length, returns, words);
  }

  /** Linkage: 0 static, 1 global, 2 extern. */
  func(name: string, proto: number, linkage = 0): number {
    return this.raw(name, kinds.func, linkage, proto);
  }

  /** A FUNC with its FUNC_PROTO. */
  kfunc(name: string, returns: number, params: readonly (readonly [name: string, type: number])[]): number {
    const id = this.func(name, this.proto(returns, params));
    this.declTag("bpf_kfunc", id);
    return id;
  }

  var(name: string, type: number, linkage = 1): number {
    return this.raw(name, kinds.var, 0, type, [linkage]);
  }

  datasec(name: string, entries: readonly number[]): number {
    return this.raw(
      name,
      kinds.datasec,
      entries.length,
      0,
      entries.flatMap((type) => [type, 0, 0]),
    );
  }

  declTag(name: string, target: number, component = -1): number {
    return this.raw(name, kinds.declTag, 0, target, [component >>> 0]);
  }

  /** Any `struct btf_type` with what follows it; answers its id. */
  raw(name: string, kind: number, length: number, sizeOrType: number, words: readonly number[] = [], flag = 0): number {
    this.#words.push(this.string(name), ((flag << 31) | (kind << 24) | length) >>> 0, sizeOrType, ...words);
    this.#types++;
    return (this.#base?.endId ?? 1) + this.#types - 1;
  }

  string(text: string): number {
    if (text === "") return 0;
    const at = this.#strings.indexOf(`\0${text}\0`);
    if (at >= 0) return this.#stringStart + at + 1;
    this.#strings += `${text}\0`;
    return this.stringEnd - text.length - 1;
  }

  get endId(): number {
    return (this.#base?.endId ?? 1) + this.#types;
  }

  get stringEnd(): number {
    return this.#stringStart + this.#strings.length;
  }

  /** `change` may spoil the words of the type section. */
  bytes(change: (words: number[]) => void = () => {}): Uint8Array {
    const words = [...this.#words];
    change(words);
    const layout = this.#headerLength === 32 ? this.#layout() : [];
    const body = 4 * (words.length + layout.length);
    const header = [this.#headerLength, 0, 4 * words.length, body, this.#strings.length];
    if (this.#headerLength === 32) header.push(4 * words.length, 4 * layout.length);
    const all = Buffer.concat([
      Buffer.alloc(4 + 4 * (header.length + words.length)),
      bytesOf(layout),
      Buffer.from(this.#strings),
    ]);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    view.setUint16(0, 0xeb9f, this.#littleEndian);
    view.setUint8(2, 1);
    [...header, ...words].forEach((word, index) => {
      view.setUint32(4 + 4 * index, word >>> 0, this.#littleEndian);
    });
    return all;
  }

  get #stringStart(): number {
    return this.#base?.stringEnd ?? 0;
  }

  /** Sizes of what follows a type, by kind; of two kinds that do not exist yet as well. */
  #layout(): readonly (readonly [fixed: number, each: number])[] {
    const fixed: Record<number, number> = {
      [kinds.int]: 4,
      [kinds.array]: 12,
      [kinds.var]: 4,
      [kinds.declTag]: 4,
      20: 8,
    };
    const each: Record<number, number> = {
      [kinds.struct]: 12,
      [kinds.union]: 12,
      [kinds.enum]: 8,
      [kinds.funcProto]: 8,
      [kinds.datasec]: 12,
      [kinds.enum64]: 12,
      21: 4,
    };
    return Array.from({ length: 22 }, (_, kind) => [fixed[kind] ?? 0, each[kind] ?? 0] as const);
  }
}

function bytesOf(layout: readonly (readonly [number, number])[]): Uint8Array {
  return Uint8Array.from(layout.flatMap(([fixed, each]) => [fixed, each, 0, 0]));
}
