// Types that need no header: C's own names, and typedef names that every BPF
// program uses in one meaning, for files whose headers are not found.
import { boolType, charType, doubleType, s64Type, u32Type } from "./conversions.ts";
import { type CType, intType, u64Type, unknownType, voidType } from "./types.ts";

export function integer(bits: number, signed: boolean): CType {
  return { kind: "int", bits, signed, bool: false };
}

const baseTypes: ReadonlyMap<string, CType> = new Map<string, CType>([
  ["void", voidType],
  ["_Bool", boolType],
  ["bool", boolType],
  ["char", charType],
  ["signed char", charType],
  ["unsigned char", integer(8, false)],
  ["short", integer(16, true)],
  ["unsigned short", integer(16, false)],
  ["int", intType],
  ["unsigned int", u32Type],
  ["long", s64Type],
  ["unsigned long", u64Type],
  ["long long", s64Type],
  ["unsigned long long", u64Type],
  ["__int128", integer(128, true)],
  ["unsigned __int128", integer(128, false)],
  ["float", { kind: "float", bits: 32 }],
  ["double", doubleType],
  ["long double", doubleType],
]);

export function baseType(name: string): CType {
  return baseTypes.get(name) ?? unknownType;
}

const wellKnown: ReadonlyMap<string, CType> = new Map<string, CType>([
  ...[8, 16, 32, 64].flatMap((bits): [string, CType][] => [
    [`u${bits}`, integer(bits, false)],
    [`__u${bits}`, integer(bits, false)],
    [`uint${bits}_t`, integer(bits, false)],
    [`s${bits}`, integer(bits, true)],
    [`__s${bits}`, integer(bits, true)],
    [`int${bits}_t`, integer(bits, true)],
  ]),
  ...[16, 32, 64].flatMap((bits): [string, CType][] => [
    [`__be${bits}`, integer(bits, false)],
    [`__le${bits}`, integer(bits, false)],
  ]),
  ["__wsum", u32Type],
  ["__sum16", integer(16, false)],
  ["bool", boolType],
  ["size_t", u64Type],
  ["ssize_t", s64Type],
  ["uintptr_t", u64Type],
  ["intptr_t", s64Type],
  ["ptrdiff_t", s64Type],
  ["uint", u32Type],
  ["ulong", u64Type],
  ["ushort", integer(16, false)],
  ["uchar", integer(8, false)],
  ["pid_t", intType],
  ["gfp_t", u32Type],
  ["__builtin_va_list", unknownType],
  ["__int128_t", integer(128, true)],
  ["__uint128_t", integer(128, false)],
]);

/** Meaning of a typedef name that no declaration was found for. */
export function wellKnownTypedef(name: string): CType | undefined {
  return wellKnown.get(name);
}
