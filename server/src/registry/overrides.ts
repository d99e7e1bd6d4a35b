// The only hand-written knowledge of the registry: what a name means beyond its flags and types.
// Data, each entry with its reason and the place in the kernel that decides it.
import type { ContextField, KernelRules, ParamEffect, Protocol, ReturnEffect } from "./effect.ts";

export interface Override {
  readonly names: readonly string[];
  /** First kernel it holds for, and the first it no longer holds for. */
  readonly from?: string;
  readonly before?: string;
  readonly protocol?: Protocol;
  readonly returns?: ReturnEffect;
  readonly params?: Readonly<Record<number, Partial<ParamEffect>>>;
  readonly acquires?: boolean;
  readonly releasedBy?: readonly string[];
  readonly needsRcu?: boolean;
  readonly packetWriters?: true;
  readonly why: string;
  /** Function or table of the kernel that decides. */
  readonly source: string;
}

const LOCAL_OBJECT_RELEASE = ["bpf_obj_drop"];

export const kfuncOverrides: readonly Override[] = [
  // Local objects.
  {
    names: ["bpf_obj_new", "bpf_obj_new_impl"],
    returns: { kind: "local-object", maybeNull: true, percpu: false },
    releasedBy: LOCAL_OBJECT_RELEASE,
    why: "Returns void * in C; the verifier gives an object of the type named by the first argument.",
    source: "check_special_kfunc",
  },
  {
    names: ["bpf_percpu_obj_new", "bpf_percpu_obj_new_impl"],
    returns: { kind: "local-object", maybeNull: true, percpu: true },
    releasedBy: ["bpf_percpu_obj_drop"],
    why: "As bpf_obj_new, with one copy for each CPU.",
    source: "check_special_kfunc",
  },
  {
    names: ["bpf_obj_drop", "bpf_obj_drop_impl"],
    params: { 0: { percpu: false } },
    why: "Takes plain local objects only.",
    source: "check_kfunc_args, allocated object",
  },
  {
    names: ["bpf_percpu_obj_drop", "bpf_percpu_obj_drop_impl"],
    params: { 0: { percpu: true } },
    why: "Takes per-CPU local objects only.",
    source: "check_kfunc_args, allocated object",
  },
  {
    names: ["bpf_refcount_acquire", "bpf_refcount_acquire_impl"],
    returns: { kind: "same-object-type", param: 0 },
    params: { 0: { nonOwning: "allowed" } },
    releasedBy: LOCAL_OBJECT_RELEASE,
    why: "One more reference to the object of the argument; cannot fail when the argument is owned.",
    source: "is_kfunc_ret_null",
  },
  // Lists and trees.
  {
    names: ["bpf_list_push_front", "bpf_list_push_front_impl", "bpf_list_push_back", "bpf_list_push_back_impl"],
    protocol: { kind: "graph-add", node: 1, lessCallback: undefined },
    why: "The collection takes the node whether the call succeeds or not.",
    source: "is_bpf_list_push_kfunc",
  },
  {
    names: ["bpf_list_add"],
    protocol: { kind: "graph-add", node: 1, lessCallback: undefined },
    why: "As push, after a given node.",
    source: "is_bpf_list_push_kfunc",
  },
  {
    names: ["bpf_rbtree_add", "bpf_rbtree_add_impl"],
    protocol: { kind: "graph-add", node: 1, lessCallback: 2 },
    why: "As push; the comparison runs during the call.",
    source: "is_bpf_rbtree_add_kfunc",
  },
  {
    names: ["bpf_list_pop_front", "bpf_list_pop_back"],
    protocol: { kind: "graph-remove", node: undefined },
    releasedBy: LOCAL_OBJECT_RELEASE,
    why: "Hands the node back to the program.",
    source: "check_special_kfunc, list node",
  },
  {
    names: ["bpf_list_del"],
    protocol: { kind: "graph-remove", node: 1 },
    releasedBy: LOCAL_OBJECT_RELEASE,
    why: "Hands a given node back to the program.",
    source: "check_special_kfunc, list node",
  },
  {
    names: ["bpf_rbtree_remove"],
    before: "7.0",
    protocol: { kind: "graph-remove", node: 1 },
    params: { 1: { nonOwning: "required", trust: "none" } },
    releasedBy: LOCAL_OBJECT_RELEASE,
    why: "Takes a node that the tree owns, so an owned one is refused.",
    source: "check_kfunc_args, tree node",
  },
  {
    names: ["bpf_rbtree_remove"],
    from: "7.0",
    protocol: { kind: "graph-remove", node: 1 },
    params: { 1: { nonOwning: "allowed", trust: "none" } },
    releasedBy: LOCAL_OBJECT_RELEASE,
    why: "An owned node of a refcounted type is accepted as well and may turn out not to be in the tree.",
    source: "check_kfunc_args, tree node",
  },
  {
    names: ["bpf_rbtree_first", "bpf_rbtree_root", "bpf_list_front", "bpf_list_back"],
    protocol: { kind: "graph-peek" },
    why: "Looks without taking: the collection keeps the node.",
    source: "ref_set_non_owning",
  },
  {
    names: ["bpf_rbtree_left", "bpf_rbtree_right"],
    protocol: { kind: "graph-peek" },
    params: { 1: { nonOwning: "allowed", trust: "none" } },
    why: "Looks without taking, from a node of the tree.",
    source: "ref_set_non_owning",
  },
  // Casts.
  {
    names: ["bpf_cast_to_kern_ctx"],
    protocol: { kind: "context-cast" },
    params: { 0: { kind: "context", trust: "none" } },
    returns: { kind: "object", struct: undefined, maybeNull: false, trust: "trusted", sameAs: undefined },
    why: "The kernel's own context behind the program's; its type follows the program type.",
    source: "check_special_kfunc",
  },
  {
    names: ["bpf_rdonly_cast"],
    protocol: { kind: "rdonly-cast" },
    returns: { kind: "object", struct: undefined, maybeNull: false, trust: "untrusted", sameAs: undefined },
    why: "Any address read as a given type; nothing is promised about it.",
    source: "check_special_kfunc",
  },
  // Regions.
  {
    names: ["bpf_rcu_read_lock"],
    protocol: { kind: "rcu-lock" },
    why: "Opens an RCU section.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_rcu_read_unlock"],
    protocol: { kind: "rcu-unlock" },
    why: "Closes an RCU section; RCU pointers lose their standing.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_preempt_disable"],
    protocol: { kind: "preempt-disable" },
    why: "Opens a region without preemption.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_preempt_enable"],
    protocol: { kind: "preempt-enable" },
    why: "Closes a region without preemption.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_local_irq_save"],
    protocol: { kind: "irq-save", param: 0 },
    params: { 0: { constructs: true } },
    why: "Fills an uninitialized stack slot with the saved state.",
    source: "process_irq_flag",
  },
  {
    names: ["bpf_local_irq_restore"],
    protocol: { kind: "irq-restore", param: 0 },
    why: "Consumes the saved state, last saved first.",
    source: "process_irq_flag",
  },
  {
    names: ["bpf_res_spin_lock"],
    protocol: { kind: "res-spin-lock", param: 0, irqsave: false, flag: undefined },
    why: "Two outcomes: zero with the lock held, or an error without it.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_res_spin_unlock"],
    protocol: { kind: "res-spin-unlock", param: 0, irqsave: false, flag: undefined },
    why: "Releases the lock taken last.",
    source: "process_spin_lock",
  },
  {
    names: ["bpf_res_spin_lock_irqsave"],
    protocol: { kind: "res-spin-lock", param: 0, irqsave: true, flag: 1 },
    params: { 1: { constructs: true } },
    why: "As bpf_res_spin_lock, with interrupts saved when it succeeds.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_res_spin_unlock_irqrestore"],
    protocol: { kind: "res-spin-unlock", param: 0, irqsave: true, flag: 1 },
    why: "Releases the lock and restores interrupts.",
    source: "process_spin_lock",
  },
  // Dynptrs.
  {
    names: ["bpf_dynptr_from_skb"],
    before: "7.0",
    protocol: { kind: "dynptr-new", type: "skb", owning: false, param: 2, parent: undefined },
    why: "A view of the packet; older kernels do not tie it to an owned skb.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_from_skb"],
    from: "7.0",
    protocol: { kind: "dynptr-new", type: "skb", owning: false, param: 2, parent: 0 },
    why: "A view of the packet, gone with the skb if that is owned.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_from_skb_meta"],
    protocol: { kind: "dynptr-new", type: "skb-meta", owning: false, param: 2, parent: 0 },
    why: "A view of the packet's metadata.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_from_xdp"],
    protocol: { kind: "dynptr-new", type: "xdp", owning: false, param: 2, parent: undefined },
    why: "A view of the packet.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_from_file"],
    protocol: { kind: "dynptr-new", type: "file", owning: true, param: 2, parent: 0 },
    releasedBy: ["bpf_dynptr_file_discard"],
    why: "Must be discarded, even when the call failed, and before the file it reads is released.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_file_discard"],
    protocol: { kind: "dynptr-release", type: "file", param: 0 },
    why: "Ends a file dynptr; any other kind is refused.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_clone"],
    protocol: { kind: "dynptr-clone", from: 0, param: 1 },
    why: "A second dynptr of the same memory, gone when the first is released.",
    source: "check_kfunc_args, dynptr",
  },
  {
    names: ["bpf_dynptr_slice"],
    returns: { kind: "slice", maybeNull: true, param: 0, readOnly: true },
    why: "Memory inside the dynptr, of the constant size given last.",
    source: "check_special_kfunc",
  },
  {
    names: ["bpf_dynptr_slice_rdwr"],
    returns: { kind: "slice", maybeNull: true, param: 0, readOnly: false },
    packetWriters: true,
    why: "Memory inside the dynptr, of the constant size given last. Asks for the right to write packets whatever the dynptr is of.",
    source: "check_special_kfunc",
  },
  {
    names: ["bpf_xdp_pull_data"],
    protocol: { kind: "packet-change" },
    why: "May move packet data: earlier packet pointers and slices are gone.",
    source: "bpf_is_kfunc_pkt_changing",
  },
  // Control.
  {
    names: ["bpf_throw"],
    protocol: { kind: "throw" },
    why: "Leaves the program at once: nothing may be held in any frame.",
    source: "process_bpf_exit_full",
  },
  {
    names: ["bpf_wq_set_callback", "bpf_wq_set_callback_impl"],
    protocol: { kind: "async-callback", callback: 1, sleepable: true },
    why: "The callback runs later in a worker and may sleep.",
    source: "set_timer_callback_state",
  },
  {
    names: ["bpf_task_work_schedule_signal", "bpf_task_work_schedule_resume"],
    protocol: { kind: "async-callback", callback: 3, sleepable: true },
    why: "The callback runs later in the task and may sleep.",
    source: "set_task_work_schedule_callback_state",
  },
  // Results that C types do not tell.
  {
    names: ["bpf_session_cookie"],
    returns: { kind: "memory", maybeNull: false, readOnly: false, tiedTo: undefined },
    why: "Eight bytes that the program may write.",
    source: "check_kfunc_call",
  },
  {
    names: ["bpf_session_cookie", "bpf_session_is_return"],
    from: "7.0",
    params: { 0: { kind: "context", trust: "none" } },
    why: "The parameter is void * in C and the program's context to the verifier.",
    source: "get_kfunc_ptr_arg_type",
  },
  {
    names: ["bpf_get_kmem_cache"],
    returns: { kind: "object", struct: "kmem_cache", maybeNull: true, trust: "untrusted", sameAs: undefined },
    why: "Found by address without a reference: readable, not to be passed on.",
    source: "check_kfunc_call",
  },
];

