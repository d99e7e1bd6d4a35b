// Input that is broken, hostile or cut short, given to the checker itself: it answers,
// with fewer findings at worst. What belongs to files and their bytes is in
// test/cli/bad-input.test.ts.
import { describe, expect, it } from "vitest";
import type { FileCheck } from "../../server/src/check/api.ts";
import { checkText } from "../support/check-text.ts";
import { lineOf } from "../support/expectations.ts";
import { randomNumbers } from "../support/random.ts";
import { samplePrograms } from "../support/sample-programs.ts";

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
`;
const body = `SEC("tp_btf/task_newtask")
int BPF_PROG(leaks, struct task_struct *task, u64 flags)
{
	struct task_struct *t = bpf_task_from_pid(1);
	if (!t)
		return 0;
	return t->pid;
}
`;
const sound = head + body;
const many = 10_000;

/** More statements in the sound program. */
const inside = (statements: string) => sound.replace("\treturn t->pid;", `\t${statements}\n\treturn t->pid;`);
const beside = (code: string) => `${sound}${code}\n`;
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");
const program = (code: string) => `SEC("tc") int other(struct __sk_buff *ctx) { ${code} }`;

function bytes(length: number): string {
  const random = randomNumbers(7);
  return String.fromCharCode(...Array.from({ length }, () => random(256)));
}

function doubling(name: string, first: string, levels: number, twice: (below: string) => string): string {
  return `#define ${name}0 ${first}\n${lines(levels, (i) => `#define ${name}${i + 1} ${twice(`${name}${i}`)}`)}\n`;
}

/** The finding of the sound program is there all the same. */
const harmless: Readonly<Record<string, string>> = {
  "nothing odd": sound,
  "binary data after the code": sound + bytes(50_000),
  "NUL characters": sound.replaceAll(" ", " \0"),
  "halves of characters": beside('/* \ud800 */ char *s = "\ud83d\udfff\udfff";'),
  "fifteen megabytes in a comment": `/*${"x".repeat(15_000_000)}*/${sound}`,
  "tabs, form feeds and vertical tabs": sound.replaceAll(" ", "\t\f\v"),
  "a macro bomb in an expression": doubling("A", "1", 40, (a) => `${a} + ${a}`) + inside("flags = A40;"),
  "a macro bomb of strings": doubling("S(...)", "#__VA_ARGS__", 0, () => "") + inside("char *s = S0(S0(S0(a)));"),
  "a macro bomb of arguments": `#define T0(...) #__VA_ARGS__\n${lines(30, (i) => `#define T${i + 1}(x) T${i}(x, x)`)}\n${inside("char *s = T30(abc);")}`,
  "a macro bomb of pasting": `#define P0(a) a\n${lines(30, (i) => `#define P${i + 1}(a) P${i}(a##a)`)}\n${beside("int P30(a);")}`,
  "a macro bomb of backslashes": `#define B0(x) #x\n${lines(40, (i) => `#define B${i + 1}(x) B${i}(#x)`)}\n${inside('char *s = B40("\\\\");')}`,
  "functions of the same name": beside("static int f(void) { return 1; }\n".repeat(2000)),
  "a struct that contains itself": beside(
    `struct r { struct r a, b[10]; };\n${program("struct r x; return x.a.b[3].a.b;")}`,
  ),
  "structs that contain each other": beside(
    `struct p { struct q x; }; struct q { struct p y; };\n${program("struct q z = {}; return z.y.x.y.x.y.x;")}`,
  ),
  "typedefs of each other": beside(`typedef a b; typedef b a; ${program("b x; a *y = &x; return *y;")}`),
  "types of themselves": beside(`typeof(x) x; typeof(y) z; typeof(z) y; ${program("return x + y + z;")}`),
  "enumerators of each other": beside(
    `enum e { A = B, B = A, C = sizeof(enum e) }; int n[C]; ${program("return n[A];")}`,
  ),
  "array designators without end": inside("int a[] = { [0 ... 1000000000] = 3, [-1] = 2 };"),
  "numbers out of range": inside(
    "flags = 99999999999999999999999999; flags = 0x; flags = 0b; flags = 1e99999; flags = 1 << 999; flags = 1 / 0;",
  ),
  "10,000 nested structs": beside(`${"struct { ".repeat(many)}int x;${"} a;".repeat(many)}`),
  "a function that calls itself": beside(`static int f(int a) { return f(a + 1); }\n${program("return f(1);")}`),
  "functions that call each other": beside(
    `static int h(int a); static int f(int a) { return h(a) + h(a + 1); }\nstatic int h(int a) { return f(a) + f(a + 1); }\n${program("return f(1);")}`,
  ),
  "a chain of 3,000 calls": beside(
    `static int f0(int a) { return a; }\n${lines(3000, (i) => `static int f${i + 1}(int a) { return f${i}(a + ${i}); }`)}\n${program("return f3000(1);")}`,
  ),
  "calls that double at each level": beside(
    `static int f0(int a) { return a; }\n${lines(12, (i) => `static int f${i + 1}(int a) { return f${i}(a + ${i}) + f${i}(a * 3); }`)}\n${program("return f12(1);")}`,
  ),
  "a web of callbacks": beside(
    `${lines(100, (i) => `static int cb${i}(u32 i, void *c) { bpf_loop(3, cb${(i + 1) % 100}, c, 0); bpf_loop(3, cb${(i * 7) % 100}, c, 0); return 0; }`)}\n${program("bpf_loop(2, cb0, ctx, 0); return 0;")}`,
  ),
  "a tangle of jumps": inside(
    lines(200, (i) => `\tl${i}: if (flags & ${i}) goto l${(i * 7) % 200}; if (flags > ${i}) goto l${(i * 13) % 200};`),
  ),
  "3,000 parameters": beside(
    `static int f(${Array.from({ length: 3000 }, (_, i) => `int a${i}`).join()}) { return a0; }\n${program(`return f(${"1,".repeat(2999)}1);`)}`,
  ),
  "3,000 maps": beside(
    lines(3000, (i) => `struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); } m${i} SEC(".maps");`),
  ),
  "a name of a megabyte": inside(`int ${"a".repeat(1_000_000)} = 1;`),
  "names of JavaScript's own": inside(
    "int __proto__ = 1, constructor = 2, toString = 3; __proto__ = constructor(toString);",
  ),
};

