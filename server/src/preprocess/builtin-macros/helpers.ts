// libbpf's everyday macros: sections, map definitions, attributes, printing,
// open-coded loops, byte order. Names that begin with __kfunc_ls_ are our own
// building blocks. Some of what libbpf keeps for itself is here as well: projects
// build printing macros of their own upon it.
import type { MacroTable } from "./table.ts";

const names = (count: number): string => Array.from({ length: count }, (_, i) => `_${i}`).join(", ");
const countdown = (from: number): string => Array.from({ length: from + 1 }, (_, i) => from - i).join(", ");

/** `array[0] = first, array[1] = second ...`, for each number of values. */
const fillMacros = Array.from({ length: 13 }, (_, count) => {
  const values = Array.from({ length: count }, (_, i) => `_${i}`);
  const stores = values.map((value, i) => `(array)[${i}] = (unsigned long long)(${value})`);
  return `__kfunc_ls_fill_${count}(${["array", ...values].join(", ")}) (${stores.join(", ") || "(void)(array)"})`;
}).join("\n");

export const helperMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
__kfunc_ls_paste(a, b) a##b
__kfunc_ls_join(a, b) __kfunc_ls_paste(a, b)
__kfunc_ls_pick(${names(13)}, n, ...) n
__kfunc_ls_pick_of_many(${names(25)}, n, ...) n
__kfunc_ls_count(...) __kfunc_ls_pick_of_many(_, ##__VA_ARGS__, ${countdown(24)})
__kfunc_ls_text_of(...) #__VA_ARGS__
__kfunc_ls_text(...) __kfunc_ls_text_of(__VA_ARGS__)
SEC(name) __attribute__((section(name), used))
__always_inline inline __attribute__((always_inline))
__noinline __attribute__((noinline))
__weak __attribute__((weak))
__hidden __attribute__((visibility("hidden")))
__kconfig __attribute__((section(".kconfig")))
__ksym __attribute__((section(".ksyms")))
__kptr __attribute__((btf_type_tag("kptr")))
__kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
__kptr_ref __attribute__((btf_type_tag("kptr")))
__percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
__uptr __attribute__((btf_type_tag("uptr")))
__bpf_fastcall __attribute__((bpf_fastcall))
__arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
__arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
__arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
__arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
__arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))
__arg_arena __attribute__((btf_decl_tag("arg:arena")))
__uint(name, value) int (*name)[value]
__type(name, type) typeof(type) *name
__array(name, type) typeof(type) *name[]
__ulong(name, value) enum { __kfunc_ls_join(__kfunc_ls_value, __COUNTER__) = value } name
NULL ((void *)0)
`,
  },
  {
    use: "expression",
    text: `
