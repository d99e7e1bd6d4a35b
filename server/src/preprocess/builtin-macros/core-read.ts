// Reads that relocate, and questions about the running kernel's types. A chain of
// reads becomes one read of unknown bytes of the right type: what matters is that a
// helper reads, so that a NULL on the way is harmless.
import type { MacroTable } from "./table.ts";

export const coreReadMacros: readonly MacroTable[] = [
  {
    use: "expression",
    text: `
__kfunc_ls_path_1(a) a
__kfunc_ls_path_2(a, ...) a->__kfunc_ls_path_1(__VA_ARGS__)
__kfunc_ls_path_3(a, ...) a->__kfunc_ls_path_2(__VA_ARGS__)
__kfunc_ls_path_4(a, ...) a->__kfunc_ls_path_3(__VA_ARGS__)
__kfunc_ls_path_5(a, ...) a->__kfunc_ls_path_4(__VA_ARGS__)
__kfunc_ls_path_6(a, ...) a->__kfunc_ls_path_5(__VA_ARGS__)
__kfunc_ls_path_7(a, ...) a->__kfunc_ls_path_6(__VA_ARGS__)
__kfunc_ls_path_8(a, ...) a->__kfunc_ls_path_7(__VA_ARGS__)
__kfunc_ls_path_9(a, ...) a->__kfunc_ls_path_8(__VA_ARGS__)
__kfunc_ls_path_10(a, ...) a->__kfunc_ls_path_9(__VA_ARGS__)
__kfunc_ls_path(...) __kfunc_ls_join(__kfunc_ls_path_, __kfunc_ls_count(__VA_ARGS__))(__VA_ARGS__)
BPF_CORE_READ(source, ...) ({ typeof((source)->__kfunc_ls_path(__VA_ARGS__)) ___value;
  bpf_probe_read_kernel(&___value, sizeof(___value), (const void *)(source)); ___value; })
BPF_CORE_READ_INTO(destination, source, ...) ({ bpf_probe_read_kernel((destination), sizeof(*(destination)), (const void *)(source)); })
BPF_CORE_READ_STR_INTO(destination, source, ...)
  ({ bpf_probe_read_kernel_str((void *)(destination), sizeof(*(destination)), (const void *)(source)); })
BPF_CORE_READ_USER(source, ...) ({ typeof((source)->__kfunc_ls_path(__VA_ARGS__)) ___value;
  bpf_probe_read_user(&___value, sizeof(___value), (const void *)(source)); ___value; })
BPF_CORE_READ_USER_INTO(destination, source, ...) ({ bpf_probe_read_user((destination), sizeof(*(destination)), (const void *)(source)); })
BPF_CORE_READ_USER_STR_INTO(destination, source, ...)
  ({ bpf_probe_read_user_str((void *)(destination), sizeof(*(destination)), (const void *)(source)); })
BPF_PROBE_READ(source, ...) ({ typeof((source)->__kfunc_ls_path(__VA_ARGS__)) ___value;
  bpf_probe_read_kernel(&___value, sizeof(___value), (const void *)(source)); ___value; })
BPF_PROBE_READ_INTO(destination, source, ...) ({ bpf_probe_read_kernel((destination), sizeof(*(destination)), (const void *)(source)); })
BPF_PROBE_READ_STR_INTO(destination, source, ...)
  ({ bpf_probe_read_kernel_str((void *)(destination), sizeof(*(destination)), (const void *)(source)); })
BPF_PROBE_READ_USER(source, ...) ({ typeof((source)->__kfunc_ls_path(__VA_ARGS__)) ___value;
  bpf_probe_read_user(&___value, sizeof(___value), (const void *)(source)); ___value; })
BPF_PROBE_READ_USER_INTO(destination, source, ...) ({ bpf_probe_read_user((destination), sizeof(*(destination)), (const void *)(source)); })
BPF_PROBE_READ_USER_STR_INTO(destination, source, ...)
  ({ bpf_probe_read_user_str((void *)(destination), sizeof(*(destination)), (const void *)(source)); })
bpf_core_read(destination, size, source) bpf_probe_read_kernel(destination, size, (const void *)(source))
bpf_core_read_str(destination, size, source) bpf_probe_read_kernel_str((void *)(destination), size, (const void *)(source))
bpf_core_read_user(destination, size, source) bpf_probe_read_user(destination, size, (const void *)(source))
bpf_core_read_user_str(destination, size, source) bpf_probe_read_user_str((void *)(destination), size, (const void *)(source))
BPF_CORE_READ_BITFIELD(object, field) ((unsigned long long)(object)->field)
BPF_CORE_READ_BITFIELD_PROBED(object, field) ({ unsigned long long ___value = 0;
  bpf_probe_read_kernel(&___value, sizeof(___value), (const void *)(object)); ___value; })
BPF_CORE_WRITE_BITFIELD(object, field, value) ({ (object)->field = (value); })
__kfunc_ls_field_1(field) field
__kfunc_ls_field_2(type, field) ((typeof(type) *)0)->field
__kfunc_ls_field(...) __kfunc_ls_join(__kfunc_ls_field_, __kfunc_ls_count(__VA_ARGS__))(__VA_ARGS__)
bpf_core_field_offset(...) __builtin_preserve_field_info(__kfunc_ls_field(__VA_ARGS__), 0)
bpf_core_field_size(...) __builtin_preserve_field_info(__kfunc_ls_field(__VA_ARGS__), 1)
bpf_core_field_exists(...) __builtin_preserve_field_info(__kfunc_ls_field(__VA_ARGS__), 2)
bpf_core_type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
bpf_core_type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
bpf_core_type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, 2)
bpf_core_enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 0)
bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 1)
bpf_core_type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
bpf_core_type_id_kernel(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
bpf_core_cast(pointer, type) ((typeof(type) *)bpf_rdonly_cast((pointer), bpf_core_type_id_kernel(type)))
`,
  },
];
