// The decisions of a path that matter for something opened at one place and still
// open at another: what a reader wants to hear is which branch leads out.
import type { RelatedPlace } from "../check/api.ts";
import type { TraceNode } from "../verifier/trace.ts";
import { type Site, tokenName } from "../verifier/value.ts";
import type { Places } from "./define.ts";

/** Decisions between `from` and `exit`, newest first, at most three. */
export function decisionsBetween(from: Site, exit: Site, trace: TraceNode | undefined): readonly TraceNode[] {
  const nodes: TraceNode[] = [];
  // What cleanup functions and other callees decided on the way says nothing of why it stays open.
  const tellingFunctions = new Set([from.fn.name, exit.fn.name]);
  for (let node = trace; node !== undefined && nodes.length < 3; node = node.before) {
    if (!tellingFunctions.has(node.site.fn.name)) continue;
    if (isBefore(node.site, from)) break;
    nodes.push(node);
  }
  return nodes;
}

/** Further up in the same function. */
function isBefore(a: Site, b: Site): boolean {
  return a.fn.name === b.fn.name && tokenName(a.fn, a.at.start) < tokenName(b.fn, b.at.start);
}

/** "when `x` is true", by the last decision; undefined when none was taken. */
export function whenDecided(decisions: readonly TraceNode[], places: Places): string | undefined {
  const [last] = decisions;
  if (last === undefined) return undefined;
  const condition = places.text(last.site);
  return condition.length === 0 || condition.length > 60
    ? "on every path"
    : `when \`${condition}\` is ${last.taken ? "true" : "false"}`;
}

/** The last two decisions, in the order in which they are taken. */
export function decisionPlaces(decisions: readonly TraceNode[], places: Places): RelatedPlace[] {
  return decisions
    .slice(0, 2)
    .reverse()
    .map((node) => ({
      span: places.span(node.site),
      message: `this is ${node.taken ? "true" : "false"} on the leaking path`,
    }));
}
