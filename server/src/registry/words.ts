// Plain words for the kernel's kfunc vocabulary: flags, parameter suffixes, filters.
// Every sentence is written here; nothing is quoted from the kernel.
import { inRange } from "./kernel-version.ts";

interface Meaning {
  readonly from?: string;
  readonly before?: string;
  readonly text: string;
}

const FLAGS: Readonly<Record<string, readonly Meaning[]>> = {
  KF_ACQUIRE: [
    { text: "The result carries a reference. The program owns it and must release it, or hand it on, on every path." },
  ],
  KF_RELEASE: [
    {
      before: "7.0",
      text: "Takes back the reference of the argument that carries one. The pointer and everything read through it is gone after the call.",
    },
    {
      from: "7.0",
      text: "Takes back the reference of its first argument. The pointer and everything read through it is gone after the call.",
    },
  ],
  KF_RET_NULL: [{ text: "The result may be NULL and must be tested before it is used." }],
  KF_TRUSTED_ARGS: [
    {
      before: "6.2",
      text: "Pointer arguments must be owned references, passed unchanged.",
    },
    {
      from: "6.2",
      before: "7.0",
      text: "Pointer arguments must be trusted: owned, or given by the kernel and not read out of another object.",
    },
  ],
  KF_SLEEPABLE: [
    {
      text: "May sleep: only sleepable programs may call it, and not inside an RCU section, with preemption or interrupts off, or under a lock.",
    },
  ],
  KF_DESTRUCTIVE: [{ text: "Can bring the machine down; the loader needs CAP_SYS_BOOT." }],
  KF_RCU: [
    {
      text: "Pointer arguments may be RCU-protected as well as trusted; they must not be NULL. The object may be about to go away, so the call can still fail.",
    },
  ],
  KF_RCU_PROTECTED: [
    {
      before: "7.0",
      text: "Meant for use inside an RCU section; an iterator made outside one cannot be advanced.",
    },
    {
      from: "7.0",
      text: "May only be called inside an RCU section, and what it returns is valid only until that section ends.",
    },
  ],
  KF_ITER_NEW: [{ text: "Makes an iterator on the stack. It must be destroyed, even when this call fails." }],
  KF_ITER_NEXT: [{ text: "Advances an iterator; NULL means that it is at its end." }],
  KF_ITER_DESTROY: [{ text: "Ends an iterator. Needed exactly once for every one made." }],
  KF_KPTR_GET: [
    {
      before: "6.3",
      text: "The first argument is the address of a kptr in a map value; the call takes a new reference from it.",
    },
  ],
  KF_FASTCALL: [{ text: "Keeps the caller's registers; makes no difference to the program's meaning." }],
  KF_ARENA_RET: [{ text: "Returns a pointer into the program's arena." }],
  KF_ARENA_ARG1: [{ text: "The first pointer argument points into the program's arena." }],
  KF_ARENA_ARG2: [{ text: "The second pointer argument points into the program's arena." }],
  KF_IMPLICIT_ARGS: [
    {
      text: "The last parameters of the kernel's function are filled in by the verifier; programs do not declare them.",
    },
  ],
  KF_PERFMON: [{ text: "The loader needs CAP_PERFMON." }],
  KF_SPINLOCK_SAFE: [{ text: "May be called while a bpf_spin_lock is held." }],
};

const SUFFIXES: Readonly<Record<string, readonly Meaning[]>> = {
  __sz: [{ text: "Size in bytes of the buffer in the parameter before; it may vary within known bounds." }],
  __szk: [{ from: "6.2", text: "Size in bytes of the buffer in the parameter before; it must be a constant." }],
  __k: [{ from: "6.2", text: "Must be a constant that the verifier knows." }],
  __ign: [{ from: "6.2", text: "Not checked by the verifier: NULL or any value is accepted." }],
  __uninit: [{ from: "6.2", text: "An uninitialized dynptr on the stack, which the call sets up." }],
  __alloc: [{ from: "6.2", text: "An owned object from bpf_obj_new() or bpf_percpu_obj_new()." }],
  __refcounted_kptr: [{ from: "6.2", text: "A local object whose type has a bpf_refcount field; owning or not." }],
  __nullable: [
    {
      from: "6.2",
      text: "NULL may be passed. A variable that may be NULL is still refused for a kernel object until it is tested; for a memory buffer it is accepted.",
    },
  ],
  __opt: [{ from: "6.2", before: "7.0", text: "The buffer may be NULL." }],
  __str: [{ from: "6.2", text: "A constant string: a literal, or a const char array of the program." }],
  __map: [
    { from: "6.2", before: "7.3", text: "A map." },
    { from: "7.3", text: "A map, or a trusted pointer to a struct bpf_map." },
  ],
  __const_map: [{ from: "7.3", text: "A map of the program itself, known before it runs." }],
  __arena: [{ from: "7.3", text: "An address in the program's arena; NULL is accepted." }],
  __arena__nullable: [{ from: "7.3", text: "An address in the program's arena, or NULL for none." }],
  __iter: [{ from: "6.2", text: "An iterator on the stack that was made and not yet destroyed." }],
  __irq_flag: [{ from: "6.14", text: "A variable on the stack that holds the saved interrupt state." }],
  __nonown_allowed: [{ from: "7.0", text: "A list node; one that the list owns is accepted too." }],
  __prog: [{ from: "6.13", before: "7.0", text: "Filled in by the verifier." }],
  rdonly_buf_size: [{ text: "A constant: the size in bytes of the memory returned, which is read-only." }],
  rdwr_buf_size: [{ text: "A constant: the size in bytes of the memory returned, which may be written." }],
};

