// A reference that some path does not give back.
import type { RelatedPlace } from "../check/api.ts";
import type { RawFinding } from "../verifier/finding.ts";
import type { TraceNode } from "../verifier/trace.ts";
import { decisionPlaces, decisionsBetween, whenDecided } from "./branches.ts";
import { defineRule, type Places } from "./define.ts";
import { callChain, visibleSite } from "./places.ts";

type Leak = Extract<RawFinding, { kind: "leak" }>;

export const unreleasedReference = defineRule({
  code: "unreleased-reference",
  title: "Acquired reference is not released on every path",
  severity: "error",
  category: "Resource Lifetime Safety",
  verifier: [
    "Unreleased reference id=\\d+ alloc_insn=\\d+",
    "BPF_EXIT instruction in main prog would lead to reference leak",
    "bpf_throw would lead to reference leak",
    "tail_call would lead to reference leak",
    "BPF_LD_\\[ABS\\|IND\\] would lead to reference leak",
    "BPF_LD_\\[ABS\\|IND\\] cannot be mixed with socket references",
    "Leaking reference id=\\d+ alloc_insn=\\d+\\. Release it first\\.",
  ],
  build(finding, places) {
    if (finding.kind !== "leak") return undefined;
    const { span, inner } = visibleSite(finding.reference.site, places);
    const related: RelatedPlace[] = [];
    if (inner !== undefined)
      related.push({ span: places.span(inner), message: `${finding.reference.call}() is called here` });
    related.push(...decisionPlaces(decisions(finding), places));
    related.push({ span: places.span(finding.exit), message: exitNote(finding) });
    related.push(...callChain(finding.reference.site, places));
    return {
      code: this.code,
      severity: this.severity,
      message: message(finding, places),
      span,
      related: related.slice(0, 5),
      fix: undefined,
    };
  },
});

function message(finding: Leak, places: Places): string {
  const { reference } = finding;
  const name = finding.name === undefined ? "" : `\`${finding.name}\` `;
  const source = reference.call === "" ? "the owned argument " : "";
  const from = reference.call === "" ? "" : `from ${reference.call}() `;
  const what =
    reference.kind === "iterator"
      ? `iterator ${name}`
      : reference.kind === "dynptr"
        ? `dynptr ${name}`
        : name || "the reference ";
  return `${source}${what}${from}is not released ${when(finding, places)}${advice(finding)}`;
}

function when(finding: Leak, places: Places): string {
  switch (finding.how) {
    case "throw":
      return `when ${finding.exitName ?? "the call"}() throws: nothing cleans up behind it; `;
    case "tail-call":
      return "before the tail call; ";
    case "load":
      return `before ${finding.exitName ?? "the packet load"}(), which leaves the program when it fails; `;
    case "callback-return":
      return `before the callback ${finding.exitName ?? ""}() returns; `;
    case "child":
      return `before ${finding.exitName ?? "its owner is released"}() takes its owner; `;
    case "return": {
      return `${whenDecided(decisions(finding), places) ?? "before the program ends"}; `;
    }
  }
}

function advice(finding: Leak): string {
  const release = finding.reference.releasedBy[0];
  const name = finding.name ?? "it";
  if (finding.reference.kind === "iterator")
    return `call ${release ?? "its destroy function"}(&${name}) on every way out`;
  if (release === undefined) return "release it, or move it into a kptr, before this exit";
  if (finding.reference.kind === "dynptr")
    return `call ${release}(&${name}) on every way out, also when reserving failed`;
  return finding.name === undefined
    ? `release it with ${release}() on that path`
    : `call ${release}(${name}) on that path`;
}

function exitNote(finding: Leak): string {
  switch (finding.how) {
    case "throw":
      return `${finding.exitName ?? "this call"}() leaves the program here`;
    case "tail-call":
      return "the tail call leaves the program here";
    case "load":
      return `${finding.exitName ?? "this load"}() may leave the program here`;
    case "child":
      return "its owner is released here";
    default:
      return "still held when the program leaves here";
  }
}

function decisions(finding: Leak): readonly TraceNode[] {
  return decisionsBetween(finding.reference.site, finding.exit, finding.trace);
}
