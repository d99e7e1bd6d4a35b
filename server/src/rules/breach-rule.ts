// A rule whose findings are breaches: place, related places and call chain are the
// same for all of them; what differs is the table of messages.
import type { RelatedPlace, RuleInfo } from "../check/api.ts";
import type { Breach } from "../verifier/finding.ts";
import { decisionPlaces, decisionsBetween, whenDecided } from "./branches.ts";
import { defineRule, type Places, type Rule } from "./define.ts";
import { callChain, visibleSite } from "./places.ts";

/** Words for each `why` of the rule: what is wrong, why, and what to do. */
export type BreachMessages = Readonly<Record<string, (breach: Breach, places: Places) => string>>;

export function defineBreachRule(info: RuleInfo, messages: BreachMessages): Rule {
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
        severity: info.severity,
        message: message(finding, places),
        span,
        related: related.slice(0, 5),
        fix: undefined,
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
