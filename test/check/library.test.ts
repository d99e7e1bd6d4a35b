// The few lines that the package's README shows to those who use kfunc-ls as a library.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { builtinKernels, createChecker, createDiskReader, findCompileConfig, rules } from "../../server/src/index.ts";

it("checks a text from a program of one's own", async () => {
  const path = fileURLToPath(new URL("../../examples/task-inspector.bpf.c", import.meta.url));
  const text = readFileSync(path, "utf8");
  const checker = await createChecker({ reader: createDiskReader(), kernels: builtinKernels().slice(-1) });
  const { diagnostics, programs } = checker.check({ path, text, config: findCompileConfig(path) });
  expect(programs.every((program) => program.analyzed)).toBe(true);
  expect(diagnostics).toHaveLength(5);
  for (const { code } of diagnostics) expect(rules.map((rule) => rule.code)).toContain(code);
});