___bpf_concat(a, b) a##b
___bpf_apply(a, b) ___bpf_concat(a, b)
___bpf_nth(...) __kfunc_ls_pick(__VA_ARGS__)
___bpf_narg(...) __kfunc_ls_count(__VA_ARGS__)
${fillMacros}
___bpf_fill(array, args...) __kfunc_ls_join(__kfunc_ls_fill_, __kfunc_ls_count(args))(array, ##args)
BPF_PRINTK_FMT_MOD static const
KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
offsetof(type, member) __builtin_offsetof(type, member)
container_of(pointer, type, member) ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
likely(x) (__builtin_expect(!!(x), 1))
unlikely(x) (__builtin_expect(!!(x), 0))
barrier() asm volatile("" ::: "memory")
barrier_var(variable) asm volatile("" : "+r"(variable))
__bpf_unreachable() __builtin_trap()
bpf_ksym_exists(symbol) (!!(symbol))
__kfunc_ls_print_few(fmt, args...) ({ bpf_trace_printk(fmt, sizeof(fmt), ##args); })
__kfunc_ls_print_many(fmt, args...) ({ unsigned long long ___args[] = { args };
  bpf_trace_vprintk(fmt, sizeof(fmt), ___args, sizeof(___args)); })
__kfunc_ls_print_0 __kfunc_ls_print_few
__kfunc_ls_print_1 __kfunc_ls_print_few
__kfunc_ls_print_2 __kfunc_ls_print_few
__kfunc_ls_print_3 __kfunc_ls_print_few
__kfunc_ls_print_4 __kfunc_ls_print_many
__kfunc_ls_print_5 __kfunc_ls_print_many
__kfunc_ls_print_6 __kfunc_ls_print_many
__kfunc_ls_print_7 __kfunc_ls_print_many
__kfunc_ls_print_8 __kfunc_ls_print_many
__kfunc_ls_print_9 __kfunc_ls_print_many
__kfunc_ls_print_10 __kfunc_ls_print_many
__kfunc_ls_print_11 __kfunc_ls_print_many
__kfunc_ls_print_12 __kfunc_ls_print_many
bpf_printk(fmt, args...) __kfunc_ls_join(__kfunc_ls_print_, __kfunc_ls_count(args))(fmt, ##args)
__bpf_printk(fmt, args...) __kfunc_ls_print_few(fmt, ##args)
__bpf_vprintk(fmt, args...) __kfunc_ls_print_many(fmt, ##args)
bpf_stream_printk(stream, fmt, args...) ({ unsigned long long ___args[] = { args };
  bpf_stream_vprintk(stream, fmt, ___args, sizeof(___args)); })
BPF_SEQ_PRINTF(seq, fmt, args...) ({ static const char ___fmt[] = fmt; unsigned long long ___args[] = { args };
  bpf_seq_printf(seq, ___fmt, sizeof(___fmt), ___args, sizeof(___args)); })
BPF_SNPRINTF(out, out_size, fmt, args...) ({ static const char ___fmt[] = fmt; unsigned long long ___args[] = { args };
  bpf_snprintf(out, out_size, ___fmt, ___args, sizeof(___args)); })
bpf_for_each(type, cur, args...)
  for (struct bpf_iter_##type ___it __attribute__((aligned(8), cleanup(bpf_iter_##type##_destroy))),
  *___begun __attribute__((unused)) = (bpf_iter_##type##_new(&___it, ##args), (void *)0);
  ((cur) = bpf_iter_##type##_next(&___it)); )
bpf_for(i, start, end)
  for (struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))),
  *___begun __attribute__((unused)) = (bpf_iter_num_new(&___it, (start), (end)), (void *)0);
  ({ int *___turn = bpf_iter_num_next(&___it); ___turn && ((i) = *___turn, (i) >= (start) && (i) < (end)); }); )
bpf_repeat(n)
  for (struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))),
  *___begun __attribute__((unused)) = (bpf_iter_num_new(&___it, 0, (n)), (void *)0);
  bpf_iter_num_next(&___it); )
bpf_htons(x) __builtin_bswap16(x)
bpf_ntohs(x) __builtin_bswap16(x)
bpf_htonl(x) __builtin_bswap32(x)
bpf_ntohl(x) __builtin_bswap32(x)
bpf_cpu_to_be64(x) __builtin_bswap64(x)
bpf_be64_to_cpu(x) __builtin_bswap64(x)
__bpf_htons(x) __builtin_bswap16(x)
__bpf_ntohs(x) __builtin_bswap16(x)
__bpf_htonl(x) __builtin_bswap32(x)
__bpf_ntohl(x) __builtin_bswap32(x)
__bpf_constant_htons(x) ((__u16)((((x) & 0xff) << 8) | (((x) >> 8) & 0xff)))
__bpf_constant_ntohs(x) ((__u16)((((x) & 0xff) << 8) | (((x) >> 8) & 0xff)))
__bpf_constant_htonl(x) __builtin_bswap32(x)
__bpf_constant_ntohl(x) __builtin_bswap32(x)
bpf_swab16(x) __builtin_bswap16(x)
bpf_swab32(x) __builtin_bswap32(x)
bpf_swab64(x) __builtin_bswap64(x)
___bpf_swab16(x) __builtin_bswap16(x)
___bpf_swab32(x) __builtin_bswap32(x)
___bpf_swab64(x) __builtin_bswap64(x)
`,
  },
];
