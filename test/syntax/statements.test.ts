import { describe, expect, test } from "vitest";
import { body, parseFunction } from "./support.ts";

describe("statements", () => {
  test("a case takes one statement, the rest are its siblings", () => {
    expect(body("switch (x) { case 1: case 2: f(); g(); break; case 3 ... 5: h(); default: ; }")).toEqual([
      "switch x {case 1:  case 2: f() g() break case 3...5: h() default: empty}",
    ]);
  });

  test("loops and jumps", () => {
    expect(
      body("for (int i = 0, *p = x; i < 3; i++, p++) continue; for (;;) break; while (x) x--; do f(); while (!x);"),
    ).toEqual([
      "for (decl i: int = 0, p: pointer(int) = x; (< i 3); (, (i ++) (p ++))) continue",
      "for (; ; ) break",
      "while x (x --)",
      "do f() while (! x)",
    ]);
  });

  test("if and else pair as in C", () => {
    expect(body("if (x) if (y) f(); else g(); else if (z) h();")).toEqual(["if x if y f() else g() else if z h()"]);
  });

  test("labels stand before declarations and at the end of a block", () => {
    expect(body("goto out; again: int y = 1; goto *table[x]; out: ")).toEqual([
      "goto out",
      "again: decl y: int = 1",
      "goto *table[x]",
      "out: empty",
    ]);
  });

  test("an attribute as a statement is nothing", () => {
    expect(body("switch (x) { case 1: f(); __attribute__((fallthrough)); case 2: ; } [[maybe_unused]] int y;")).toEqual(
      ["switch x {case 1: f() empty case 2: empty}", "decl y: int"],
    );
  });

  test("asm keeps its operands, tricks and all", () => {
    expect(
      body(
        'asm volatile goto("if %[a] goto %l[out]" "; exit" :: [a]"r"((long)x), "i"(sizeof(int)) : "r0", "memory" : out);' +
          ' asm("" : "+m"(*(int *)x), "=r"(y)); register int z asm("r1") = x;',
      ),
    ).toEqual([
      'asm "if %[a] goto %l[out]; exit" :  : r(cast<long>(x)),i(sizeof<int>) : r0,memory : out',
      'asm "" : +m((* cast<pointer(int)>(x))),=r(y) :  :  : ',
      "decl z: int = x",
    ]);
  });

  test("a call at the start of a statement is no declaration", () => {
    expect(body("f(*x); f(a * b); f(x)[1]++; g (x);")).toEqual(["f((* x))", "f((* a b))", "(f(x)[1] ++)", "g(x)"]);
  });

  test("static assertions leave no trace", () => {
    expect(body('_Static_assert(sizeof(int) == 4, "four"); return x;')).toEqual(["empty", "return x"]);
  });

  test("local records and enums", () => {
    expect(body("struct s { int a; } v = {}; struct t { int b; }; enum { A, B = 2 };")).toEqual([
      "decl v: struct s {a: int} = {}",
      "decl ",
      "decl ",
    ]);
  });

  test("deduced types", () => {
    expect(body("__auto_type a = x; auto b = x; const __auto_type c = x;")).toEqual([
      "decl a: auto = x",
      "decl b: auto = x",
      "decl c: const auto = x",
    ]);
  });
});

test("positions are token indexes of the declaration", () => {
  const { body: block, declaration } = parseFunction("static int g(int a)\n{\n\treturn h((a), 1);\n}\n");
  const words = ({ start, end }: { start: number; end: number }): string =>
    declaration.tokens
      .slice(start, end)
      .map((token) => token.text)
      .join(" ");
  const [statement] = block!.statements;
  expect(words(statement!.at)).toBe("return h ( ( a ) , 1 ) ;");
  expect(statement!.kind === "return" && words(statement!.value!.at)).toBe("h ( ( a ) , 1 )");
  expect(words(block!.at)).toBe("{ return h ( ( a ) , 1 ) ; }");
});

describe("macros whose header was not found", () => {
  test("a name that speaks of a loop, before a block or a deeper line, loops and may set its variables", () => {
    expect(body("my_for_each(t, &list, x + 1) { if (t) break; }")).toEqual([
      "while my_for_each((& t), (& list), (+ x 1)) {if t break}",
    ]);
    expect(body("my_for_each(t)\n\t\tg(t);\n\th();")).toEqual(["while my_for_each((& t)) g(t)", "h()"]);
  });

  test("what is no loop by its name is not guessed at", () => {
    expect(() => body("with_lock(x) { g(); }")).toThrow();
    expect(() => body("with_lock(x)\n\t\tg();")).toThrow();
  });

  test("a call that waits for its semicolon is a call", () => {
    expect(body("g(x)\n\treturn h(x);")).toEqual(["g(x)", "return h(x)"]);
    expect(() => body("g(x) return 0;")).toThrow();
  });

  test("types and nothing at all are taken as arguments", () => {
    expect(body("x = entry(y, struct node, member.part); g(int *, , x, );")).toEqual([
      "(= x entry(y, opaque(), member.part))",
      "g(opaque(), opaque(), x, opaque())",
    ]);
  });

  test("calls of declared functions and local prototypes stay what they are", () => {
    expect(body("int g(struct node *, int); struct node *(*p)(struct node *) = x; g(x, (int)y);")).toHaveLength(3);
  });
});
