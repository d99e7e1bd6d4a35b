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
  readonly programs: Set<string>;
  readonly kernels: Set<string>;
}

export class DiagnosticSet {
  readonly #places: Places;
  readonly #entries = new Map<string, Entry>();

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
        if (built !== undefined) this.#join(built, program, kernel);
      }
    }
  }

  /** Sorted by place; kernels in the order asked for. */
  list(kernels: readonly string[]): Diagnostic[] {
    return [...this.#entries.values()]
      .map(({ finding, programs, kernels: found }) => ({
        code: finding.code,
        severity: finding.severity,
        message: asWritten(finding.message),
        span: finding.span,
        related: finding.related.map((place) => ({ span: place.span, message: asWritten(place.message) })),
        programs: [...programs].sort(),
        kernels: kernels.filter((kernel) => found.has(kernel)),
        fix: finding.fix,
      }))
      .sort((a, b) => a.span.start - b.span.start || a.code.localeCompare(b.code));
  }

  #join(finding: Finding, program: string, kernel: string): void {
    const key = `${finding.code} ${finding.span.file.path} ${finding.span.start} ${finding.span.end}`;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { finding, programs: new Set([program]), kernels: new Set([kernel]) });
    } else {
      entry.programs.add(program);
      entry.kernels.add(kernel);
    }
  }
}
