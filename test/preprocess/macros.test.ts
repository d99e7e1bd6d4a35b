import { describe, expect, test } from "vitest";
import { expand, problemsOf, unitOf } from "./support.ts";

describe("object-like and function-like macros", () => {
  test("expand, also within arguments and behind line breaks", () => {
    expect(expand("#define N 4\n#define ADD(a, b) ((a) + (b))\nint x = ADD\n(N,\n ADD(1, 2));")).toBe(
      "int x = ( ( 4 ) + ( ( ( 1 ) + ( 2 ) ) ) ) ;",
    );
  });

  test("a name without its parentheses stays", () => {
    expect(expand("#define f(x) x\nint f = f;")).toBe("int f = f ;");
  });

  test("a name does not expand again inside its own expansion", () => {
    expect(expand("#define foo (4 + foo)\n#define f(x) x + f(x)\nint a = foo, b = f(1);")).toBe(
      "int a = ( 4 + foo ) , b = 1 + f ( 1 ) ;",
    );
  });

  test("the standard's rescanning examples", () => {
    const text = `#define x 3
#define f(a) f(x * (a))
#undef x
#define x 2
#define g f
#define z z[0]
#define h g(~
#define m(a) a(w)
#define w 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x,y) x ## y
#define str(x) # x
int i = f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);
int j = g(x+(3,4)-w) | h 5) & m(f)^m(m);
p() k[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };
char c[2][6] = { str(hello), str() };`;
    expect(expand(text)).toBe(
      [
        "int i = f ( 2 * ( y + 1 ) ) + f ( 2 * ( f ( 2 * ( z [ 0 ] ) ) ) ) % f ( 2 * ( 0 ) ) + t ( 1 ) ;",
        "int j = f ( 2 * ( 2 + ( 3 , 4 ) - 0 , 1 ) ) | f ( 2 * ( ~ 5 ) ) & f ( 2 * ( 0 , 1 ) ) ^ m ( 0 , 1 ) ;",
        "int k [ ] = { 1 , 23 , 4 , 5 , } ;",
        'char c [ 2 ] [ 6 ] = { "hello" , "" } ;',
      ].join(" "),
    );
  });

  test("a macro may take its arguments from behind its own expansion", () => {
    expect(expand("#define F G\n#define G(x) <x>\nint a F(1);")).toBe("int a < 1 > ;");
  });

  test("#undef and redefinition", () => {
    expect(expand("#define A 1\nint a = A;\n#undef A\nint b = A;\n#define A 2\nint c = A;")).toBe(
      "int a = 1 ; int b = A ; int c = 2 ;",
    );
  });

  test("conditionals inside the arguments of a call are obeyed", () => {
    expect(expand("#define F(a, b) a b\nint F(x,\n#ifdef NO\n [1]\n#else\n [2]\n#endif\n);")).toBe("int x [ 2 ] ;");
  });
});

describe("# and ##", () => {
  test("stringify keeps single spaces and escapes strings", () => {
    expect(expand('#define S(x) #x\nchar *s = S(  a   +\n"b\\n" \'"\' );')).toBe(
      'char * s = "a + \\"b\\\\n\\" \'\\"\'" ;',
    );
  });

  test("paste makes one token, arguments unexpanded", () => {
    expect(expand("#define P(a, b) a##b\n#define x1 no\nint P(x, 1) = P(., 5) P(+, +) ;")).toBe("int no = .5 ++ ;");
  });

  test("empty operands vanish", () => {
    expect(expand("#define P(a, b, c) [a##b##c]\nint P(,,), P(1,,2), P(,3,);")).toBe("int [ ] , [ 12 ] , [ 3 ] ;");
  });

  test("what does not paste stays two tokens", () => {
    expect(expand("#define P(a, b) a##b\nint P(x, +) 1;")).toBe("int x + 1 ;");
  });
});

