// Something is used, or released again, after the program gave it away.
import type { RelatedPlace } from "../check/api.ts";
import type { RawFinding } from "../verifier/finding.ts";
import { defineRule } from "./define.ts";
import { callChain, visibleSite } from "./places.ts";

type Use = Extract<RawFinding, { kind: "use-after-release" }>;

export const useAfterRelease = defineRule({
  code: "use-after-release",
  title: "Pointer is used after it was released",
  severity: "error",
  category: "Resource Lifetime Safety",
  verifier: [
    "R\\d+ invalid mem access 'scalar'",
    "Possibly NULL pointer passed to trusted .+",
    "release kfunc .+ expects referenced PTR_TO_BTF_ID passed to .+",
    "release helper .+ expects referenced PTR_TO_BTF_ID passed to .+",
    "release kernel function .+ expects refcounted PTR_TO_BTF_ID",
    "kfunc .+#\\d+ reference has not been acquired before",
    "R\\d+ type=scalar expected=.+",
    "(?:R\\d+|\\*\\(R11-\\d+\\)) is scalar expected STRUCT .+",
    "R\\d+ must be referenced when passed to release function",
    "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) pointer type .+ must point to .*scalar, or struct with scalar",
    "R\\d+ must be referenced or trusted",
    "R\\d+ must be a rcu pointer",
    ".+ can only take non-owning or refcounted bpf_rb_node pointer",
    "rbtree_remove node input must be non-owning ref",
    "(?:R\\d+|arg#\\d+|\\*\\(R11-\\d+\\)) expected pointer to allocated object",
    "invalid bpf_context access off=\\d+\\. Reference may already be released",
  ],
  build(finding, places) {
    if (finding.kind !== "use-after-release") return undefined;
    const { span, inner } = visibleSite(finding.site, places);
    const related: RelatedPlace[] = [{ span: places.span(finding.released.site), message: releaseNote(finding) }];
    if (inner !== undefined) related.unshift({ span: places.span(inner), message: "in this function" });
    const { origin } = finding.subject;
    if (origin.call !== undefined)
      related.push({ span: places.span(origin.site), message: `it came from ${origin.call}()` });
    related.push(...callChain(finding.site, places));
    return {
      code: this.code,
      severity: this.severity,
      message: message(finding),
      span,
      related: related.slice(0, 5),
      fix: undefined,
    };
  },
});

function message(finding: Use): string {
  const { origin } = finding.subject;
  const name = origin.name === undefined ? "this pointer" : `\`${origin.name}\``;
  const used =
    finding.use === "released"
      ? `released again by ${finding.callee}()`
      : finding.use === "passed"
        ? `passed to ${finding.callee}()`
        : "dereferenced";
  return `${name} is ${used} after ${why(finding)}`;
}

function why({ released }: Use): string {
  switch (released.reason) {
    case "transferred":
      return `${released.by}() took it over: use the value before, or acquire a reference of your own`;
    case "unlocked":
      return `${released.by}(): an element that is in a collection is only valid while the lock is held`;
    case "packet-changed":
      return `${released.by}() may have moved the packet data: read the packet pointers again`;
    case "owner-gone":
      return `${released.by}() released what it belongs to: use it before`;
    case "overwritten":
      return released.by === ""
        ? "the dynptr it belongs to was overwritten: use it before"
        : `${released.by}() made the dynptr it belongs to anew: use it before, or make the other one elsewhere`;
    default:
      return `${released.by}() released it: move the use before the release`;
  }
}

function releaseNote({ released }: Use): string {
  switch (released.reason) {
    case "packet-changed":
      return `${released.by}() may move the packet data`;
    case "overwritten":
      return "its dynptr is overwritten here";
    case "transferred":
      return `${released.by}() takes it over here`;
    case "unlocked":
      return `${released.by}() ends its validity here`;
    default:
      return `released here by ${released.by}()`;
  }
}
