import { describe, expect, it } from "vitest";
import { applyEdits, mutationsOf } from "../../server/scripts/corpus/mutate.ts";

const isRelease = (callee: string): boolean => callee === "bpf_task_release";

/** Mutants of a function body, white space squeezed so that the blanks left behind do not clutter. */
function mutants(body: string): string[] {
  const program = `int prog(void *ctx)\n{\n\tstruct task_struct *p, *q;\n${body}\n}`;
  return mutationsOf(program, isRelease).map(({ kind, edits }) => {
    const mutant = applyEdits(program, edits);
    expect(mutant.split("\n")).toHaveLength(program.split("\n").length);
    const squeezed = mutant.replace(/\s+/g, " ");
    return `${kind}: ${squeezed.slice(squeezed.indexOf("*q;") + 4, -2)}`;
  });
}

describe("mutations of an accepted program", () => {
  it("take a release call away and leave its semicolon", () => {
    expect(mutants("bpf_task_release(p);\nif (err)\n\tbpf_task_release(q);")).toEqual([
      "release: ; if (err) bpf_task_release(q);",
      "release: bpf_task_release(p); if (err) ;",
    ]);
  });

  it("leave alone a release that is part of something larger", () => {
    expect(mutants("done = bpf_task_release(p);")).toEqual([]);
  });

  it("take an early return on NULL away", () => {
    expect(mutants("if (!p)\n\treturn 0;\nuse(p);")).toEqual(["null-test: ; use(p);"]);
    expect(mutants("if (p == NULL) {\n\terr = 1;\n\treturn 0;\n}\nuse(p);")).toEqual(["null-test: ; use(p);"]);
  });

  it("keep what a test guarded", () => {
    expect(mutants("if (p) { use(p); }")).toEqual(["null-test: { use(p); }"]);
    expect(mutants("if (p)\n\tuse(p);\nelse\n\terr = 1;")).toEqual(["null-test: use(p); ;"]);
    expect(mutants("if (!p)\n\terr = 1;\nelse\n\tuse(p);")).toEqual(["null-test: use(p);"]);
  });

  it("take one term out of a longer condition", () => {
    expect(mutants("if (!p || !q)\n\treturn 0;")).toEqual([
      "null-test: if ( !q) return 0;",
      "null-test: if (!p ) return 0;",
    ]);
    expect(mutants("if (p && n > 3)\n\tuse(p);")).toEqual(["null-test: if ( n > 3) use(p);"]);
  });

  it("know a pointer by its declaration or its use", () => {
    expect(mutants("if (!err)\n\treturn 0;")).toEqual([]);
    expect(mutants("if (!v.task)\n\treturn 0;\nn = v.task->pid;")).toEqual(["null-test: ; n = v.task->pid;"]);
  });

  it("do not make the rest dead code", () => {
    expect(mutants("if (p)\n\treturn 1;\nuse(q);")).toEqual([]);
  });

  it("survive text that is not C", () => {
    expect(mutants("if (!p")).toEqual([]);
    expect(mutants("if (!p) do x; while (1);")).toEqual([]);
    expect(mutants('bpf_task_release("')).toEqual([]);
  });
});
