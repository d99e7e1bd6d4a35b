// A pointer that may be NULL is used as if it could not be.
import type { NullCheckFix, RelatedPlace } from "../check/api.ts";
import type { RawFinding } from "../verifier/finding.ts";
import { asWritten } from "./as-written.ts";
import { defineRule, type Places } from "./define.ts";
import { callChain, visibleSite } from "./places.ts";

type Null = Extract<RawFinding, { kind: "null" }>;

export const uncheckedNull = defineRule({
  code: "unchecked-null",
  title: "Pointer that may be NULL is used without a test",
  severity: "error",
  category: "Memory Safety",
  verifier: [
    "Possibly NULL pointer passed to trusted .+",
    "Possibly NULL pointer passed to helper .+",
    "R\\d+ invalid mem access '.*or_null_?'",
    "R\\d+ invalid mem access 'scalar'",
    "R\\d+ pointer arithmetic on .+ prohibited, null-check it first",
    "R\\d+ type=.*or_null_? expected=.+",
    "R\\d+ type=scalar expected=.+",
    "(?:R\\d+|\\*\\(R11-\\d+\\)) must be referenced or trusted",
    "(?:arg#\\d+|R\\d+) is .*or_null_ expected .+ or socket",
    "Caller passes invalid args into func#\\d+ \\('.+'\\)",
    "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) pointer type .+ must point to .*scalar, or struct with scalar",
  ],
  build(finding, places) {
    if (finding.kind !== "null") return undefined;
    const { span, inner } = visibleSite(finding.site, places);
    const related: RelatedPlace[] = [];
    if (inner !== undefined) related.push({ span: places.span(inner), message: "in this function" });
    const { subject } = finding;
    if (subject?.origin.call !== undefined) {
      related.push({ span: places.span(subject.origin.site), message: `${subject.origin.call}() may return NULL` });
    }
    related.push(...callChain(finding.site, places));
    const fix = inner === undefined ? nullCheckFix(finding, places) : undefined;
    return {
      code: this.code,
      severity: this.severity,
      message: message(finding),
      span,
      related: related.slice(0, 5),
      fix,
    };
  },
});

function message(finding: Null): string {
  const { use, subject } = finding;
  const name = pointerText(finding);
  const shown = name === "" ? "this pointer" : `\`${name}\``;
  const source = sourceOf(finding);
  const used =
    use.how === "passed"
      ? `passed to ${use.callee}()${use.param === undefined ? "" : ` (parameter ${use.param})`}`
      : "dereferenced";
  if (subject === undefined) {
    return use.how === "passed"
      ? `NULL is ${used}, which does not accept it; pass a valid pointer`
      : `${shown} is NULL here and is ${used}; test it before`;
  }
  if (use.nullableButUntested) {
    return `${shown} ${source} may be NULL and is ${used}: the parameter accepts a literal NULL, not an untested pointer; test it first and pass NULL in the other case`;
  }
  return `${shown} ${source} may be NULL and is ${used}; test it first, for example \`if (!${name === "" ? "p" : name}) return 0;\``;
}

function sourceOf({ subject }: Null): string {
  if (subject === undefined) return "";
  const { origin } = subject;
  if (origin.call !== undefined) return `from ${origin.call}()`;
  if (origin.what === "kptr") return "(a kptr read from a map or object)";
  if (origin.what === "argument") return "(an argument)";
  return "";
}

function pointerText(finding: Null): string {
  return finding.use.text !== "" ? finding.use.text : (finding.subject?.origin.name ?? "");
}

function nullCheckFix(finding: Null, places: Places): NullCheckFix | undefined {
  const pointer = pointerText(finding);
  if (finding.inRegion) return undefined;
  if (finding.subject === undefined || !/^[A-Za-z_][\w.>[\]-]*$/.test(pointer)) return undefined;
  const statement = places.span(finding.use.statement);
  if (statement.file.path !== places.mainPath) return undefined;
  const returns = finding.site.fn.returns;
  return {
    kind: "insert-null-check",
    pointer,
    statement,
    releases: finding.held.map(({ name, releasedBy }) => asWritten(`${releasedBy}(${name})`)),
    returnType:
      returns.kind === "pointer" ? "pointer" : returns.kind === "base" && returns.name === "void" ? "void" : "int",
  };
}
