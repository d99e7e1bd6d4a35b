// Reads BTF, the kernel's type information. One pass finds where each type starts; names and the rest are read when
// asked for, because nobody asks for more than a few of the 150,000 types of a kernel.
// Whatever a file claims is checked before it is believed: what is wrong is a BtfError with its place.
import { flagOf, type KindLayout, kindNames, kindOf, kinds, knownLayouts, lengthOf } from "./kinds.ts";
import { hashName, NameTable } from "./name-table.ts";
import { cut, failAt, type Piece, textAt } from "./piece.ts";

export interface BtfParam {
  readonly name: string;
  /** 0 at the end of a list stands for "...". */
  readonly type: number;
}

/** One entry of a DATASEC. */
export interface BtfSectionEntry {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** Longest chain of typedefs and qualifiers that is followed; the kernel's own limit. */
const maxChain = 32;
/** The kernel calls nothing with more than a dozen; without a bound, prototypes that share their parameters cost too much. */
const maxParams = 1000;

export class Btf {
  readonly file: string;
  readonly base: Btf | undefined;
  /** Types of a split BTF are counted on from those of its base; 0 is void and in no file. */
  readonly firstId: number;
  /** One more than the last id. */
  readonly endId: number;
  /** Offset after the last string, where those of a BTF split from this one start. */
  readonly stringEnd: number;
  readonly #types: Piece;
  readonly #strings: Piece;
  readonly #stringStart: number;
  readonly #words: Uint32Array;
  /** Index in `#words` of each own type. */
  readonly #starts: Uint32Array;
  readonly #byName = new Map<number, NameTable>();

  /** `base`: the BTF that a split one (of a module) continues. */
  constructor(piece: Piece, base?: Btf) {
    const header = readHeader(piece);
    this.file = piece.file;
    this.base = base;
    this.firstId = base?.endId ?? 1;
    this.#stringStart = base?.stringEnd ?? 0;
    this.#types = header.types;
    this.#strings = header.strings;
    this.stringEnd = this.#stringStart + header.strings.bytes.length;
    this.#checkStrings();
    this.#words = wordsOf(header.types.bytes, header.littleEndian);
    this.#starts = this.#findTypes(header.layouts);
    this.endId = this.firstId + this.#starts.length;
  }

  /** A number of `kinds`, or of a kind that is newer than this reader. */
  kind(id: number): number {
    return id === 0 ? kinds.void : this.#read(id, (btf, at) => kindOf(btf.#word(at + 1)));
  }

  /** "STRUCT", "FUNC_PROTO"; for messages. */
  kindName(id: number): string {
    const kind = this.kind(id);
    return (kindNames[kind] ?? `kind ${kind}`).replace(/[A-Z]/, "_$&").toUpperCase();
  }

  /** "" for what has no name. */
  name(id: number): string {
    return id === 0 ? "void" : this.#read(id, (btf, at) => btf.#string(at));
  }

  /** kind_flag: of a FWD "it is a union", of a tag "it is an attribute". */
  flag(id: number): boolean {
    return this.#read(id, (btf, at) => flagOf(btf.#word(at + 1)));
  }

  /** Linkage of a FUNC: 0 static, 1 global, 2 extern. */
  linkage(id: number): number {
    return this.#read(id, (btf, at) => lengthOf(btf.#word(at + 1)));
  }

  /** Linkage of a VAR: 0 static, 1 global, 2 extern. */
  varLinkage(id: number): number {
    return this.#read(id, (btf, at) => btf.#word(at + 3));
  }

  /** The type a pointer, qualifier, typedef, tag, VAR or FUNC is about; what a FUNC_PROTO returns; elements of an array. */
  target(id: number): number {
    return this.#read(id, (btf, at) => btf.#type(kindOf(btf.#word(at + 1)) === kinds.array ? at + 3 : at + 2));
  }

  arrayLength(id: number): number {
    return this.#read(id, (btf, at) => btf.#word(at + 5));
  }

  /** Bit offset of an INT; anything but 0 is an old kind of bit-field. */
  intOffset(id: number): number {
    return this.#read(id, (btf, at) => (btf.#word(at + 3) >>> 16) & 0xff);
  }

  /** Which member or parameter a DECL_TAG is about; -1: the declaration itself. */
  tagComponent(id: number): number {
    return this.#read(id, (btf, at) => btf.#word(at + 3) | 0);
  }

  /** Parameters of a FUNC_PROTO. */
  params(id: number): readonly BtfParam[] {
    return this.#read(id, (btf, at) => {
      const length = lengthOf(btf.#word(at + 1));
      if (length > maxParams) btf.fail(id, `a function with ${length} parameters`);
      return Array.from({ length }, (_, index) => {
        const param = at + 3 + 2 * index;
        return { name: btf.#string(param), type: btf.#type(param + 1) };
      });
    });
  }

