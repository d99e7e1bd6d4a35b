// Branches that a `const volatile` variable decides, named so that they are found again in
// a graph made from another version of the text.
import type { ControlFlowGraph, Terminator } from "../cfg/ir.ts";
import { type SkippedBlock, siteKey } from "./finding.ts";
import type { Site } from "./value.ts";

type Branch = Extract<Terminator, { kind: "branch" }>;

export function skippedAt(graph: ControlFlowGraph, branch: Branch, site: Site, when: boolean): SkippedBlock {
  return { site, when, ordinal: branchesAt(graph, site).indexOf(branch) };
}

/** The block that is entered only then. */
export function blockOf(graph: ControlFlowGraph, { site, when, ordinal }: SkippedBlock): number | undefined {
  const branch = branchesAt(graph, site)[ordinal];
  return when ? branch?.whenTrue : branch?.whenFalse;
}

function branchesAt(graph: ControlFlowGraph, site: Site): readonly Branch[] {
  const key = siteKey(site);
  const found: Branch[] = [];
  for (const { terminator } of graph.blocks) {
    if (terminator.kind === "branch" && siteKey({ fn: graph.decl, at: terminator.at }) === key) found.push(terminator);
  }
  return found;
}
