// Runs the preprocessor over texts held in memory.
import type { HeaderCache } from "../../server/src/preprocess/preprocess.ts";
import { createHeaderCache, preprocess } from "../../server/src/preprocess/preprocess.ts";
import type { CompileConfig, PreprocessedUnit, PreprocessLimits, Token } from "../../server/src/preprocess/unit.ts";

export interface Setup {
  /** Other files by path; `<x.h>` is looked for in /inc and /inc2. */
  readonly files?: Readonly<Record<string, string>>;
  readonly config?: Partial<CompileConfig>;
  readonly limits?: Partial<PreprocessLimits>;
  readonly cache?: HeaderCache;
  readonly path?: string;
}

export function unitOf(text: string, setup: Setup = {}): PreprocessedUnit {
  const files = setup.files ?? {};
  return preprocess(
    {
      path: setup.path ?? "/src/main.c",
      text,
      config: { includeDirs: ["/inc", "/inc2"], defines: [], undefines: [], forcedIncludes: [], ...setup.config },
      reader: { read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined) },
      ...(setup.limits === undefined ? {} : { limits: setup.limits }),
    },
    setup.cache ?? createHeaderCache(),
  );
}

export function tokensOf(unit: PreprocessedUnit): readonly Token[] {
  return unit.declarations.flatMap((declaration) => declaration.tokens);
}

/** The expanded text, one space between tokens. */
export function expand(text: string, setup: Setup = {}): string {
  return tokensOf(unitOf(text, setup))
    .map((token) => token.text)
    .join(" ");
}

/** Each declaration's names, as `kind name` with `!` when defined. */
export function namesOf(unit: PreprocessedUnit): string[] {
  return unit.declarations.map((declaration) =>
    declaration.names.map(({ kind, name, defined }) => `${kind} ${name}${defined ? "!" : ""}`).join(", "),
  );
}

export function problemsOf(unit: PreprocessedUnit): string[] {
  return unit.problems.map((problem) => problem.kind);
}
