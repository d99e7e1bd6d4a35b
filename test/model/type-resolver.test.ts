// Types as clang sees them on the BPF target. Sizes and offsets below were checked
// against clang's own.
import { describe, expect, it } from "vitest";
import { printType } from "../../server/src/cfg/print.ts";
import { createTypes, type Types } from "../../server/src/model/type-resolver.ts";
import type { TranslationUnit } from "../../server/src/model/unit.ts";
import type { TypeSyntax } from "../../server/src/syntax/ast.ts";
import { graphOf, unitOf } from "../support/unit-of.ts";

function sizes(unit: TranslationUnit, ...tags: string[]): (number | undefined)[] {
  return tags.map((tag) => unit.record(tag)?.size);
}

function offsets(unit: TranslationUnit, tag: string): Record<string, number | undefined> {
  const fields = unit.record(tag)?.fields ?? [];
  return Object.fromEntries(fields.map((field) => [field.name ?? "", field.offset]));
}

function typeOf(unit: TranslationUnit, variable: string): string {
  const type = unit.global(variable)?.type;
  return type === undefined ? "none" : printType(type);
}

describe("record layout", () => {
  it("aligns members naturally and fills up the end", async () => {
    const unit = await unitOf(`
      struct a { char c; long l; short s; };
      struct b { struct a a; char c; };
      union u { char c[9]; int i; };
      struct big { char c; __int128 x; };
    `);
    expect(sizes(unit, "a", "b", "u", "big")).toEqual([24, 32, 12, 32]);
    expect(offsets(unit, "a")).toEqual({ c: 0, l: 8, s: 16 });
  });

  it("obeys packed and aligned", async () => {
    const unit = await unitOf(`
      struct p { char c; long l; } __attribute__((packed));
      struct q { char c; int i __attribute__((aligned(16))); };
      struct r { int i; } __attribute__((aligned(64)));
      struct t { char c; int i __attribute__((packed)); };
      enum { LINE = 32 };
      struct n { char c; char d __attribute__((aligned(LINE))); };
    `);
    expect(sizes(unit, "p", "q", "r", "t", "n")).toEqual([9, 32, 64, 5, 64]);
  });

  it("packs bit-fields into their type", async () => {
    const unit = await unitOf(`
      struct bits { unsigned a : 3; unsigned b : 30; unsigned char c : 4; int : 0; char d; };
      struct pad { char c; long : 48; };
      struct tight { unsigned a : 3; unsigned b : 30; } __attribute__((packed));
    `);
    expect(sizes(unit, "bits", "pad", "tight")).toEqual([16, 7, 5]);
    expect(unit.record("bits")?.fields.map((field) => [field.name, field.bits])).toEqual([
      ["a", 3],
      ["b", 30],
      ["c", 4],
      ["d", undefined],
    ]);
  });

  it("gives flexible and empty arrays no room", async () => {
    const unit = await unitOf("struct f { int n; char data[]; }; struct z { int n; long data[0]; };");
    expect(sizes(unit, "f", "z")).toEqual([4, 8]);
  });

  it("sizes enums by their values and attributes", async () => {
    const unit = await unitOf(`
      enum small { A, B }; enum wide { C = 0x1ffffffff }; enum byte { D } __attribute__((mode(byte)));
      struct s { enum small a; enum wide w; enum byte b; };
    `);
    expect(offsets(unit, "s")).toEqual({ a: 0, w: 8, b: 16 });
  });

  it("finds members of anonymous records", async () => {
    const unit = await unitOf("struct s { int x; union { long w; struct { short lo, hi; }; }; }; struct s v;");
    const field = unit.field(unit.global("v")!.type, "hi");
    expect(field?.offset).toBe(10);
    expect(field?.steps.map((step) => step.name)).toEqual([undefined, undefined, "hi"]);
  });

  it("does not know what depends on a missing header", async () => {
    const unit = await unitOf("struct s { int a; struct never_seen n; int b; }; struct s v; struct never_seen *p;");
    expect(sizes(unit, "s", "never_seen")).toEqual([undefined, undefined]);
    expect(offsets(unit, "s")).toEqual({ a: 0, n: undefined, b: undefined });
    expect(unit.global("p")?.type).toMatchObject({ kind: "pointer", to: { kind: "record", tag: "never_seen" } });
  });
});

