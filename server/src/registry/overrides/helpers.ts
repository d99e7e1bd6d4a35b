// What helpers mean: their ownership protocol is nowhere written down but in the verifier.
import type { Override } from "./override.ts";

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
