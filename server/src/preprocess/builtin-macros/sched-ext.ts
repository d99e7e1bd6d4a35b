// The common headers of sched_ext schedulers. Of the compatibility wrappers only
// those are here whose names are no kfuncs: the others are calls as they stand.
// MEMBER_VPTR checks bounds in assembly, so ours, too, gives a pointer only assembly knows.
import type { MacroTable } from "./table.ts";

export const schedExtMacros: readonly MacroTable[] = [
  {
    use: "declaration",
    text: `
BPF_STRUCT_OPS(name, args...) __attribute__((section("struct_ops/" #name), used)) BPF_PROG(name, ##args)
BPF_STRUCT_OPS_SLEEPABLE(name, args...) __attribute__((section("struct_ops.s/" #name), used)) BPF_PROG(name, ##args)
SCX_OPS_DEFINE(name, ...) __attribute__((section(".struct_ops.link"), used)) struct sched_ext_ops name = { __VA_ARGS__ };
SCX_OPS_CID_DEFINE(name, ...) __attribute__((section(".struct_ops.link"), used)) struct sched_ext_ops_cid name = { __VA_ARGS__ };
UEI_DEFINE(name) char name##_dump[1] __attribute__((section(".data.uei_dump"), used));
  const volatile u32 name##_dump_len; struct user_exit_info name __attribute__((section(".data"), used))
RESIZABLE_ARRAY(section_name, array) array[1] __attribute__((section("." #section_name "." #array), used))
`,
  },
  {
    use: "anywhere",
    text: `
BPF_FOR_EACH_ITER (&___it)
__COMPAT_HAS_scx_bpf_select_cpu_and (__kfunc_ls_unknown() != 0)
__maybe_unused __attribute__((unused))
__free(name) __attribute__((cleanup(__free_##name)))
`,
  },
  {
    use: "expression",
    text: `
UEI_RECORD(record, info) ({ bpf_probe_read_kernel_str((record).reason, sizeof((record).reason), (info)->reason);
  bpf_probe_read_kernel_str((record).msg, sizeof((record).msg), (info)->msg);
  (record).exit_code = (info)->exit_code; (record).kind = (info)->kind; })
UEI_REPORT(record) ((void)(record))
scx_bpf_error(fmt, args...) ({ static char ___fmt[] = fmt; unsigned long long ___args[] = { args };
  scx_bpf_error_bstr(___fmt, ___args, sizeof(___args)); })
scx_bpf_exit(code, fmt, args...) ({ static char ___fmt[] = fmt; unsigned long long ___args[] = { args };
  scx_bpf_exit_bstr(code, ___fmt, ___args, sizeof(___args)); })
scx_bpf_dump(fmt, args...) ({ static char ___fmt[] = fmt; unsigned long long ___args[] = { args };
  scx_bpf_dump_bstr(___fmt, ___args, sizeof(___args)); })
scx_bpf_dump_header() ((void)0)
MEMBER_VPTR(object, member) ((typeof((object) member) *)({ unsigned long long ___at; asm("checked %0" : "=r"(___at)); ___at; }))
ARRAY_ELEM_PTR(array, i, n) ((typeof((array)[i]) *)({ unsigned long long ___at; asm("checked %0" : "=r"(___at)); ___at; }))
scx_read_event(events, name) ((events)->name)
__COMPAT_ENUM_OR_ZERO(type, value) ((unsigned long long)(value))
__COMPAT_scx_bpf_events(events, size) scx_bpf_events(events, size)
__COMPAT_scx_bpf_nr_node_ids() scx_bpf_nr_node_ids()
__COMPAT_scx_bpf_cpu_node(cpu) scx_bpf_cpu_node(cpu)
__COMPAT_scx_bpf_get_idle_cpumask_node(node) scx_bpf_get_idle_cpumask_node(node)
__COMPAT_scx_bpf_get_idle_smtmask_node(node) scx_bpf_get_idle_smtmask_node(node)
__COMPAT_scx_bpf_pick_idle_cpu_node(mask, node, flags) scx_bpf_pick_idle_cpu_node(mask, node, flags)
__COMPAT_scx_bpf_pick_any_cpu_node(mask, node, flags) scx_bpf_pick_any_cpu_node(mask, node, flags)
__COMPAT_bpf_cpumask_populate(mask, source, size) bpf_cpumask_populate(mask, source, size)
scoped_guard(name, args...) for (int ___once = (__guard_##name(args), 1); ___once; ___once = 0)
no_free_ptr(pointer) ({ typeof(pointer) ___taken = (pointer); (pointer) = NULL; ___taken; })
return_ptr(pointer) return no_free_ptr(pointer)
time_after(a, b) ((long long)((b) - (a)) < 0)
time_before(a, b) ((long long)((a) - (b)) < 0)
`,
  },
];
