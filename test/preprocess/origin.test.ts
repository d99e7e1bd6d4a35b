import { describe, expect, test } from "vitest";
import type { Token } from "../../server/src/preprocess/unit.ts";
import { tokensOf, unitOf } from "./support.ts";

function find(text: string, spelling: string, files: Record<string, string> = {}): Token {
  const token = tokensOf(unitOf(text, { files })).find((candidate) => candidate.text === spelling);
  if (token === undefined) throw new Error(`no token ${spelling}`);
  return token;
}

function placeOf(token: Token): string {
  return token.file.text.slice(token.start, token.end);
}

describe("where a token comes from", () => {
  test("its spelling, when the user wrote it", () => {
    const text = "int a;\n  int b;";
    const token = find(text, "b");
    expect(token).toMatchObject({ start: text.indexOf("b"), macro: undefined });
  });

  test("its spelling, when the user wrote it as an argument", () => {
    const text = "#define R(p) release(p)\nint x = R(task);";
    expect(find(text, "task").start).toBe(text.indexOf("task"));
    expect(find(text, "task").macro).toBeUndefined();
  });

  test("the whole use, when a macro body made it", () => {
    const text = "#define R(p) release(p)\nint x = R( task );";
    const token = find(text, "release");
    expect(placeOf(token)).toBe("R( task )");
    expect(token.macro).toMatchObject({ name: "R" });
  });

  test("the outermost use, when the macro was used by another", () => {
    const text = "#define INNER(p) release(p)\n#define OUTER(p) INNER(p)\nint x = OUTER(task);";
    const token = find(text, "release");
    expect(placeOf(token)).toBe("OUTER(task)");
    expect(token.macro?.name).toBe("OUTER");
    expect(placeOf(find(text, "task"))).toBe("task");
  });

  test("the use the user spelled, when it is an argument of another macro", () => {
    const text = "#define INNER(p) release(p)\n#define OUTER(p) (p)\nint x = OUTER(INNER(task));";
    expect(placeOf(find(text, "release"))).toBe("INNER(task)");
  });

  test("an argument on another line keeps its line", () => {
    const text = "#define R(p) release(p)\nint x = R(\n  task\n);";
    const token = find(text, "task");
    expect(token.file.lines.positionAt(token.start)).toEqual({ line: 2, column: 2 });
  });

  test("a name pasted with the user's own points at the user's part", () => {
    const text = "#define P(name) int ____##name(void)\nP(handler);";
    const token = find(text, "____handler");
    expect(placeOf(token)).toBe("handler");
    expect(token.macro?.name).toBe("P");
  });

  test("arguments from behind the expansion belong to the use", () => {
    const text = "#define F G\n#define G(x) made(x)\nint a = F(1);";
    expect(placeOf(find(text, "made"))).toBe("F(1)");
  });

  test("headers keep their own file, and a macro of a header points at its use", () => {
    const files = { "/inc/h.h": "#define R(p) release(p)\nint in_header = R(1);" };
    const text = "#include <h.h>\nint x = R(task);";
    expect(find(text, "in_header", files).file.path).toBe("/inc/h.h");
    const uses = tokensOf(unitOf(text, { files })).filter((token) => token.text === "release");
    expect(uses.map((token) => [token.file.path, placeOf(token)])).toEqual([
      ["/inc/h.h", "R(1)"],
      ["/src/main.c", "R(task)"],
    ]);
  });

  test("every token lies in its file", () => {
    const text = "#define S(x) #x x##1\n#define V(f, a...) f(#f, ##a)\nint a = V(g, S(b), __LINE__), c = V(h);";
    for (const token of tokensOf(unitOf(text))) {
      expect(token.start).toBeLessThan(token.end);
      expect(token.end).toBeLessThanOrEqual(token.file.text.length);
      if (token.macro === undefined) expect(placeOf(token)).toBe(token.text);
    }
  });
});