const CALLBACK_CONTEXT = "Runs the callback during the call and hands it the context argument.";

export const helperOverrides: readonly Override[] = [
  {
    names: ["bpf_sk_lookup_tcp", "bpf_sk_lookup_udp", "bpf_skc_lookup_tcp"],
    acquires: true,
    releasedBy: ["bpf_sk_release"],
    why: "The socket found is owned by the program.",
    source: "is_acquire_function",
  },
  {
    names: ["bpf_ringbuf_reserve"],
    acquires: true,
    releasedBy: ["bpf_ringbuf_submit", "bpf_ringbuf_discard"],
    why: "The record must be submitted or discarded.",
    source: "is_acquire_function",
  },
  {
    names: ["bpf_map_lookup_elem"],
    returns: { kind: "map-value", maybeNull: true, mapParam: 0, keyParam: 1 },
    releasedBy: ["bpf_sk_release"],
    why: "Sockets found in a SOCKMAP or SOCKHASH are owned; values of other maps are not.",
    source: "is_acquire_function",
  },
  {
    names: ["bpf_kptr_xchg"],
    acquires: true,
    protocol: { kind: "kptr-xchg", slot: 0, value: 1 },
    returns: { kind: "kptr-old" },
    params: { 1: { maybeNullAccepted: false } },
    why: "The slot takes the reference passed in; what it held before is owned by the program, or NULL.",
    source: "check_helper_call, kptr_xchg",
  },
  {
    names: ["bpf_sk_fullsock"],
    returns: { kind: "object", struct: "bpf_sock", maybeNull: true, trust: "trusted", sameAs: 0 },
    why: "The same socket seen as a full socket.",
    source: "is_ptr_cast_function",
  },
  {
    names: ["bpf_tcp_sock"],
    returns: { kind: "object", struct: "bpf_tcp_sock", maybeNull: true, trust: "trusted", sameAs: 0 },
    why: "The same socket seen as a TCP socket.",
    source: "is_ptr_cast_function",
  },
  ...(
    [
      ["bpf_skc_to_tcp6_sock", "tcp6_sock"],
      ["bpf_skc_to_tcp_sock", "tcp_sock"],
      ["bpf_skc_to_tcp_timewait_sock", "tcp_timewait_sock"],
      ["bpf_skc_to_tcp_request_sock", "tcp_request_sock"],
      ["bpf_skc_to_udp6_sock", "udp6_sock"],
      ["bpf_skc_to_unix_sock", "unix_sock"],
      ["bpf_skc_to_mptcp_sock", "mptcp_sock"],
    ] as const
  ).map(
    ([name, struct]): Override => ({
      names: [name],
      returns: { kind: "object", struct, maybeNull: true, trust: "plain", sameAs: 0 },
      why: "The same socket seen as the kernel's own structure.",
      source: "is_ptr_cast_function",
    }),
  ),
  {
    names: ["bpf_per_cpu_ptr"],
    returns: { kind: "object", struct: undefined, maybeNull: true, trust: "plain", sameAs: undefined, typeOf: 0 },
    why: "This argument's copy on another CPU; NULL for a CPU that does not exist.",
    source: "check_helper_call, per-CPU pointers",
  },
  {
    names: ["bpf_this_cpu_ptr"],
    returns: { kind: "object", struct: undefined, maybeNull: false, trust: "plain", sameAs: undefined, typeOf: 0 },
    why: "This argument's copy on the running CPU.",
    source: "check_helper_call, per-CPU pointers",
  },
  // Dynptrs.
  {
    names: ["bpf_dynptr_from_mem"],
    protocol: { kind: "dynptr-new", type: "local", owning: false, param: 3, parent: undefined },
    params: { 0: { written: false, mapValueOnly: true } },
    why: "A view of map value memory.",
    source: "process_dynptr_func",
  },
  {
    names: ["bpf_ringbuf_reserve_dynptr"],
    protocol: { kind: "dynptr-new", type: "ringbuf", owning: true, param: 3, parent: undefined },
    releasedBy: ["bpf_ringbuf_submit_dynptr", "bpf_ringbuf_discard_dynptr"],
    why: "Must be submitted or discarded, even when the reservation failed.",
    source: "process_dynptr_func",
  },
  {
    names: ["bpf_ringbuf_submit_dynptr", "bpf_ringbuf_discard_dynptr"],
    protocol: { kind: "dynptr-release", type: "ringbuf", param: 0 },
    why: "Ends a ring buffer dynptr with all its clones and slices.",
    source: "unmark_stack_slots_dynptr",
  },
  {
    names: ["bpf_dynptr_write"],
    protocol: { kind: "dynptr-write", param: 0 },
    why: "Writing to a packet may move its data.",
    source: "check_helper_call, dynptr_write",
  },
  {
    names: ["bpf_dynptr_data"],
    returns: { kind: "slice", maybeNull: true, param: 0, readOnly: false },
    why: "Memory inside the dynptr.",
    source: "check_helper_call, dynptr_data",
  },
  // Callbacks.
  {
    names: ["bpf_loop"],
    protocol: { kind: "sync-callback", callback: 1, contextParam: 2, shape: "loop" },
    why: CALLBACK_CONTEXT,
    source: "set_loop_callback_state",
  },
  {
    names: ["bpf_for_each_map_elem"],
    protocol: { kind: "sync-callback", callback: 1, contextParam: 2, shape: "map-elem" },
    why: CALLBACK_CONTEXT,
    source: "set_map_elem_callback_state",
  },
  {
    names: ["bpf_find_vma"],
    protocol: { kind: "sync-callback", callback: 2, contextParam: 3, shape: "find-vma" },
    why: CALLBACK_CONTEXT,
    source: "set_find_vma_callback_state",
  },
  {
    names: ["bpf_user_ringbuf_drain"],
    protocol: { kind: "sync-callback", callback: 1, contextParam: 2, shape: "ringbuf-drain" },
    why: CALLBACK_CONTEXT,
    source: "set_user_ringbuf_callback_state",
  },
  {
    names: ["bpf_timer_set_callback"],
    protocol: { kind: "async-callback", callback: 1, sleepable: false },
    why: "The callback runs later in a timer interrupt.",
    source: "set_timer_callback_state",
  },
  // Locks and leaving.
  {
    names: ["bpf_spin_lock"],
    protocol: { kind: "spin-lock", param: 0 },
    why: "Takes the one spin lock a program may hold.",
    source: "process_spin_lock",
  },
  {
    names: ["bpf_spin_unlock"],
    protocol: { kind: "spin-unlock", param: 0 },
    why: "Releases it; non-owning pointers are gone.",
    source: "process_spin_lock",
  },
  {
    names: ["bpf_tail_call"],
    protocol: { kind: "tail-call" },
    why: "Another program continues: nothing may be held.",
    source: "check_helper_call, tail_call",
  },
];

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

