import { describe, expect, test } from "vitest";
import { namesOf, unitOf } from "./support.ts";

describe("names of declarations", () => {
  test.each([
    ["int a;", "variable a!"],
    ["static const volatile unsigned long long a = 1, *b, c[4] = { 1, 2 };", "variable a!, variable b!, variable c!"],
    ["u64 a;", "variable a!"],
    [
      'extern struct task_struct *bpf_task_acquire(struct task_struct *p) __attribute__((section(".ksyms")));',
      "function bpf_task_acquire",
    ],
    ["int f(int (*cb)(int), struct s *p) { struct local { int x; } y; return 0; }", "function f!"],
    ["static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *) 1;", "variable bpf_map_lookup_elem!"],
    ["static long (* const bpf_foo)(void *, ...) = (void *) 2;", "variable bpf_foo!"],
    ["int (f)(int);", "function f"],
    ["int (*(f)(int a))(int b);", "function f"],
    ["int (*fp[4])(int);", "variable fp!"],
    ["typedef unsigned int u32;", "typedef u32!"],
    ["typedef int (*cb_t)(struct a *, int), arr_t[4];", "typedef cb_t!, typedef arr_t!"],
    ["typedef int fn_t(int);", "typedef fn_t!"],
    ["typedef struct { int x; } t;", "typedef t!"],
    ["struct s;", "struct s"],
    [
      "struct s { int a; struct inner { int b; } c; enum { X, Y = 3 } d; union { int e; }; };",
      "struct s!, struct inner!, enumerator X!, enumerator Y!",
    ],
    ["struct __attribute__((packed)) s { int a; } __attribute__((aligned(8))) v;", "struct s!, variable v!"],
    ["union u { int a; } x, *y;", "union u!, variable x!, variable y!"],
    ["enum e { A, B = F(1, 2), C = sizeof(int[2]), };", "enum e!, enumerator A!, enumerator B!, enumerator C!"],
    ["enum e : unsigned char { A };", "enum e!, enumerator A!"],
    ['struct { int (*type)[1]; } map __attribute__((section(".maps")));', "variable map!"],
    ['__attribute__((section("tc"), used)) int prog(struct __sk_buff *skb) { return 0; }', "function prog!"],
    ["int prog(void) __attribute__((noinline)) { return 0; }", "function prog!"],
    ["typeof(f(0)) g(unsigned long long *ctx);", "function g"],
    [
      "static inline __attribute__((always_inline)) typeof(f(0)) ____f(void *ctx, int a) { return 0; }",
      "function ____f!",
    ],
    ["UNKNOWN_ATTRIBUTE static int f(void) { return 0; }", "function f!"],
    ["int UNKNOWN_ATTRIBUTE f(void);", "function f"],
    ["extern int CONFIG_HZ __kconfig_unknown;", "variable CONFIG_HZ!"],
    ['_Static_assert(sizeof(int) == 4, "int");', ""],
    ['asm("nop");', ""],
    ["int x = ({ int y = 1; y; });", "variable x!"],
    ["unsigned : 3;", ""],
  ])("%s", (text, expected) => {
    expect(namesOf(unitOf(text))).toEqual([expected]);
  });

  test("nonsense declares nothing dangerous and does not throw", () => {
    for (const text of [
      "*;",
      "struct {",
      "typedef",
      "= 3;",
      ") {",
      "int;",
      "enum { , , };",
      "a b c d;",
      "((((",
      "int f(",
      "struct s s s;",
    ]) {
      expect(() => namesOf(unitOf(text))).not.toThrow();
    }
  });
});

