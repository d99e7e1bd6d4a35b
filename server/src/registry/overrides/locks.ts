// What may be called under a lock, and who may not use one.

/** Calls that are accepted while a BPF spin lock is held. From 7.3 on kfuncs say it themselves, with KF_SPINLOCK_SAFE. */
export const callsUnderLock: readonly {
  readonly names: readonly string[];
  readonly from?: string;
  readonly before?: string;
  readonly why: string;
  readonly source: string;
}[] = [
  {
    names: ["bpf_spin_unlock"],
    why: "The way out.",
    source: "do_check_insn, BPF_CALL",
  },
  {
    names: ["bpf_kptr_xchg"],
    from: "7.0",
    why: "An atomic exchange; neither sleeps nor takes a lock.",
    source: "do_check_insn, BPF_CALL",
  },
  {
    names: [
      "bpf_list_push_front_impl",
      "bpf_list_push_back_impl",
      "bpf_list_pop_front",
      "bpf_list_pop_back",
      "bpf_rbtree_add_impl",
      "bpf_rbtree_remove",
      "bpf_rbtree_first",
      "bpf_refcount_acquire_impl",
    ],
    before: "7.3",
    why: "Collections are only changed under their lock.",
    source: "is_bpf_graph_api_kfunc",
  },
  {
    names: [
      "bpf_list_push_front",
      "bpf_list_push_back",
      "bpf_list_add",
      "bpf_list_del",
      "bpf_list_front",
      "bpf_list_back",
      "bpf_list_is_first",
      "bpf_list_is_last",
      "bpf_list_empty",
      "bpf_rbtree_add",
      "bpf_rbtree_root",
      "bpf_rbtree_left",
      "bpf_rbtree_right",
      "bpf_refcount_acquire",
    ],
    from: "6.16",
    before: "7.3",
    why: "As above, with the names and calls that came later.",
    source: "is_bpf_graph_api_kfunc",
  },
  {
    names: ["bpf_iter_num_new", "bpf_iter_num_next", "bpf_iter_num_destroy"],
    from: "6.15",
    before: "7.3",
    why: "Counting touches nothing outside the iterator.",
    source: "is_bpf_iter_num_api_kfunc",
  },
  {
    names: ["bpf_res_spin_lock", "bpf_res_spin_unlock", "bpf_res_spin_lock_irqsave", "bpf_res_spin_unlock_irqrestore"],
    from: "6.15",
    before: "7.3",
    why: "Resilient locks nest and detect deadlocks themselves.",
    source: "is_bpf_res_spin_lock_kfunc",
  },
  {
    names: [
      "bpf_arena_alloc_pages",
      "bpf_arena_free_pages",
      "bpf_arena_reserve_pages",
      "bpf_stream_vprintk",
      "bpf_stream_print_stack",
    ],
    from: "7.0",
    before: "7.3",
    why: "Work in any context, with locks that are taken by trying.",
    source: "kfunc_spin_allowed",
  },
];

/**
 * Program types that are refused when a map they use has such members: they may run inside whoever holds the
 * lock. From is_tracing_prog_type and check_map_prog_compatibility.
 */
const TRACING = ["KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "RAW_TRACEPOINT_WRITABLE"];

export const programsWithout: Readonly<Record<"lock" | "collection", ReadonlySet<string>>> = {
  lock: new Set([...TRACING, "SOCKET_FILTER"]),
  collection: new Set(TRACING),
};