/** When each switch of KernelRules turns on: the first kernel series for which it holds; undefined: never yet. */
export const ruleSwitches: Readonly<Record<keyof KernelRules, { readonly from: string; readonly why: string }>> = {
  trustByDefault: { from: "7.0", why: "KF_TRUSTED_ARGS went away; every kfunc checks its pointer arguments." },
  callbacksReplayed: { from: "6.14", why: "A callback no longer keeps its own list of references." },
  constantKeyLookupNonNull: { from: "6.16", why: "A constant key within an array map cannot miss." },
  structOpsReturnsOwned: { from: "6.15", why: "Came with queueing disciplines written in BPF." },
  childReferences: { from: "7.2", why: "References got a parent with file dynptrs." },
  contextIsNoMemory: {
    from: "7.0",
    why: "Before, programs whose context needs no rewriting could pass it as memory as well.",
  },
  walksLoseTrust: { from: "6.4", why: "Before, a walked pointer was as good as any other to most calls." },
  dynptrsAreReferences: {
    from: "7.2",
    why: "What a dynptr owns became a reference of its own, parent of its clones and slices.",
  },
  implicitRcu: { from: "6.4", why: "A program that cannot sleep runs inside an RCU section." },
  tailCallReturns: {
    from: "7.0",
    why: "A tail call that is taken counts as a return to the caller, not as one more helper that moves packets.",
  },
  globalsByContext: { from: "7.3", why: "Callbacks that may sleep share global functions with programs that may not." },
  unlockEndsRcu: { from: "7.2", why: "An unlock in a program that may sleep takes RCU pointers with it." },
  regionsAreRcu: {
    from: "7.3",
    why: "One question for what keeps RCU pointers good: sections, locks, no preemption, no interrupts, no sleep.",
  },
  argumentTags: { from: "6.9", why: "Tags for trusted objects, nullness and context came in one series." },
  globalsReturnVoid: { from: "7.0", why: "Before, a global function had to return a number." },
  globalThrowChecked: { from: "7.2", why: "A call of a global function that may throw counts as a throw." },
  locksInSleepable: { from: "6.2", why: "A program that may sleep cannot sleep while it holds a lock." },
  staticCallsUnderLock: { from: "6.9", why: "Static functions are followed with the lock held." },
  globalSleepChecked: { from: "6.15", why: "Whether a global function may sleep is summed up from its code first." },
  nestedRcu: { from: "6.19", why: "The RCU section became a counter." },
  timersNeverSleep: { from: "6.18", why: "The callback's own kind decides, not the program's." },
  callbacksRepeated: { from: "6.8", why: "The call of a callback became a loop to the verifier." },
};

