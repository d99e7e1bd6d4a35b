// Program definitions with named arguments. As in libbpf, `BPF_PROG(f, args)` is a
// function f of the context that hands the arguments to a static ____f, so that
// later stages see one shape whether the header was found or not.
import type { MacroTable } from "./table.ts";

/** BPF_PROG2 takes its parameters as `type, name, type, name ...`. */
const pairMacros = Array.from({ length: 13 }, (_, count) => {
  const rest = count > 1 ? ` __kfunc_ls_pairs_${2 * count - 2}(__VA_ARGS__)` : "";
  const pairs =
    count === 0 ? "__kfunc_ls_pairs_0(...)" : `__kfunc_ls_pairs_${2 * count}(type, name, ...) , type name${rest}`;
  return `${pairs}\n__kfunc_ls_pair_ctx_${2 * count} __kfunc_ls_ctx_${count}`;
}).join("\n");

export const tracingMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
__kfunc_ls_ctx_0 ctx
__kfunc_ls_ctx_1 ctx, (void *)ctx[0]
__kfunc_ls_ctx_2 ctx, (void *)ctx[0], (void *)ctx[1]
__kfunc_ls_ctx_3 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2]
__kfunc_ls_ctx_4 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3]
__kfunc_ls_ctx_5 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4]
__kfunc_ls_ctx_6 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5]
__kfunc_ls_ctx_7 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6]
__kfunc_ls_ctx_8 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7]
__kfunc_ls_ctx_9 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8]
__kfunc_ls_ctx_10 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8], (void *)ctx[9]
__kfunc_ls_ctx_11 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8], (void *)ctx[9], (void *)ctx[10]
__kfunc_ls_ctx_12 ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8], (void *)ctx[9], (void *)ctx[10], (void *)ctx[11]
__kfunc_ls_regs_0 ctx
__kfunc_ls_regs_1 ctx, (unsigned long long)PT_REGS_PARM1(ctx)
__kfunc_ls_regs_2 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx)
__kfunc_ls_regs_3 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx), (unsigned long long)PT_REGS_PARM3(ctx)
__kfunc_ls_regs_4 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx), (unsigned long long)PT_REGS_PARM3(ctx), (unsigned long long)PT_REGS_PARM4(ctx)
__kfunc_ls_regs_5 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx), (unsigned long long)PT_REGS_PARM3(ctx), (unsigned long long)PT_REGS_PARM4(ctx), (unsigned long long)PT_REGS_PARM5(ctx)
__kfunc_ls_regs_6 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx), (unsigned long long)PT_REGS_PARM3(ctx), (unsigned long long)PT_REGS_PARM4(ctx), (unsigned long long)PT_REGS_PARM5(ctx), (unsigned long long)PT_REGS_PARM6(ctx)
__kfunc_ls_regs_7 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx), (unsigned long long)PT_REGS_PARM3(ctx), (unsigned long long)PT_REGS_PARM4(ctx), (unsigned long long)PT_REGS_PARM5(ctx), (unsigned long long)PT_REGS_PARM6(ctx), (unsigned long long)PT_REGS_PARM7(ctx)
__kfunc_ls_regs_8 ctx, (unsigned long long)PT_REGS_PARM1(ctx), (unsigned long long)PT_REGS_PARM2(ctx), (unsigned long long)PT_REGS_PARM3(ctx), (unsigned long long)PT_REGS_PARM4(ctx), (unsigned long long)PT_REGS_PARM5(ctx), (unsigned long long)PT_REGS_PARM6(ctx), (unsigned long long)PT_REGS_PARM7(ctx), (unsigned long long)PT_REGS_PARM8(ctx)
__kfunc_ls_ret_0 ctx
__kfunc_ls_ret_1 ctx, (unsigned long long)PT_REGS_RC(ctx)
__kfunc_ls_any_0 ctx
__kfunc_ls_any_1 ctx, (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_2 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_3 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_4 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_5 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_6 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_7 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
__kfunc_ls_any_8 ctx, (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown(), (unsigned long long)__kfunc_ls_unknown()
${pairMacros}
`,
  },
  {
    use: "declaration",
    text: `
BPF_PROG(name, args...) name(unsigned long long *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(unsigned long long *ctx, ##args);
  typeof(name(0)) name(unsigned long long *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_ctx_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(unsigned long long *ctx, ##args)
BPF_KPROBE(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_regs_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_KRETPROBE(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_ret_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_UPROBE(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_regs_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_URETPROBE(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_ret_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_KSYSCALL(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_any_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_KPROBE_SYSCALL(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_any_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_USDT(name, args...) name(struct pt_regs *ctx);
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args);
  typeof(name(0)) name(struct pt_regs *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_any_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
BPF_PROG2(name, args...) name(unsigned long long *ctx);
  static inline __attribute__((always_inline)) typeof(name(0))
  ____##name(unsigned long long *ctx __kfunc_ls_join(__kfunc_ls_pairs_, __kfunc_ls_count(args))(args));
  typeof(name(0)) name(unsigned long long *ctx) { return ____##name(__kfunc_ls_join(__kfunc_ls_pair_ctx_, __kfunc_ls_count(args))); }
  static inline __attribute__((always_inline)) typeof(name(0))
  ____##name(unsigned long long *ctx __kfunc_ls_join(__kfunc_ls_pairs_, __kfunc_ls_count(args))(args))
`,
  },
  {
    use: "expression",
    text: `
___bpf_ctx_cast(args...) __kfunc_ls_join(__kfunc_ls_ctx_, __kfunc_ls_count(args))
___bpf_kprobe_args(args...) __kfunc_ls_join(__kfunc_ls_regs_, __kfunc_ls_count(args))
PT_REGS_PARM1(ctx) ((ctx)->di)
PT_REGS_PARM1_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->di); ___value; })
PT_REGS_PARM2(ctx) ((ctx)->si)
PT_REGS_PARM2_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->si); ___value; })
PT_REGS_PARM3(ctx) ((ctx)->dx)
PT_REGS_PARM3_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->dx); ___value; })
PT_REGS_PARM4(ctx) ((ctx)->cx)
PT_REGS_PARM4_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->cx); ___value; })
PT_REGS_PARM5(ctx) ((ctx)->r8)
PT_REGS_PARM5_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->r8); ___value; })
PT_REGS_PARM6(ctx) ((ctx)->r9)
PT_REGS_PARM6_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->r9); ___value; })
PT_REGS_RET(ctx) ((ctx)->sp)
PT_REGS_RET_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->sp); ___value; })
PT_REGS_FP(ctx) ((ctx)->bp)
PT_REGS_FP_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->bp); ___value; })
PT_REGS_RC(ctx) ((ctx)->ax)
PT_REGS_RC_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->ax); ___value; })
PT_REGS_SP(ctx) ((ctx)->sp)
PT_REGS_SP_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->sp); ___value; })
PT_REGS_IP(ctx) ((ctx)->ip)
PT_REGS_IP_CORE(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->ip); ___value; })
PT_REGS_PARM7(ctx) ((unsigned long)__kfunc_ls_unknown())
PT_REGS_PARM8(ctx) ((unsigned long)__kfunc_ls_unknown())
PT_REGS_PARM1_SYSCALL(ctx) ((ctx)->di)
PT_REGS_PARM1_CORE_SYSCALL(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->di); ___value; })
PT_REGS_PARM2_SYSCALL(ctx) ((ctx)->si)
PT_REGS_PARM2_CORE_SYSCALL(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->si); ___value; })
PT_REGS_PARM3_SYSCALL(ctx) ((ctx)->dx)
PT_REGS_PARM3_CORE_SYSCALL(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->dx); ___value; })
PT_REGS_PARM4_SYSCALL(ctx) ((ctx)->r10)
PT_REGS_PARM4_CORE_SYSCALL(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->r10); ___value; })
PT_REGS_PARM5_SYSCALL(ctx) ((ctx)->r8)
PT_REGS_PARM5_CORE_SYSCALL(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->r8); ___value; })
PT_REGS_PARM6_SYSCALL(ctx) ((ctx)->r9)
PT_REGS_PARM6_CORE_SYSCALL(ctx) ({ unsigned long ___value; bpf_probe_read_kernel(&___value, sizeof(___value), &(ctx)->r9); ___value; })
PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))
BPF_KPROBE_READ_RET_IP(ip, ctx) bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx))
BPF_KRETPROBE_READ_RET_IP(ip, ctx) bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip)))
`,
  },
];
