// The test comes after the use. The verifier may let it pass, because clang is free
// to move the load below the test, or to drop the test; so this is a warning.
import { defineRule } from "./define.ts";
import { visibleSite } from "./places.ts";

export const nullCheckTooLate = defineRule({
  code: "null-check-too-late",
  title: "Pointer is tested for NULL after it was dereferenced",
  severity: "warning",
  category: "Memory Safety",
  verifier: ["R\\d+ invalid mem access '.*or_null_?'"],
  build(finding, places) {
    if (finding.kind !== "late-null-check" || !finding.movable) return undefined;
    const { span } = visibleSite(finding.site, places);
    const name = finding.subject.origin.name;
    const shown = name === undefined ? "this pointer" : `\`${name}\``;
    return {
      code: this.code,
      severity: this.severity,
      message: `${shown} is tested for NULL here, but was dereferenced before; move the test before the first use`,
      span,
      related: [{ span: places.span(finding.use), message: "dereferenced here" }],
      fix: undefined,
    };
  },
});
