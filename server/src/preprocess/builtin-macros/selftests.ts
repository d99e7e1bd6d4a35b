// The annotations of the kernel's own BPF tests (bpf_misc.h): comments for their
// loader, without effect on the program.
import type { MacroTable } from "./table.ts";

export const selftestMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
__test_tag(tag) __attribute__((btf_decl_tag("comment:" __kfunc_ls_text(__COUNTER__) ":" tag)))
__msg(text) __test_tag("test_expect_msg=" text)
__not_msg(text) __test_tag("test_expect_not_msg=" text)
__msg_unpriv(text) __test_tag("test_expect_msg_unpriv=" text)
__not_msg_unpriv(text) __test_tag("test_expect_not_msg_unpriv=" text)
__regex(text) __test_tag("test_expect_regex=" text)
__regex_unpriv(text) __test_tag("test_expect_regex_unpriv=" text)
__stderr(text) __test_tag("test_expect_stderr=" text)
__stderr_unpriv(text) __test_tag("test_expect_stderr_unpriv=" text)
__stdout(text) __test_tag("test_expect_stdout=" text)
__stdout_unpriv(text) __test_tag("test_expect_stdout_unpriv=" text)
__xlated(text) __test_tag("test_expect_xlated=" text)
__xlated_unpriv(text) __test_tag("test_expect_xlated_unpriv=" text)
__jited(text) __test_tag("test_jited=" text)
__jited_unpriv(text) __test_tag("test_jited_unpriv=" text)
__failure __test_tag("test_expect_failure")
__failure_unpriv __test_tag("test_expect_failure_unpriv")
__success __test_tag("test_expect_success")
__success_unpriv __test_tag("test_expect_success_unpriv")
__description(text) __test_tag("test_description=" text)
__log_level(level) __test_tag("test_log_level=" #level)
__flag(flag) __test_tag("test_prog_flags=" #flag)
__retval(value) __test_tag("test_retval=" #value)
__retval_unpriv(value) __test_tag("test_retval_unpriv=" #value)
__auxiliary __test_tag("test_auxiliary")
__auxiliary_unpriv __test_tag("test_auxiliary_unpriv")
__btf_path(path) __test_tag("test_btf_path=" path)
__btf_func_path(path) __test_tag("test_btf_func_path=" path)
__arch(name) __test_tag("test_arch=" name)
__arch_x86_64 __arch("X86_64")
__arch_arm64 __arch("ARM64")
__arch_riscv64 __arch("RISCV64")
__arch_s390x __arch("s390x")
__arch_loongarch __arch("LOONGARCH")
__caps_unpriv(caps) __test_tag("test_caps_unpriv=" #caps)
__load_if_JITed() __test_tag("load_mode=jited")
__load_if_no_JITed() __test_tag("load_mode=no_jited")
__linear_size(size) __test_tag("test_linear_size=" #size)
__naked __attribute__((naked))
__used __attribute__((used))
__aligned(n) __attribute__((aligned(n)))
__clobber_all "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"
__clobber_common "r0", "r1", "r2", "r3", "r4", "r5", "memory"
SYS_PREFIX "__x64_"
SYSCALL_WRAPPER 1
POINTER_VALUE 0xbadcafe
TEST_DATA_LEN 64
__pragma_loop_unroll_full
__pragma_loop_unroll
__pragma_loop_no_unroll
`,
  },
  {
    use: "expression",
    text: `
__imm(name) [name]"i"(name)
__imm_const(name, value) [name]"i"(value)
__imm_addr(name) [name]"i"(&name)
__imm_ptr(name) [name]"r"(&name)
__imm_insn(name, value) [name]"i"(*(long *)&(value))
__sink(value) asm volatile("" : "+g"(value))
sizeof_field(type, member) sizeof(((type *)0)->member)
offsetofend(type, member) (__builtin_offsetof(type, member) + sizeof(((type *)0)->member))
XSTR(text) __kfunc_ls_text(text)
`,
  },
];