/** Structs that are a program's context when a kfunc takes a pointer to them. */
export const contextStructs: ReadonlySet<string> = new Set([
  "__sk_buff",
  "xdp_md",
  "bpf_sock_addr",
  "bpf_sock_ops",
  "bpf_sysctl",
  "bpf_sockopt",
  "bpf_sk_lookup",
  "bpf_cgroup_dev_ctx",
  "bpf_perf_event_data",
  "bpf_nf_ctx",
  "sk_msg_md",
  "sk_reuseport_md",
]);

const MAYBE_SOCKET: ContextField = { kind: "object", struct: "bpf_sock", maybeNull: true, trust: "trusted" };
const SOCKET: ContextField = { kind: "object", struct: "bpf_sock", maybeNull: false, trust: "trusted" };

/** A pointer to one of these is a pointer to nothing else: a cpumask is an array of words (include/linux/cpumask_types.h). */
export const flatStructs: ReadonlySet<string> = new Set(["cpumask"]);

/**
 * What the members point to whose trust the verifier keeps (BTF_TYPE_SAFE_* in kernel/bpf/verifier.c), so that a file
 * without a vmlinux.h passes them as the objects they are. The same in every kernel we know.
 */
export const vouchedMembers: Readonly<Record<string, string>> = {
  "task_struct.cpus_ptr": "cpumask",
  "task_struct.cgroups": "css_set",
  "task_struct.real_parent": "task_struct",
  "task_struct.group_leader": "task_struct",
  "cgroup.kn": "kernfs_node",
  "css_set.dfl_cgrp": "cgroup",
  "cgroup_subsys_state.cgroup": "cgroup",
  "mm_struct.exe_file": "file",
  "mm_struct.owner": "task_struct",
  "bpf_iter_meta.seq": "seq_file",
  "linux_binprm.file": "file",
  "file.f_inode": "inode",
  "dentry.d_inode": "inode",
  "socket.sk": "sock",
  "sk_buff.sk": "sock",
  "request_sock.sk": "sock",
  "vm_area_struct.vm_mm": "mm_struct",
  "vm_area_struct.vm_file": "file",
};

