// A lone file in an editor: no header found. What is asserted is the effect, not the spelling.
import { describe, expect, test } from "vitest";
import { builtinMacros } from "../../server/src/preprocess/builtin-macros/index.ts";
import { expand, namesOf, unitOf } from "./support.ts";

describe("without headers", () => {
  test("sections, maps and typedefs", () => {
    const unit = unitOf(`#include "vmlinux.h"
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, u32); __array(values, struct inner); } m SEC(".maps");
u64 total; bool on;`);
    expect(namesOf(unit)).toEqual(["variable m!", "variable total!", "variable on!"]);
    for (const name of ["u64", "__be32", "bool", "size_t", "pid_t"]) expect(unit.isTypedef(name)).toBe(true);
    expect(unit.declarationsOf("EINVAL")[0]?.names).toContainEqual({
      name: "EINVAL",
      kind: "enumerator",
      defined: true,
    });
  });

  test("BPF_PROG makes an entry of the context and a body with arguments", () => {
    const unit = unitOf(
      'SEC("tp_btf/task_newtask")\nint BPF_PROG(on_task, struct task_struct *t, u64 flags)\n{\n\treturn 0;\n}',
    );
    expect(namesOf(unit)).toEqual(
      [
        "function on_task",
        "struct task_struct, function ____on_task",
        "function on_task!",
        "struct task_struct, function ____on_task!",
      ].map((n) => n.replace("struct task_struct, ", "")),
    );
    expect(unit.declarations[2]?.tokens.map((token) => token.text).join(" ")).toContain(
      "return ____on_task ( ctx , ( void * ) ctx [ 0 ] , ( void * ) ctx [ 1 ] ) ;",
    );
  });

  test.each([
    "BPF_KPROBE",
    "BPF_KRETPROBE",
    "BPF_UPROBE",
    "BPF_KSYSCALL",
    "BPF_USDT",
    "BPF_PROG",
    "BPF_STRUCT_OPS",
    "BPF_STRUCT_OPS_SLEEPABLE",
  ])("%s with and without arguments", (name) => {
    const unit = unitOf(`int ${name}(a)\n{ return 0; }\nvoid ${name}(b, int x) { }`);
    const bodies = unit.declarations.flatMap((d) => d.names.filter((n) => n.defined && n.kind === "function"));
    expect(bodies.map((n) => n.name)).toEqual(["a", "____a", "b", "____b"]);
  });

  test("iterators are destroyed by a cleanup attribute", () => {
    const text = expand(
      "void f(void) { struct task_struct *t; int i; bpf_for_each(task, t, NULL, 0) {} bpf_for(i, 0, 3) {} bpf_repeat(3) {} }",
    );
    expect(text.match(/cleanup \( bpf_iter_(task|num)_destroy \)/g)).toHaveLength(3);
    expect(text).toContain("bpf_iter_task_new ( & ___it , ( ( void * ) 0 ) , 0 )");
  });

  test("a printing macro of a project finds the parts of libbpf it is made of", () => {
    const text = expand(`#define report(fmt, args...) ({ static char text[] = fmt; \\
  unsigned long long values[___bpf_narg(args) ?: 1] = {}; ___bpf_fill(values, args); send(text, values, sizeof(values)); })
void f(int a, void *b) { report("none"); report("%d %p", a, b); }`);
    expect(text).toContain("values [ 0 ? : 1 ] = { } ; ( ( void ) ( values ) ) ; send");
    expect(text).toContain(
      "( ( values ) [ 0 ] = ( unsigned long long ) ( a ) , ( values ) [ 1 ] = ( unsigned long long ) ( b ) ) ;",
    );
  });

  test("bounded loops become breaks nobody can predict", () => {
    const text = expand("void f(void) { while (can_loop) { cond_break; cond_break_label(out); } out: ; }");
    expect(text.match(/__kfunc_ls_unknown \( \)/g)).toHaveLength(3);
  });

  test("reads through helpers have the type of the field", () => {
    expect(expand("int f(void) { return BPF_CORE_READ(t, mm, exe_file); }")).toContain(
      "typeof ( ( t ) -> mm -> exe_file )",
    );
  });

  test("every macro expands without leaving our building blocks behind", () => {
    for (const macro of builtinMacros()) {
      const named = macro.variadic ? macro.params?.slice(0, -1) : macro.params;
      const rest = !macro.variadic ? [] : macro.name === "BPF_PROG2" ? ["int", "a"] : ["a"];
      const args = named?.map((_, i) => `a${i}`).concat(rest);
      const use = args === undefined ? macro.name : `${macro.name}(${args.join(", ")})`;
      const text = macro.builtin === "declaration" ? `int ${use} ;` : `void f(void) { ${use}; }`;
      if (!macro.name.startsWith("__kfunc_ls_")) expect(expand(text), use).not.toMatch(/__kfunc_ls_(?!unknown|value)/);
    }
  });

  test("attributes and tags", () => {
    expect(expand("struct s { struct t __kptr *p; };\nextern void f(void) __ksym __weak;\nprivate(A) int x;")).toBe(
      'struct s { struct t __attribute__ ( ( btf_type_tag ( "kptr" ) ) ) * p ; } ; extern void f ( void ) __attribute__ ( ( section ( ".ksyms" ) ) ) __attribute__ ( ( weak ) ) ; ' +
        '__attribute__ ( ( section ( ".data." "A" ) , used , visibility ( "hidden" ) , aligned ( 8 ) ) ) int x ;',
    );
  });
});

