// Texts as they come: continuations, comments, line ends, and bytes that are no C.
import { describe, expect, test } from "vitest";
import { expand, problemsOf, tokensOf, unitOf } from "./support.ts";

describe("lexing", () => {
  test("line continuations, also inside words, numbers, strings and operators", () => {
    expect(expand('#define A \\\n 1 \\\r\n + 2\nin\\\nt x = A + 1\\\n2 &\\\n& "a\\\nb";')).toBe(
      'int x = 1 + 2 + 12 && "ab" ;',
    );
  });

  test("comments are white space", () => {
    expect(expand('int/* a\n * b */x; // int y;\\\n still\nint z; /* " */ int /**/ w;')).toBe(
      "int x ; int z ; int w ;",
    );
  });

  test("a directive may span lines through a comment", () => {
    expect(expand("#define A 1 /* \n */ + 2\nint a = A;")).toBe("int a = 1 + 2 ;");
  });

  test.each(["\r\n", "\r", "\n"])("line ends %j", (end) => {
    expect(expand(["#define A 1", "int a = A;", "#if 0", "int b;", "#endif", "int c;"].join(end))).toBe(
      "int a = 1 ; int c ;",
    );
  });

  test("byte order mark, tabs, form feeds, non-breaking spaces", () => {
    expect(expand("\ufeff#define A 1\n\tint\fa\u00a0=\u2003A;")).toBe("int a = 1 ;");
  });

  test("non-ASCII in names, strings and comments keeps offsets in UTF-16 units", () => {
    const text = 'char *größe = "😀"; /* 😀 */ int x;';
    const x = tokensOf(unitOf(text)).find((token) => token.text === "x");
    expect(text.slice(x!.start, x!.end)).toBe("x");
    expect(expand(text)).toBe('char * größe = "😀" ; int x ;');
  });

  test("numbers, characters and prefixed strings", () => {
    expect(expand("int a[] = { 0x1e+5, 1.5e-3f, .5, 1..2, 'a', L'b', u8\"c\", '\\'' };")).toBe(
      "int a [ ] = { 0x1e+5 , 1.5e-3f , .5 , 1..2 , 'a' , L'b' , u8\"c\" , '\\'' } ;",
    );
  });

  test("digraphs", () => {
    expect(expand("%:define A 1\nint a<:2:> = <% A %>;")).toBe("int a [ 2 ] = { 1 } ;");
  });
});

describe("bad input", () => {
  test("binary data", () => {
    let state = 1;
    let bytes = "";
    for (let i = 0; i < 20_000; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      bytes += String.fromCharCode((state >>> 16) & 255);
    }
    expect(() => unitOf(bytes).declarations.map((d) => [d.key, d.names])).not.toThrow();
    expect(() => unitOf("\0\0\ud800\udfff\uffff")).not.toThrow();
  });

  test.each([
    ['"', 'int a = "abc\nint b;'],
    ["'", "int a = 'abc\nint b;"],
    ["/*", "int a; /* abc\nint b;"],
    ["(", "int a = (1;\nint b;"],
    ["{", "int f(void) { if (1) {\nint b;"],
    ["#if", "#if 1\nint b;"],
    ["#define", "#define F(a\nint b;"],
    ["call", "#define F(a) a\nint a = F(1;\nint b;"],
  ])("unterminated %s", (_, text) => {
    expect(() => tokensOf(unitOf(text))).not.toThrow();
  });

  test("an open comment is told", () => {
    expect(problemsOf(unitOf("int a;\n/* int b;"))).toEqual(["unterminated"]);
  });

  test("ten thousand nested parentheses, blocks and brackets", () => {
    const deep = 10_000;
    for (const [open, close] of ["()", "{}", "[]"].map((pair) => pair.split(""))) {
      const unit = unitOf(`int a = ${open!.repeat(deep)}${close!.repeat(deep)};\nint b;\n${open!.repeat(deep)}`);
      expect(unit.declarations[1]?.names).toMatchObject([{ name: "b" }]);
      unit.declarations.forEach((declaration) => void declaration.names);
    }
  });

  test("a file above the limit is not read, and that is told", () => {
    const unit = unitOf("int a;\n".repeat(100), { limits: { maxFileBytes: 500 } });
    expect(problemsOf(unit)).toEqual(["limit"]);
    expect(unit.declarations).toEqual([]);
    expect(unit.declarationsOf("a")).toEqual([]);
  });

  test("a header above the limit is left out", () => {
    const unit = unitOf('#include "big.h"\nint b;', {
      files: { "/src/big.h": "int a;\n".repeat(100) },
      limits: { maxFileBytes: 500 },
    });
    expect(problemsOf(unit)).toEqual(["limit"]);
    expect(unit.declarations).toHaveLength(1);
  });

  test("fifty megabytes", () => {
    expect(problemsOf(unitOf("int a;\n".repeat(7_500_000)))).toEqual(["limit"]);
  });

  test("more tokens than the limit", () => {
    const unit = unitOf("int a;\n".repeat(20_000), { limits: { maxTokens: 10_000 } });
    expect(problemsOf(unit)).toEqual(["limit"]);
    expect(unit.declarations.length).toBeGreaterThan(1_000);
  });

  test("bad directives", () => {
    const text =
      "#define\n#define 1\n#define defined\n#define F(,\n#include\n#include <\n#if\n#endif\n#undef\n#\n#nonsense\n#error stop\nint a;";
    expect(expand(text)).toBe("int a ;");
  });

  test("names of JavaScript objects are plain names", () => {
    expect(expand("#define constructor 1\nint __proto__ = constructor, toString;")).toBe(
      "int __proto__ = 1 , toString ;",
    );
    const unit = unitOf("int hasOwnProperty;\n#include <constructor>");
    expect(unit.declarationsOf("constructor")).toEqual([]);
    expect(unit.declarationsOf("hasOwnProperty")).toHaveLength(1);
  });
});
