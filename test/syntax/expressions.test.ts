import { describe, expect, test } from "vitest";
import { body, expression } from "./support.ts";

const typedefs = "typedef unsigned int u32; typedef unsigned long long u64; typedef int key;";

describe("a name in parentheses is a cast only if it is a type", () => {
  test.each([
    ["(u32)(x)", "cast<u32>(x)"],
    ["(u32)*p", "cast<u32>((* p))"],
    ["(u32)-1", "cast<u32>((- 1))"],
    ["(u32)&x", "cast<u32>((& x))"],
    ["(u32)+x * 2", "(* cast<u32>((+ x)) 2)"],
    ["(u64)(u32)(x) + 1", "(+ cast<u64>(cast<u32>(x)) 1)"],
    ["(const u32 *)(x)->y", "cast<pointer(const u32)>(x->y)"],
    ["(u32)(x)->y", "cast<u32>(x->y)"],
    ["a * (u32)*p", "(* a cast<u32>((* p)))"],
    ["(f)(x)", "f(x)"],
    ["((f))(x)", "f(x)"],
    ["(x) * y", "(* x y)"],
    ["(x) - y", "(- x y)"],
    ["(x) & y", "(& x y)"],
    ["(f(x)) * y", "(* f(x) y)"],
    ["(a[1]) - y", "(- a[1] y)"],
    ["(a->b.c) + y", "(+ a->b.c y)"],
    ["(*fp)(x)", "(* fp)(x)"],
    ["(void *)&&out", "cast<pointer(void)>(opaque())"],
    ["(int (*)(void *, u32))x", "cast<pointer(function(_: pointer(void), _: u32) int)>(x)"],
    ["(struct t){ .a = 1, .b[2] = x, }", "<struct t>{.a = 1, .b[2] = x}"],
    ["&(u32){ 3 }", "(& <u32>{3})"],
    ["(u32[]){ 1, 2 }", "<array(u32, )>{1, 2}"],
  ])("%s", (text, tree) => {
    expect(expression(text, typedefs)).toBe(tree);
  });

  test("a local variable hides the typedef of its name to the end of the block", () => {
    expect(body("{ int key = 3; (key) * x; (key)(x); sizeof(key); } (key)*x; sizeof(key);", typedefs)).toEqual([
      "{decl key: int = 3 (* key x) key(x) sizeof(key)}",
      "cast<key>((* x))",
      "sizeof<key>",
    ]);
  });

  test("so does a parameter, and a pointer declared after a comma", () => {
    expect(body("u32 *p, *key; key = p; (key) - p;", typedefs)).toEqual([
      "decl p: pointer(u32), key: pointer(u32)",
      "(= key p)",
      "(- key p)",
    ]);
  });

  test("a typedef inside a function is one to the end of the block", () => {
    expect(body("typedef struct { int a; } pair; (pair *)x; (pair)*x;")).toEqual([
      "decl pair: struct {a: int}",
      "cast<pointer(pair)>(x)",
      "cast<pair>((* x))",
    ]);
  });

  test("a name nobody declared is a type where nothing else can stand", () => {
    expect(body("unknown *p = x; unknown q; (unknown)x; foo * y;")).toEqual([
      "decl p: pointer(unknown) = x",
      "decl q: unknown",
      "cast<unknown>(x)",
      "decl y: pointer(foo)",
    ]);
  });

  test("members, labels and designators may be called like a type", () => {
    expect(body("x.key; p->u32; struct s v = { .key = 1 }; goto key; key: x;", typedefs)).toEqual([
      "x.key",
      "p->u32",
      "decl v: struct s = {.key = 1}",
      "goto key",
      "key: x",
    ]);
  });
});

describe("operators", () => {
  test.each([
    ["a ?: b", "(? a  : b)"],
    ["a ? b : c ? d : e", "(? a b : (? c d : e))"],
    ["!x++", "(! (x ++))"],
    ["-~x--", "(- (~ (x --)))"],
    ["*p++", "(* (p ++))"],
    ["++*p", "(++ (* p))"],
    ["x++ && y", "(&& (x ++) y)"],
    ["a <<= b |= c", "(<<= a (|= b c))"],
    ["a = b, c", "(, (= a b) c)"],
    ["sizeof x - 1", "(- sizeof(x) 1)"],
    ["sizeof(x) * 2", "(* sizeof(x) 2)"],
    ["sizeof(*p)", "sizeof((* p))"],
    ["sizeof (p)->y", "sizeof(p->y)"],
    ["sizeof(struct s[3])", "sizeof<array(struct s, 3)>"],
    ["_Alignof(u32)", "alignof<u32>"],
    ["__alignof__(x)", "alignof(x)"],
    ["__builtin_offsetof(struct s, a.b[x].c)", "offsetof<struct s>(.a.b[x].c)"],
    ["__builtin_types_compatible_p(u32, typeof(*x))", "compatible<u32, typeof((* x))>"],
    ["_Generic(x, int: 1, u32 *: 2, default: 3)", "generic(x; int: 1, pointer(u32): 2, default: 3)"],
    ["__builtin_choose_expr(1, a, b)", "(? 1 a : b)"],
    ["({ int y = x; y + 1; }).a", "({decl y: int = x; (+ y 1)}).a"],
    ["a ? ({ g(); 1; }) : b * c", "(? a ({g(); 1}) : (* b c))"],
    ["(__extension__ (x))", "x"],
    ["__builtin_va_arg(ap, u32)", "opaque(ap)"],
    ["(typeof(x) *)y", "cast<pointer(typeof(x))>(y)"],
    ["(__typeof__(u32))y", "cast<typeof<u32>>(y)"],
  ])("%s", (text, tree) => {
    expect(expression(text, typedefs)).toBe(tree);
  });
});

describe("literals", () => {
  test.each([
    ["0x80000000", "2147483648u"],
    ["2147483648", "2147483648l"],
    ["0755", "493"],
    ["0b101u", "5u"],
    ["1ULL", "1ul"],
    ["0xffffffffffffffff", "undefinedul"],
    ["1.5", "undefined"],
    ["'a'", "97"],
    ["'\\n'", "10"],
    ["'\\xff'", "-1"],
    ['"a" "b\\t" "\\x41"', '"ab\\tA"'],
    ["true", "1"],
    ["NULL", "cast<pointer(void)>(0)"],
  ])("%s", (text, tree) => {
    expect(expression(text, "#undef NULL\n#undef true")).toBe(tree);
  });
});