describe("look-ups", () => {
  test("all declarations of a name in order", () => {
    const unit = unitOf("int f(void);\nstruct f { int a; };\nint f(void) { return 0; }");
    expect(unit.declarationsOf("f")).toEqual(unit.declarations);
    expect(unit.declarationsOf("g")).toEqual([]);
  });

  test("typedefs, macros", () => {
    const unit = unitOf("#define M 1\ntypedef int t;\nint v;");
    expect([unit.isTypedef("t"), unit.isTypedef("v"), unit.isMacro("M"), unit.isMacro("t")]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test("equal text has an equal key, whatever its place; other text another", () => {
    const [a, b, c] = unitOf(
      "int f(void) { return 1; }\n\nint f(void)\n{ return 1; }\nint f(void) { return 2; }",
    ).declarations;
    expect(a?.key).toBe(b?.key);
    expect(a?.key).not.toBe(c?.key);
    const lines = unitOf("int f(void) { return __LINE__; }\nint f(void) { return __LINE__; }").declarations;
    expect(lines[0]?.key).toBe(lines[1]?.key);
  });
});

describe("cutting", () => {
  test("function bodies, initializers, attributes with parameters before a struct body", () => {
    const unit = unitOf(
      "int f(void) { { ; } }\nint a[] = { { 1 }, { 2 } };;\nstruct __attribute__((aligned(8))) s { int x; };\nint (*g(void))(int) { return 0; }\nint b;",
    );
    expect(namesOf(unit)).toEqual(["function f!", "variable a!", "struct s!", "function g!", "variable b!"]);
  });
});

/** Four functions in kernel style; edits of the second must leave the others as they are. */
const file = `struct task_struct;
SEC("tc")
int first(struct __sk_buff *skb)
{
	int i;

	bpf_for(i, 0, 10) {
		if (i)
			goto out;
	}
out:
	return 0;
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	int i;

	bpf_for(i, 0, 10) {
		bpf_printk("%d", i);
	}
	return 0;
}

static int third(int x)
{
	return x;
}

SEC("tc")
int BPF_PROG(fourth, int x) {
	return third(x);
}
`;

function keysOf(text: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const declaration of unitOf(text).declarations) {
    for (const { name, kind, defined } of declaration.names) {
      if (kind === "function" && defined) keys.set(name, declaration.key);
    }
  }
  return keys;
}

describe("one bad edit leaves the other functions alone", () => {
  const whole = keysOf(file);
  const neighbours = ["first", "third", "fourth", "____fourth"];

  test.each([
    ["an open call", "bpf_for(i, 0, 10) {\n\t\tbpf_printk", "bpf_for(i, 0,\n\t\tbpf_printk"],
    ["an open call without its brace", 'bpf_printk("%d", i);', "bpf_printk("],
    ["a missing closing brace", "\t}\n\treturn 0;\n}\n\nstatic", "\t}\n\treturn 0;\n\nstatic"],
    ["an extra opening brace", '\t\tbpf_printk("%d", i);', '\t\tif (i) {\n\t\tbpf_printk("%d", i);'],
    ["an extra closing brace", '\t\tbpf_printk("%d", i);', '\t\t}\n\t\tbpf_printk("%d", i);'],
    ["an open parenthesis", "int i;\n\n\tbpf_for(i, 0, 10) {\n\t\tbpf", "int i = (\n\n\tbpf_for(i, 0, 10) {\n\t\tbpf"],
    ["an open SEC", 'SEC("tc")\nint second', 'SEC("tc"\nint second'],
    ["an open parameter list", "int second(struct __sk_buff *skb)", "int second(struct __sk_buff *skb"],
    ["an open string", '"%d"', '"%d'],
    ["a half-written if", "\treturn 0;\n}\n\nstatic", "\tif (\n\treturn 0;\n}\n\nstatic"],
    [
      "a stray word",
      "\tint i;\n\n\tbpf_for(i, 0, 10) {\n\t\tbpf",
      "\tint i;\n\tstruct \n\tbpf_for(i, 0, 10) {\n\t\tbpf",
    ],
  ])("%s", (_, from, to) => {
    const edited = file.replace(from, to);
    expect(edited).not.toBe(file);
    const keys = keysOf(edited);
    for (const name of neighbours) expect(keys.get(name), name).toBe(whole.get(name));
  });

  test("a brace missing before a program costs only that pair of functions' first", () => {
    const edited = file.replace("out:\n\treturn 0;\n}\n", "out:\n\treturn 0;\n");
    const keys = keysOf(edited);
    for (const name of ["second", "third", "fourth"]) expect(keys.get(name), name).toBe(whole.get(name));
  });

  test("code that is not indented is left as it is", () => {
    const text =
      "int f(int x)\n{\nif (x)\n{\nx++;\n}\nx = 1;\nint y;\nwhile (x)\n{\nx--;\n}\nreturn x;\n}\nint g(void)\n{\nreturn 0;\n}\n";
    expect(namesOf(unitOf(text))).toEqual(["function f!", "function g!"]);
  });

  test("cut off at every line and at many columns, the functions before the cut stay", () => {
    const lines = file.split("\n");
    for (let line = 0; line <= lines.length; line++) {
      const keys = keysOf(lines.slice(0, line).join("\n"));
      if (line >= 13) expect(keys.get("first")).toBe(whole.get("first"));
      if (line >= 24) expect(keys.get("second")).toBe(whole.get("second"));
    }
    for (let at = 0; at < file.length; at += 7) expect(() => keysOf(file.slice(0, at))).not.toThrow();
  });
});