/** It may cost the finding. */
const harmful: Readonly<Record<string, string>> = {
  "binary data": bytes(100_000),
  "fifty megabytes": `${sound}${"int x;\n".repeat(7_500_000)}`,
  "many short declarations": `${"int x;\n".repeat(400_000)}${sound}`,
  "every line continued": sound.replaceAll("\n", "\\\r\n"),
  "a macro bomb of statements": doubling("A", "if (flags) flags++;", 40, (a) => `${a} ${a}`) + inside("A40"),
  "10,000 statement expressions": inside(`flags = ${"({ ".repeat(many)}1;${" });".repeat(many)}`),
  "10,000 nested conditions": inside(`${"if (flags) ".repeat(many)} flags = 1;`),
  "10,000 nested loops": inside(`${"while (flags) ".repeat(many)} flags = 1;`),
  "50 nested loops": inside(`${"for (int i = 0; i < 100; i++) ".repeat(50)} flags++;`),
  "10,000 conditional expressions": inside(`flags = ${"flags ? ".repeat(many)}1${" : 2".repeat(many)};`),
  "10,000 conjunctions": inside(`if (${"flags && ".repeat(many)} t) flags = 2;`),
  "10,000 members": inside(`flags = t${"->parent".repeat(many)}->pid;`),
  "10,000 stars": inside(`flags = ${"*".repeat(many)}t;`),
  "10,000 calls in calls": inside(`flags = ${"f(".repeat(many)}t${")".repeat(many)};`),
  "10,000 braces in an initializer": inside(`int a[] = ${"{".repeat(many)}${"}".repeat(many)};`),
  "1,000 decisions": inside("\tif (flags & 1) flags += 3;\n".repeat(1000)),
  "300 references": inside(lines(300, (i) => `\tstruct task_struct *t${i} = bpf_task_from_pid(${i});`)),
  "huge arrays": inside("struct task_struct *a[1000000000] = {}; a[99999999] = t; char b[0xffffffffffffffff];"),
  "jumps and cases that go nowhere": inside("x: x: goto x; goto y; case 1: default: break; continue;"),
  "assembly cut short": inside('asm volatile("" : : : "memory"); asm goto("" :::: nowhere); asm('),
  "odd section names": `${head}SEC() int a(void *c) { return 0; } SEC("") int b(void *c) { return 0; } SEC("a" "\\x00\\777/?") int c(void *x) { return 0; } SEC(1) int d(void *x) { return 0; } SEC("tc" int e(void *x) { return 0; }`,
  "programs with names of JavaScript's own": `${head}${["__proto__", "constructor", "toString"].map((name) => body.replace("leaks", name)).join("")}`,
};

