// Contexts of programs, and what their members are.
import type { ContextField } from "../effect.ts";

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

const MAYBE_SOCKET: ContextField = { kind: "object", struct: "bpf_sock", maybeNull: true, trust: "trusted" };

const SOCKET: ContextField = { kind: "object", struct: "bpf_sock", maybeNull: false, trust: "trusted" };

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

/** struct_ops whose programs get a larger struct than the member declares: "ops.declared" -> struct (bpf_tcp_ca_is_valid_access). */
export const promotedArguments: Readonly<Record<string, string>> = {
  "tcp_congestion_ops.sock": "tcp_sock",
};
