// What one run of `check` gathered; both reporters print nothing that is not in here.
import type { CheckStats, Diagnostic, ProgramReport } from "../check/api.ts";
import type { ShownPath } from "./shown-path.ts";

export interface CheckedFile {
  /** As given on the command line. */
  readonly path: string;
  readonly showPath: ShownPath;
  readonly programs: readonly ProgramReport[];
  readonly diagnostics: readonly DiagnosticWithFixes[];
  readonly stats: CheckStats;
}

export interface DiagnosticWithFixes {
  readonly diagnostic: Diagnostic;
  /** Titles of the quick fixes an editor would offer. */
  readonly fixes: readonly string[];
}

export interface CheckReport {
  readonly version: string;
  readonly kernels: readonly string[];
  readonly files: readonly CheckedFile[];
  readonly elapsedMs: number;
}

export interface Summary {
  readonly files: number;
  readonly programs: number;
  readonly errors: number;
  readonly warnings: number;
  readonly hints: number;
  readonly notAnalyzed: number;
  readonly elapsedMs: number;
}

export function summarize({ files, elapsedMs }: CheckReport): Summary {
  const severities = files.flatMap((file) => file.diagnostics.map(({ diagnostic }) => diagnostic.severity));
  const programs = files.flatMap((file) => file.programs);
  return {
    files: files.length,
    programs: programs.length,
    errors: severities.filter((severity) => severity === "error").length,
    warnings: severities.filter((severity) => severity === "warning").length,
    hints: severities.filter((severity) => severity === "hint").length,
    notAnalyzed: programs.filter((program) => !program.analyzed).length,
    elapsedMs,
  };
}
