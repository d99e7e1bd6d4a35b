import { describe, expect, test } from "vitest";
import { createHeaderCache, preprocess } from "../../server/src/preprocess/preprocess.ts";
import { expand, problemsOf, unitOf } from "./support.ts";

function condition(expression: string): string {
  return expand(`#if ${expression}\nint yes;\n#else\nint no;\n#endif`);
}

describe("#if", () => {
  test.each([
    "1",
    "2 + 3 * 4 == 14",
    "(1 ? 2 : 3) == 2",
    "-1 < 0",
    "-1 > 0u",
    "0xffffffffffffffff == -1",
    "1 << 2 == 4",
    "~0 == -1",
    "'A' == 65 && '\\n' == 10 && '\\x41' == 65",
    "010 == 8 && 0b11 == 3 && 10ULL == 10",
    "0 && 1 / 0 || 1",
    "1 || unknown(2)",
    "!undefined_name",
    "9223372036854775807 + 0 > 0",
    "defined __bpf__ && defined(__clang__) && !defined(FOO)",
    "__has_attribute(btf_type_tag) && __has_attribute(__always_inline__) && !__has_attribute(nonsense)",
    "__has_builtin(__builtin_expect) && !__has_builtin(strlen)",
    "__clang_major__ >= 18",
    "5 % 3 == 2 && 7 / 2 == 3 && (6 ^ 3) == 5 && (6 | 1) == 7",
  ])("%s holds", (expression) => {
    expect(condition(expression)).toBe("int yes ;");
  });

  test.each(["0", "1 == 2", "1 / 0", "1 +", "(1", "1 2", "unknown(2)", '"text"', "08", ""])(
    "%s does not hold",
    (expression) => {
      expect(condition(expression)).toBe("int no ;");
    },
  );

  test("elif chains take the first that holds", () => {
    expect(expand("#if 0\nint a;\n#elif 1\nint b;\n#elif 1\nint c;\n#else\nint d;\n#endif")).toBe("int b ;");
    expect(expand("#ifdef X\nint a;\n#elifndef X\nint b;\n#elifdef X\n#endif")).toBe("int b ;");
  });

  test("nesting, and nonsense in what is left out", () => {
    expect(expand("#if 0\n#if nonsense (\n#else\n#endif\n don't \"\n#elif 1\nint a;\n#endif\nint b;")).toBe(
      "int a ; int b ;",
    );
  });

  test("ten thousand levels, and deep parentheses", () => {
    const deep = 10_000;
    expect(expand(`${"#if 1\n".repeat(deep)}int a;\n${"#endif\n".repeat(deep)}int b;`)).toBe("int a ; int b ;");
    const unit = unitOf(`#if ${"(".repeat(deep)}1${")".repeat(deep)}\nint a;\n#endif\nint b;`);
    expect(problemsOf(unit)).toEqual(["directive"]);
  });

  test("unbalanced conditionals are told, the rest is read", () => {
    expect(problemsOf(unitOf("#endif\n#else\nint a;\n#if 1\nint b;"))).toEqual([
      "directive",
      "directive",
      "unterminated",
    ]);
  });
});

