// Reads ELF files as far as BTF and kfunc calls need: sections, symbols, relocations. 32 and 64 bits, both byte orders.
// What a section holds is the business of others.
import { cut, failAt, type Piece, textAt } from "./piece.ts";

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  /** Lower 32 bits: enough for the distance between a symbol and the start of its section. */
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly compressed: boolean;
  readonly executable: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  /** Offset in its section. */
  readonly offset: number;
  readonly size: number;
  /** Index of the section; 0 is undefined. */
  readonly section: number;
  readonly weak: boolean;
  readonly local: boolean;
  readonly type: number;
}

export interface ElfRelocation {
  /** Offset in the section that is patched. */
  readonly offset: number;
  /** Index in `symbols()`. */
  readonly symbol: number;
  readonly type: number;
}

export const machineBpf = 247;
export const symbolTypes = { none: 0, object: 1, func: 2, section: 3 } as const;

const sectionTypes = { symtab: 2, rela: 4, nobits: 8, rel: 9 } as const;
const executableFlag = 0x4;
const compressedFlag = 0x800;
const magic = 0x7f454c46;

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length > 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) === magic;
}

export class Elf {
  readonly file: string;
  readonly machine: number;
  readonly littleEndian: boolean;
  readonly sections: readonly ElfSection[];
  readonly #piece: Piece;
  readonly #view: DataView;
  readonly #is64: boolean;

  constructor(piece: Piece) {
    const { bytes } = piece;
    if (!isElf(bytes)) failAt(piece, 0, "not an ELF file");
    cut(piece, 0, 64, "ELF header");
    this.file = piece.file;
    this.#piece = piece;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#is64 = bytes[4] === 2;
    this.littleEndian = bytes[5] !== 2;
    this.machine = this.#u16(18);
    this.sections = this.#readSections();
  }

