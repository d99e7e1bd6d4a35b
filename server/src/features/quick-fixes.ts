// The quick fixes of a finding, as text edits in the file the finding is about.
// Made from the finding alone, so that the command line can name them and an editor
// can offer them whatever it sends along.
import type { Diagnostic } from "../check/api.ts";
import { insertNullCheck } from "./insert-null-check.ts";
import type { TextEdit } from "./text-edit.ts";

export interface QuickFix {
  readonly title: string;
  /** Path of the file to change. */
  readonly path: string;
  readonly edits: readonly TextEdit[];
}

export function quickFixes({ fix }: Diagnostic): readonly QuickFix[] {
  if (fix === undefined) return [];
  const edits = insertNullCheck(fix);
  if (edits === undefined) return [];
  return [{ title: `Insert a NULL check of \`${fix.pointer}\` before this use`, path: fix.statement.file.path, edits }];
}

export function fixTitles(diagnostic: Diagnostic): readonly string[] {
  return quickFixes(diagnostic).map((fix) => fix.title);
}
