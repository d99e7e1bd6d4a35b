// What is given back was never acquired, or is not the object itself.
import type { RelatedPlace } from "../check/api.ts";
import type { RawFinding } from "../verifier/finding.ts";
import { defineRule } from "./define.ts";
import { callChain, visibleSite } from "./places.ts";

type Unowned = Extract<RawFinding, { kind: "release-unowned" }>;

export const releaseUnowned = defineRule({
  code: "release-unowned",
  title: "Released pointer does not carry a reference",
  severity: "error",
  category: "Resource Lifetime Safety",
  verifier: [
    "release kfunc .+ expects referenced PTR_TO_BTF_ID passed to .+",
    "release helper .+ expects referenced PTR_TO_BTF_ID passed to .+",
    "release kernel function .+ expects refcounted PTR_TO_BTF_ID",
    "R\\d+ must be referenced when passed to release function",
    "R\\d+ must be referenced",
    "R\\d+ type=.+ expected=ringbuf_mem",
    "R\\d+ must be referenced or trusted",
    "R\\d+ must have zero offset when passed to release func or trusted arg to kfunc",
    "dereference of modified .+ ptr .+",
    "R\\d+ expected for bpf_percpu_obj_drop\\(\\)",
    "R\\d+ expected for bpf_obj_drop\\(\\)",
    "arg#\\d+ expected for bpf_percpu_obj_drop_impl\\(\\)",
    "arg#\\d+ expected for bpf_obj_drop_impl\\(\\)",
    "kernel function .+ (args#\\d+|R\\d+) expected pointer to .+ but R\\d+ has a pointer to .+",
    "allocated object must be referenced",
    "R\\d+ expected pointer to allocated object",
    "arg#\\d+ expected pointer to allocated object",
    "arg#\\d+ is untrusted_ptr_or_null_ expected ptr_ or socket",
    "kfunc .+#\\d+ reference has not been acquired before",
    "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) pointer type .+ must point to .*scalar, or struct with scalar",
    "R\\d+ is .+ expected .+ or socket",
  ],
  build(finding, places) {
    if (finding.kind !== "release-unowned") return undefined;
    const { span, inner } = visibleSite(finding.site, places);
    const related: RelatedPlace[] = [];
    if (inner !== undefined) related.push({ span: places.span(inner), message: "in this function" });
    const origin = finding.subject?.origin;
    if (origin?.call !== undefined)
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

function message(finding: Unowned): string {
  const name = finding.text === "" ? (finding.subject?.origin.name ?? "this pointer") : finding.text;
  const call = `${finding.callee}()`;
  switch (finding.why) {
    case "offset":
      return `\`${name}\` points inside the object that was acquired; pass the object itself to ${call}`;
    case "stack":
      return `\`${name}\` is memory of the program, not a kernel object; ${call} takes only what an acquire function returned`;
    case "argument":
      return `\`${name}\` is an argument and not owned by the program; acquire a reference of your own before ${call}, or do not release it`;
    case "kptr":
      return `\`${name}\` was read from a kptr and is still owned by it; take it out with bpf_kptr_xchg() before ${call}`;
    case "member":
      return `\`${name}\` was read from another object and carries no reference; acquire it before ${call}, or do not release it`;
    case "percpu":
      return `\`${name}\` is a per-CPU object; release it with bpf_percpu_obj_drop()`;
    case "not-percpu":
      return `\`${name}\` is not a per-CPU object; release it with bpf_obj_drop()`;
    case "callback":
      return `\`${name}\` belongs to the caller of the callback; on this kernel a callback may only release what it acquired itself`;
    case "non-owning":
      return `\`${name}\` is in a collection, which owns it; remove it from there before ${call}`;
    case "global-argument":
      return `\`${name}\` belongs to the caller; a global function is checked on its own and cannot release it`;
    case "wrong-type":
      return `\`${name}\` is a struct ${finding.subject?.struct ?? "of another type"}, which ${call} does not take; use ${finding.releasers.map((release) => `${release}()`).join(" or ") || "the release function of its type"}`;
    case "not-acquired":
      return `\`${name}\` carries no reference; ${call} takes only what an acquire function returned`;
  }
}