describe("variadic macros", () => {
  test.each([
    ["#define F(fmt, args...) f(fmt, ##args)\nint x = F(1) + F(1, 2, 3);", "int x = f ( 1 ) + f ( 1 , 2 , 3 ) ;"],
    ["#define F(fmt, ...) f(fmt, ##__VA_ARGS__)\nint x = F(1) + F(1, 2);", "int x = f ( 1 ) + f ( 1 , 2 ) ;"],
    ["#define F(...) f(0 __VA_OPT__(,) __VA_ARGS__)\nint x = F() + F(1);", "int x = f ( 0 ) + f ( 0 , 1 ) ;"],
    ["#define F(a, ...) a __VA_OPT__(x ## __VA_ARGS__)\nint F(a) F(b, 1);", "int a b x1 ;"],
    ["#define F(...) #__VA_ARGS__\nchar *x = F(a, b);", 'char * x = "a, b" ;'],
    ["#define E\n#define F(a, ...) f(a, ##__VA_ARGS__)\nint x = F(1, E);", "int x = f ( 1 , ) ;"],
  ])("%s", (text, expected) => {
    expect(expand(text)).toBe(expected);
  });

  test("counting arguments, as libbpf does", () => {
    const text = `#define nth(_, a, b, c, N, ...) N
#define narg(...) nth(_, ##__VA_ARGS__, 3, 2, 1, 0)
#define cat_(a, b) a##b
#define cat(a, b) cat_(a, b)
#define f0() zero
#define f2(x, y) two(x, y)
#define f(...) cat(f, narg(__VA_ARGS__))(__VA_ARGS__)
int a = f(), b = f(1, 2);`;
    expect(expand(text)).toBe("int a = zero , b = two ( 1 , 2 ) ;");
  });
});

describe("built into the compiler", () => {
  test("__LINE__, __FILE__, and a counter that starts anew with each declaration", () => {
    expect(
      expand("#define L __LINE__\nint a[] = { L, __COUNTER__, __COUNTER__ };\n\nint b[] = { __LINE__, __COUNTER__ };"),
    ).toBe("int a [ ] = { 2 , 0 , 1 } ; int b [ ] = { 4 , 0 } ;");
    expect(expand("char *f = __FILE__;")).toBe('char * f = "/src/main.c" ;');
  });

  test("_Pragma disappears, #pragma too", () => {
    expect(expand('#pragma GCC diagnostic push\n#define P _Pragma("x") 1\nint a = P;')).toBe("int a = 1 ;");
  });

  test("clang's macros for the bpf target", () => {
    expect(expand("int a[] = { __bpf__, __BPF_CPU_VERSION__, __SIZEOF_POINTER__, __TARGET_ARCH_x86 };")).toBe(
      "int a [ ] = { 1 , 3 , 8 , 1 } ;",
    );
    expect(expand("int a = __TARGET_ARCH_x86;", { config: { defines: ["__TARGET_ARCH_arm64"] } })).toBe(
      "int a = __TARGET_ARCH_x86 ;",
    );
  });

  test("-D and -U", () => {
    expect(expand("int a = A, b = B, c = C;", { config: { defines: ["A", "B=2", "C=3"], undefines: ["C"] } })).toBe(
      "int a = 1 , b = 2 , c = C ;",
    );
  });
});

describe("bounds", () => {
  test("exponential expansion is left as written, and the next function is fine", () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `#define B${i + 1} B${i} B${i}`).join("\n");
    const unit = unitOf(`#define B0 x\n${bomb}\nint a = B40;\nint b = 1;`);
    expect(problemsOf(unit)).toEqual(["limit"]);
    expect(unit.declarations.map((d) => d.tokens.length)).toEqual([5, 5]);
  });

  test("exponential growth through arguments", () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `#define B${i + 1}(x) B${i}(x x)`).join("\n");
    const unit = unitOf(`#define B0(x) x\n${bomb}\nint a = B40(y);\nint b = 1;`);
    expect(problemsOf(unit)).toEqual(["limit"]);
    expect(unit.declarations).toHaveLength(2);
  });

  test("ten thousand nested calls", () => {
    const unit = unitOf(`#define f(x) x\nint a = ${"f(".repeat(10_000)}1${")".repeat(10_000)};\nint b = 1;`);
    expect(problemsOf(unit)).toEqual(["limit"]);
    expect(unit.declarations.at(-1)?.names[0]?.name).toBe("b");
  });

  test("many small bombs end the file, not the process", () => {
    const bomb = Array.from({ length: 17 }, (_, i) => `#define B${i + 1} B${i} B${i}`).join("\n");
    const uses = Array.from({ length: 200 }, (_, i) => `int a${i}[] = { B17 };`).join("\n");
    const unit = unitOf(`#define B0 x\n${bomb}\n${uses}`);
    expect(new Set(problemsOf(unit))).toEqual(new Set(["limit"]));
    expect(unit.declarations.length).toBeLessThan(20);
  });
});
