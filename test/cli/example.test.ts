// The program that the README invites to try: every mistake in it is found in its place,
// by the real checker, without any header at hand; the right program stays silent.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { core } from "../../server/src/cli/core.ts";
import { allRules } from "../../server/src/rules/index.ts";
import { run } from "./run-cli.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const example = "examples/task-inspector.bpf.c";

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly programs: readonly string[];
  readonly range: { readonly start: { readonly line: number } };
}

it.each(["6.12", "7.2"])("finds the five mistakes of the example on Linux %s", async (kernel) => {
  const { code, stdout, stderr } = await run(["check", "--format", "json", "-k", kernel, example], {
    in: repository,
    core,
  });
  expect(stderr).toBe("");
  expect(code).toBe(1);
  const { files, summary } = JSON.parse(stdout) as {
    files: { diagnostics: Finding[] }[];
    summary: Record<string, number>;
  };
  const found = files.flatMap((file) => file.diagnostics).map((finding) => [finding.programs.join(), finding.code]);
  expect(found).toEqual([
    ["note_new_task", "unreleased-reference"],
    ["note_cgroup", "unchecked-null"],
    ["note_switch", "use-after-release"],
    ["forget_task", "release-unowned"],
    ["report_fork", "unreleased-reference"],
  ]);
  expect(summary).toMatchObject({ files: 1, programs: 6, errors: 5, warnings: 0, notAnalyzed: 0 });
});

it("lists the real rules with patterns that are regular expressions", async () => {
  const { stdout } = await run(["rules", "--format", "json"], { core });
  const rules = JSON.parse(stdout) as { code: string; severity: string; verifier: string[] }[];
  expect(rules.map((rule) => rule.code)).toEqual(allRules.map((rule) => rule.code));
  expect(rules.length).toBeGreaterThan(5);
  for (const rule of rules) for (const pattern of rule.verifier) expect(() => new RegExp(pattern)).not.toThrow();
});
