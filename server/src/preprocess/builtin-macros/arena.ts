// bpf_arena_common.h and the small atomics beside it.
import type { MacroTable } from "./table.ts";

export const arenaMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
__arena __attribute__((address_space(1)))
__arena_global __attribute__((address_space(1)))
`,
  },
  {
    use: "expression",
    text: `
cast_kern(pointer) ((void)(pointer))
cast_user(pointer) ((void)(pointer))
arena_base(map) ((void *)__kfunc_ls_unknown())
cmpxchg(pointer, old, new) __sync_val_compare_and_swap((pointer), (old), (new))
try_cmpxchg(pointer, old, new) __sync_bool_compare_and_swap((pointer), *(old), (new))
smp_mb() __sync_synchronize()
smp_load_acquire(pointer) (*(volatile typeof(*(pointer)) *)(pointer))
smp_store_release(pointer, value) (*(volatile typeof(*(pointer)) *)(pointer) = (value))
`,
  },
];
