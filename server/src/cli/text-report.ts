// The reader's view of a run: every finding with its source line, the path that leads to
// it, the programs it breaks, and a summary. One block a finding, a blank line between.
import type { SourceSpan } from "../base/source.ts";
import { type Colors, severityColor } from "./colors.ts";
import { excerpt, printable } from "./excerpt.ts";
import { type CheckedFile, type CheckReport, type DiagnosticWithFixes, summarize } from "./report.ts";
import type { ShownPath } from "./shown-path.ts";

export interface TextOptions {
  readonly colors: Colors;
  readonly stats: boolean;
  /** Kernels are only worth a word when several were asked for. */
  readonly kernels: readonly string[];
}

/** What is printed for one file as soon as it is checked; empty when there is nothing to say. */
export function fileText(file: CheckedFile, options: TextOptions): string {
  return [
    ...file.diagnostics.map((found) => findingText(found, file.showPath, options)),
    ...(options.stats ? [statsText(file, options.colors)] : []),
  ].join("");
}

/** The last line: what was checked, against which kernels, and what came out. */
export function summaryText(report: CheckReport, colors: Colors): string {
  const { files, programs, errors, warnings, hints, notAnalyzed, elapsedMs } = summarize(report);
  const found = [
    errors > 0 ? severityColor(colors, "error")(count(errors, "error")) : "",
    warnings > 0 ? severityColor(colors, "warning")(count(warnings, "warning")) : "",
    hints > 0 ? severityColor(colors, "hint")(count(hints, "hint")) : "",
  ].filter((part) => part !== "");
  const verdict = found.length > 0 ? found.join(", ") : colors.bold(colors.green("no findings"));
  const kernels = report.kernels
    .map((kernel) => (/^\d/.test(kernel) ? `Linux ${kernel}` : printable(kernel)))
    .join(", ");
  const unread = notAnalyzed > 0 ? `, ${colors.yellow(`${notAnalyzed} of them not fully analyzed`)}` : "";
  const checked = `${count(files, "file")}, ${count(programs, "program")}${unread}`;
  return `${verdict} in ${checked} ${colors.dim(`(${kernels}; ${(elapsedMs / 1000).toFixed(1)} s)`)}\n`;
}

function findingText({ diagnostic, fixes }: DiagnosticWithFixes, show: ShownPath, options: TextOptions): string {
  const { colors } = options;
  const color = severityColor(colors, diagnostic.severity);
  const places = [diagnostic.span, ...diagnostic.related.map((related) => related.span)];
  const gutter = Math.max(...places.map((span) => String(excerpt(span).lineNumber).length));
  const tail = [
    ...(diagnostic.programs.length > 0
      ? [`${plural(diagnostic.programs.length, "program")}: ${diagnostic.programs.map(printable).join(", ")}`]
      : []),
    ...(options.kernels.length > 1
      ? [`${plural(diagnostic.kernels.length, "kernel")}: ${diagnostic.kernels.join(", ")}`]
      : []),
    ...fixes.map((title) => `fix: ${printable(title)}`),
  ];
  return [
    `${colors.bold(place(diagnostic.span, show))}: ${color(`${diagnostic.severity}[${diagnostic.code}]`)}: ${colors.bold(printable(diagnostic.message))}`,
    ...excerptLines(diagnostic.span, gutter, color, colors),
    ...diagnostic.related.flatMap(({ span, message }) => [
      `${" ".repeat(gutter + 1)}${colors.blue("note")}: ${place(span, show)}: ${printable(message)}`,
      ...excerptLines(span, gutter, colors.blue, colors),
    ]),
    ...tail.map((line) => `${" ".repeat(gutter + 1)}${colors.dim("=")} ${line}`),
    "",
    "",
  ].join("\n");
}

function excerptLines(span: SourceSpan, gutter: number, color: (text: string) => string, colors: Colors): string[] {
  const { lineNumber, source, carets } = excerpt(span);
  const bar = colors.dim("|");
  return [
    `${colors.dim(String(lineNumber).padStart(gutter))} ${bar} ${source}`,
    `${" ".repeat(gutter)} ${bar} ${color(carets)}`,
  ];
}

function statsText({ path, programs, stats }: CheckedFile, colors: Colors): string {
  const unread = programs.filter((program) => !program.analyzed);
  const caps = Object.entries(stats.caps).filter(([, times]) => times > 0);
  const lines = [
    `${count(programs.length, "program")}, ${stats.cleanFunctions} of ${count(stats.functions, "function")} read clean, ` +
      `${count(stats.steps, "step")}, ${count(stats.filesRead, "file")} read`,
    ...unread.map(
      ({ name, reason }) =>
        `not fully analyzed: ${printable(name)}${reason === undefined ? "" : `: ${printable(reason)}`}`,
    ),
    ...caps.map(([name, times]) => `cap ${name} met ${count(times, "time")}`),
    ...(stats.missingIncludes.length > 0
      ? [`headers not found: ${stats.missingIncludes.map(printable).join(", ")}`]
      : []),
  ];
  return `${colors.bold(printable(path))}: ${colors.cyan("stats")}: ${lines.join("\n  ")}\n\n`;
}

function place({ file, start }: SourceSpan, show: ShownPath): string {
  const { line, column } = file.lines.positionAt(start);
  return `${printable(show(file))}:${line + 1}:${column + 1}`;
}

function count(number: number, word: string): string {
  return `${number} ${plural(number, word)}`;
}

function plural(number: number, word: string): string {
  return number === 1 ? word : `${word}s`;
}
