// The machine's view of a run. The shape is a promise to scripts: keys are only ever
// added. Lines and columns are 1-based; columns count UTF-16 units, a tab is one.

import type { SourceSpan } from "../base/source.ts";
import { toolName } from "../base/tool-name.ts";
import type { CheckStats } from "../check/api.ts";
import { type CheckedFile, type CheckReport, type DiagnosticWithFixes, type Summary, summarize } from "./report.ts";
import type { ShownPath } from "./shown-path.ts";

export interface JsonReport {
  readonly tool: { readonly name: string; readonly version: string };
  readonly kernels: readonly string[];
  readonly files: readonly JsonFile[];
  readonly summary: Summary;
}

interface JsonFile {
  readonly path: string;
  readonly programs: readonly {
    readonly name: string;
    readonly section: string;
    readonly line: number;
    readonly analyzed: boolean;
    readonly reason?: string;
  }[];
  readonly diagnostics: readonly JsonDiagnostic[];
  /** With `--stats` only. */
  readonly stats?: CheckStats;
}

interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  /** Only when the finding lies in another file than `files[].path`: a header's shared helper. */
  readonly path?: string;
  readonly range: JsonRange;
  readonly programs: readonly string[];
  readonly kernels: readonly string[];
  readonly related: readonly { readonly path: string; readonly range: JsonRange; readonly message: string }[];
  readonly fixes: readonly string[];
}

interface JsonRange {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

export function jsonReport(report: CheckReport, withStats: boolean): JsonReport {
  return {
    tool: { name: toolName, version: report.version },
    kernels: [...report.kernels],
    files: report.files.map((file) => jsonFile(file, withStats)),
    summary: summarize(report),
  };
}

function jsonFile(file: CheckedFile, withStats: boolean): JsonFile {
  return {
    path: file.path,
    programs: file.programs.map((program) => ({
      name: program.name,
      section: program.section,
      line: jsonRange(program.span).start.line,
      analyzed: program.analyzed,
      ...(program.reason === undefined ? {} : { reason: program.reason }),
    })),
    diagnostics: file.diagnostics.map((found) => jsonDiagnostic(found, file.path, file.showPath)),
    ...(withStats ? { stats: file.stats } : {}),
  };
}

function jsonDiagnostic({ diagnostic, fixes }: DiagnosticWithFixes, mainPath: string, show: ShownPath): JsonDiagnostic {
  const path = show(diagnostic.span.file);
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...(path === mainPath ? {} : { path }),
    range: jsonRange(diagnostic.span),
    programs: [...diagnostic.programs],
    kernels: [...diagnostic.kernels],
    related: diagnostic.related.map(({ span, message }) => ({
      path: show(span.file),
      range: jsonRange(span),
      message,
    })),
    fixes: [...fixes],
  };
}

function jsonRange({ file, start, end }: SourceSpan): JsonRange {
  const from = file.lines.positionAt(start);
  const to = file.lines.positionAt(end);
  return {
    start: { line: from.line + 1, column: from.column + 1 },
    end: { line: to.line + 1, column: to.column + 1 },
  };
}