  /** The first section of this name. */
  section(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name);
  }

  data(section: ElfSection): Piece {
    if (section.type === sectionTypes.nobits) return { ...this.#piece, start: section.offset, bytes: new Uint8Array() };
    if (section.compressed) {
      failAt(this.#piece, section.offset, `section ${section.name} is compressed; unpack it with objcopy first`);
    }
    return cut(this.#piece, section.offset, section.size, `section ${section.name}`);
  }

  /** In the order of the table, those of one section only if asked so; empty for a stripped file. */
  symbols(of?: ElfSection): readonly ElfSymbol[] {
    const table = this.sections.find(({ type }) => type === sectionTypes.symtab);
    const strings = table === undefined ? undefined : this.sections[table.link];
    if (table === undefined || strings === undefined) return [];
    const names = this.data(strings).bytes;
    const { start, bytes } = this.data(table);
    const entrySize = this.#is64 ? 24 : 16;
    const symbols: ElfSymbol[] = [];
    for (
      let at = start - this.#piece.start;
      at + entrySize <= start - this.#piece.start + bytes.length;
      at += entrySize
    ) {
      const section = this.#u16(at + (this.#is64 ? 6 : 14));
      if (of === undefined || of.index === section) symbols.push(this.#readSymbol(at, section, names));
    }
    return symbols;
  }

  /** What is to be patched in a section of a relocatable file. */
  relocations(target: ElfSection): readonly ElfRelocation[] {
    const { rel, rela } = sectionTypes;
    const tables = this.sections.filter(({ type, info }) => (type === rel || type === rela) && info === target.index);
    return tables.flatMap((table) => {
      const entrySize = (this.#is64 ? 16 : 8) + (table.type === rela ? (this.#is64 ? 8 : 4) : 0);
      const { start, bytes } = this.data(table);
      return Array.from({ length: Math.floor(bytes.length / entrySize) }, (_, index) => {
        const at = start - this.#piece.start + index * entrySize;
        if (!this.#is64) {
          const info = this.#u32(at + 4);
          return { offset: this.#u32(at), symbol: info >>> 8, type: info & 0xff };
        }
        // r_info is one 64-bit number: the symbol in its upper half.
        const [symbol, type] = this.littleEndian ? [at + 12, at + 8] : [at + 8, at + 12];
        return { offset: this.#word(at), symbol: this.#u32(symbol), type: this.#u32(type) };
      });
    });
  }

  #readSections(): readonly ElfSection[] {
    const tableAt = this.#is64 ? this.#word(40) : this.#u32(32);
    const entrySize = this.#u16(this.#is64 ? 58 : 46);
    let count = this.#u16(this.#is64 ? 60 : 48);
    let namesIndex = this.#u16(this.#is64 ? 62 : 50);
    if (tableAt === 0) return [];
    if (entrySize < (this.#is64 ? 64 : 40)) failAt(this.#piece, 0, `ELF section headers of ${entrySize} bytes`);
    // More than 0xff00 sections: the numbers do not fit into the header and stand in section 0.
    const first = this.#readSection(tableAt, 0);
    if (count === 0) count = first.size;
    if (namesIndex === 0xffff) namesIndex = first.link;
    cut(this.#piece, tableAt, count * entrySize, "ELF section header table");

    const sections = Array.from({ length: count }, (_, index) => this.#readSection(tableAt + index * entrySize, index));
    // Sections that share bytes would let a small file stand for a huge one.
    const held = sections.filter(({ type }) => type !== sectionTypes.nobits).reduce((sum, { size }) => sum + size, 0);
    if (held > this.#piece.bytes.length) failAt(this.#piece, tableAt, "ELF sections hold more than the whole file");
    const names = sections[namesIndex];
    if (names === undefined) return sections.map(withoutName);
    const { bytes } = this.data({ ...names, name: ".shstrtab" });
    return sections.map(({ nameOffset, ...section }) => ({ ...section, name: textAt(bytes, nameOffset) }));
  }

  #readSection(at: number, index: number): ElfSection & { readonly nameOffset: number } {
    cut(this.#piece, at, this.#is64 ? 64 : 40, "ELF section header");
    const wide = this.#is64;
    const flags = wide ? this.#lowWord(at + 8) : this.#u32(at + 8);
    return {
      index,
      name: "",
      nameOffset: this.#u32(at),
      type: this.#u32(at + 4),
      compressed: (flags & compressedFlag) !== 0,
      executable: (flags & executableFlag) !== 0,
      address: wide ? this.#lowWord(at + 16) : this.#u32(at + 12),
      offset: wide ? this.#word(at + 24) : this.#u32(at + 16),
      size: wide ? this.#word(at + 32) : this.#u32(at + 20),
      link: this.#u32(at + (wide ? 40 : 24)),
      info: this.#u32(at + (wide ? 44 : 28)),
    };
  }

  #readSymbol(at: number, section: number, names: Uint8Array): ElfSymbol {
    const wide = this.#is64;
    const info = this.#u8(at + (wide ? 4 : 12));
    const value = wide ? this.#lowWord(at + 8) : this.#u32(at + 4);
    return {
      name: textAt(names, this.#u32(at)),
      // In executables the value is an address; in relocatable files sections start at address 0.
      offset: (value - (this.sections[section]?.address ?? 0)) >>> 0,
      size: wide ? this.#word(at + 16) : this.#u32(at + 8),
      section,
      local: info >> 4 === 0,
      weak: info >> 4 === 2,
      type: info & 0xf,
    };
  }

  #u8(at: number): number {
    return this.#view.getUint8(at);
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.littleEndian);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.littleEndian);
  }

  #word(at: number): number {
    const high = this.#u32(this.littleEndian ? at + 4 : at);
    return high * 2 ** 32 + this.#lowWord(at);
  }

  #lowWord(at: number): number {
    return this.#u32(this.littleEndian ? at : at + 4);
  }
}

function withoutName({ nameOffset: _, ...section }: ElfSection & { readonly nameOffset: number }): ElfSection {
  return section;
}