  /** Entries of a DATASEC. */
  sectionEntries(id: number): readonly BtfSectionEntry[] {
    return this.#read(id, (btf, at) =>
      Array.from({ length: lengthOf(btf.#word(at + 1)) }, (_, index) => {
        const entry = at + 3 + 3 * index;
        return { type: btf.#type(entry), offset: btf.#word(entry + 1), size: btf.#word(entry + 2) };
      }),
    );
  }

  /** Follows typedefs, qualifiers and type tags to what they stand for. */
  skipModifiers(id: number): number {
    let at = id;
    for (let steps = 0; steps <= maxChain; steps++) {
      if (!isModifier(this.kind(at))) return at;
      at = this.target(at);
    }
    return this.fail(id, `more than ${maxChain} typedefs and qualifiers in a row, or a cycle of them`);
  }

  /** Own types of a kind with this name, lowest id first; not those of the base. */
  findOwn(kind: number, name: string): readonly number[] {
    let names = this.#byName.get(kind);
    if (names === undefined) {
      names = this.#indexNames(kind);
      this.#byName.set(kind, names);
    }
    const hash = hashName(Buffer.from(`${name}\0`), 0);
    return names.candidates(hash).filter((id) => this.name(id) === name);
  }

  /** Own types of a kind. */
  ownOfKind(kind: number): readonly number[] {
    const found: number[] = [];
    const starts = this.#starts;
    for (let index = 0; index < starts.length; index++) {
      if (kindOf(this.#words[starts[index]! + 1]!) === kind) found.push(this.firstId + index);
    }
    return found;
  }

  /** Throws a BtfError about a type; about the whole BTF for an id it does not have. */
  fail(id: number, what: string): never {
    if (this.base !== undefined && id < this.firstId) return this.base.fail(id, what);
    return failAt(this.#types, 4 * (this.#starts[id - this.firstId] ?? 0), `type [${id}]: ${what}`);
  }

  #indexNames(kind: number): NameTable {
    const { bytes } = this.#strings;
    return new NameTable(this.ownOfKind(kind), (id) => {
      const at = this.#starts[id - this.firstId]!;
      const offset = this.#words[at]!;
      if (offset >= this.#stringStart) return hashName(bytes, offset - this.#stringStart);
      const { holder, offset: below } = this.#findString(at);
      return hashName(holder.#strings.bytes, below);
    });
  }

  /** Asks the BTF that holds the type, with the index of its first word there. */
  #read<T>(id: number, read: (btf: Btf, at: number) => T): T {
    if (this.base !== undefined && id < this.firstId) return this.base.#read(id, read);
    const at = this.#starts[id - this.firstId];
    if (at === undefined) return this.fail(id, `there are only types 1 to ${this.endId - 1}`);
    return read(this, at);
  }

  #word(at: number): number {
    return this.#words[at] ?? failAt(this.#types, 4 * at, "type information ends here");
  }

  #type(at: number): number {
    const id = this.#word(at);
    if (id >= this.endId) {
      failAt(this.#types, 4 * at, `type id ${id}, but there are only types 1 to ${this.endId - 1}${this.#baseHint()}`);
    }
    return id;
  }

  #string(at: number): string {
    const { holder, offset } = this.#findString(at);
    return textAt(holder.#strings.bytes, offset);
  }

  /** The BTF that has the string, and where in its strings. */
  #findString(at: number): { readonly holder: Btf; readonly offset: number } {
    const offset = this.#word(at);
    let holder: Btf = this;
    while (holder.base !== undefined && offset < holder.#stringStart) holder = holder.base;
    if (offset >= holder.stringEnd) return this.#failString(at, offset);
    return { holder, offset: offset - holder.#stringStart };
  }

  #failString(at: number, offset: number): never {
    const what = `string offset 0x${offset.toString(16)}, but strings end at 0x${this.stringEnd.toString(16)}`;
    return failAt(this.#types, 4 * at, what + this.#baseHint());
  }

  #baseHint(): string {
    return this.base === undefined
      ? "; BTF of a module needs that of its kernel"
      : `; is ${this.base.file} of the same build?`;
  }

  #checkStrings(): void {
    const { bytes } = this.#strings;
    if (bytes.length === 0 && this.base !== undefined) return;
    if (bytes.length === 0 || bytes[bytes.length - 1] !== 0) {
      failAt(this.#strings, Math.max(0, bytes.length - 1), "the BTF string section does not end with a NUL");
    }
    if (this.base === undefined && bytes[0] !== 0) {
      failAt(this.#strings, 0, "the first BTF string is not empty; BTF of a module needs that of its kernel");
    }
    // What is split off has no empty string of its own: it uses its base's.
    if (this.base !== undefined && bytes[0] === 0) {
      failAt(this.#strings, 0, `not the BTF of a module of ${this.base.file}: it stands for itself`);
    }
  }

  #findTypes(layouts: readonly KindLayout[]): Uint32Array {
    const words = this.#words;
    const starts = new Uint32Array(Math.floor(words.length / 3));
    const { stringEnd } = this;
    // Plain arrays of numbers: this loop sees every type of a kernel.
    const fixed = layouts.map((layout) => layout.fixed);
    const each = layouts.map((layout) => layout.each);
    let count = 0;
    let at = 0;
    while (at + 3 <= words.length) {
      const info = words[at + 1]!;
      const kind = kindOf(info);
      if (kind === kinds.void || kind >= fixed.length) {
        failAt(this.#types, 4 * at, `BTF type of unknown kind ${kind}`);
      }
      if (words[at]! >= stringEnd && words[at] !== 0) this.#failString(at, words[at]!);
      starts[count++] = at;
      at += 3 + fixed[kind]! + each[kind]! * lengthOf(info);
    }
    if (at !== words.length) {
      failAt(this.#types, 4 * (starts[count - 1] ?? 0), "BTF type reaches past the end of the type section");
    }
    return starts.subarray(0, count);
  }
}

export function isModifier(kind: number): boolean {
  const { typedef, volatile, const: constant, restrict, typeTag } = kinds;
  return kind === typedef || kind === volatile || kind === constant || kind === restrict || kind === typeTag;
}

interface Header {
  readonly littleEndian: boolean;
  readonly types: Piece;
  readonly strings: Piece;
  readonly layouts: readonly KindLayout[];
}

const magic = 0xeb9f;
const headerLengths = { classic: 24, withLayout: 32 } as const;

/** Does it start like raw BTF? */
export function isBtf(bytes: Uint8Array): boolean {
  return byteOrder(bytes) !== undefined;
}

function byteOrder(bytes: Uint8Array): "little" | "big" | undefined {
  const [first = 0, second = 0] = bytes;
  if (first + 256 * second === magic) return "little";
  return second + 256 * first === magic ? "big" : undefined;
}

function readHeader(piece: Piece): Header {
  const { bytes } = piece;
  const order = byteOrder(bytes);
  if (order === undefined) failAt(piece, 0, "not BTF: the magic number 0xeb9f is missing");
  cut(piece, 0, headerLengths.classic, "BTF header");
  const littleEndian = order === "little";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number) => view.getUint32(at, littleEndian);
  if (bytes[2] !== 1) failAt(piece, 2, `BTF version ${bytes[2]}; only version 1 is known`);
  const headerLength = word(4);
  if (headerLength < headerLengths.classic) failAt(piece, 4, `BTF header of ${headerLength} bytes; 24 are the least`);
  cut(piece, 0, headerLength, "BTF header");

  const part = (offset: number, length: number, what: string) => cut(piece, headerLength + offset, length, what);
  if (word(8) % 4 !== 0) failAt(piece, 8, "the BTF type section is not aligned to 4 bytes");
  const types = part(word(8), word(12), "BTF type section");
  const strings = part(word(16), word(20), "BTF string section");
  // Since Linux 7.3 the encoder may say how long the entries of each kind are, for readers that do not know them all.
  const hasLayout = headerLength >= headerLengths.withLayout && word(28) > 0;
  const layouts = hasLayout ? readLayouts(part(word(24), word(28), "BTF layout section")) : knownLayouts;
  return { littleEndian, types, strings, layouts };
}

function readLayouts(piece: Piece): readonly KindLayout[] {
  // Per kind: size of what follows once, size of each element, 16 bits of flags.
  const stated = Array.from({ length: Math.floor(piece.bytes.length / 4) }, (_, kind) => {
    const [fixed = 0, each = 0] = piece.bytes.subarray(4 * kind);
    if (fixed % 4 !== 0 || each % 4 !== 0) failAt(piece, 4 * kind, `BTF layout of kind ${kind} is not whole words`);
    return { fixed: fixed / 4, each: each / 4 };
  });
  return [...knownLayouts, ...stated.slice(knownLayouts.length)];
}

/** The words of the type section in this machine's byte order, without a copy where that is possible. */
function wordsOf(bytes: Uint8Array, littleEndian: boolean): Uint32Array {
  const count = Math.floor(bytes.length / 4);
  const native = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (littleEndian === native) {
    // Not slice(): that of a Buffer copies nothing.
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    return new Uint32Array(aligned.buffer, aligned.byteOffset, count);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: count }, (_, index) => view.getUint32(4 * index, littleEndian));
}
