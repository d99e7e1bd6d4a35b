// What a rule is: declared once here, everything else (command line list, docs,
// hover links, corpus patterns) derives from it.
import type { SourceSpan } from "../base/source.ts";
import type { Fix, RelatedPlace, RuleInfo, Severity } from "../check/api.ts";
import type { RawFinding } from "../verifier/finding.ts";
import type { Site } from "../verifier/value.ts";

/** One finding in words and places, before it is joined over programs and kernels. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: SourceSpan;
  readonly related: readonly RelatedPlace[];
  readonly fix: Fix | undefined;
}

/** Where the machine's sites are in today's text. */
export interface Places {
  span(site: Site): SourceSpan;
  /** A short excerpt: the text of the site, white space squeezed. */
  text(site: Site): string;
  isDeclared(name: string): boolean;
  /** The whole extern declaration of a kernel function, where the program's own files have it. */
  externDeclaration(name: string): SourceSpan | undefined;
  readonly mainPath: string;
}

export interface Rule extends RuleInfo {
  /** Undefined when the finding is another rule's business. */
  build(finding: RawFinding, places: Places): Finding | undefined;
}

export function defineRule(rule: Rule): Rule {
  return rule;
}
