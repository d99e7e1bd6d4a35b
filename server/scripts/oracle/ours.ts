// What kfunc-ls says of the programs that the oracle is asked about, and whether the two agree.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Diagnostic } from "../../src/check/api.ts";
import { createChecker } from "../../src/check/checker.ts";
import { createDiskReader } from "../../src/loaders/disk-reader.ts";
import { rules } from "../../src/rules/index.ts";
import { kernelHome, toolsHome } from "./home.ts";
import type { KernelVerdict } from "./verdicts.ts";

export interface OurVerdict {
  readonly analyzed: boolean;
  /** Findings of severity error that name the program. */
  readonly errors: readonly Diagnostic[];
}

/** Verdicts by name of program. Headers are those that the oracle compiles with. */
export type OurFile = ReadonlyMap<string, OurVerdict>;

export async function createOurs(kernel: string, include: readonly string[] = []) {
  const checker = await createChecker({ kernels: [kernel], reader: createDiskReader() });
  const includeDirs = [
    ...include.map((dir) => resolve(dir)),
    kernelHome(kernel).include,
    join(toolsHome.libbpf, "include"),
  ];
  return (path: string): OurFile => {
    const full = resolve(path);
    const config = { includeDirs, defines: [], undefines: [], forcedIncludes: [] };
    const result = checker.check({ path: full, text: readFileSync(full, "utf8"), config });
    return new Map(
      result.programs.map((program) => [
        program.name,
        {
          analyzed: program.analyzed,
          errors: result.diagnostics.filter((d) => d.severity === "error" && d.programs.includes(program.name)),
        },
      ]),
    );
  };
}

export type Agreement = "agree" | "other-rule" | "missed" | "false-finding" | "not-analyzed" | "no-verdict";

const patterns = new Map(rules.map((rule) => [rule.code, rule.verifier.map((text) => new RegExp(text))]));

export function agreement(kernel: KernelVerdict, ours: OurVerdict | undefined): Agreement {
  if (kernel.verdict === "unloadable" || ours === undefined) return "no-verdict";
  if (kernel.verdict === "accepted") return ours.errors.length === 0 ? "agree" : "false-finding";
  if (ours.errors.length === 0) return ours.analyzed ? "missed" : "not-analyzed";
  const claimed = ours.errors.some((d) => patterns.get(d.code)?.some((pattern) => pattern.test(kernel.message)));
  return claimed ? "agree" : "other-rule";
}
