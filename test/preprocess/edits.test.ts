// After any edits the result equals that of a fresh run.
import { describe, expect, test } from "vitest";
import type { HeaderCache } from "../../server/src/preprocess/preprocess.ts";
import { createHeaderCache } from "../../server/src/preprocess/preprocess.ts";
import { randomNumbers } from "../support/random.ts";
import { unitOf } from "./support.ts";

const text = `#include "common.h"
#define LIMIT 10
struct item { int a; struct item *next; };

static int helper(struct item *p)
{
	return p ? p->a : LIMIT;
}

SEC("tc")
int BPF_PROG(first, struct task_struct *t)
{
	int i;

#pragma unroll
	bpf_for(i, 0, LIMIT) {
		report("at %d", __LINE__);
	}
#ifdef OTHER
	i++;
#elif LIMIT > 3 || __has_include("missing.h")
	i += __LINE__;
#endif
	return helper(NULL) + __LINE__;
}

#ifdef OTHER
static int other(void) { return 1; }
#endif
#undef LIMIT
#define LIMIT 11

#define HERE TEXT2(__LINE__)
#define TEXT2(x) #x
static int last(void)
{
#if LIMIT > 10
	warn(HERE);
#endif
	return LIMIT + min(1, 2);
}

#if LIMIT == 11
static int after(void) { return JOIN(a, __LINE__) +
#ifdef EXTRA
	1;
#else
	2; }
#endif
#else
int neither;
#endif
int last_again = LIMIT; int LIMIT_of[LIMIT];
`;
const header =
  "#define TEXT(x) #x\n#define report(fmt, line) log(TEXT(line) fmt)\n#define JOIN2(a, b) a##b\n#define JOIN(a, b) JOIN2(a, b)\nint from_header;";

function resultOf(source: string, files: Record<string, string>, cache: HeaderCache) {
  const unit = unitOf(source, { files, cache });
  return {
    declarations: unit.declarations.map((declaration) => ({
      key: declaration.key,
      names: declaration.names,
      inMainFile: declaration.inMainFile,
      ofMain: declaration.file === unit.main,
      tokens: declaration.tokens.map((token) => [
        token.text,
        token.file.path,
        token.file.text === source || token.file.path !== "/src/main.c",
        token.start,
        token.end,
        token.macro && [token.macro.name, token.macro.start, token.macro.end],
      ]),
    })),
    problems: unit.problems.map(({ kind, message, span }) => [kind, message, span.start, span.end]),
    missing: unit.missing,
    typedef: unit.isTypedef("u32"),
    helper: unit.declarationsOf("helper").length,
  };
}

const snippets = [
  "",
  "x",
  ";",
  "}",
  "{",
  "(",
  ")",
  '"',
  "\n",
  "#",
  "/*",
  "*/",
  " ",
  "LIMIT",
  "#define LIMIT 3\n",
  "#ifdef OTHER\n",
  "#endif\n",
  "#else\n",
  "#if LIMIT > 5\n",
  '#if __has_include("other.h")\n',
  "static int extra;\n",
  "bpf_for(i, 0,",
  "int min(int a, int b);\n",
  "__LINE__",
];

describe("edits", () => {
  test.each([1, 2, 3, 4, 5, 6])("random edits, seed %i", (seed) => {
    const random = randomNumbers(seed);
    const cache = createHeaderCache();
    let current = text;
    const files: Record<string, string> = { "/src/common.h": header };
    for (let round = 0; round < 120; round++) {
      const at = random(current.length + 1);
      const removed = random(3) === 0 ? random(12) : 0;
      current = current.slice(0, at) + snippets[random(snippets.length)] + current.slice(at + removed);
      if (random(10) === 0) {
        files["/src/common.h"] =
          `${header}\n${["int NULL;", "#define OTHER", "", "int min;", "#define EXTRA"][random(5)]}`;
        cache.invalidate("/src/common.h");
      }
      if (random(20) === 0) {
        if (files["/src/other.h"] === undefined) files["/src/other.h"] = "int other_one;";
        else delete files["/src/other.h"];
        cache.invalidate("/src/other.h");
      }
      if (random(15) === 0) current = text;
      expect(resultOf(current, files, cache)).toEqual(resultOf(current, { ...files }, createHeaderCache()));
    }
  });

  test("an edit leaves declarations with their keys, moved", () => {
    const cache = createHeaderCache();
    const files = { "/src/common.h": header };
    const before = resultOf(text, files, cache);
    const edited = text.replace("p->a", "p->a + 1");
    const after = resultOf(edited, files, cache);
    const same = after.declarations.filter((declaration, i) => declaration.key === before.declarations[i]?.key);
    expect(same).toHaveLength(before.declarations.length - 1);
  });

  test("a function below an edit has the numbers of its new lines", () => {
    const cache = createHeaderCache();
    const source = "int a;\n#define S(x) #x\n#define T(x) S(x)\nint f(void) { return g(__LINE__, T(__LINE__)); }\n";
    unitOf(source, { cache });
    const { declarations } = unitOf(`int a;\n\n${source.slice("int a;\n".length)}`, { cache });
    expect(
      declarations
        .at(-1)!
        .tokens.map(({ text: word }) => word)
        .join(" "),
    ).toContain('g ( 5 , "5" )');
  });

  test("declarations of a name come in the order of the file, whichever header they are in", () => {
    const files = {
      "/src/one.h": '#include "two.h"\nint f(int one);',
      "/src/two.h": "int f(int two);",
    };
    const source = 'int f(int before);\n#include "one.h"\nint f(int between);\n#include "two.h"\nint f(int after);';
    const found = unitOf(source, { files }).declarationsOf("f");
    const parameters = ["before", "two", "one", "between", "two", "after"];
    expect(found.map(({ tokens }) => tokens[4]!.text)).toEqual(parameters);
  });
});