describe("#include", () => {
  const files = {
    "/src/own.h": "int own;",
    "/inc/own.h": "int wrong;",
    "/inc/lib.h": "#pragma once\nint lib;\n#include_next <lib.h>",
    "/inc2/lib.h": "int next;",
    "/inc/guarded.h": "#ifndef G\n#define G\nint guarded;\n#endif",
    "/inc/sub/a.h": '#include "b.h"\n#include "../guarded.h"',
    "/inc/sub/b.h": "int b;",
  };

  test("quotes look beside the file first, angles only on the path", () => {
    expect(expand('#include "own.h"\n#include <own.h>', { files })).toBe("int own ; int wrong ;");
  });

  test("vmlinux.h lies in another place than it was asked for in", () => {
    const vmlinux = { files: { "/inc2/vmlinux.h": "struct task_struct { int pid; };" } };
    for (const name of ['"../vmlinux.h"', "<kernel/vmlinux.h>"]) {
      expect(unitOf(`#include ${name}`, vmlinux).problems).toEqual([]);
    }
    expect(unitOf('#include "../vmlinux.h"').problems).toMatchObject([{ kind: "missing-include" }]);
  });

  test("include_next, pragma once, guards, relative paths", () => {
    expect(expand("#include <lib.h>\n#include <lib.h>\n#include <sub/a.h>\n#include <guarded.h>", { files })).toBe(
      "int lib ; int next ; int b ; int guarded ;",
    );
  });

  test("names out of macros", () => {
    expect(expand('#define Q "own.h"\n#define A <own.h>\n#include Q\n#include A', { files })).toBe(
      "int own ; int wrong ;",
    );
  });

  test("__has_include and __has_include_next", () => {
    expect(
      expand('#if __has_include("own.h") && __has_include(<lib.h>) && !__has_include(<none.h>)\nint yes;\n#endif', {
        files,
      }),
    ).toBe("int yes ;");
  });

  test("a missing header is told with its name, and where it would have been", () => {
    const unit = unitOf('#include "none.h"\nint a;', { files });
    expect(unit.problems).toMatchObject([{ kind: "missing-include", message: "header none.h not found" }]);
    expect(unit.missing).toEqual(["/src/none.h", "/inc/none.h", "/inc2/none.h"]);
    expect(unit.declarations).toHaveLength(1);
  });

  test("files are listed once, the main file first", () => {
    const unit = unitOf("#include <sub/a.h>\n#include <guarded.h>", { files });
    expect(unit.files.map((file) => file.path)).toEqual([
      "/src/main.c",
      "/inc/sub/a.h",
      "/inc/sub/b.h",
      "/inc/guarded.h",
    ]);
  });

  test("in the middle of a declaration", () => {
    expect(expand('enum {\n#include "list.h"\n};', { files: { "/src/list.h": "A,\nB," } })).toBe("enum { A , B , } ;");
  });

  test("a header that ends inside a declaration", () => {
    expect(expand('#include "open.h"\n} ;', { files: { "/src/open.h": "int a; struct s {" } })).toBe(
      "int a ; struct s { } ;",
    );
  });

  test("forced includes", () => {
    expect(expand("int a = F;", { files: { "/f.h": "#define F 1" }, config: { forcedIncludes: ["/f.h"] } })).toBe(
      "int a = 1 ;",
    );
  });

  test("the compiler's own headers need no compiler", () => {
    const unit = unitOf("#include <stddef.h>\n#include <stdbool.h>\nbool b = true;");
    expect(unit.isTypedef("size_t")).toBe(true);
    expect(unit.problems).toEqual([]);
  });

  test("cycles end at a bound", () => {
    const unit = unitOf('#include "a.h"\nint end;', {
      files: { "/src/a.h": 'int a;\n#include "b.h"\n#include "b.h"', "/src/b.h": '#include "a.h"\n#include "a.h"' },
    });
    expect(new Set(problemsOf(unit))).toEqual(new Set(["limit"]));
    expect(unit.declarations.length).toBeLessThan(20_001);
  });

  test("a file that includes itself", () => {
    const unit = unitOf('#include "main.c"\nint a;', { files: { "/src/main.c": '#include "main.c"\nint a;' } });
    expect(unit.declarations.at(-1)?.inMainFile).toBe(true);
    expect(problemsOf(unit)).toContain("limit");
  });

  test("nothing outside the readable directories is asked for", () => {
    const asked: string[] = [];
    const unit = preprocess(
      {
        path: "/src/main.c",
        text: '#include "/etc/passwd"\n#include "../../etc/passwd"\n#include <../secret.h>\n#include <a.h>',
        config: {
          includeDirs: ["/inc"],
          defines: [],
          undefines: [],
          forcedIncludes: ["/etc/shadow"],
          readableDirs: ["/src", "/inc"],
        },
        reader: {
          read(path) {
            asked.push(path);
            return "int a;";
          },
        },
      },
      createHeaderCache(),
    );
    expect(asked).toEqual(["/inc/a.h"]);
    expect(problemsOf(unit)).toEqual(Array(4).fill("missing-include"));
  });
});

describe("the header cache", () => {
  const main = '#define SIZE 4\n#include "a.h"\n#include "b.h"\nint x[SIZE] = A;';
  const files: Record<string, string> = {
    "/src/a.h": '#include "c.h"\n#define A { C }\nint a[SIZE];',
    "/src/b.h": "#ifdef A\nint b;\n#endif",
    "/src/c.h": "#define C 1",
  };

  test("gives the same as a fresh run", () => {
    const cache = createHeaderCache();
    const first = expand(main, { files, cache });
    expect(expand(main, { files, cache })).toBe(first);
    expect(expand(main.replace("4", "5"), { files, cache })).toBe(first.replaceAll("4", "5"));
    expect(expand('#include "b.h"\n#include "a.h"', { files, cache })).toBe("int a [ SIZE ] ;");
  });

  test("shares declarations of headers between units", () => {
    const cache = createHeaderCache();
    const declarations = [1, 2].map(() => unitOf(main, { files, cache }).declarationsOf("b")[0]);
    expect(declarations[0]).toBe(declarations[1]);
  });

  test("sees a changed, a new and a vanished header once told", () => {
    const cache = createHeaderCache();
    const changing = { ...files };
    expect(expand(main, { files: changing, cache })).toContain("{ 1 }");
    changing["/src/c.h"] = "#define C 2";
    cache.invalidate("/src/c.h");
    expect(expand(main, { files: changing, cache })).toContain("{ 2 }");
    delete changing["/src/c.h"];
    cache.invalidate("/src/c.h");
    expect(expand(main, { files: changing, cache })).toContain("{ C }");
    changing["/inc/c.h"] = "#define C 3";
    cache.invalidate("/inc/c.h");
    expect(expand(main, { files: changing, cache })).toContain("{ 3 }");
  });

  test("a built-in macro decision inside a header is made anew when the code before declares the name", () => {
    const cache = createHeaderCache();
    const header = { "/src/h.h": "int f(void) { return likely(1); }" };
    expect(expand('#include "h.h"', { files: header, cache })).toContain("__builtin_expect");
    expect(expand('int likely(int);\n#include "h.h"', { files: header, cache })).not.toContain("__builtin_expect");
  });
});
