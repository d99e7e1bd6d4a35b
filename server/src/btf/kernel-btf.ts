// What the BTF of one kernel or module says of its kfuncs. The facts have the shape of those read from sources
// (registry/facts.ts), as far as a binary knows them: program types, filters and files are not in it.
import { Btf, isBtf } from "./btf.ts";
import { printType } from "./c-type.ts";
import { Elf, isElf } from "./elf.ts";
import { type KfuncSet, readKfuncSets } from "./kfunc-sets.ts";
import { kinds } from "./kinds.ts";
import { failAt, type Piece } from "./piece.ts";

/** Comparable to a KfuncFact. */
export interface BtfKfunc {
  readonly name: string;
  readonly id: number;
  readonly returns: string;
  readonly params: readonly (readonly [type: string, name: string])[];
  /** How many of the last parameters the verifier supplies. They are not in the kfunc's own prototype. */
  readonly hidden?: number;
  /** Those of the first set that has it; undefined where the file has no sets (/sys/kernel/btf, raw BTF). */
  readonly flags?: readonly string[];
  readonly sets: readonly BtfKfuncSet[];
}

export interface BtfKfuncSet {
  readonly set?: string;
  /** Only when they differ from the flags of the first set. */
  readonly flags?: readonly string[];
}

/**
 * Reads raw BTF or the BTF of an ELF file: vmlinux, a module, a compiled BPF object. A module needs the BTF of its
 * kernel as `base`, except where it brings what it needs of it along (.BTF.base).
 */
export function openBtf(piece: Piece, base?: Btf): OpenBtf {
  if (isBtf(piece.bytes)) return { btf: new Btf(piece, base) };
  if (!isElf(piece.bytes)) failAt(piece, 0, "neither BTF nor an ELF file");
  const elf = new Elf(piece);
  const section = elf.section(".BTF");
  if (section === undefined) failAt(piece, 0, "the ELF file has no section .BTF; it was built without BTF or stripped");
  const ownBase = elf.section(".BTF.base");
  const below = ownBase === undefined ? base : new Btf(elf.data(ownBase));
  return { btf: new Btf(elf.data(section), below), elf };
}

export interface OpenBtf {
  readonly btf: Btf;
  /** Absent for raw BTF. */
  readonly elf?: Elf;
}

/** The kfuncs of a kernel or module sorted by name; undefined when nothing in the file says which functions are kfuncs. */
export function listKfuncs(open: OpenBtf): readonly BtfKfunc[] | undefined {
  const ids = kfuncIds(open);
  if (ids === undefined) return undefined;
  const { btf } = open;
  const sets = setsOf(open);
  return [...ids]
    .map((id) => describeKfunc(btf, id, sets))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Which FUNCs are kfuncs; undefined when nothing in the file says so. */
export function kfuncIds(open: OpenBtf): ReadonlySet<number> | undefined {
  const sets = setsOf(open);
  const tagged = taggedFunctions(open.btf, "bpf_kfunc");
  if (sets === undefined && tagged.size === 0) return undefined;
  const inSets = (sets ?? []).flatMap(({ kfuncs }) => kfuncs.map(({ id }) => id));
  return new Set([...inSets, ...tagged]);
}

function setsOf({ btf, elf }: OpenBtf): readonly KfuncSet[] | undefined {
  return elf === undefined ? undefined : readKfuncSets(elf, btf);
}

/** Own functions that carry a tag: pahole marks kfuncs with "bpf_kfunc" since Linux 6.10 or so. */
function taggedFunctions(btf: Btf, tag: string): ReadonlySet<number> {
  const tags = btf.ownOfKind(kinds.declTag).filter((id) => btf.tagComponent(id) === -1 && btf.name(id) === tag);
  return new Set(tags.map((id) => btf.target(id)).filter((id) => btf.kind(id) === kinds.func));
}

function describeKfunc(btf: Btf, id: number, sets: readonly KfuncSet[] | undefined): BtfKfunc {
  const name = btf.name(id);
  const { returns, params } = prototypeOf(btf, id);
  const memberships = (sets ?? []).flatMap((set) => {
    const entry = set.kfuncs.find((kfunc) => kfunc.id === id);
    return entry === undefined ? [] : [{ set: set.name, flags: entry.flags }];
  });
  const flags = memberships[0]?.flags;
  const hidden = flags === undefined || flags.includes("KF_IMPLICIT_ARGS") ? hiddenParams(btf, id) : [];
  return {
    name,
    id,
    returns,
    params: [...params, ...hidden],
    ...(hidden.length > 0 ? { hidden: hidden.length } : {}),
    ...(flags === undefined ? {} : { flags }),
    sets: memberships.map(({ set, flags: own }) => ({
      ...(set === undefined ? {} : { set }),
      ...(own.join() === flags?.join() ? {} : { flags: own }),
    })),
  };
}

interface Prototype {
  readonly returns: string;
  readonly params: readonly (readonly [type: string, name: string])[];
}

/** Return type and parameters of a FUNC. */
export function prototypeOf(btf: Btf, func: number): Prototype {
  const proto = btf.target(func);
  if (btf.kind(proto) !== kinds.funcProto) btf.fail(func, `FUNC of type [${proto}], which is no FUNC_PROTO`);
  return {
    returns: printType(btf, btf.target(proto)),
    params: btf.params(proto).map(({ type, name }) => [printType(btf, type), name] as const),
  };
}

/**
 * A kfunc with KF_IMPLICIT_ARGS has two FUNCs: itself, as programs call it, and NAME_impl with all parameters. The
 * surplus is what the verifier supplies.
 */
function hiddenParams(btf: Btf, func: number): Prototype["params"] {
  const [long] = btf.findOwn(kinds.func, `${btf.name(func)}_impl`);
  if (long === undefined) return [];
  const { params } = prototypeOf(btf, func);
  const { params: all } = prototypeOf(btf, long);
  // By name: address spaces of arenas are in the type of the short one only.
  return params.every(([, name], index) => name === all[index]?.[1]) ? all.slice(params.length) : [];
}
