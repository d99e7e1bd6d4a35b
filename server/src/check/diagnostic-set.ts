// Findings of many programs and kernels joined: one mistake at one place is one
// diagnostic that names every program and kernel in which it occurs.

import { asWritten } from "../rules/as-written.ts";
import type { Finding, Places } from "../rules/define.ts";
import { allRules } from "../rules/index.ts";
import type { RawFinding } from "../verifier/finding.ts";
import { siteKey } from "../verifier/finding.ts";
import type { Diagnostic } from "./api.ts";

interface Entry {
  readonly finding: Finding;
  /** Only with another value of a read-only variable: left out where the same is found in any case. */
  readonly assumed: boolean;
  readonly programs: Set<string>;
  readonly kernels: Set<string>;
}

export class DiagnosticSet {
  readonly #places: Places;
  readonly #entries = new Map<string, Entry>();
  /** "kernel program": not analyzed there. */
  readonly #unknown = new Set<string>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** Findings of one root of `program`. */
  add(raw: readonly RawFinding[], program: string, kernel: string): void {
    const movable = new Set<string>();
    for (const finding of raw) {
      if (finding.kind === "late-null-check" && finding.movable) movable.add(siteKey(finding.use));
    }
    for (const finding of raw) {
      // clang may sink the load below the test: the kernel may well accept it.
      if (finding.kind === "null" && finding.use.how === "dereferenced" && movable.has(siteKey(finding.site))) continue;
      for (const rule of allRules) {
        const built = rule.build(finding, this.#places);
        if (built === undefined) continue;
        const { assuming } = finding;
        if (assuming === undefined) this.#join(built, program, kernel, false);
        else this.#join(onlyWhen(built, assuming.words), program, kernel, true);
      }
    }
  }

  /** Notes that nothing is known of a program on a kernel: its silence there says nothing. */
  addUnknown(program: string, kernel: string): void {
    this.#unknown.add(`${kernel} ${program}`);
  }

  /** Sorted by place; kernels in the order asked for. */
  list(kernels: readonly string[]): Diagnostic[] {
    const refused = new Set<string>();
    for (const { finding, programs, kernels: found } of this.#entries.values()) {
      if (finding.severity !== "error") continue;
      for (const kernel of found) for (const program of programs) refused.add(`${kernel} ${program}`);
    }
    return [...this.#entries.values()]
      .filter((entry) => !entry.assumed || !this.#entries.has(keyOf(entry.finding, false)))
      .map((entry) => ({
        ...this.#judged(entry, kernels, refused),
        code: entry.finding.code,
        span: entry.finding.span,
        related: entry.finding.related.map((place) => ({
          span: place.span,
          message: asWritten(place.message, entry.finding.span.file.text),
        })),
        programs: [...entry.programs].sort(),
        kernels: kernels.filter((kernel) => entry.kernels.has(kernel)),
        fix: entry.finding.fix,
      }))
      .sort((a, b) => a.span.start - b.span.start || a.code.localeCompare(b.code));
  }

  /** An error where all targets refuse; a warning, with their names, where only some do. */
  #judged(
    { finding, programs, kernels: found }: Entry,
    kernels: readonly string[],
    refused: ReadonlySet<string>,
  ): Pick<Diagnostic, "severity" | "message"> {
    const message = asWritten(finding.message, finding.span.file.text);
    const is = (set: ReadonlySet<string>) => (kernel: string) =>
      [...programs].some((program) => set.has(`${kernel} ${program}`));
    const others = kernels.filter((kernel) => !found.has(kernel) && !is(this.#unknown)(kernel));
    if (finding.severity !== "error" || others.length === 0) return { severity: finding.severity, message };
    const here = kernels.filter((kernel) => found.has(kernel)).join(", ");
    // Refused there for another reason: that has a finding of its own.
    const accepting = others.filter((kernel) => !is(refused)(kernel)).join(", ");
    const where = accepting === "" ? `rejected on ${here}` : `rejected on ${here}, accepted on ${accepting}`;
    return { severity: "warning", message: `${where}: ${message}` };
  }

  #join(finding: Finding, program: string, kernel: string, assumed: boolean): void {
    const key = keyOf(finding, assumed);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { finding, assumed, programs: new Set([program]), kernels: new Set([kernel]) });
    } else {
      entry.programs.add(program);
      entry.kernels.add(kernel);
    }
  }
}

function keyOf({ code, span }: Finding, assumed: boolean): string {
  return `${code} ${span.file.path} ${span.start} ${span.end}${assumed ? " assumed" : ""}`;
}

/** The loader may choose so, or not: never an error. */
function onlyWhen(finding: Finding, words: string): Finding {
  if (finding.severity !== "error") return finding;
  return { ...finding, severity: "warning", message: `rejected when ${words}: ${finding.message}` };
}
