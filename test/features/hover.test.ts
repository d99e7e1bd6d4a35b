// Where the hover speaks, and where it keeps quiet because clangd has something to say.
import { expect, it } from "vitest";
import { SourceFile } from "../../server/src/base/source.ts";
import { type Glossary, hoverAt } from "../../server/src/features/hover.ts";

const glossary: Glossary = {
  kfunc: (name) => (name === "bpf_task_release" ? "releases a task" : undefined),
  flag: (name) => (name === "KF_ACQUIRE" ? "acquires" : undefined),
  parameterSuffix: (name) => (name.endsWith("__nullable") ? "may be NULL" : undefined),
};

/** `|` marks the cursor. Answers the words and the text they are about. */
function hoverOf(marked: string): string | undefined {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const hover = hoverAt(new SourceFile("/a.bpf.c", text), offset, glossary);
  return hover && `${text.slice(hover.start, hover.end)}: ${hover.markdown}`;
}

it("speaks on kfunc names, wherever the cursor is in them", () => {
  expect(hoverOf("int f(void) { |bpf_task_release(t); }")).toBe("bpf_task_release: releases a task");
  expect(hoverOf("int f(void) { bpf_ta|sk_release(t); }")).toBe("bpf_task_release: releases a task");
  expect(hoverOf("int f(void) { bpf_task_release|(t); }")).toBe("bpf_task_release: releases a task");
  expect(hoverOf("extern void bpf_task_re|lease(struct task_struct *p) __ksym;")).toBeDefined();
});

it("speaks on flags and on suffixes in kfunc declarations", () => {
  expect(hoverOf("BTF_ID_FLAGS(func, f, KF_ACQ|UIRE)")).toBe("KF_ACQUIRE: acquires");
  expect(hoverOf("extern int f(void *p__nul|lable, u32 n) __ksym;")).toBe("p__nullable: may be NULL");
  expect(hoverOf("__bpf_kfunc int f(void *p__nul|lable, u32 n)\n{\n}")).toBe("p__nullable: may be NULL");
});

it("keeps quiet on everything else", () => {
  expect(hoverOf("int f(void) { |other(t); }")).toBeUndefined();
  expect(hoverOf("// bpf_task_rel|ease")).toBeUndefined();
  expect(hoverOf('char s[] = "bpf_task_rel|ease";')).toBeUndefined();
  expect(hoverOf("#define F bpf_task_rel|ease")).toBeUndefined();
  expect(hoverOf("int f(void) { ops->bpf_task_rel|ease(t); }")).toBeUndefined();
  expect(hoverOf("int f(void *p__nul|lable) { }")).toBeUndefined();
  expect(hoverOf("int f(void) { p__nul|lable = 1; } extern int g(void) __ksym;")).toBeUndefined();
  expect(hoverOf("|")).toBeUndefined();
  expect(hoverOf("x = 12|34;")).toBeUndefined();
});
