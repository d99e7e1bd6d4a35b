// A rule whose findings are breaches: place, related places and call chain are the
// same for all of them; what differs is the table of messages.
import type { SourceSpan } from "../base/source.ts";
import type { Fix, RelatedPlace, RuleInfo, Severity } from "../check/api.ts";
import type { Breach } from "../verifier/finding.ts";
import { decisionPlaces, decisionsBetween, whenDecided } from "./branches.ts";
import { defineRule, type Places, type Rule } from "./define.ts";
import { callChain, visibleSite } from "./places.ts";

type Words = (breach: Breach, places: Places) => string;

/** Words for each `why` of the rule: what is wrong, why, and what to do. With a severity where it is not the rule's. */
export type BreachMessages = Readonly<Record<string, Words | { readonly severity: Severity; readonly text: Words }>>;

/** The quick fix of a finding in the file being checked; `span` is where it is shown. */
export type BreachFix = (breach: Breach, span: SourceSpan, places: Places) => Fix | undefined;

export function defineBreachRule(info: RuleInfo, messages: BreachMessages, fixOf?: BreachFix): Rule {
  return defineRule({
    ...info,
    build(finding, places) {
      if (finding.kind !== "breach" || finding.rule !== info.code) return undefined;
      const message = messages[finding.why];
      if (message === undefined) throw new Error(`rule ${info.code} has no message for "${finding.why}"`);
      const { span, inner } = visibleSite(finding.site, places);
      const related: RelatedPlace[] = [];
      if (inner !== undefined) related.push({ span: places.span(inner), message: "in this function" });
      if (finding.exit !== undefined)
        related.push(...decisionPlaces(decisionsBetween(finding.site, finding.exit, finding.trace), places));
      for (const place of finding.related) related.push({ span: places.span(place.site), message: place.message });
      related.push(...callChain(finding.site, places));
      return {
        code: info.code,
        severity: typeof message === "function" ? info.severity : message.severity,
        message: (typeof message === "function" ? message : message.text)(finding, places),
        span,
        related: related.slice(0, 5),
        fix: inner === undefined ? fixOf?.(finding, span, places) : undefined,
      };
    },
  });
}

/** The expression concerned as the user wrote it, in quotes. */
export function named(breach: Breach, otherwise = "this pointer"): string {
  const name = breach.text === "" ? (breach.subject?.origin.name ?? "") : breach.text;
  return name === "" ? otherwise : `\`${name}\``;
}

/** "when `x` is true" or "before the program ends", of something that is still open where the program leaves. */
export function whenLeft(breach: Breach, places: Places): string {
  const { site, exit, trace } = breach;
  const decisions = exit === undefined ? [] : decisionsBetween(site, exit, trace);
  return whenDecided(decisions, places) ?? "before the program ends";
}
