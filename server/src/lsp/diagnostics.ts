// Findings in the protocol's words.
import { type Diagnostic, type DiagnosticRelatedInformation, DiagnosticSeverity } from "vscode-languageserver/node";
import { assertNever } from "../base/assert-never.ts";
import type { Severity } from "../check/api.ts";
import { rulePage } from "./rule-pages.ts";
import type { WireFinding } from "./wire.ts";

/** On every diagnostic, so that users can tell them from clangd's. */
export const diagnosticSource = "kfunc";

export interface DiagnosticFeatures {
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
}

export function toDiagnostic(
  finding: WireFinding,
  features: DiagnosticFeatures,
  uriOf: (path: string) => string,
): Diagnostic {
  const page = features.codeDescription ? rulePage(finding.code) : undefined;
  const related = finding.related.map(
    ({ path, range, message }): DiagnosticRelatedInformation => ({ location: { uri: uriOf(path), range }, message }),
  );
  return {
    range: finding.range,
    severity: toSeverity(finding.severity),
    code: finding.code,
    source: diagnosticSource,
    message: finding.message,
    ...(page === undefined ? {} : { codeDescription: { href: page } }),
    ...(features.relatedInformation && related.length > 0 ? { relatedInformation: related } : {}),
  };
}

function toSeverity(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case "error":
      return DiagnosticSeverity.Error;
    case "warning":
      return DiagnosticSeverity.Warning;
    case "hint":
      return DiagnosticSeverity.Hint;
    default:
      return assertNever(severity);
  }
}