describe("types as written", () => {
  it("keeps tags of the pointee on the pointer", async () => {
    const unit = await unitOf(`
      #define __kptr __attribute__((btf_type_tag("kptr")))
      #define __arena __attribute__((address_space(1)))
      struct task; typedef struct task __kptr kptask;
      struct v { struct task __kptr *a; kptask *b; struct task *c; int __arena *d; };
      struct v v;
    `);
    const tags = ["a", "b", "c", "d"].map((name) => unit.field(unit.global("v")!.type, name)?.type);
    expect(tags.map((type) => (type?.kind === "pointer" ? type.tags : undefined))).toEqual([
      ["kptr"],
      ["kptr"],
      [],
      ["arena"],
    ]);
  });

  it("resolves typeof, typedef chains and function pointers", async () => {
    const unit = await unitOf(`
      typedef unsigned long ulong_t; typedef ulong_t again; struct s { again f; } g;
      typeof(g.f) a; typeof(&g) b; typeof(int (*)[3]) c;
      int (*d)(struct s *s, again x); char e[] = "four"; int h[] = { 1, [4] = 2 };
      typeof(1 ? (void *)0 : &g) i; typeof(({ short t = 1; t; })) j; u32 k;
    `);
    const names = ["a", "b", "c", "d", "e", "h", "i", "j", "k"];
    expect(names.map((name) => typeOf(unit, name))).toEqual([
      "u64",
      "struct s *",
      "s32[3] *",
      "s32 (struct s *, u64) *",
      "s8[5]",
      "s32[5]",
      "void *",
      "s16",
      "u32",
    ]);
  });

  it("knows records of a function's own in a graph from an earlier version of the file", async () => {
    const text =
      "int f(void) { struct l { char c; long v; }; struct l x = {}; struct { int q; } y = {}; return x.v + y.q; }";
    const { locals } = await graphOf(text);
    const later = await unitOf(text);
    expect(locals.map((local) => later.sizeOf(local.type))).toEqual([16, 4]);
    expect(later.field(locals[0]!.type, "v")?.offset).toBe(8);
  });

  it("is not fooled by cycles", async () => {
    const unit = await unitOf(`
      typedef other one; typedef one other; one *x;
      struct list { struct list *next; }; struct self { struct self s; int a; };
      enum { P = Q, Q = P };
      int (*loop)[sizeof(loop)];
    `);
    expect(typeOf(unit, "x")).toBe("unknown *");
    expect(sizes(unit, "list", "self")).toEqual([8, undefined]);
    expect(unit.enumerator("P")).toBeUndefined();
    expect(typeOf(unit, "loop")).toContain("s32[");
  });

  it("is not fooled by depth", () => {
    const plain = { qualifiers: { const: false, volatile: false }, attributes: [] };
    let type: TypeSyntax = { kind: "base", name: "int", ...plain };
    for (let i = 0; i < 10_000; i++) type = { kind: "pointer", to: type, ...plain };
    expect(emptyTypes().resolve(type).kind).toBe("pointer");
  });
});

describe("constants", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(unsigned char)300", 44],
    ["-7 / 2", -3],
    ["-1 > 0u", 1],
    ["1 << 31", -2147483648],
    ["1u << 31", 2147483648],
    ["~0u", 4294967295],
    ["~0ull", undefined],
    ["(unsigned)(~0ull >> 4)", 4294967295],
    ["1 / 0", undefined],
    ["0 && 1 / 0", 0],
    ["sizeof(struct s)", 16],
    ["sizeof(((struct s *)0)->a)", 4],
    ["__builtin_offsetof(struct s, b[1])", 12],
    ["(long)&((struct s *)0)->b", 8],
    ["_Generic(1L, int: 1, long: 2, default: 3)", 2],
    ["__builtin_types_compatible_p(int *, typeof(&(int){0}))", 1],
    ["__builtin_constant_p(B) ? B : 0", 8],
    ["__builtin_bswap32(0x01020304)", 0x04030201],
    ["__builtin_ctz(64) + __builtin_clz(1) + __builtin_popcount(7)", 40],
    ["({ 1; })", undefined],
    ["runtime", undefined],
  ])("%s is %s", async (text, value) => {
    const unit = await unitOf(`
      struct s { int a; int pad; int b[2]; }; enum { A = 7, B }; int runtime;
      long v = ${text};
    `);
    const { initializer } = unit.global("v")!.decl;
    expect(unit.constant(initializer!)).toBe(value);
  });
});

function emptyTypes(): Types {
  const nothing = (): undefined => undefined;
  return createTypes({ typedef: nothing, record: nothing, enumOf: nothing, variable: nothing, function: nothing });
}
