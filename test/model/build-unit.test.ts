import { describe, expect, test } from "vitest";
import { buildUnit, createUnitCache } from "../../server/src/model/build-unit.ts";
import type { TranslationUnit } from "../../server/src/model/unit.ts";
import { createHeaderCache, preprocess } from "../../server/src/preprocess/preprocess.ts";
import { loadParser, type SyntaxParser } from "../../server/src/syntax/parser.ts";

const parser = await loadParser();

function unitOf(
  text: string,
  headers: Readonly<Record<string, string>> = {},
  cache = createUnitCache(),
): TranslationUnit {
  return build(text, headers, parser, cache);
}

function build(
  text: string,
  headers: Readonly<Record<string, string>>,
  syntax: SyntaxParser,
  cache = createUnitCache(),
): TranslationUnit {
  const config = { includeDirs: ["/include"], defines: [], undefines: [], forcedIncludes: [] };
  const reader = { read: (path: string) => headers[path.replace("/include/", "")] };
  return buildUnit(preprocess({ path: "/src/main.bpf.c", text, config, reader }, createHeaderCache()), syntax, cache);
}

const macros = `
#define SEC(name) __attribute__((section(name), used))
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]
typedef unsigned int u32;
enum bpf_map_type { BPF_MAP_TYPE_UNSPEC, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY_OF_MAPS = 12 };
`;

describe("programs", () => {
  test("are functions with a body in a section that libbpf loads", () => {
    const unit = unitOf(`${macros}
SEC("tc") int first(void *ctx) { return 0; }
SEC("?fentry/x") int second(void *ctx);
int second(void *ctx) { return 0; }
SEC("tc") int declared_only(void *ctx);
SEC(".text") int helper(void) { return 0; }
static SEC("tc") int hidden(void) { return 0; }
int plain(void) { return 0; }
`);
    expect(unit.programs.map(({ name, section }) => [name, section])).toEqual([
      ["first", "tc"],
      ["second", "?fentry/x"],
    ]);
    expect(unit.function("second")?.section).toBe("?fentry/x");
  });

  test("of libbpf's BPF_PROG are known by the user's name", () => {
    const text = `${macros}
#define BPF_PROG(name, args...) \\
name(unsigned long long *ctx); \\
static inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args); \\
typeof(name(0)) name(unsigned long long *ctx) { return ____##name(ctx, (void *)ctx[0]); } \\
static inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args)

SEC("tp_btf/task_newtask")
int BPF_PROG(handler, struct task_struct *task)
{
	return task != 0;
}
`;
    const unit = unitOf(text);
    const [program] = unit.programs;
    expect(unit.programs).toHaveLength(1);
    expect(program).toMatchObject({ name: "handler", section: "tp_btf/task_newtask" });
    const { file, start, end } = program!.nameSpan;
    expect(file.text.slice(start, end)).toBe("handler");
    expect(start).toBe(text.indexOf("handler, struct"));
    expect(program!.entry.body).toBeDefined();
    expect(unit.function("____handler")?.decl.params.map(({ name }) => name)).toEqual(["ctx", "task"]);
    expect(unit.function("____handler")?.static).toBe(true);
  });

  test("that cannot be read are still listed, with the reason", () => {
    const unit = unitOf(`${macros}
SEC("tc") int broken(void *ctx) { return 1 +; }
SEC("tc") int fine(void *ctx) { return 1; }
`);
    expect(unit.programs.map(({ name }) => name)).toEqual(["broken", "fine"]);
    expect(unit.function("broken")).toMatchObject({ hasBody: true, problem: expect.any(String) });
    expect(unit.function("broken")?.decl.body).toBeUndefined();
    expect(unit.function("fine")?.problem).toBeUndefined();
  });
});