describe("a name that the code declares or defines is not ours", () => {
  test("macros of headers and of the user win", () => {
    expect(expand('#include "h.h"\nint x = likely(1);', { files: { "/src/h.h": "#define likely(x) mine(x)" } })).toBe(
      "int x = mine ( 1 ) ;",
    );
    expect(expand("#ifndef likely\n#define likely(x) mine(x)\n#endif\nint x = likely(1);")).toBe(
      "int x = mine ( 1 ) ;",
    );
    expect(expand("#undef NULL\n#define NULL 0\nvoid *p = NULL;")).toBe("void * p = 0 ;");
  });

  test("#ifdef does not see ours", () => {
    expect(expand("#ifdef bpf_printk\nint yes;\n#endif\n#if defined(SEC)\nint yes;\n#endif\nint no;")).toBe("int no ;");
  });

  test.each([
    ["a function", "static int min(int a, int b) { return a; }\nint x = min(1, 2);", "min ( 1 , 2 ) ;"],
    ["a function of a header", '#include "h.h"\nint x = min(1, 2);', "min ( 1 , 2 ) ;"],
    [
      "a function pointer",
      "static int (*bpf_obj_drop)(void *) = (void *) 1;\nint x = bpf_obj_drop(p);",
      "= bpf_obj_drop ( p ) ;",
    ],
    ["a field", "int x = ops->min(1, 2) + ops.max(1, 2);", "int x = ops -> min ( 1 , 2 ) + ops . max ( 1 , 2 ) ;"],
    ["a typedef", "typedef _Bool bool; bool b;", "bool b ;"],
  ])("%s", (_, text, expected) => {
    expect(expand(text, { files: { "/src/h.h": "int min(int a, int b);" } })).toContain(expected);
  });
});

describe("macros whose effect hides in assembly", () => {
  const header = `#define can_loop ({ bool ret = true; asm volatile goto("may_goto %l[l_break]" :::: l_break); l_break: ret; })
#define __cond_break(expr) ({ asm volatile goto("may_goto %l[l_break]" :::: l_break); l_break: expr; })
#define cond_break __cond_break(break)
#define __bpf_assert(a, b) ({ asm volatile ("call bpf_throw"); })
#define __bpf_assert_op(l, op, r, v, s) ({ __bpf_assert(l, #op); })
#define bpf_assert_eq(l, r) ({ __bpf_assert_op(l, ==, r, 0, true); })
`;

  test("ours replace the header's", () => {
    const text = expand('#include "h.h"\nvoid f(int n) { while (can_loop) { cond_break; bpf_assert_eq(n, 3); } }', {
      files: { "/src/h.h": header },
    });
    expect(text).not.toContain("asm");
    expect(text.match(/__kfunc_ls_unknown/g)).toHaveLength(2);
    expect(text).toContain("if ( ! ( ( n ) == ( 3 ) ) ) bpf_throw ( 0 ) ;");
  });

  test("they count as defined", () => {
    expect(expand(`${header}#ifdef can_loop\nint yes;\n#endif`)).toBe("int yes ;");
  });

  test("a plain C definition is left alone", () => {
    expect(
      expand("#define can_loop true\n#define cond_break ({})\nint x = can_loop;\nvoid f(void) { cond_break; }"),
    ).toBe("int x = true ; void f ( void ) { ( { } ) ; }");
  });
});
