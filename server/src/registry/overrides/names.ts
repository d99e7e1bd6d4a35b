// What else hangs on a name: which release is proposed, what a kfunc is called today, what stands for a helper.

/** Releases proposed first for what a call acquires. The verifier accepts any release of the right type. */
export const preferredReleases: Readonly<Record<string, string>> = {
  scx_bpf_get_idle_cpumask: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_idle_cpumask_node: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_idle_smtmask: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_idle_smtmask_node: "scx_bpf_put_idle_cpumask",
  scx_bpf_get_online_cpumask: "scx_bpf_put_cpumask",
  scx_bpf_get_possible_cpumask: "scx_bpf_put_cpumask",
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