describe("bad input", () => {
  it.each(Object.entries(harmless))("disturbs nothing beside it: %s", async (_name, text) => {
    expect(findings(await checkText(text)).filter((finding) => finding.startsWith("leaks"))).toEqual([
      "leaks unreleased-reference",
    ]);
  });

  it.each(Object.entries(harmful))("is answered: %s", async (_name, text) => {
    const result = await checkText(text);
    for (const { name, analyzed, reason } of result.programs)
      expect([name, analyzed]).toEqual([name, reason === undefined]);
    for (const { code } of result.diagnostics) expect(code).toBe("unreleased-reference");
  });
});

describe("bad headers", () => {
  it.each(
    Object.entries({
      "a cycle": { "a.h": '#include "b.h"\nint a;', "b.h": '#include "a.h"\nint b;' },
      "a cycle that doubles": { "a.h": '#include "b.h"\n#include "b.h"', "b.h": '#include "a.h"\n#include "a.h"' },
      "the program itself": { "a.h": '#include "prog.bpf.c"' },
      "binary data": { "a.h": bytes(20_000) },
      "fifty megabytes": { "a.h": "int x;\n".repeat(7_500_000) },
      "an open comment": { "a.h": "/* and so on" },
      "an open string": { "a.h": 'char *s = "and so on' },
      "an open conditional": { "a.h": "#if 1\n#ifdef A\n" },
      "closed conditionals too many": { "a.h": "#endif\n#else\n#elif 1\n" },
      "a declaration cut short": { "a.h": "struct a { int b" },
      "a macro bomb": { "a.h": `${doubling("A", "x", 40, (a) => `${a} ${a}`)}int A40;` },
      "a bomb of macro names": { "a.h": lines(5000, (i) => `#define N${i} N${i + 1}`) },
    }),
  )("cost at most the finding: %s", async (_name, headers: Readonly<Record<string, string>>) => {
    const inFolder = Object.fromEntries(Object.entries(headers).map(([name, text]) => [`/project/${name}`, text]));
    const result = await checkText(`#include "a.h"\n${sound}`, {
      headers: { ...inFolder, "/project/prog.bpf.c": sound },
    });
    const found = findings(result).filter((finding) => finding !== "leaks unreleased-reference");
    expect(found).toEqual([]);
  });
});

/** Which program a struct_ops function is for is said by a map at the end of the file. */
const sayMoreLater = new Set(["qdisc.bpf.c"]);

describe.each(samplePrograms)("$name", ({ name, text }) => {
  it("cut off at every line gives no other findings than the whole", async () => {
    const whole = places(await checkText(text));
    const rows = text.split("\n");
    for (let end = 0; end < rows.length; end++) {
      const found = places(await checkText(rows.slice(0, end).join("\n")));
      if (sayMoreLater.has(name)) continue;
      expect(
        found.filter((place) => !whole.includes(place)),
        `cut before line ${end + 1}`,
      ).toEqual([]);
    }
  });

  it("is answered with words taken away, moved or doubled", async () => {
    const random = randomNumbers(text.length);
    const words = text.match(/\w+|\s+|[^\w\s]/g) ?? [];
    for (let round = 0; round < 20; round++) {
      const changed = [...words];
      for (let edits = random(4); edits >= 0; edits--) {
        const at = random(changed.length);
        const kind = random(3);
        if (kind === 0) changed.splice(at, 1 + random(8));
        else if (kind === 1) changed.splice(at, 0, ...words.slice(at, at + 1 + random(20)));
        else changed.splice(at, 0, words[random(words.length)] ?? "");
      }
      const result = await checkText(changed.join(""));
      expect(result.path).toBe("/project/prog.bpf.c");
    }
  });
});

function findings(result: FileCheck): string[] {
  return result.diagnostics.map(({ programs, code }) => `${programs.join()} ${code}`);
}

function places(result: FileCheck): string[] {
  return result.diagnostics.map((diagnostic) => `line ${lineOf(diagnostic)}: ${diagnostic.code}`);
}
