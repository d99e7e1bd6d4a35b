// Judges the license that a file states against what the kernel lets call kfuncs. A file that states none is not
// judged: libraries get theirs from what they are linked with.
import type { TranslationUnit } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import type { Breach, ReachedCall } from "../verifier/finding.ts";

/** The licenses that the kernel takes for compatible with the GPL (license_is_gpl_compatible). */
const compatible: ReadonlySet<string> = new Set([
  "GPL",
  "GPL v2",
  "GPL and additional rights",
  "Dual BSD/GPL",
  "Dual MIT/GPL",
  "Dual MPL/GPL",
]);

/** The first kfunc called by a program that may call none. */
export function licenseFindings(
  unit: TranslationUnit,
  effects: KernelEffects,
  calls: readonly ReachedCall[],
): readonly Breach[] {
  const first = calls.find(({ callee }) => effects.prototype(callee) !== undefined);
  if (first === undefined) return [];
  const license = statedLicense(unit);
  if (license === undefined || compatible.has(license)) return [];
  return [
    {
      kind: "breach",
      rule: "non-gpl-license",
      why: "called",
      site: first.site,
      callee: first.callee,
      param: undefined,
      text: "",
      words: { license },
      subject: undefined,
      related: [],
      trace: undefined,
    },
  ];
}

function statedLicense({ license }: TranslationUnit): string | undefined {
  const initializer = license?.decl.initializer;
  return initializer?.kind === "string" ? initializer.value : undefined;
}
