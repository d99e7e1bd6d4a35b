// Structs of the kernel, as far as rules name them.

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
