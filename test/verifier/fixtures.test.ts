// The proof that the abstract machine agrees with the kernel. Every program of
// fixtures/ was loaded on real kernels; verdicts.jsonl keeps what they said. A
// program that a kernel rejects for a reason of ours must have an error whose rule
// claims that message, an accepted one must have none, and the places of the
// findings are written into the C text. Nothing but the fixture itself is read: no
// vmlinux.h, no libbpf, so the built-in macro table and kernel facts must do.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fixtureHash } from "../../server/scripts/oracle/fixtures.ts";
import type { FileCheck } from "../../server/src/check/api.ts";
import { rules } from "../../server/src/rules/index.ts";
import { checkText } from "../support/check-text.ts";
import { compare, expectationsIn } from "../support/expectations.ts";
import { knownNotAnalyzed, knownWrong } from "./known-wrong.ts";

interface Verdict {
  readonly file: string;
  readonly program: string;
  readonly kernel: string;
  readonly verdict: "accepted" | "rejected";
  readonly message?: string;
  /** Of the file's text without comments, so that a verdict cannot outlive its program. */
  readonly text: string;
}

const folder = new URL("./fixtures/", import.meta.url);
const kernels = ["7.2", "7.3", "6.12"];
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const files = readdirSync(folder).filter((name) => name.endsWith(".bpf.c"));
const verdicts = read("verdicts.jsonl")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Verdict);
const patterns = new Map(rules.map((rule) => [rule.code, rule.verifier.map((source) => new RegExp(source))]));

describe("the list of verdicts", () => {
  it("is about the fixtures as they are", () => {
    const outdated = verdicts.filter((v) => !files.includes(v.file) || v.text !== fixtureHash(read(v.file)));
    expect(outdated.map(nameOf)).toEqual([]);
  });

  it("covers every program on Linux 7.2", async () => {
    const judged = new Set(verdicts.filter((v) => v.kernel === "7.2").map((v) => `${v.file}: ${v.program}`));
    const missing: string[] = [];
    for (const file of files) {
      for (const { name } of (await checkText(read(file))).programs) {
        if (!judged.has(`${file}: ${name}`)) missing.push(`${file}: ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it("has both verdicts for every file that expects a finding", () => {
    for (const file of files.filter((name) => expectationsIn(read(name)).some((e) => e.kind === "expect"))) {
      // What the loader refuses as a whole has its accepted twin in a file of its own.
      const twin = file.replace(".bpf.c", "-fixed.bpf.c");
      const said = new Set(verdicts.filter((v) => v.file === file || v.file === twin).map((v) => v.verdict));
      expect([...said].sort(), file).toEqual(["accepted", "rejected"]);
    }
  });
});

for (const file of files) {
  describe(file, () => {
    const text = read(file);

    it("has exactly the findings its comments expect", async () => {
      const result = await checkText(text);
      const notAnalyzed = result.programs.filter((program) => !program.analyzed).map(({ name }) => `${file} ${name}`);
      expect(notAnalyzed).toEqual(knownNotAnalyzed.filter((name) => name.startsWith(`${file} `)));
      expect(compare(text, result)).toEqual({ missing: [], unexpected: [], betterNow: [] });
    });

    for (const kernel of kernels) {
      const here = verdicts.filter((v) => v.file === file && v.kernel === kernel);
      if (here.length === 0) continue;
      it(`agrees with the verifier of Linux ${kernel}`, async () => {
        const result = await checkText(text, { kernels: [kernel] });
        const wrong = here.flatMap((verdict) => disagreement(verdict, result) ?? []);
        const known = knownWrong.filter((name) => here.some((verdict) => name === nameOf(verdict)));
        expect(wrong.map((w) => w.name).sort(), wrong.map((w) => w.why).join("\n")).toEqual([...known].sort());
      });
    }
  });
}

function disagreement(verdict: Verdict, result: FileCheck): { name: string; why: string } | undefined {
  const name = nameOf(verdict);
  const errors = result.diagnostics.filter((d) => d.severity === "error" && d.programs.includes(verdict.program));
  const shown = errors.map((d) => d.code).join(", ") || "no finding";
  if (verdict.verdict === "accepted") {
    return errors.length === 0 ? undefined : { name, why: `${name}: accepted, but ${shown}` };
  }
  const message = verdict.message ?? "";
  const claims = (code: string): boolean => patterns.get(code)?.some((pattern) => pattern.test(message)) ?? false;
  if (errors.some((d) => claims(d.code))) return undefined;
  return { name, why: `${name}: rejected with "${message}", but ${shown}` };
}

function nameOf({ file, program, kernel }: Verdict): string {
  return `${kernel} ${file} ${program}`;
}
