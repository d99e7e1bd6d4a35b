// The quick fix writes the check its author would have written. Every case is a small
// function before and after; `@[` and `]@` mark the statement the check must precede.
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../server/src/base/source.ts";
import type { NullCheckFix } from "../../server/src/check/api.ts";
import { insertNullCheck } from "../../server/src/features/insert-null-check.ts";
import { applyEdits } from "../../server/src/features/text-edit.ts";

interface Wanted {
  readonly pointer?: string;
  readonly releases?: readonly string[];
  readonly returnType?: NullCheckFix["returnType"];
}

/** The text after the fix, or undefined when none is offered. */
function fixed(marked: string, wanted: Wanted = {}): string | undefined {
  const start = marked.indexOf("@[");
  const end = marked.indexOf("]@") - 2;
  const text = marked.replace("@[", "").replace("]@", "");
  const edits = insertNullCheck({
    kind: "insert-null-check",
    pointer: wanted.pointer ?? "t",
    statement: { file: new SourceFile("/a.bpf.c", text), start, end },
    releases: wanted.releases ?? [],
    returnType: wanted.returnType ?? "int",
  });
  return edits && applyEdits(text, edits);
}

describe("a statement of a block", () => {
  it("gets the check above it, with the kernel's tabs and no braces", () => {
    expect(
      fixed("int f(void)\n{\n\tstruct task_struct *t = get();\n\n\t@[bpf_task_release(t);]@\n\treturn 0;\n}\n"),
    ).toBe(
      "int f(void)\n{\n\tstruct task_struct *t = get();\n\n\tif (!t)\n\t\treturn 0;\n\tbpf_task_release(t);\n\treturn 0;\n}\n",
    );
  });

  it("keeps spaces and line ends of the file", () => {
    expect(fixed("int f(void)\r\n{\r\n  t = get();\r\n  @[use(t);]@\r\n  return 0;\r\n}\r\n")).toBe(
      "int f(void)\r\n{\r\n  t = get();\r\n  if (!t)\r\n    return 0;\r\n  use(t);\r\n  return 0;\r\n}\r\n",
    );
  });

  it("takes a step of spaces from the function, not from the depth of the statement", () => {
    expect(fixed("int f(void)\n{\n    if (x) {\n        @[use(t);]@\n    }\n    return 0;\n}\n")).toBe(
      "int f(void)\n{\n    if (x) {\n        if (!t)\n            return 0;\n        use(t);\n    }\n    return 0;\n}\n",
    );
  });

  it("stays above a comment that belongs to the statement", () => {
    expect(fixed("int f(void)\n{\n\tt = get();\n\t/* give it back */\n\t@[put(t);]@\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tt = get();\n\tif (!t)\n\t\treturn 0;\n\t/* give it back */\n\tput(t);\n\treturn 0;\n}\n",
    );
  });

  it("may be a declaration with an initializer", () => {
    expect(fixed("int f(void)\n{\n\tt = get();\n\t@[struct mm *mm = t->mm;]@\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tt = get();\n\tif (!t)\n\t\treturn 0;\n\tstruct mm *mm = t->mm;\n\treturn 0;\n}\n",
    );
  });

  it("is separated from others on its line", () => {
    expect(fixed("int f(void)\n{\n\tt = get(); @[use(t);]@ return 0;\n}\n")).toBe(
      "int f(void)\n{\n\tt = get();\n\tif (!t)\n\t\treturn 0;\n\tuse(t); return 0;\n}\n",
    );
    expect(fixed("int f(void)\n{\n\tif (x) { @[use(t);]@ }\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tif (x) {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t); }\n\treturn 0;\n}\n",
    );
  });

  it("may follow a label or a case", () => {
    expect(fixed("int f(void)\n{\n\tswitch (x) {\n\tcase 1:\n\t\t@[use(t);]@\n\t}\nout:\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tswitch (x) {\n\tcase 1:\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t);\n\t}\nout:\n\treturn 0;\n}\n",
    );
  });

  it("may follow a preprocessor line", () => {
    expect(fixed("int f(void)\n{\n\tt = get();\n#ifdef A\n\t@[use(t);]@\n#endif\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tt = get();\n#ifdef A\n\tif (!t)\n\t\treturn 0;\n\tuse(t);\n#endif\n\treturn 0;\n}\n",
    );
  });
});

describe("a body without braces", () => {
  it("of an if gets braces", () => {
    expect(fixed("int f(void)\n{\n\tif (x)\n\t\t@[use(t);]@\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tif (x) {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t);\n\t}\n\treturn 0;\n}\n",
    );
  });

  it("on the line of its if moves to its own", () => {
    expect(fixed("int f(void)\n{\n\tif (x) @[use(t);]@\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tif (x) {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t);\n\t}\n\treturn 0;\n}\n",
    );
  });

  it("leaves a following else attached", () => {
    expect(fixed("int f(void)\n{\n\tif (x)\n\t\t@[use(t);]@\n\telse\n\t\tother();\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tif (x) {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t);\n\t} else\n\t\tother();\n\treturn 0;\n}\n",
    );
  });

  it("of an else, and of an else-if", () => {
    expect(fixed("int f(void)\n{\n\tif (x)\n\t\ta();\n\telse\n\t\t@[use(t);]@\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tif (x)\n\t\ta();\n\telse {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t);\n\t}\n\treturn 0;\n}\n",
    );
    expect(fixed("int f(void)\n{\n\tif (x)\n\t\ta();\n\telse @[if (t->pid)\n\t\tb();]@\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tif (x)\n\t\ta();\n\telse {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tif (t->pid)\n\t\t\tb();\n\t}\n\treturn 0;\n}\n",
    );
  });

  it("of a loop macro, with the head on two lines and a comment behind", () => {
    expect(fixed("int f(void)\n{\n\tbpf_for(i, 0,\n\t\tn) // all\n\t\t@[use(t);]@ /* now */\n\treturn 0;\n}\n")).toBe(
      "int f(void)\n{\n\tbpf_for(i, 0,\n\t\tn) { // all\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tuse(t); /* now */\n\t}\n\treturn 0;\n}\n",
    );
  });
});

describe("an expression gets the check before its statement", () => {
  const inFunction = (code: string) => fixed(`int f(void)\n{\n${code}\treturn 0;\n}\n`)?.slice(14, -13);
  const check = "\tif (!t)\n\t\treturn 0;\n";

  it.each([
    ["an assignment", "\tx = a + @[t->x]@;\n"],
    ["a store through the pointer", "\t*@[t]@ = 3;\n"],
    ["a store through a cast", "\t*(u8 *)@[t]@ = 3;\n"],
    ["an assignment that reads the old value", "\tt = xchg(&v->slot, @[t]@);\n"],
    ["a comma", "\tx = a, @[t->x]@;\n"],
    ["a declaration", "\tstruct mm *a = 0, *mm = @[t->mm]@;\n"],
    ["an initializer", "\tstruct s s = { .a = 1, .b = { 2, @[t->x]@ } };\n"],
    ["a compound literal", "\tput(&(struct s){ .x = @[t->x]@ }, 3);\n"],
    ["arguments on several lines", "\tlog(1,\n\t    g(2, @[t->x]@),\n\t    3);\n"],
    ["the condition of an if with blocks", "\tif (a && @[t->x]@) {\n\t\tb();\n\t} else {\n\t\tc();\n\t}\n"],
    ["the condition of a while", "\twhile (@[t->x]@ < 3)\n\t\tb();\n"],
    ["the head of a for", "\tfor (i = 0; i < @[t->x]@; i++) {\n\t\tb();\n\t}\n"],
    ["the step of a for", "\tfor (i = 0; i < 3; i += @[t->x]@)\n\t\tb();\n"],
    ["a switch", "\tswitch (@[t->x]@) {\n\tcase 1:\n\t\tb();\n\t}\n"],
    ["a loop macro", "\tbpf_for_each(task, pos, @[t]@, 0) {\n\t\tb();\n\t}\n"],
    ["a typeof declaration", "\ttypeof(x) y = @[t->x]@;\n"],
    ["a conditional", "\tx = a ? @[t->x]@ : (a ? 1 : 0);\n"],
  ])("%s", (_name, code) => {
    expect(inFunction(code)).toBe(check + code.replace(/@\[|\]@/g, ""));
  });

  it("in the body of heads without braces", () => {
    expect(inFunction("\tfor (i = 0; i < 3; i++)\n\t\tif (a(i))\n\t\t\tx = @[t->x]@;\n")).toBe(
      "\tfor (i = 0; i < 3; i++)\n\t\tif (a(i)) {\n\t\t\tif (!t)\n\t\t\t\treturn 0;\n\t\t\tx = t->x;\n\t\t}\n",
    );
  });

  it("in the condition of an else-if after a block", () => {
    expect(inFunction("\tif (a) {\n\t\tb();\n\t} else if (@[t->x]@) {\n\t\tc();\n\t}\n")).toBe(
      "\tif (a) {\n\t\tb();\n\t} else {\n\t\tif (!t)\n\t\t\treturn 0;\n\t\tif (t->x) {\n\t\t\tc();\n\t\t}\n\t}\n",
    );
  });

  it("behind a label on its line", () => {
    expect(inFunction("\tswitch (a) {\n\tcase 1: x = @[t->x]@; break;\n\t}\n")).toBe(
      "\tswitch (a) {\n\tcase 1:\n\tif (!t)\n\t\treturn 0;\n\tx = t->x; break;\n\t}\n",
    );
  });
});

it("returns nothing from a void program, also behind a macro", () => {
  const text =
    'SEC("struct_ops/dispatch")\nvoid BPF_PROG(dispatch, s32 cpu, struct task_struct *t)\n{\n\t@[use(t);]@\n}\n';
  expect(fixed(text)).toContain("\tif (!t)\n\t\treturn;\n");
});

describe("leaving the function", () => {
  const body = (before: string, after = "\treturn 0;\n") => `int f(void)\n{\n${before}\t@[use(t);]@\n${after}}\n`;
  const check = (text: string | undefined) =>
    text
      ?.split("\tuse(t);")[0]
      ?.split(/(?=\n?\tif \(!?t\b)/)
      .at(-1)
      ?.trim();

  it("copies the value of the neighbor's return", () => {
    expect(check(fixed(body("\tif (!v)\n\t\treturn -ENOENT;\n")))).toBe("if (!t)\n\t\treturn -ENOENT;");
    expect(check(fixed(body("\tif (unlikely(!v))\n\t\treturn XDP_PASS;\n")))).toBe("if (!t)\n\t\treturn XDP_PASS;");
  });

  it("does not copy a variable that may not be set yet", () => {
    expect(check(fixed(body("\tif (!v)\n\t\treturn err;\n")))).toBe("if (!t)\n\t\treturn 0;");
  });

  it("returns what every return of the function returns", () => {
    expect(check(fixed(body("", "\treturn XDP_PASS;\n")))).toBe("if (!t)\n\t\treturn XDP_PASS;");
  });

  it("returns nothing or NULL as the type wants", () => {
    expect(check(fixed(body("", ""), { returnType: "void" }))).toBe("if (!t)\n\t\treturn;");
    expect(check(fixed(body("", "\treturn v;\n"), { returnType: "pointer" }))).toBe("if (!t)\n\t\treturn NULL;");
  });

  it("copies braces, one-line checks and comparison with NULL", () => {
    expect(check(fixed(body("\tif (!v) {\n\t\treturn 0;\n\t}\n")))).toBe("if (!t) {\n\t\treturn 0;\n\t}");
    expect(check(fixed(body("\tif (!v)\n\t{\n\t\treturn 0;\n\t}\n")))).toBe("if (!t)\n\t{\n\t\treturn 0;\n\t}");
    expect(check(fixed(body("\tif (!v) return 0;\n")))).toBe("if (!t) return 0;");
    expect(check(fixed(body("\tif (v == NULL)\n\t\treturn 0;\n")))).toBe("if (t == NULL)\n\t\treturn 0;");
  });

  it("releases what is held, which takes braces", () => {
    expect(
      check(fixed(body("\tif (!v)\n\t\treturn 1;\n"), { releases: ["bpf_cgroup_release(c)", "bpf_task_release(p)"] })),
    ).toBe("if (!t) {\n\t\tbpf_cgroup_release(c);\n\t\tbpf_task_release(p);\n\t\treturn 1;\n\t}");
  });

  it("jumps to the neighbor's label when the label releases exactly what is held", () => {
    const text = body("\tif (!v)\n\t\tgoto out;\n", "out:\n\tbpf_task_release(p);\n\treturn 0;\n");
    expect(check(fixed(text, { releases: ["bpf_task_release(p)"] }))).toBe("if (!t)\n\t\tgoto out;");
  });

  it("does not jump to a label that releases more, or less", () => {
    const text = body("\tif (!v)\n\t\tgoto out;\n", "out:\n\tbpf_task_release(p);\n\treturn 0;\n");
    expect(check(fixed(text))).toBe("if (!t)\n\t\treturn 0;");
    expect(check(fixed(text, { releases: ["bpf_cgroup_release(c)"] }))).toBe(
      "if (!t) {\n\t\tbpf_cgroup_release(c);\n\t\treturn 0;\n\t}",
    );
    const releasesT = body("\tif (!v)\n\t\tgoto out;\n", "out:\n\tbpf_task_release(t);\n\treturn 0;\n");
    expect(check(fixed(releasesT))).toBe("if (!t)\n\t\treturn 0;");
  });

  it("does not jump backward", () => {
    const text = body("again:\n\tif (!v)\n\t\tgoto again;\n");
    expect(check(fixed(text))).toBe("if (!t)\n\t\treturn 0;");
  });

  it("continues a loop as its neighbor does, but only in that loop and with nothing held", () => {
    const inLoop =
      "int f(void)\n{\n\tbpf_for(i, 0, 9) {\n\t\tif (!v)\n\t\t\tcontinue;\n\t\t@[use(t);]@\n\t}\n\treturn 0;\n}\n";
    expect(fixed(inLoop)).toContain("\t\tif (!t)\n\t\t\tcontinue;\n\t\tuse(t);");
    expect(fixed(inLoop, { releases: ["put(p)"] })).toContain("\t\t\tput(p);\n\t\t\treturn 0;\n");
    const afterLoop = body("\tbpf_for(i, 0, 9) {\n\t\tif (!v)\n\t\t\tcontinue;\n\t}\n");
    expect(check(fixed(afterLoop))).toBe("if (!t)\n\t\treturn 0;");
  });

  it("is not misled by comments, strings and other functions", () => {
    const text = `int g(void)\n{\n\tif (!v)\n\t\treturn -1;\n}\n\nint f(void)\n{\n\t/* if (!v) return 7; */\n\tlog("if (!v) return 8;");\n\t@[use(t);]@\n\treturn 0;\n}\n`;
    expect(fixed(text)).toContain("\tif (!t)\n\t\treturn 0;\n\tuse(t);");
  });
});

describe("no check is offered", () => {
  it("where the pointer gets its value in the statement itself", () => {
    expect(fixed("int f(void)\n{\n\t@[for (t = first(); t->x; t++)\n\t\tuse(t);]@\n}\n")).toBeUndefined();
    expect(fixed("int f(void)\n{\n\tstruct task *t = get(), *u = @[t->x]@;\n}\n")).toBeUndefined();
    expect(fixed("int f(void)\n{\n\tif ((t = get()) && @[t->x]@)\n\t\tb();\n}\n")).toBeUndefined();
    expect(fixed("int f(void)\n{\n\twhile (@[t->x]@)\n\t\tt = t->next;\n}\n")).toBeUndefined();
  });

  it("for a pointer that is a call", () => {
    expect(fixed("int f(void)\n{\n\t@[use(get());]@\n}\n", { pointer: "get()" })).toBeUndefined();
  });

  it("inside a macro definition, or where brackets do not add up", () => {
    expect(fixed("#define USE(t) \\\n\t@[use(t);]@\n")).toBeUndefined();
    expect(fixed("int f(void)\n{\n\tif (x[3) @[use(t)]@;\n}\n")).toBeUndefined();
    expect(fixed("int f(void)\n{\n\t@[use(t)]@\n}\n")).toBeUndefined();
  });

  it("for a label under an if without braces", () => {
    expect(fixed("int f(void)\n{\n\tif (x)\nagain:\t@[use(t);]@\n}\n")).toBeUndefined();
  });
});

it("tests struct members and pointers behind pointers", () => {
  const text = "int f(void)\n{\n\t@[use(v->t);]@\n\treturn 0;\n}\n";
  expect(fixed(text, { pointer: "v->t" })).toContain("if (!v->t)");
  expect(fixed(text, { pointer: "*pp" })).toContain("if (!*pp)");
  expect(fixed(text, { pointer: "a[1].t" })).toContain("if (!a[1].t)");
});
