// Who may call a kfunc, where the kernel decides that in code.

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