/**
 * First members of contexts, for files without a header that declares them: their address is the context's own, that of
 * any other member is not. From include/uapi/linux/bpf.h, where a struct only ever grows at its end.
 */
export const contextFirstMembers: Readonly<Record<string, string>> = {
  __sk_buff: "len",
  xdp_md: "data",
  bpf_sock_ops: "op",
  bpf_sock_addr: "user_family",
  bpf_perf_event_data: "regs",
  sk_msg_md: "data",
  sk_reuseport_md: "data",
};

/** `ctx->field` pointers of the uapi contexts, from each program type's is_valid_access. */
export const contextFields: Readonly<Record<string, ContextField>> = {
  "__sk_buff.sk": MAYBE_SOCKET,
  "bpf_sock_ops.sk": MAYBE_SOCKET,
  "bpf_sk_lookup.sk": MAYBE_SOCKET,
  "sk_reuseport_md.migrating_sk": MAYBE_SOCKET,
  "sk_reuseport_md.sk": SOCKET,
  "bpf_sock_addr.sk": SOCKET,
  "bpf_sockopt.sk": SOCKET,
  "sk_msg_md.sk": SOCKET,
  "bpf_nf_ctx.skb": { kind: "object", struct: "sk_buff", maybeNull: false, trust: "trusted" },
  "bpf_nf_ctx.state": { kind: "object", struct: "nf_hook_state", maybeNull: false, trust: "trusted" },
};

/** Releases proposed first for what a call acquires. The verifier accepts any release of the right type. */
export const preferredReleases: Readonly<Record<string, string>> = {
  scx_bpf_get_idle_cpumask: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_idle_cpumask_node: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_idle_smtmask: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_idle_smtmask_node: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_online_cpumask: "scx_bpf_put_cpumask",
  scx_bpf_get_possible_cpumask: "scx_bpf_put_cpumask",
};

/** Inline functions of libbpf's headers whose whole body is one helper call in assembly: the C text does not show the call. */
export const inlineAssembly: readonly { readonly name: string; readonly helper: string; readonly reason: string }[] = [
  {
    name: "bpf_tail_call_static",
    helper: "bpf_tail_call",
    reason: "sets up the three arguments and calls helper 12 in one asm statement, so that the slot stays a constant",
  },
];

