// The list of misses: made anew at every run, without losing what somebody wrote.
import { describe, expect, it } from "vitest";
import { unexplained, updateKnownMisses } from "../../server/scripts/corpus/known-misses.ts";
import type { Miss, Recall, Scoreboard } from "../../server/scripts/corpus/score.ts";

function miss(name: string, kind = "leak"): Miss {
  return { file: "t.c", program: name, class: kind, message: "a | b", defectLine: 3, notAnalyzed: undefined };
}

function boardOf(...core: readonly Miss[]): Scoreboard {
  const recall: Recall = { total: core.length, hits: [], misses: core };
  return { core: { leak: recall }, visible: {}, helpers: {} } as unknown as Scoreboard;
}

describe("KNOWN_MISSES.md", () => {
  it("lists a miss with every kernel on which it is one", () => {
    const first = updateKnownMisses("", "6.12", boardOf(miss("one")));
    const both = updateKnownMisses(first, "7.2", boardOf(miss("one"), miss("two")));
    expect(both).toContain("| t.c:one | leak | 6.12, 7.2 | a \\| b |  |");
    expect(both).toContain("| t.c:two | leak | 7.2 | a \\| b |  |");
  });

  it("keeps reasons, and forgets what is found now", () => {
    const before = updateKnownMisses("", "7.2", boardOf(miss("one"), miss("two")));
    const explained = before.replace(/(t\.c:one .* \|) {2}\|/, "$1 because the compiler folds it |");
    const after = updateKnownMisses(explained, "7.2", boardOf(miss("one")));
    expect(after).toContain("| because the compiler folds it |");
    expect(after).not.toContain("t.c:two");
    expect(updateKnownMisses(after, "7.2", boardOf(miss("one")))).toBe(after);
  });

  it("names the misses that have no reason", () => {
    const text = updateKnownMisses("", "7.2", boardOf(miss("one")));
    expect(unexplained(text, boardOf(miss("one")))).toEqual(["t.c:one"]);
    expect(unexplained(text.replace("|  |", "| reason |"), boardOf(miss("one")))).toEqual([]);
    expect(unexplained("", boardOf(miss("new")))).toEqual(["t.c:new"]);
  });
});