const FILTERS: Readonly<Record<string, string>> = {
  tracing_iter_filter: "some of them only for iterator programs",
  bpf_get_fsverity_digest_filter: "LSM programs only",
  bpf_fs_kfuncs_filter: "LSM programs only",
  bpf_kprobe_multi_filter: "kprobe.session programs only",
  bpf_session_filter: "session programs only (kprobe.session, uprobe.session, fsession)",
  bpf_qdisc_kfunc_filter: "queueing discipline (Qdisc_ops) programs only, some only in certain members",
  scx_kfunc_context_filter: "depends on the sched_ext_ops member that the program implements",
};

/** How programs of a type are called, by the beginnings of their sections. */
const PROGRAM_TYPES: Readonly<Record<string, string>> = {
  TRACING: "fentry/fexit/tp_btf/iter",
  LSM: "lsm",
  KPROBE: "kprobe/uprobe",
  TRACEPOINT: "tracepoint",
  RAW_TRACEPOINT: "raw_tp",
  PERF_EVENT: "perf_event",
  SYSCALL: "syscall",
  STRUCT_OPS: "struct_ops",
  XDP: "xdp",
  SCHED_CLS: "tc",
  SCHED_ACT: "action",
  SK_SKB: "sk_skb",
  SOCKET_FILTER: "socket",
  SOCK_OPS: "sockops",
  NETFILTER: "netfilter",
  CGROUP_SKB: "cgroup_skb",
  CGROUP_SOCK: "cgroup/sock",
  CGROUP_SOCK_ADDR: "cgroup/connect",
  CGROUP_SOCKOPT: "cgroup/getsockopt",
  CGROUP_SYSCTL: "cgroup/sysctl",
  CGROUP_DEVICE: "cgroup/dev",
  LWT_IN: "lwt_in",
  LWT_OUT: "lwt_out",
  LWT_XMIT: "lwt_xmit",
  LWT_SEG6LOCAL: "lwt_seg6local",
};

const ATTACH_TYPES: Readonly<Record<string, string>> = {
  BPF_TRACE_ITER: "iter",
  BPF_TRACE_KPROBE_SESSION: "kprobe.session",
  BPF_TRACE_UPROBE_SESSION: "uprobe.session",
  BPF_TRACE_FSESSION: "fsession",
  BPF_TRACE_FSESSION_MULTI: "fsession.multi",
};

export function programTypeWords(type: string): string {
  return PROGRAM_TYPES[type] ?? type.toLowerCase();
}

export function attachTypeWords(type: string): string {
  return ATTACH_TYPES[type] ?? type.replace(/^BPF_(?:TRACE_)?/, "").toLowerCase();
}

/** What a KF_ flag asks of the program; undefined if this kernel has no such flag. */
export function flagMeaning(flag: string, kernel: string): string | undefined {
  return meaningIn(FLAGS[flag], kernel);
}

/** What a parameter-name suffix (or a whole name with meaning) asks; undefined if this kernel does not know it. */
export function suffixMeaning(suffix: string, kernel: string): string | undefined {
  return meaningIn(SUFFIXES[suffix], kernel);
}

/** The part of a parameter name that has meaning in this kernel: its end, or the whole of it. */
export function suffixOf(parameter: string, kernel: string): string | undefined {
  const candidates = Object.keys(SUFFIXES).filter((suffix) =>
    suffix.startsWith("__") ? parameter.endsWith(suffix) : parameter === suffix,
  );
  const known = candidates.filter((suffix) => suffixMeaning(suffix, kernel) !== undefined);
  return known.sort((a, b) => b.length - a.length)[0];
}

/** In words, what a filter function of the kernel lets through; undefined for one we have not read. */
export function filterMeaning(filter: string): string | undefined {
  return FILTERS[filter];
}

export function knownFlags(): readonly string[] {
  return Object.keys(FLAGS);
}

export function knownSuffixes(): readonly string[] {
  return Object.keys(SUFFIXES);
}

function meaningIn(meanings: readonly Meaning[] | undefined, kernel: string): string | undefined {
  return meanings?.find(({ from, before }) => inRange(kernel, from, before))?.text;
}
