// What a compiled BPF object asks of the kernel: its externs, and the calls of kernel functions in its programs.
import type { Btf } from "../btf/btf.ts";
import { type Elf, type ElfRelocation, type ElfSection, type ElfSymbol, symbolTypes } from "../btf/elf.ts";
import { kinds } from "../btf/kinds.ts";
import { BtfError } from "../btf/piece.ts";

export interface BpfObject {
  /** Absent when it was compiled without -g. */
  readonly btf: Btf | undefined;
  readonly externs: readonly Extern[];
  /** Calls of kernel functions with the numbers already in them, as a loader leaves them. */
  readonly fixedCalls: readonly FixedCall[];
}

export interface Extern {
  readonly name: string;
  readonly weak: boolean;
  /** Its FUNC or VAR in the object's BTF; undefined when there is none. */
  readonly declaration: number | undefined;
  /** The DATASEC it stands in: ".ksyms", ".kconfig"; undefined: in none. */
  readonly section: string | undefined;
  readonly calls: readonly CallSite[];
  /** How often its address is taken: a test whether it exists, or a use of a variable. */
  readonly addressTaken: number;
}

export interface CallSite {
  readonly section: string;
  /** Index of the instruction in its section, counted in slots of 8 bytes. */
  readonly instruction: number;
  /** The C function, where the symbol table knows it. */
  readonly function?: string;
}

/** All calls with the same numbers. */
export interface FixedCall {
  /** The immediate: a type id, in whose BTF is up to the loader. */
  readonly imm: number;
  /** The offset field: which BTF, by index; 0 is vmlinux. */
  readonly off: number;
  readonly sites: readonly CallSite[];
}

/** The kernel takes 256 functions a program; an object that names far more wants to keep us busy. */
const maxNames = 4096;

const callCode = 0x85;
const pseudoKfuncCall = 2;

export function readBpfObject(elf: Elf, btf: Btf | undefined): BpfObject {
  const symbols = elf.symbols();
  const uses = new Map<ElfSymbol, { calls: CallSite[]; addressTaken: number }>();
  const fixedCalls = new Map<string, { imm: number; off: number; sites: CallSite[] }>();
  const siteOf = callSites(symbols);
  for (const section of elf.sections.filter(({ executable }) => executable)) {
    const relocations = new Map(elf.relocations(section).map((relocation) => [relocation.offset, relocation]));
    for (const instruction of instructionsOf(elf, section)) {
      const symbol = symbolOf(relocations.get(instruction.offset), symbols);
      if (symbol !== undefined && isExtern(symbol)) {
        const use = uses.get(symbol) ?? { calls: [], addressTaken: 0 };
        uses.set(symbol, use);
        if (instruction.code === callCode) use.calls.push(siteOf(section, instruction.offset));
        else use.addressTaken++;
      } else if (symbol === undefined && instruction.code === callCode && instruction.source === pseudoKfuncCall) {
        const { imm, off } = instruction;
        const call = fixedCalls.get(`${imm} ${off}`) ?? { imm, off, sites: [] };
        fixedCalls.set(`${imm} ${off}`, call);
        call.sites.push(siteOf(section, instruction.offset));
      }
    }
  }
  const sections = btf === undefined ? undefined : sectionsOf(btf);
  const undefinedSymbols = symbols.filter(isExtern);
  if (undefinedSymbols.length + fixedCalls.size > maxNames) {
    throw new BtfError(`${elf.file}: names more than ${maxNames} kernel functions`);
  }
  const externs = undefinedSymbols.map((symbol) => {
    const declaration = btf === undefined ? undefined : findDeclaration(btf, symbol.name);
    return {
      name: symbol.name,
      weak: symbol.weak,
      declaration,
      section: declaration === undefined ? undefined : sections?.get(declaration),
      calls: uses.get(symbol)?.calls ?? [],
      addressTaken: uses.get(symbol)?.addressTaken ?? 0,
    };
  });
  return { btf, externs, fixedCalls: [...fixedCalls.values()] };
}

/** Undefined symbols without a type, as libbpf recognizes externs. */
function isExtern({ name, section, local, type }: ElfSymbol): boolean {
  return section === 0 && !local && type === symbolTypes.none && name !== "";
}

function symbolOf(relocation: ElfRelocation | undefined, symbols: readonly ElfSymbol[]): ElfSymbol | undefined {
  return relocation === undefined ? undefined : symbols[relocation.symbol];
}

/** The first FUNC or VAR of this name. */
function findDeclaration(btf: Btf, name: string): number | undefined {
  const found = [...btf.findOwn(kinds.func, name).slice(0, 1), ...btf.findOwn(kinds.var, name).slice(0, 1)];
  return found.length === 0 ? undefined : Math.min(...found);
}

/** FUNC or VAR -> name of the first DATASEC it stands in. */
function sectionsOf(btf: Btf): ReadonlyMap<number, string> {
  const sections = new Map<number, string>();
  for (const id of btf.ownOfKind(kinds.datasec)) {
    for (const { type } of btf.sectionEntries(id)) if (!sections.has(type)) sections.set(type, btf.name(id));
  }
  return sections;
}

interface Instruction {
  readonly offset: number;
  readonly code: number;
  readonly source: number;
  readonly off: number;
  readonly imm: number;
}

function* instructionsOf(elf: Elf, section: ElfSection): Generator<Instruction> {
  const { bytes } = elf.data(section);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = 0; offset + 8 <= bytes.length; offset += 8) {
    const registers = view.getUint8(offset + 1);
    yield {
      offset,
      code: view.getUint8(offset),
      source: elf.littleEndian ? registers >> 4 : registers & 0xf,
      off: view.getInt16(offset + 2, elf.littleEndian),
      imm: view.getInt32(offset + 4, elf.littleEndian),
    };
  }
}

function callSites(symbols: readonly ElfSymbol[]): (section: ElfSection, offset: number) => CallSite {
  const bySection = new Map<number, ElfSymbol[]>();
  for (const symbol of symbols) {
    if (symbol.type !== symbolTypes.func) continue;
    const others = bySection.get(symbol.section);
    if (others === undefined) bySection.set(symbol.section, [symbol]);
    else others.push(symbol);
  }
  for (const functions of bySection.values()) functions.sort((a, b) => a.offset - b.offset);
  return (section, offset) => {
    const holder = lastUpTo(bySection.get(section.index) ?? [], offset);
    const site = { section: section.name, instruction: offset / 8 };
    const isInside = holder !== undefined && offset < holder.offset + holder.size;
    return isInside ? { ...site, function: holder.name } : site;
  };
}

/** The last function that starts at or before an offset. */
function lastUpTo(functions: readonly ElfSymbol[], offset: number): ElfSymbol | undefined {
  let low = 0;
  let high = functions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (functions[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return functions[low - 1];
}
