// The quick fixes of a finding, as text edits in the file the finding is about.
// Made from the finding alone, so that the command line can name them and an editor
// can offer them whatever it sends along.
import type { SourceFile } from "../base/source.ts";
import type { Diagnostic, Fix } from "../check/api.ts";
import { insertNullCheck } from "./insert-null-check.ts";
import { kfuncFixEdits, kfuncFixTitle } from "./kfunc-fixes.ts";
import type { TextEdit } from "./text-edit.ts";

export interface QuickFix {
  readonly title: string;
  /** The file to change. */
  readonly file: SourceFile;
  readonly edits: readonly TextEdit[];
}

export function quickFixes({ fix }: Diagnostic): readonly QuickFix[] {
  if (fix === undefined) return [];
  const edits = editsOf(fix);
  if (edits === undefined) return [];
  return fix.kind === "insert-null-check"
    ? [{ title: `Insert a NULL check of \`${fix.pointer}\` before this use`, file: fix.statement.file, edits }]
    : [{ title: kfuncFixTitle(fix), file: fix.at.file, edits }];
}

function editsOf(fix: Fix): readonly TextEdit[] | undefined {
  return fix.kind === "insert-null-check" ? insertNullCheck(fix) : kfuncFixEdits(fix);
}

export function fixTitles(diagnostic: Diagnostic): readonly string[] {
  return quickFixes(diagnostic).map((fix) => fix.title);
}