/** Functions that the compiler turns into the classic packet loads, BPF_LD with BPF_ABS or BPF_IND. */
export const compilerIntrinsics: readonly string[] = ["llvm.bpf.load.byte", "llvm.bpf.load.half", "llvm.bpf.load.word"];

/** Callers of a kfunc: all that is given must fit, one of each list. */
export interface CallerPattern {
  readonly programTypes?: readonly string[];
  readonly attachTypes?: readonly string[];
  readonly exceptAttachTypes?: readonly string[];
  /** struct_ops a program implements, and its members. */
  readonly structs?: readonly string[];
  readonly members?: readonly string[];
  /** Hooks (the part of SEC() after the slash) that do not fit. */
  readonly exceptTargets?: readonly string[];
  readonly sleepable?: boolean;
}

/** Programs that may run in an NMI, where not every member of an object can be freed (check_kfunc_call, obj_drop). */
export const freeingInNmi: { readonly from: string; readonly refuses: readonly CallerPattern[] } = {
  from: "7.2",
  refuses: [
    { programTypes: ["KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "RAW_TRACEPOINT_WRITABLE"] },
    { programTypes: ["TRACING"], exceptAttachTypes: ["BPF_TRACE_ITER"], sleepable: false },
  ],
};

/**
 * What one filter function of the kernel says about one group of kfuncs. A kfunc that several entries of a filter are
 * about may be called by whoever one of them lets through, unless one refuses. Filters see every kfunc of their hook,
 * so an entry counts in the hooks in which some set is registered with that filter.
 */
export interface KfuncFilter {
  /** Kernel function; undefined: the verifier itself, in every hook. */
  readonly filter: string | undefined;
  readonly from?: string;
  readonly before?: string;
  readonly sets?: readonly string[];
  readonly names?: readonly string[];
  readonly exceptNames?: readonly string[];
  readonly allows?: readonly CallerPattern[];
  readonly refuses?: readonly CallerPattern[];
  readonly why: string;
  readonly source: string;
}

const SCHED_EXT = ["sched_ext_ops", "sched_ext_ops_cid"];
const TRACERS = ["TRACING", "LSM", "TRACEPOINT", "RAW_TRACEPOINT", "PERF_EVENT"];

const schedExtMembers = (sets: readonly string[], members: readonly string[], why: string): KfuncFilter => ({
  filter: "scx_kfunc_context_filter",
  sets,
  allows: [{ structs: SCHED_EXT, members }],
  why,
  source: "scx_kf_allow_flags",
});

export const kfuncFilters: readonly KfuncFilter[] = [
  {
    filter: "tracing_iter_filter",
    sets: ["bpf_sk_iter_kfunc_ids"],
    allows: [{ attachTypes: ["BPF_TRACE_ITER"] }],
    why: "Only an iterator holds the socket in the way that destroying it needs.",
    source: "tracing_iter_filter",
  },
  {
    filter: "bpf_get_fsverity_digest_filter",
    sets: ["fsverity_set_ids"],
    allows: [{ programTypes: ["LSM"] }],
    why: "LSM hooks only, against recursion.",
    source: "bpf_get_fsverity_digest_filter",
  },
  {
    filter: "bpf_fs_kfuncs_filter",
    sets: ["bpf_fs_kfunc_set_ids"],
    allows: [{ programTypes: ["LSM"] }],
    why: "LSM programs share their hook with tracing programs, which must not call these.",
    source: "bpf_fs_kfuncs_filter",
  },
  {
    filter: "bpf_fs_kfuncs_filter",
    from: "7.3",
    sets: ["bpf_fs_kfunc_set_ids"],
    exceptNames: ["bpf_set_dentry_xattr", "bpf_remove_dentry_xattr"],
    allows: [{ structs: ["binfmt_misc_ops"] }],
    why: "Binary format handlers may look at files as well.",
    source: "bpf_fs_kfuncs_filter",
  },
  {
    filter: "bpf_kprobe_multi_filter",
    sets: ["kprobe_multi_kfunc_set_ids"],
    allows: [{ attachTypes: ["BPF_TRACE_KPROBE_SESSION"] }],
    why: "Only a session has an entry and a return that belong together.",
    source: "bpf_kprobe_multi_filter",
  },
  {
    filter: "bpf_session_filter",
    sets: ["session_kfunc_set_ids"],
    allows: [
      {
        attachTypes: [
          "BPF_TRACE_KPROBE_SESSION",
          "BPF_TRACE_UPROBE_SESSION",
          "BPF_TRACE_FSESSION",
          "BPF_TRACE_FSESSION_MULTI",
        ],
      },
    ],
    why: "Only a session has an entry and a return that belong together.",
    source: "bpf_session_filter",
  },
  {
    filter: "bpf_qdisc_kfunc_filter",
    sets: ["qdisc_kfunc_ids"],
    exceptNames: ["bpf_qdisc_skb_drop", "bpf_qdisc_watchdog_schedule", "bpf_qdisc_bstats_update"],
    allows: [{ structs: ["Qdisc_ops"] }],
    why: "Queueing disciplines only.",
    source: "qdisc_common_kfunc_set",
  },
  {
    filter: "bpf_qdisc_kfunc_filter",
    names: ["bpf_qdisc_skb_drop", "bpf_qdisc_watchdog_schedule"],
    allows: [{ structs: ["Qdisc_ops"], members: ["enqueue"] }],
    why: "Needs the state of an enqueue.",
    source: "qdisc_enqueue_kfunc_set",
  },
  {
    filter: "bpf_qdisc_kfunc_filter",
    names: ["bpf_qdisc_watchdog_schedule", "bpf_qdisc_bstats_update"],
    allows: [{ structs: ["Qdisc_ops"], members: ["dequeue"] }],
    why: "Needs the state of a dequeue.",
    source: "qdisc_dequeue_kfunc_set",
  },
  {
    filter: "bpf_ksock_kfunc_filter",
    sets: ["ksock_kfunc_btf_ids"],
    allows: [{ programTypes: ["SYSCALL"] }, { programTypes: ["LSM"], exceptTargets: ["socket_sendmsg"] }],
    why: "Sending from the hook of sending would recurse.",
    source: "bpf_ksock_kfunc_filter",
  },
  {
    filter: "bm_bpf_kfunc_filter",
    sets: ["bm_bpf_kfunc_ids"],
    allows: [{ structs: ["binfmt_misc_ops"], members: ["load"] }],
    why: "Only the load program decides how a binary is run.",
    source: "bm_bpf_kfunc_filter",
  },
  {
    filter: "scx_kfunc_context_filter",
    sets: ["scx_kfunc_ids_any", "scx_kfunc_ids_idle"],
    allows: [{ programTypes: [...TRACERS, "SYSCALL"] }, { structs: SCHED_EXT }],
    why: "Everywhere in a scheduler, and outside of one, but not in another subsystem's struct_ops.",
    source: "scx_kfunc_context_filter",
  },
  {
    filter: "scx_kfunc_context_filter",
    from: "7.3",
    sets: ["scx_kfunc_ids_cid"],
    allows: [{ programTypes: [...TRACERS, "SYSCALL"] }, { structs: SCHED_EXT }],
    why: "As those for any context.",
    source: "scx_kfunc_context_filter",
  },
  {
    filter: "scx_kfunc_context_filter",
    sets: ["scx_kfunc_ids_unlocked", "scx_kfunc_ids_select_cpu"],
    allows: [{ programTypes: ["SYSCALL"] }],
    why: "A system call program holds none of the scheduler's locks.",
    source: "scx_kfunc_context_filter",
  },
  schedExtMembers(
    ["scx_kfunc_ids_select_cpu"],
    ["select_cpu", "select_cid", "enqueue"],
    "A CPU is chosen where a task wakes up or is queued.",
  ),
  schedExtMembers(
    ["scx_kfunc_ids_enqueue_dispatch"],
    ["select_cpu", "select_cid", "enqueue", "dispatch"],
    "Tasks are queued while they are placed or dispatched.",
  ),
  schedExtMembers(["scx_kfunc_ids_dispatch"], ["dispatch"], "Needs the state of a dispatch."),
  {
    ...schedExtMembers(
      ["scx_kfunc_ids_enqueue_dispatch", "scx_kfunc_ids_dispatch"],
      ["sub_ecaps_updated"],
      "A sub-scheduler moves its tasks when it loses a capability.",
    ),
    from: "7.3",
  },
  schedExtMembers(["scx_kfunc_ids_cpu_release"], ["cpu_release"], "Needs the state of a CPU taken away."),
  schedExtMembers(
    ["scx_kfunc_ids_unlocked"],
    [
      "init_task",
      "dump",
      "cgroup_init",
      "cgroup_exit",
      "cgroup_prep_move",
      "cgroup_cancel_move",
      "cgroup_set_weight",
      "cgroup_set_bandwidth",
      "cgroup_set_idle",
      "sub_attach",
      "sub_detach",
      "cpu_online",
      "cpu_offline",
      "cid_online",
      "cid_offline",
      "init",
      "init_cids",
      "exit",
    ],
    "These members run without the lock of a run queue.",
  ),
  { ...schedExtMembers(["scx_kfunc_ids_init"], ["init"], "Set up once, when the scheduler is loaded."), before: "7.3" },
  {
    ...schedExtMembers(["scx_kfunc_ids_init_cids"], ["init_cids"], "Set up once, when the scheduler is loaded."),
    from: "7.3",
  },
  {
    filter: "scx_kfunc_context_filter",
    sets: ["scx_kfunc_ids_cpu_only"],
    refuses: [{ structs: ["sched_ext_ops_cid"] }],
    why: "A scheduler that counts CPUs by cid would confuse the two numbers.",
    source: "scx_kfunc_context_filter",
  },
  {
    filter: undefined,
    names: ["bpf_iter_css_task_new"],
    allows: [{ programTypes: ["LSM"] }, { attachTypes: ["BPF_TRACE_ITER"] }, { sleepable: true }],
    why: "Its lock must not be taken from just anywhere.",
    source: "check_css_task_iter_allowlist",
  },
];
/**
 * Context of each program type, from linux/bpf_types.h; "" where it is an array of arguments. Types that
 * are not listed are never judged by their context.
 */
export const programContexts: Readonly<Record<string, string>> = {
  SOCKET_FILTER: "__sk_buff",
  SCHED_CLS: "__sk_buff",
  SCHED_ACT: "__sk_buff",
  CGROUP_SKB: "__sk_buff",
  LWT_IN: "__sk_buff",
  LWT_OUT: "__sk_buff",
  LWT_XMIT: "__sk_buff",
  LWT_SEG6LOCAL: "__sk_buff",
  SK_SKB: "__sk_buff",
  FLOW_DISSECTOR: "__sk_buff",
  XDP: "xdp_md",
  CGROUP_SOCK: "bpf_sock",
  CGROUP_SOCK_ADDR: "bpf_sock_addr",
  SOCK_OPS: "bpf_sock_ops",
  SK_MSG: "sk_msg_md",
  CGROUP_DEVICE: "bpf_cgroup_dev_ctx",
  CGROUP_SYSCTL: "bpf_sysctl",
  CGROUP_SOCKOPT: "bpf_sockopt",
  SK_REUSEPORT: "sk_reuseport_md",
  SK_LOOKUP: "bpf_sk_lookup",
  NETFILTER: "bpf_nf_ctx",
  TRACING: "",
  LSM: "",
  SYSCALL: "",
  STRUCT_OPS: "",
};

/**
 * Structs that kfuncs take and that have nothing but numbers in them, counted from the BTF of the built-in kernels;
 * the last two lines are of modules and of the kernel's test module.
 */
export const plainData: ReadonlySet<string> = new Set([
  ...["ack_sample", "bpf_cpumask", "bpf_crypto_params", "bpf_fib_lookup", "bpf_ksock_create_opts", "bpf_sock_tuple"],
  ...["bpf_tcp_req_attrs", "bpf_ws_lock", "bpf_xfrm_state_opts", "cpumask", "iou_ctx", "pt_regs", "rate_sample"],
  ...["scx_bpf_dsq_insert_vtime_args", "scx_bpf_select_cpu_and_args", "scx_cid_topo", "scx_event_stats", "xdp_md"],
  ...["nf_inet_addr", "bpf_ct_opts", "bpf_fou_encap", "bpf_flowtable_opts", "bpf_xfrm_info"],
  ...[
    "prog_test_pass1",
    "prog_test_pass2",
    "prog_test_member",
    "st_ops_args",
    "sendmsg_args",
    "addr_args",
    "init_sock_args",
  ],
]);

/** Program types whose btf_struct_access lets some members be written. */
export const objectWriters: ReadonlySet<string> = new Set(["SCHED_CLS", "SCHED_ACT", "XDP", "STRUCT_OPS", "EXT"]);

/** struct_ops whose programs get a larger struct than the member declares: "ops.declared" -> struct (bpf_tcp_ca_is_valid_access). */
export const promotedArguments: Readonly<Record<string, string>> = {
  "tcp_congestion_ops.sock": "tcp_sock",
};

/** A kfunc that went away, and the one to call in its place. `_impl` at the end of a name is not listed: it comes and goes by rule. */
export const renamedKfuncs: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: "scx_bpf_consume", to: "scx_bpf_dsq_move_to_local", why: "Renamed in 6.13, removed later." },
  { from: "scx_bpf_dispatch", to: "scx_bpf_dsq_insert", why: "Renamed in 6.13, removed later." },
  { from: "scx_bpf_dispatch_vtime", to: "scx_bpf_dsq_insert_vtime", why: "Renamed in 6.13, removed later." },
  { from: "scx_bpf_dispatch_from_dsq", to: "scx_bpf_dsq_move", why: "Renamed in 6.13, removed later." },
  { from: "scx_bpf_dispatch_vtime_from_dsq", to: "scx_bpf_dsq_move_vtime", why: "Renamed in 6.13, removed later." },
  {
    from: "scx_bpf_dispatch_from_dsq_set_slice",
    to: "scx_bpf_dsq_move_set_slice",
    why: "Renamed in 6.13, removed later.",
  },
  {
    from: "scx_bpf_dispatch_from_dsq_set_vtime",
    to: "scx_bpf_dsq_move_set_vtime",
    why: "Renamed in 6.13, removed later.",
  },
  {
    from: "scx_bpf_cpu_rq",
    to: "scx_bpf_cpu_curr",
    why: "Gave away a whole run queue where the current task was meant.",
  },
  ...["bbr", "cubictcp", "dctcp"].map((name) => ({
    from: `${name}_cwnd_event`,
    to: `${name}_cwnd_event_tx_start`,
    why: "The one event that matters most got a function of its own.",
  })),
  { from: "cgroup_rstat_updated", to: "css_rstat_updated", why: "Statistics are kept by subsystem state." },
  { from: "cgroup_rstat_flush", to: "css_rstat_flush", why: "Statistics are kept by subsystem state." },
];
