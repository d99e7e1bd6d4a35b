// The runner's arithmetic, with a checker that answers from a script.
import { describe, expect, it } from "vitest";
import { factOf } from "../../server/scripts/corpus/facts.ts";
import { hashOfLines } from "../../server/scripts/corpus/program-text.ts";
import { absoluteFailures, compare, figuresOf } from "../../server/scripts/corpus/ratchet.ts";
import { runFile } from "../../server/scripts/corpus/runner.ts";
import { type Scoreboard, score } from "../../server/scripts/corpus/score.ts";
import { SourceFile } from "../../server/src/base/source.ts";
import type { Checker, Diagnostic, FileCheck, RuleInfo, Severity } from "../../server/src/check/api.ts";

const path = "/src/t.c";
const text = ['SEC("tc") int good() {}', 'SEC("tc") int bad() {}', 'SEC("tc") int helper() {}', ""].join("\n");
const lineOf: Record<string, number> = { good: 1, bad: 2, helper: 3 };
const config = { includeDirs: [], defines: [], undefines: [], forcedIncludes: [] };

const rules: readonly RuleInfo[] = [
  { code: "unreleased-reference", title: "", severity: "error", category: "", verifier: ["reference leak$"] },
  { code: "unchecked-null", title: "", severity: "error", category: "", verifier: ["^Possibly NULL"] },
];

const facts = [
  fact("good", { verdict: "accepted" }),
  fact("bad", { class: "leak", core: true, message: "would lead to reference leak", defect_line: 2 }),
  fact("helper", { class: "leak", core: false, message: "would lead to reference leak" }),
];

describe("the scoreboard", () => {
  it("counts an error that names a rejected program as found, with pattern and place", () => {
    const board = boardOf([finding("bad", "unreleased-reference", 2)]);
    expect(board.core["leak"]?.hits).toMatchObject([{ program: "bad", patternMatches: true, place: "own-line" }]);
    expect(board.helpers["leak"]?.misses).toMatchObject([{ program: "helper", notAnalyzed: undefined }]);
    expect(board.falsePositives).toEqual([]);
  });

  it("tells a finding of another rule or at another place", () => {
    const board = boardOf([finding("bad", "unchecked-null", 1)]);
    expect(board.core["leak"]?.hits).toMatchObject([{ patternMatches: false, place: "elsewhere" }]);
  });

  it("accepts a related place for the marked line", () => {
    const elsewhere = finding("bad", "unreleased-reference", 1);
    const related = { span: spanOf(2), message: "" };
    const board = boardOf([{ ...elsewhere, related: [related] }]);
    expect(board.core["leak"]?.hits).toMatchObject([{ place: "related-line" }]);
  });

  it("lists errors and warnings on accepted programs", () => {
    const board = boardOf([finding("good", "unchecked-null", 1), finding("good", "null-check-too-late", 1, "warning")]);
    expect(board.falsePositives).toMatchObject([{ program: "good", findings: [{ line: 1 }] }]);
    expect(board.warned).toMatchObject([{ program: "good" }]);
    expect(absoluteFailures(board)).toHaveLength(1);
  });

  it("takes a program that was not analyzed for a miss, whatever was reported", () => {
    const board = boardOf([finding("bad", "unreleased-reference", 2)], ["bad"]);
    expect(board.core["leak"]?.misses).toMatchObject([{ program: "bad", notAnalyzed: "a cap" }]);
    expect(board.notAnalyzed).toEqual([{ file: "t.c", program: "bad", reason: "a cap" }]);
  });

  it("does not count a program that changed", () => {
    const board = boardOf([finding("good", "unchecked-null", 1)], [], text.replace("good()", "good(void)"));
    expect(board.changed).toEqual([{ file: "t.c", program: "good" }]);
    expect(board.falsePositives).toEqual([]);
    expect(absoluteFailures(board)).toEqual(["only 66.7 % of the verdict facts match these sources"]);
  });

  it("keeps an exception of the checker as a result", () => {
    const failing: Checker = {
      check: () => {
        throw new Error("boom");
      },
      invalidate: () => {},
    };
    const board = score(facts, [runFile(failing, "t.c", path, text, config, 60)], rules, () => undefined);
    expect(board.exceptions).toMatchObject([{ file: "t.c" }]);
    expect(board.core["leak"]?.misses).toMatchObject([{ notAnalyzed: "the checker failed on this file" }]);
  });

  it("counts the messages that each rule claims", () => {
    expect(boardOf([]).patterns).toEqual({ "unreleased-reference": { leak: 2 } });
  });
});

describe("the ratchet", () => {
  it("lets figures improve and fails when one gets worse", () => {
    const before = figuresOf(boardOf([finding("bad", "unreleased-reference", 2)]));
    const worse = figuresOf(boardOf([]));
    expect(compare({ ...before }, { ...before })).toEqual({ failures: [], improved: [] });
    expect(compare({ ...worse }, { ...before }).failures).toEqual(["coreMisses: 1, was 0"]);
    expect(compare({ ...before }, { ...worse }).improved).toEqual(["coreMisses: 0, was 1"]);
  });

  it("fails when nothing is stored", () => {
    expect(compare({ coreMisses: 0 }, undefined).failures).toHaveLength(1);
  });
});

function fact(program: string, more: Partial<Parameters<typeof factOf>[0]>): ReturnType<typeof factOf> {
  const line = lineOf[program]!;
  return factOf({
    file: "t.c",
    program,
    section: "tc",
    lines: [line, line],
    hash: hashOfLines([text.split("\n")[line - 1]!]),
    verdict: "rejected",
    truth: "kernel",
    kfunc: more.core === true,
    source_checkable: "yes",
    ...more,
  });
}

function boardOf(diagnostics: readonly Diagnostic[], notAnalyzed: readonly string[] = [], source = text): Scoreboard {
  const check: FileCheck = {
    path,
    programs: Object.keys(lineOf).map((name) => ({
      name,
      section: "tc",
      span: spanOf(1),
      analyzed: !notAnalyzed.includes(name),
      reason: notAnalyzed.includes(name) ? "a cap" : undefined,
    })),
    diagnostics,
    stats: { functions: 3, cleanFunctions: 3, steps: 0, caps: {}, missingIncludes: [], filesRead: 1 },
    files: [path],
    missing: [],
  };
  const checker: Checker = { check: () => check, invalidate: () => {} };
  return score(facts, [runFile(checker, "t.c", path, source, config, 60)], rules, () => undefined);
}

function finding(program: string, code: string, line: number, severity: Severity = "error"): Diagnostic {
  return {
    code,
    severity,
    message: "m",
    span: spanOf(line),
    related: [],
    programs: [program],
    kernels: ["7.2"],
    fix: undefined,
  };
}

function spanOf(line: number): Diagnostic["span"] {
  const file = new SourceFile(path, text);
  const start = file.lines.startOf(line - 1);
  return { file, start, end: start + 1 };
}
