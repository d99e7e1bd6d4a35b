// Result types of the compiler's own functions, which no header declares.
import { boolType, s64Type, u32Type, voidPointerType } from "./conversions.ts";
import { integer } from "./standard-types.ts";
import { type CType, intType, u64Type, unknownType, voidType } from "./types.ts";

/** Builtins whose value has the type of their first argument. */
const sameAsFirst: ReadonlySet<string> = new Set([
  "__builtin_preserve_access_index",
  "__builtin_preserve_static_offset",
]);

const fixed: ReadonlyMap<string, CType> = new Map<string, CType>([
  ["__builtin_expect", s64Type],
  ["__builtin_expect_with_probability", s64Type],
  ["__builtin_constant_p", intType],
  ["__builtin_preserve_field_info", u32Type],
  ["__builtin_preserve_type_info", u32Type],
  ["__builtin_preserve_enum_value", u64Type],
  ["__builtin_btf_type_id", u32Type],
  ["__builtin_bswap16", integer(16, false)],
  ["__builtin_bswap32", u32Type],
  ["__builtin_bswap64", u64Type],
  ["__builtin_memcpy", voidPointerType],
  ["__builtin_memmove", voidPointerType],
  ["__builtin_memset", voidPointerType],
  ["__builtin_memcmp", intType],
  ["__builtin_strlen", u64Type],
  ["__builtin_unreachable", voidType],
  ["__builtin_trap", voidType],
  ["__builtin_assume", voidType],
  ["__builtin_prefetch", voidType],
  ["__builtin_object_size", u64Type],
  ["__builtin_dynamic_object_size", u64Type],
  ["__builtin_frame_address", voidPointerType],
  ["__builtin_return_address", voidPointerType],
  ["__builtin_add_overflow", boolType],
  ["__builtin_sub_overflow", boolType],
  ["__builtin_mul_overflow", boolType],
  ["__sync_synchronize", voidType],
  ["__atomic_thread_fence", voidType],
  ["__atomic_signal_fence", voidType],
  ["__atomic_store_n", voidType],
  ["__atomic_store", voidType],
  ["__atomic_load", voidType],
  ["__atomic_exchange", voidType],
  ["__atomic_clear", voidType],
  ["__atomic_compare_exchange", boolType],
  ["__atomic_compare_exchange_n", boolType],
  ["__atomic_test_and_set", boolType],
  ["__sync_bool_compare_and_swap", boolType],
  ["__sync_lock_release", voidType],
]);

const bitCount = /^__builtin_(clz|ctz|ffs|popcount|parity|clrsb)(l|ll|g)?$/;

export function isAtomicBuiltin(name: string): boolean {
  return name.startsWith("__sync_") || name.startsWith("__atomic_");
}

/** `firstArgument` is asked for only when the result depends on it. undefined: not a builtin we know. */
export function builtinResult(name: string, firstArgument: () => CType): CType | undefined {
  if (!name.startsWith("__")) return undefined;
  const type = fixed.get(name);
  if (type !== undefined) return type;
  if (sameAsFirst.has(name)) return firstArgument();
  if (bitCount.test(name)) return intType;
  if (!isAtomicBuiltin(name)) return undefined;
  const pointer = firstArgument();
  return pointer.kind === "pointer" ? pointer.to : pointer.kind === "array" ? pointer.of : unknownType;
}
