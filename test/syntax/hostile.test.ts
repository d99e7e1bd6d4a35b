// Input that wants to break the parser: deep, long, unbalanced. Each gives a problem
// or a tree, never an exception.
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../server/src/base/source.ts";
import type { Token, TokenKind } from "../../server/src/preprocess/token.ts";
import type { ParsedDeclaration } from "../../server/src/syntax/ast.ts";
import { loadParser } from "../../server/src/syntax/parser.ts";

const parser = await loadParser();
const file = new SourceFile("/hostile.c", "");

/** Tokens are given apart by spaces: no preprocessor stands between the test and the parser. */
function read(text: string): ParsedDeclaration {
  const kindOf = (word: string): TokenKind => {
    if (/^\w*"/.test(word)) return "string";
    if (/^[0-9]/.test(word)) return "number";
    if (/^[A-Za-z_$]/.test(word)) return "identifier";
    return /^[@#\\`\0]/.test(word) ? "other" : "punctuator";
  };
  const words = text.split(" ").filter((word) => word !== "");
  const tokens = words.map(
    (word): Token => ({
      kind: kindOf(word),
      text: word,
      file,
      start: 0,
      end: 0,
      spaceBefore: true,
    }),
  );
  return parser.parse(
    { tokens, file, inMainFile: true, names: [], texts: tokens.map(({ text }) => text), key: text },
    () => false,
  );
}

const inBody = (statements: string): string => `int f ( int x ) { ${statements} }`;
const many = 10_000;

describe("too deep", () => {
  test.each([
    ["parentheses", inBody(`return ${"( ".repeat(many)} x ${") ".repeat(many)} ;`)],
    ["blocks", inBody("{ ".repeat(many) + "} ".repeat(many))],
    ["sums", inBody(`return ${"x + ".repeat(many)} x ;`)],
    ["negations", inBody(`return ${"! ".repeat(many)} x ;`)],
    ["conditionals", inBody(`return ${"x ? x : ".repeat(many)} x ;`)],
    ["else if", inBody(`${"if ( x ) f ( ) ; else ".repeat(many)} ;`)],
    ["assignments", inBody(`${"x = ".repeat(many)} x ;`)],
    ["casts", inBody(`return ${"( int ) ".repeat(many)} x ;`)],
    ["members", inBody(`return x ${". a ".repeat(many)} ;`)],
    ["calls", inBody(`x ${"( ) ".repeat(many)} ;`)],
    ["pointers", `int ${"* ".repeat(many)} p ;`],
    ["array dimensions", `int a ${"[ 1 ] ".repeat(many)} ;`],
    ["labels", inBody(`${"l : ".repeat(many)} ;`)],
    ["sizeof", inBody(`return ${"sizeof ".repeat(many)} x ;`)],
    ["typeof", `${"typeof ( ".repeat(many)} int ${") ".repeat(many)} x ;`],
    ["statement expressions", inBody(`return ${"( { ".repeat(many)} x ; ${"} ) ; ".repeat(many)}`)],
  ])("%s", (_name, text) => {
    expect(read(text).problem?.message).toMatch(/nest/);
  });
});

describe("deep, but as clang allows", () => {
  test.each([
    ["parentheses", inBody(`return ${"( ".repeat(250)} x ${") ".repeat(250)} ;`)],
    ["casts in parentheses", inBody(`return ${"( int ) ( ".repeat(150)} x ${") ".repeat(150)} ;`)],
    ["a sum of 400", inBody(`return ${"x + ".repeat(400)} x ;`)],
    ["statement expressions", inBody(`return ${"( { ".repeat(100)} x ; ${"} ) ; ".repeat(99)} } ) ;`)],
    ["cases", inBody(`switch ( x ) { ${"case 1 : ".repeat(many)} }`)],
    ["attributes", `${"__attribute__ ( ( x ) ) ".repeat(many)} int x ;`],
    ["a long initializer", `int a [ ] = { ${"1 , ".repeat(many)} } ;`],
    ["a long string", `char * s = ${'"a" '.repeat(many)} ;`],
  ])("%s", (_name, text) => {
    expect(read(text).problem).toBeUndefined();
  });
});

describe("broken", () => {
  test.each([
    ["closers", "} ) ] ;"],
    ["never closed", inBody("(")],
    ["crossed", inBody("( [ ) ]")],
    ["stray bytes", inBody("@ # \\ \0")],
    ["keywords", `${"struct union enum int ".repeat(200)} ;`],
    ["half an attribute", "__attribute__ int x ;"],
    ["operators", inBody("? : ... && ++ * ;")],
    ["empty lists", inBody("sizeof ( ) ; __builtin_offsetof ( ) ; typeof ( ) y ; asm ( ) ; __builtin_va_arg ( ) ;")],
    ["half a generic", inBody("_Generic ( x , int ) ;")],
  ])("%s", (_name, text) => {
    expect(read(text).problem).toBeDefined();
  });

  test("no tokens at all", () => {
    expect(read("")).toMatchObject({ decls: [], problem: undefined });
  });

  test("a real function cut off at every token", () => {
    const words = inBody(
      'struct s * p = ( struct s * ) g ( & x , "a" ) ; if ( ! p ) goto out ; for ( int i = 0 ; i < 3 ; i ++ ) { p -> a [ i ] = sizeof ( * p ) ? x : 1 ; } switch ( x ) { case 1 ... 2 : break ; default : ; } out : return ( { x ; } ) ;',
    ).split(" ");
    for (let i = 0; i <= words.length; i++) expect(() => read(words.slice(0, i).join(" "))).not.toThrow();
    for (let i = 0; i < words.length; i++) {
      expect(() => read([...words.slice(0, i), ...words.slice(i + 1)].join(" "))).not.toThrow();
    }
  });
});
