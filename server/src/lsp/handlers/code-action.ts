// textDocument/codeAction: the quick fixes of the server's own findings under the range.
// What the client sends as context is not relied on: some send no diagnostics at all.
// Editors ask at every cursor move, so nothing is computed here.
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type Diagnostic,
  type Range,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import type { OpenDocuments } from "../open-documents.ts";
import type { WireFinding, WireFix } from "../wire.ts";

export interface CodeActionContext {
  readonly documents: OpenDocuments;
  readonly documentChanges: boolean;
  toDiagnostic(finding: WireFinding): Diagnostic;
  /** Resolves when the document's findings are those of its present text. */
  settled(uri: string): Promise<void>;
}

export async function codeActions(params: CodeActionParams, context: CodeActionContext): Promise<CodeAction[]> {
  const uri = params?.textDocument?.uri;
  if (context.documents.get(uri) === undefined || !isRange(params.range)) return [];
  if (!wantsQuickFixes(params.context?.only)) return [];
  if (!isIdleQuestion(params)) await context.settled(uri);

  const document = context.documents.get(uri);
  const checked = context.documents.checked(uri);
  if (document === undefined || checked === undefined || checked.version !== document.version) return [];
  return checked.result.findings
    .filter((finding) => context.documents.uriOf(finding.path) === uri && overlaps(finding.range, params.range))
    .flatMap((finding) =>
      finding.fixes.map((fix) => ({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [context.toDiagnostic(finding)],
        isPreferred: true,
        edit: toWorkspaceEdit(fix, context),
      })),
    );
}

/** The editor asks on its own, with nothing under the cursor: not worth waiting for a running check. */
function isIdleQuestion({ context }: CodeActionParams): boolean {
  return context?.triggerKind === CodeActionTriggerKind.Automatic && (context.diagnostics?.length ?? 0) === 0;
}

/** "quickfix.some" is asked for by "quickfix", and so is "quickfix" by "". */
function wantsQuickFixes(only: unknown): boolean {
  if (!Array.isArray(only)) return true;
  return only.some((kind) => kind === "" || kind === CodeActionKind.QuickFix);
}

/** Touching counts: the cursor stands behind the word it has just left. */
function overlaps(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Range["start"], b: Range["start"]): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

function isRange(value: unknown): value is Range {
  const range = value as Partial<Range> | null | undefined;
  return [range?.start, range?.end].every(
    (position) => typeof position?.line === "number" && typeof position.character === "number",
  );
}

function toWorkspaceEdit({ path, edits }: WireFix, { documents, documentChanges }: CodeActionContext): WorkspaceEdit {
  const uri = documents.uriOf(path);
  const changes = edits.map(({ range, newText }) => ({ range, newText }));
  if (!documentChanges) return { changes: { [uri]: changes } };
  return { documentChanges: [{ textDocument: { uri, version: documents.get(uri)?.version ?? null }, edits: changes }] };
}
