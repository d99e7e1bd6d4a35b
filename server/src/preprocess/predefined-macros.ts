// Macros that clang predefines for `-target bpf -mcpu=v3 -O2`, one a line as after
// `#define`; facts printed by clang 22 (`-dM -E`), floating point and printf formats
// left out. User code asks them for sizes, byte order and features.

export const predefinedMacros = `
_LP64 1
__ATOMIC_ACQUIRE 2
__ATOMIC_ACQ_REL 4
__ATOMIC_CONSUME 1
__ATOMIC_RELAXED 0
__ATOMIC_RELEASE 3
__ATOMIC_SEQ_CST 5
__BIGGEST_ALIGNMENT__ 8
__BITINT_MAXWIDTH__ 128
__BOOL_WIDTH__ 1
__BPF_CPU_VERSION__ 3
__BPF_FEATURE_ADDR_SPACE_CAST 1
__BPF_FEATURE_ALU32 1
__BPF_FEATURE_ATOMIC_MEM_ORDERING 1
__BPF_FEATURE_JMP32 1
__BPF_FEATURE_JMP_EXT 1
__BPF_FEATURE_MAY_GOTO 1
__BPF__ 1
__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__
__CHAR16_TYPE__ unsigned short
__CHAR32_TYPE__ unsigned int
__CHAR_BIT__ 8
__CLANG_ATOMIC_BOOL_LOCK_FREE 2
__CLANG_ATOMIC_CHAR16_T_LOCK_FREE 2
__CLANG_ATOMIC_CHAR32_T_LOCK_FREE 2
__CLANG_ATOMIC_CHAR_LOCK_FREE 2
__CLANG_ATOMIC_INT_LOCK_FREE 2
__CLANG_ATOMIC_LLONG_LOCK_FREE 2
__CLANG_ATOMIC_LONG_LOCK_FREE 2
__CLANG_ATOMIC_POINTER_LOCK_FREE 2
__CLANG_ATOMIC_SHORT_LOCK_FREE 2
__CLANG_ATOMIC_WCHAR_T_LOCK_FREE 2
__CONSTANT_CFSTRINGS__ 1
__ELF__ 1
__FINITE_MATH_ONLY__ 0
__FLT_EVAL_METHOD__ 0
__GCC_ATOMIC_BOOL_LOCK_FREE 2
__GCC_ATOMIC_CHAR16_T_LOCK_FREE 2
__GCC_ATOMIC_CHAR32_T_LOCK_FREE 2
__GCC_ATOMIC_CHAR_LOCK_FREE 2
__GCC_ATOMIC_INT_LOCK_FREE 2
__GCC_ATOMIC_LLONG_LOCK_FREE 2
__GCC_ATOMIC_LONG_LOCK_FREE 2
__GCC_ATOMIC_POINTER_LOCK_FREE 2
__GCC_ATOMIC_SHORT_LOCK_FREE 2
__GCC_ATOMIC_TEST_AND_SET_TRUEVAL 1
__GCC_ATOMIC_WCHAR_T_LOCK_FREE 2
__GCC_CONSTRUCTIVE_SIZE 32
__GCC_DESTRUCTIVE_SIZE 32
__GNUC_MINOR__ 2
__GNUC_PATCHLEVEL__ 1
__GNUC_STDC_INLINE__ 1
__GNUC__ 4
__GXX_ABI_VERSION 1002
__INT16_C(c) c
__INT16_C_SUFFIX__
__INT16_MAX__ 32767
__INT16_TYPE__ short
__INT32_C(c) c
__INT32_C_SUFFIX__
__INT32_MAX__ 2147483647
__INT32_TYPE__ int
__INT64_C(c) c##L
__INT64_C_SUFFIX__ L
__INT64_MAX__ 9223372036854775807L
__INT64_TYPE__ long int
__INT8_C(c) c
__INT8_C_SUFFIX__
__INT8_MAX__ 127
__INT8_TYPE__ signed char
__INTMAX_C(c) c##L
__INTMAX_C_SUFFIX__ L
__INTMAX_MAX__ 9223372036854775807L
__INTMAX_TYPE__ long int
__INTMAX_WIDTH__ 64
__INTPTR_MAX__ 9223372036854775807L
__INTPTR_TYPE__ long int
__INTPTR_WIDTH__ 64
__INT_FAST16_MAX__ 32767
__INT_FAST16_TYPE__ short
__INT_FAST16_WIDTH__ 16
__INT_FAST32_MAX__ 2147483647
__INT_FAST32_TYPE__ int
__INT_FAST32_WIDTH__ 32
__INT_FAST64_MAX__ 9223372036854775807L
__INT_FAST64_TYPE__ long int
__INT_FAST64_WIDTH__ 64
__INT_FAST8_MAX__ 127
__INT_FAST8_TYPE__ signed char
__INT_FAST8_WIDTH__ 8
__INT_LEAST16_MAX__ 32767
__INT_LEAST16_TYPE__ short
__INT_LEAST16_WIDTH__ 16
__INT_LEAST32_MAX__ 2147483647
__INT_LEAST32_TYPE__ int
__INT_LEAST32_WIDTH__ 32
__INT_LEAST64_MAX__ 9223372036854775807L
__INT_LEAST64_TYPE__ long int
__INT_LEAST64_WIDTH__ 64
__INT_LEAST8_MAX__ 127
__INT_LEAST8_TYPE__ signed char
__INT_LEAST8_WIDTH__ 8
__INT_MAX__ 2147483647
__INT_WIDTH__ 32
__LITTLE_ENDIAN__ 1
__LLONG_WIDTH__ 64
__LONG_LONG_MAX__ 9223372036854775807LL
__LONG_MAX__ 9223372036854775807L
__LONG_WIDTH__ 64
__LP64__ 1
__OPTIMIZE__ 1
__ORDER_BIG_ENDIAN__ 4321
__ORDER_LITTLE_ENDIAN__ 1234
__ORDER_PDP_ENDIAN__ 3412
__POINTER_WIDTH__ 64
__PRAGMA_REDEFINE_EXTNAME 1
__PTRDIFF_MAX__ 9223372036854775807L
__PTRDIFF_TYPE__ long int
__PTRDIFF_WIDTH__ 64
__SCHAR_MAX__ 127
__SHRT_MAX__ 32767
__SHRT_WIDTH__ 16
__SIG_ATOMIC_MAX__ 2147483647
__SIG_ATOMIC_WIDTH__ 32
__SIZEOF_DOUBLE__ 8
__SIZEOF_FLOAT__ 4
__SIZEOF_INT128__ 16
__SIZEOF_INT__ 4
__SIZEOF_LONG_DOUBLE__ 8
__SIZEOF_LONG_LONG__ 8
__SIZEOF_LONG__ 8
__SIZEOF_POINTER__ 8
__SIZEOF_PTRDIFF_T__ 8
__SIZEOF_SHORT__ 2
__SIZEOF_SIZE_T__ 8
__SIZEOF_WCHAR_T__ 4
__SIZEOF_WINT_T__ 4
__SIZE_MAX__ 18446744073709551615UL
__SIZE_TYPE__ long unsigned int
__SIZE_WIDTH__ 64
__STDC_EMBED_EMPTY__ 2
__STDC_EMBED_FOUND__ 1
__STDC_EMBED_NOT_FOUND__ 0
__STDC_HOSTED__ 1
__STDC_UTF_16__ 1
__STDC_UTF_32__ 1
__STDC_VERSION__ 201710L
__STDC__ 1
__UINT16_C(c) c
__UINT16_C_SUFFIX__
__UINT16_MAX__ 65535
__UINT16_TYPE__ unsigned short
__UINT32_C(c) c##U
__UINT32_C_SUFFIX__ U
__UINT32_MAX__ 4294967295U
__UINT32_TYPE__ unsigned int
__UINT64_C(c) c##UL
__UINT64_C_SUFFIX__ UL
__UINT64_MAX__ 18446744073709551615UL
__UINT64_TYPE__ long unsigned int
__UINT8_C(c) c
__UINT8_C_SUFFIX__
__UINT8_MAX__ 255
__UINT8_TYPE__ unsigned char
__UINTMAX_C(c) c##UL
__UINTMAX_C_SUFFIX__ UL
__UINTMAX_MAX__ 18446744073709551615UL
__UINTMAX_TYPE__ long unsigned int
__UINTMAX_WIDTH__ 64
__UINTPTR_MAX__ 18446744073709551615UL
__UINTPTR_TYPE__ long unsigned int
__UINTPTR_WIDTH__ 64
__UINT_FAST16_MAX__ 65535
__UINT_FAST16_TYPE__ unsigned short
__UINT_FAST32_MAX__ 4294967295U
__UINT_FAST32_TYPE__ unsigned int
__UINT_FAST64_MAX__ 18446744073709551615UL
__UINT_FAST64_TYPE__ long unsigned int
__UINT_FAST8_MAX__ 255
__UINT_FAST8_TYPE__ unsigned char
__UINT_LEAST16_MAX__ 65535
__UINT_LEAST16_TYPE__ unsigned short
__UINT_LEAST32_MAX__ 4294967295U
__UINT_LEAST32_TYPE__ unsigned int
__UINT_LEAST64_MAX__ 18446744073709551615UL
__UINT_LEAST64_TYPE__ long unsigned int
__UINT_LEAST8_MAX__ 255
__UINT_LEAST8_TYPE__ unsigned char
__USER_LABEL_PREFIX__
__VERSION__ "Clang 22"
__WCHAR_MAX__ 2147483647
__WCHAR_TYPE__ int
__WCHAR_WIDTH__ 32
__WINT_MAX__ 2147483647
__WINT_TYPE__ int
__WINT_WIDTH__ 32
__bpf__ 1
__clang__ 1
__clang_major__ 22
__clang_minor__ 1
__clang_patchlevel__ 8
__clang_version__ "22"
__llvm__ 1
`;

