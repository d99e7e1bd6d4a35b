// A checker whose findings are written in the text it checks: the command line can be
// tested to the last column without the machine behind it.
//   BUG            an error on the word, note on the first line
//   WARN           a warning on the word
//   PROGRAM(name)  a program; UNREAD(name) one that could not be analyzed
//   CRASH          the checker throws
import { SourceFile } from "../../server/src/base/source.ts";
import type { Checker, CheckerOptions, Diagnostic, ProgramReport } from "../../server/src/check/api.ts";
import type { Core } from "../../server/src/cli/host.ts";
import type { ExtraFlags } from "../../server/src/loaders/compile-config.ts";
import type { KernelFacts } from "../../server/src/registry/facts.ts";

export interface FakeCore extends Core {
  readonly options: CheckerOptions[];
  readonly extras: ExtraFlags[];
}

export function fakeCore(): FakeCore {
  const options: CheckerOptions[] = [];
  const extras: ExtraFlags[] = [];
  return {
    options,
    extras,
    createChecker: async (given) => {
      options.push(given);
      return fakeChecker(given.kernels.map((kernel) => (typeof kernel === "string" ? kernel : kernel.name)));
    },
    rules: [
      { code: "a-bug", title: "A bug", severity: "error", category: "Memory Safety", verifier: ["bug \\d+"] },
      { code: "a-doubt", title: "A doubt", severity: "warning", category: "Policy", verifier: [] },
    ],
    loadTargets: async ({ kernels }) => {
      const unknown = kernels.filter((name) => !["6.1", "6.12", "7.2"].includes(name));
      return {
        targets: kernels.map((name) => ({ name, facts: { kernel: name } as KernelFacts })),
        problems: unknown.map((name) => `unknown kernel "${name}"; built in are 6.1, 6.12, 7.2`),
      };
    },
    findToolConfig: () => undefined,
    defaultKernel: "7.2",
    createDiskReader: () => ({ read: () => undefined }),
    findCompileConfig: (_path, extra) => {
      extras.push(extra);
      return { includeDirs: extra.includeDirs, defines: extra.defines, undefines: [], forcedIncludes: [] };
    },
  };
}

function fakeChecker(kernels: readonly string[]): Checker {
  return {
    invalidate: () => {},
    check: ({ path, text }) => {
      if (text.includes("CRASH")) throw new Error("lost my way");
      const file = new SourceFile(path, text);
      const programs = [...text.matchAll(/(PROGRAM|UNREAD)\((\w+)\)/g)].map((match): ProgramReport => {
        const start = match.index + match[0].indexOf("(") + 1;
        const analyzed = match[1] === "PROGRAM";
        return {
          name: match[2] ?? "",
          section: "xdp",
          span: { file, start, end: start + (match[2]?.length ?? 0) },
          analyzed,
          reason: analyzed ? undefined : "its body could not be read",
        };
      });
      const diagnostics = [...text.matchAll(/BUG|WARN/g)].map((match): Diagnostic => {
        const isBug = match[0] === "BUG";
        return {
          code: isBug ? "a-bug" : "a-doubt",
          severity: isBug ? "error" : "warning",
          message: isBug ? "`x` is a bug; remove it." : "`x` is doubtful.",
          span: { file, start: match.index, end: match.index + match[0].length },
          related: isBug ? [{ span: { file, start: 0, end: 3 }, message: "begins here" }] : [],
          programs: programs.map((program) => program.name),
          kernels,
          fix: isBug
            ? {
                kind: "insert-null-check",
                pointer: "x",
                statement: { file, start: match.index, end: match.index + 4 },
                releases: [],
                returnType: "int",
              }
            : undefined,
        };
      });
      return {
        path,
        programs,
        diagnostics,
        stats: {
          functions: 3,
          cleanFunctions: 2,
          steps: 40,
          caps: { "loop-turns": 1 },
          missingIncludes: ["vmlinux.h"],
          filesRead: 1,
        },
        files: [path],
        missing: [],
      };
    },
  };
}
