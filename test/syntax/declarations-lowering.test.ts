import { describe, expect, test } from "vitest";
import type { TopLevelDecl } from "../../server/src/syntax/ast.ts";
import { parse, parseAll, parseFunction, show, showType } from "./support.ts";

function describeDecl(decl: TopLevelDecl): string {
  switch (decl.kind) {
    case "function": {
      const params = decl.params.map(({ name, type, attributes }) => {
        const tags = attributes.map((attribute) => ` @${attribute.name}(${attribute.args.join()})`).join("");
        return `${name ?? "_"}: ${showType(type)}${tags}`;
      });
      const attributes = decl.attributes.map(({ name, args }) => `@${name}(${args.join()}) `).join("");
      return `${attributes}${decl.storage} ${decl.inline ? "inline " : ""}${decl.name}(${params.join(", ")}) ${showType(decl.returns)}`;
    }
    case "variable": {
      const { name, type, storage, attributes, initializer } = decl.variable;
      const tags = attributes.map((attribute) => `@${attribute.name}(${attribute.args.join()}) `).join("");
      return `${tags}${storage} ${name}: ${showType(type)}${initializer === undefined ? "" : ` = ${show(initializer)}`}`;
    }
    case "typedef":
      return `typedef ${decl.name}: ${showType(decl.type)}`;
    case "tag":
      return `tag ${showType(decl.type)}`;
  }
}

const decls = (text: string): string[] => parse(text).map(describeDecl);

describe("declarations", () => {
  test("stray semicolons among members are nothing", () => {
    expect(decls("struct s { ; int a;; int b; ; };")).toEqual(decls("struct s { int a; int b; };"));
  });

  test("declarators from the inside out", () => {
    expect(decls("static int (*const table[4])(void *, ...), *p;")).toEqual([
      "static table: array(const pointer(function(_: pointer(void), ...) int), 4)",
      "static p: pointer(int)",
    ]);
    expect(decls("unsigned long int long x; signed char c; short unsigned s; __int128 unsigned w;")).toEqual([
      "auto x: unsigned long long",
      "auto c: signed char",
      "auto s: unsigned short",
      "auto w: unsigned __int128",
    ]);
    expect(decls("int f(void); int g(int [3], int (cb)(int));")).toEqual([
      "none f() int",
      "none g(_: array(int, 3), cb: function(_: int) int) int",
    ]);
  });

  test("records: bit-fields, anonymous members, attributes on their level", () => {
    expect(
      decls(`
struct node {
	int a : 3, : 0;
	unsigned : 5;
	union { int x; struct { int y; } z; };
	struct task_struct __attribute__((btf_type_tag("kptr"))) *task;
	struct bpf_list_head head __attribute__((btf_decl_tag("contains:node:a")));
	_Static_assert(1, "");
} __attribute__((preserve_access_index));`),
    ).toEqual(
      [
        "tag struct node {a: int:3; _: int:0; _: unsigned int:5; _: union {x: int; z: struct {y: int}}; " +
          "task: pointer(struct task_struct @btf_type_tag(kptr)); " +
          "head: struct bpf_list_head @btf_decl_tag(contains:node:a)} @preserve_access_index",
      ]
        .concat([])
        .flatMap((last) => ["tag struct {y: int}", "tag union {x: int; z: struct {y: int}}", last]),
    );
  });

  test("enums with an underlying type and values", () => {
    expect(decls("enum e : unsigned char { A, B = 1 << 2, C __attribute__((deprecated)) };")).toEqual([
      "tag enum e {A, B = (<< 1 2), C} @deprecated",
    ]);
  });

  test("attributes belong to the declaration wherever they stand", () => {
    expect(
      decls(`
__attribute__((section("tc"), used)) int prog(struct __sk_buff *ctx __attribute__((btf_decl_tag("arg:ctx")))) { return 0; }
extern struct task_struct *acquire(struct task_struct *p) __attribute__((section(".ksyms"))) __attribute__((__weak__));
static __attribute__((noinline)) __attribute__((naked)) int sub(void) { return 1; }
int hidden __attribute__((section(".data.A"), aligned(8))) = 3;
[[gnu::weak]] int late;`),
    ).toEqual([
      "@section(tc) @used() none prog(ctx: pointer(struct __sk_buff) @btf_decl_tag(arg:ctx)) int",
      "@section(.ksyms) @weak() extern acquire(p: pointer(struct task_struct)) pointer(struct task_struct)",
      "@noinline() @naked() static sub() int",
      "@section(.data.A) @aligned(8) auto hidden: int = 3",
      "@weak() auto late: int",
    ]);
  });

  test("address spaces and qualifiers stay on the pointee or on the pointer", () => {
    expect(decls("struct s __attribute__((address_space(1))) *const volatile *p; const int *q; int const r;")).toEqual([
      "auto p: pointer(const volatile pointer(struct s @address_space(1)))",
      "auto q: pointer(const int)",
      "auto r: const int",
    ]);
  });

  test("the map encoding of libbpf", () => {
    expect(
      decls('struct { int (*type)[BPF_MAP_TYPE_HASH]; typeof(int) *key; } m __attribute__((section(".maps")));'),
    ).toEqual([
      "tag struct {type: pointer(array(int, BPF_MAP_TYPE_HASH)); key: pointer(typeof<int>)}",
      "@section(.maps) auto m: struct {type: pointer(array(int, BPF_MAP_TYPE_HASH)); key: pointer(typeof<int>)}",
    ]);
  });

  test("typedefs, also of a function and of a name like the grammar's own words", () => {
    expect(decls("typedef int (*cb_t)(int), pair[2]; typedef unsigned long size_t; typedef int (fn)(size_t);")).toEqual(
      [
        "typedef cb_t: pointer(function(_: int) int)",
        "typedef pair: array(int, 2)",
        "typedef size_t: unsigned long",
        "typedef fn: function(_: size_t) int",
      ],
    );
  });

  test("typeof of a call as a return type", () => {
    expect(decls("int user(void *ctx); static inline typeof(user(0)) ____user(void *ctx) { return 0; }")).toEqual([
      "none user(ctx: pointer(void)) int",
      "static inline ____user(ctx: pointer(void)) typeof(user(0))",
    ]);
  });

  test("names of the grammar's keywords are ordinary names in C", () => {
    expect(decls("int NULL_, nullptr, __try, noreturn, bool_; enum { false = 0, true = 1 };")).toEqual([
      "auto NULL_: int",
      "auto nullptr: int",
      "auto __try: int",
      "auto noreturn: int",
      "auto bool_: int",
      "tag enum {false = 0, true = 1}",
    ]);
  });
});

describe("what cannot be read", () => {
  test("one broken body leaves its signature and its neighbors", () => {
    const [first, broken, last] = parseAll(
      "int a(void) { return 1; }\nint b(int x) { return x +; }\nint c(void) { return 3; }\n",
    );
    expect(first!.problem).toBeUndefined();
    expect(last!.problem).toBeUndefined();
    expect(broken!.problem?.message).toBeDefined();
    expect(broken!.decls.map(describeDecl)).toEqual(["none b(x: int) int"]);
    expect(broken!.decls[0]).toMatchObject({ body: undefined });
  });

  test("nested functions are a problem, statement expressions are not", () => {
    expect(parseAll("int f(void) { int g(void) { return 1; } return g(); }")[0]!.problem).toBeDefined();
    expect(parseFunction("int f(void) { return ({ 1; }); }").body).toBeDefined();
  });

  test("a declaration at file scope that asm makes is no declaration", () => {
    expect(decls('asm(".text"); int x;')).toEqual(["auto x: int"]);
  });
});