/** Defined unless the configuration names another architecture. */
export const defaultTargetArchitecture = "__TARGET_ARCH_x86";

/** Answers to `__has_attribute`, both spellings; what BPF headers ask for. */
export const knownAttributes: ReadonlySet<string> = new Set([
  "address_space",
  "alias",
  "aligned",
  "alloc_size",
  "always_inline",
  "annotate",
  "assume_aligned",
  "bpf_fastcall",
  "btf_decl_tag",
  "btf_type_tag",
  "cleanup",
  "cold",
  "const",
  "constructor",
  "counted_by",
  "deprecated",
  "destructor",
  "diagnose_if",
  "disable_tail_calls",
  "error",
  "fallthrough",
  "flag_enum",
  "flatten",
  "format",
  "format_arg",
  "gnu_inline",
  "hot",
  "internal_linkage",
  "malloc",
  "may_alias",
  "maybe_unused",
  "minsize",
  "musttail",
  "naked",
  "no_builtin",
  "no_sanitize",
  "no_sanitize_address",
  "no_sanitize_memory",
  "no_sanitize_thread",
  "no_stack_protector",
  "nodebug",
  "nodiscard",
  "noduplicate",
  "noescape",
  "noinline",
  "nomerge",
  "nonnull",
  "noreturn",
  "not_tail_called",
  "nothrow",
  "nouwtable",
  "optnone",
  "overloadable",
  "packed",
  "preserve_access_index",
  "preserve_static_offset",
  "pure",
  "randomize_layout",
  "retain",
  "returns_nonnull",
  "section",
  "selectany",
  "sentinel",
  "transparent_union",
  "unavailable",
  "uninitialized",
  "unlikely",
  "unused",
  "used",
  "uwtable",
  "vector_size",
  "visibility",
  "warn_unused_result",
  "warning",
  "weak",
  "weakref",
  "zero_call_used_regs",
]);
