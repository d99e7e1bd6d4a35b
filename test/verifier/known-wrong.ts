// Programs of fixtures/ on which the checker and a kernel do not agree today. A name
// that has become right makes the test fail, so that it leaves these lists that day.

/** Kernel, file, program: another verdict, or an error of which no pattern claims the kernel's message. */
export const knownWrong: readonly string[] = [
  "7.2 conntrack.bpf.c used_after_insert",
  "7.2 dead-code.bpf.c missing_kfunc_would_have_released",
  "6.12 dead-code.bpf.c missing_kfunc_would_have_released",
  "6.12 kernel-versions.bpf.c older_branch_leaks",
  "7.2 legacy-load.bpf.c loaded_while_holding",
  "6.12 legacy-load.bpf.c loaded_while_holding",
  "7.2 list.bpf.c node_dropped_instead_of_item",
  "6.12 list.bpf.c node_dropped_instead_of_item",
  "7.2 more-callbacks.bpf.c acquired_by_vma_callback",
  "7.2 nullable-parameters.bpf.c untested_to_nullable",
  "6.12 nullable-parameters.bpf.c untested_to_nullable",
  "7.2 opaque-code.bpf.c number_wraps_around",
  "6.12 opaque-code.bpf.c number_wraps_around",
  "7.2 ringbuf.bpf.c stack_memory_submitted",
  "6.12 ringbuf.bpf.c stack_memory_submitted",
  "7.2 use-after-release.bpf.c acquired_after",
  "7.2 work-queue.bpf.c work_leaks",
];

/** File, program: a limit is met, so nothing is claimed. */
export const knownNotAnalyzed: readonly string[] = [];
