// Reads the sets of kfuncs that a kernel or module registers, from the section .BTF_ids. A set is
//   u32 count; u32 set_flags; { u32 btf_id; u32 kfunc_flags; } pairs[count];
// Sets stand among plain lists of ids. Where the file kept its symbols, they say what starts where; installed kernels
// have lost them, and the sets are recognized: each id must be a FUNC, in ascending order as resolve_btfids sorts them.
// For which program types a set is registered is decided by code at boot and in no data.
import type { Btf } from "./btf.ts";
import type { Elf } from "./elf.ts";
import { kinds } from "./kinds.ts";
import type { Piece } from "./piece.ts";

export interface KfuncSet {
  /** The kernel's variable; unknown where symbols were stripped. */
  readonly name?: string;
  readonly kfuncs: readonly KfuncInSet[];
}

export interface KfuncInSet {
  readonly id: number;
  readonly flags: readonly string[];
}

/** Undefined when the file has no .BTF_ids: then nothing is known, not even that there are none. */
export function readKfuncSets(elf: Elf, btf: Btf): readonly KfuncSet[] | undefined {
  const section = elf.section(".BTF_ids");
  if (section === undefined) return undefined;
  const words = wordsOf(elf.data(section), elf.littleEndian);
  const prefix = "__BTF_ID__set8__";
  const named = elf.symbols(section).filter(({ name }) => name.startsWith(prefix));
  const found =
    named.length > 0
      ? named.flatMap(({ name, offset }) => ({ ...setAt(words, offset / 4), name: name.slice(prefix.length) }))
      : recognizeSets(words, btf);
  // BTF_SET8_KFUNCS exists since Linux 6.9; kernels that have it register no set without it.
  const marked = found.filter(({ flags }) => (flags & setIsOfKfuncs) !== 0);
  return (marked.length > 0 ? marked : found).map(({ name, pairs }) => ({
    ...(name === undefined ? {} : { name }),
    // Id 0: a function that this kernel was built without.
    kfuncs: pairs.filter(({ id }) => id !== 0).map(({ id, flags }) => ({ id, flags: flagNames(flags) })),
  }));
}

const setIsOfKfuncs = 1;

interface RawSet {
  readonly name?: string;
  readonly flags: number;
  readonly pairs: readonly RawPair[];
}

interface RawPair {
  readonly id: number;
  readonly flags: number;
}

/** A set cut off by the end of the section has what is left of it. */
function setAt(words: readonly number[], at: number): RawSet {
  const [count = 0, flags = 0] = words.slice(at, at + 2);
  const left = Math.max(0, Math.floor((words.length - at - 2) / 2));
  const pairs = Array.from({ length: Math.min(count, left) }, (_, index) => ({
    id: words[at + 2 + 2 * index] ?? 0,
    flags: words[at + 3 + 2 * index] ?? 0,
  }));
  return { flags, pairs };
}

function recognizeSets(words: readonly number[], btf: Btf): readonly RawSet[] {
  const sets: RawSet[] = [];
  for (let at = 0; at + 4 <= words.length; ) {
    const set = looksLikeSet(words, at, btf) ? setAt(words, at) : undefined;
    if (set !== undefined) sets.push(set);
    at += set === undefined ? 1 : 2 + 2 * set.pairs.length;
  }
  return sets;
}

function looksLikeSet(words: readonly number[], at: number, btf: Btf): boolean {
  const [count = 0, setFlags = 0] = words.slice(at, at + 2);
  if (count === 0 || (setFlags !== 0 && setFlags !== setIsOfKfuncs)) return false;
  if (at + 2 + 2 * count > words.length) return false;
  // Without the mark, a sorted list of plain ids could pass for a set; ids are larger than the flags of that time.
  const flagsEnd = setFlags === setIsOfKfuncs ? 2 ** 20 : 2 ** 12;
  let previous = 0;
  for (let pair = at + 2; pair < at + 2 + 2 * count; pair += 2) {
    const [id = 0, flags = 0] = words.slice(pair, pair + 2);
    const isAbsent = id === 0 && previous === 0;
    if (!isAbsent && (id <= previous || id >= btf.endId || btf.kind(id) !== kinds.func)) return false;
    if (flags >= flagsEnd) return false;
    previous = id;
  }
  return previous !== 0;
}

/** KF_ flags by bit, as all kernels so far agree on them (include/linux/btf.h); an unknown bit prints as its number. */
const flagsByBit: readonly string[] = [
  "KF_ACQUIRE",
  "KF_RELEASE",
  "KF_RET_NULL",
  "KF_KPTR_GET",
  "KF_TRUSTED_ARGS",
  "KF_SLEEPABLE",
  "KF_DESTRUCTIVE",
  "KF_RCU",
  "KF_ITER_NEW",
  "KF_ITER_NEXT",
  "KF_ITER_DESTROY",
  "KF_RCU_PROTECTED",
  "KF_FASTCALL",
  "KF_ARENA_RET",
  "KF_ARENA_ARG1",
  "KF_ARENA_ARG2",
  "KF_IMPLICIT_ARGS",
  "KF_SPINLOCK_SAFE",
  "KF_PERFMON",
];

/** Sorted by name. */
function flagNames(flags: number): readonly string[] {
  const bits = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (flags >>> bit) & 1);
  return bits.map((bit) => flagsByBit[bit] ?? `1 << ${bit}`).sort();
}

function wordsOf({ bytes }: Piece, littleEndian: boolean): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getUint32(4 * index, littleEndian));
}