describe("functions", () => {
  test("merge what their declarations say", () => {
    const unit = unitOf(`${macros}
int sub(void *p __attribute__((btf_decl_tag("arg:nonnull")))) __weak;
__attribute__((btf_decl_tag("exception_callback:cb"))) int sub(void *q) { return 0; }
`);
    const sub = unit.function("sub");
    expect(sub).toMatchObject({ weak: true, static: false, hasBody: true, declTags: ["exception_callback:cb"] });
    expect(sub?.type.params[0]).toMatchObject({ name: "q", declTags: ["arg:nonnull"] });
    expect(unit.function("nobody")).toBeUndefined();
  });

  test("in .ksyms are kernel functions, listed with kernel variables", () => {
    const unit = unitOf(`${macros}
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym __weak;
extern const int runqueues __ksym;
extern int other(void);
`);
    expect(unit.function("bpf_task_acquire")).toMatchObject({ ksym: true, weak: true, hasBody: false });
    expect(unit.function("other")?.ksym).toBe(false);
    expect(unit.ksyms).toEqual(["bpf_task_acquire", "runqueues"]);
    expect(unit.global("runqueues")).toMatchObject({ section: ".ksyms", extern: true, const: true });
  });

  test("of headers are found, and told from those of the main file", () => {
    const unit = unitOf('#include "h.h"\nint own(void) { return shared(); }\n', {
      "h.h": "static inline int shared(void) { return 1; }\n",
    });
    expect(unit.function("shared")).toMatchObject({ inMainFile: false, hasBody: true, problem: undefined });
    expect(unit.mainFunctions.map(({ name }) => name)).toEqual(["own"]);
  });
});

describe("globals", () => {
  test("start with the value the loader gives them", () => {
    const unit = unitOf(`${macros}
int zero; const volatile u32 limit = 1 << 3; static _Bool on = 1; int list[3]; extern int elsewhere; int computed = zero;
int tagged __attribute__((btf_decl_tag("hello"))) SEC(".data.A");
extern int both; int both = 7;
`);
    expect(unit.global("zero")?.initialValue).toBe(0);
    expect(unit.global("limit")).toMatchObject({ initialValue: 8, const: true, volatile: true });
    expect(unit.global("on")).toMatchObject({ initialValue: 1, static: true });
    expect(unit.global("list")?.initialValue).toBeUndefined();
    expect(unit.global("elsewhere")).toMatchObject({ initialValue: undefined, extern: true });
    expect(unit.global("computed")?.initialValue).toBeUndefined();
    expect(unit.global("tagged")).toMatchObject({ section: ".data.A", declTags: ["hello"] });
    expect(unit.global("both")).toMatchObject({ initialValue: 7, extern: false });
  });
});

describe("maps", () => {
  test("in libbpf's encoding", () => {
    const unit = unitOf(`${macros}
struct value { struct task_struct __attribute__((btf_type_tag("kptr"))) *task; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1 << 4); __type(key, u32); __type(value, struct value); } m SEC(".maps");
`);
    expect(unit.map("m")).toMatchObject({
      name: "m",
      type: "BPF_MAP_TYPE_HASH",
      maxEntries: 16,
      key: { kind: "int", bits: 32, signed: false },
      value: { kind: "record", tag: "value" },
      inner: undefined,
    });
    expect(unit.field(unit.map("m")!.value!, "task")?.type).toMatchObject({ kind: "pointer", tags: ["kptr"] });
  });

  test("of maps, declared or listed", () => {
    const unit = unitOf(`${macros}
struct inner { __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); __type(value, long); } one SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __array(values, struct inner); } outer SEC(".maps") = { .values = { &one } };
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); int (*values)[]; } listed SEC(".maps") = { .values = { [1] = (void *)&one } };
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); int (*values)[]; } loop SEC(".maps") = { .values = { (void *)&pool } };
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); int (*values)[]; } pool SEC(".maps") = { .values = { (void *)&loop } };
`);
    expect(unit.map("outer")?.inner).toMatchObject({ type: "BPF_MAP_TYPE_HASH", value: { kind: "int", bits: 64 } });
    expect(unit.map("listed")?.inner?.name).toBe("one");
    expect(unit.map("loop")?.inner?.name).toBe("pool");
  });

  test("of a named struct, a typedef or the old definition", () => {
    const unit = unitOf(`${macros}
typedef struct { __uint(type, BPF_MAP_TYPE_HASH); __type(value, int); } map_t;
map_t named SEC(".maps");
struct bpf_map_def { unsigned int type; unsigned int key_size; unsigned int max_entries; };
struct bpf_map_def SEC("maps") old = { .type = BPF_MAP_TYPE_HASH, .max_entries = 2 };
int none;
`);
    expect(unit.map("named")).toMatchObject({ type: "BPF_MAP_TYPE_HASH", value: { kind: "int" } });
    expect(unit.map("old")).toMatchObject({ type: "BPF_MAP_TYPE_HASH", maxEntries: 2, value: undefined });
    expect(unit.map("none")).toBeUndefined();
    expect(unit.map("nobody")).toBeUndefined();
  });
});

