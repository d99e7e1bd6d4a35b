// Writes ELF files for tests: kernels and modules with .BTF and .BTF_ids, compiled BPF objects. 64 bits.

export interface SectionToWrite {
  readonly name: string;
  readonly data: Uint8Array;
  /** Default: PROGBITS. */
  readonly type?: number;
  readonly flags?: number;
  readonly address?: number;
  readonly relocations?: readonly { readonly offset: number; readonly symbol: string; readonly type: number }[];
}

export interface SymbolToWrite {
  readonly name: string;
  /** Name of its section; none: undefined symbol. */
  readonly section?: string;
  readonly value?: number;
  readonly size?: number;
  readonly binding?: "local" | "global" | "weak";
  readonly type?: number;
}

export interface ElfToWrite {
  readonly machine?: number;
  readonly bigEndian?: boolean;
  readonly sections: readonly SectionToWrite[];
  readonly symbols?: readonly SymbolToWrite[];
}

export const executable = 4;

export function writeElf({ machine = 62, bigEndian = false, sections, symbols = [] }: ElfToWrite): Uint8Array {
  const little = !bigEndian;
  const headers: {
    name: string;
    type: number;
    flags: number;
    address: number;
    link: number;
    info: number;
    data: Uint8Array;
  }[] = [{ name: "", type: 0, flags: 0, address: 0, link: 0, info: 0, data: new Uint8Array() }];
  const indexOf = (name: string) => 1 + sections.findIndex((section) => section.name === name);
  for (const { name, data, type = 1, flags = 0, address = 0 } of sections) {
    headers.push({ name, type, flags, address, link: 0, info: 0, data });
  }
  const symtab = headers.length;
  const symbolNames = new StringTable();
  headers.push({
    name: ".symtab",
    type: 2,
    flags: 0,
    address: 0,
    link: symtab + 1,
    info: 1,
    data: structs(24, [undefined, ...symbols], (view, at, symbol) => {
      view.setUint32(at, symbolNames.add(symbol.name), little);
      const binding = { local: 0, global: 1, weak: 2 }[symbol.binding ?? "global"];
      view.setUint8(at + 4, (binding << 4) | (symbol.type ?? 0));
      view.setUint16(at + 6, symbol.section === undefined ? 0 : indexOf(symbol.section), little);
      view.setBigUint64(at + 8, BigInt(symbol.value ?? 0), little);
      view.setBigUint64(at + 16, BigInt(symbol.size ?? 0), little);
    }),
  });
  headers.push({ name: ".strtab", type: 3, flags: 0, address: 0, link: 0, info: 0, data: symbolNames.bytes() });
  for (const { name, relocations = [] } of sections) {
    if (relocations.length === 0) continue;
    const data = structs(16, relocations, (view, at, { offset, symbol, type }) => {
      const index = 1 + symbols.findIndex((candidate) => candidate.name === symbol);
      view.setBigUint64(at, BigInt(offset), little);
      view.setBigUint64(at + 8, (BigInt(index) << 32n) | BigInt(type), little);
    });
    headers.push({ name: `.rel${name}`, type: 9, flags: 0, address: 0, link: symtab, info: indexOf(name), data });
  }
  const names = new StringTable();
  const nameOffsets = [...headers.map(({ name }) => names.add(name)), names.add(".shstrtab")];
  headers.push({ name: ".shstrtab", type: 3, flags: 0, address: 0, link: 0, info: 0, data: names.bytes() });

  let end = 64;
  const offsets = headers.map(({ data }) => {
    const at = end;
    end += data.length;
    return at;
  });
  const table = structs(64, headers, (view, at, { type, flags, address, link, info, data }, index) => {
    view.setUint32(at, nameOffsets[index]!, little);
    view.setUint32(at + 4, type, little);
    view.setBigUint64(at + 8, BigInt(flags), little);
    view.setBigUint64(at + 16, BigInt(address), little);
    view.setBigUint64(at + 24, BigInt(offsets[index]!), little);
    view.setBigUint64(at + 32, BigInt(data.length), little);
    view.setUint32(at + 40, link, little);
    view.setUint32(at + 44, info, little);
  });
  const header = new Uint8Array(64);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x7f454c46);
  header.set([2, little ? 1 : 2, 1], 4);
  view.setUint16(16, sections.some(({ address }) => address !== undefined) ? 2 : 1, little);
  view.setUint16(18, machine, little);
  view.setBigUint64(40, BigInt(end), little);
  view.setUint16(58, 64, little);
  view.setUint16(60, headers.length, little);
  view.setUint16(62, headers.length - 1, little);
  return Buffer.concat([header, ...headers.map(({ data }) => data), table]);
}

/** 32-bit numbers as the section .BTF_ids has them. */
export function words(...values: readonly number[]): Uint8Array {
  return structs(4, values, (view, at, value) => view.setUint32(at, value, true));
}

/** One record of `size` bytes an item; an undefined item stays zero. */
function structs<T>(
  size: number,
  items: readonly (T | undefined)[],
  write: (view: DataView, at: number, item: T, index: number) => void,
): Uint8Array {
  const bytes = new Uint8Array(size * items.length);
  const view = new DataView(bytes.buffer);
  items.forEach((item, index) => {
    if (item !== undefined) write(view, size * index, item, index);
  });
  return bytes;
}

class StringTable {
  #text = "\0";

  add(name: string): number {
    if (name === "") return 0;
    const at = this.#text.length;
    this.#text += `${name}\0`;
    return at;
  }

  bytes(): Uint8Array {
    return Buffer.from(this.#text);
  }
}