test("struct_ops initializers name the member of each function", () => {
  const unit = unitOf(`${macros}
struct sched_ext_ops { int (*init)(void); void (*exit)(void *); const char *name; };
SEC("struct_ops/my_init") int my_init(void) { return 0; }
SEC(".struct_ops.link") struct sched_ext_ops ops = { .init = (void *)my_init, .exit = &my_exit, .name = "x" };
struct sched_ext_ops not_loaded = { .init = (void *)other };
`);
  expect(unit.structOpsMember("my_init")).toEqual({ struct: "sched_ext_ops", member: "init" });
  expect(unit.structOpsMember("my_exit")).toEqual({ struct: "sched_ext_ops", member: "exit" });
  expect(unit.structOpsMember("other")).toBeUndefined();
});

test("the program's own structs are told from the kernel's", () => {
  const unit = unitOf(
    `#include "vmlinux.h"\n${macros}
struct own { int a; };
struct flavor { int pid; } __attribute__((preserve_access_index));
struct module_type { int a; };
extern struct module_type *get(void) __ksym;
struct opaque;
`,
    { "vmlinux.h": "struct task_struct { int pid; };\n" },
  );
  expect(["own", "flavor", "module_type", "task_struct", "opaque"].map((tag) => unit.isLocalRecord(tag))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

describe("the cache", () => {
  const counting = (): { readonly syntax: SyntaxParser; readonly parsed: string[] } => {
    const parsed: string[] = [];
    const syntax: SyntaxParser = {
      parse(declaration, isTypedef) {
        parsed.push(declaration.names[0]?.name ?? "");
        return parser.parse(declaration, isTypedef);
      },
      parseSignature: (declaration, isTypedef) => parser.parseSignature(declaration, isTypedef),
      querySections: (query, declaration, isTypedef) => parser.querySections(query, declaration, isTypedef),
    };
    return { syntax, parsed };
  };

  test("parses one declaration again after one edit, and positions move", () => {
    const { syntax, parsed } = counting();
    const cache = createUnitCache();
    const before = build("int a(void) { return 1; }\nint b(void) { return 2; }\n", {}, syntax, cache);
    expect(before.mainFunctions.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(parsed).toEqual(["a", "b"]);
    const after = build("\n\nint a(void) { return 3; }\nint b(void) { return 2; }\n", {}, syntax, cache);
    expect(after.mainFunctions.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(parsed).toEqual(["a", "b", "a"]);
    const { declaration, nameAt } = after.function("b")!.decl;
    expect(declaration.tokens[nameAt.start]!.start).toBe(after.main.text.indexOf("b(void)"));
  });

  test("forgets an answer when a name becomes a type", () => {
    const cache = createUnitCache();
    const text = "int f(int x, int *y) { return (T)*y; }\n";
    const value = (unit: TranslationUnit): string | undefined => {
      const statement = unit.function("f")?.decl.body?.statements[0];
      return statement?.kind === "return" ? statement.value?.kind : undefined;
    };
    expect(value(unitOf(text, {}, cache))).toBe("binary");
    expect(value(unitOf(`typedef int T;\n${text}`, {}, cache))).toBe("cast");
    expect(value(unitOf(text, {}, cache))).toBe("binary");
  });

  test("nobody asks, nothing is parsed", () => {
    const { syntax, parsed } = counting();
    const unit = build(`${macros}\nSEC("tc") int f(void) { return 1; }\nint g;\n`, {}, syntax);
    expect(unit.programs.map(({ name }) => name)).toEqual(["f"]);
    expect(parsed).toEqual([]);
  });
});
