// textDocument/hover: kfunc names, KF_ flags and parameter suffixes, from the text and the
// registry alone; never waits for a check.
import { type Hover, type HoverParams, MarkupKind } from "vscode-languageserver/node";
import { SourceFile } from "../../base/source.ts";
import { looksLikeBpf } from "../../features/bpf-source.ts";
import { type Glossary, hoverAt } from "../../features/hover.ts";
import type { OpenDocuments } from "../open-documents.ts";

export interface HoverContext {
  readonly documents: OpenDocuments;
  readonly markdown: boolean;
  readonly glossary: Glossary;
}

export function hover(params: HoverParams, { documents, markdown, glossary }: HoverContext): Hover | null {
  const document = documents.get(params?.textDocument?.uri);
  const position = params?.position;
  if (document === undefined || typeof position?.line !== "number" || typeof position.character !== "number")
    return null;
  const text = document.getText();
  if (typeof text !== "string" || !looksLikeBpf(text)) return null;
  const found = hoverAt(new SourceFile(document.uri, text), document.offsetAt(position), glossary);
  if (found === undefined) return null;
  return {
    contents: markdown
      ? { kind: MarkupKind.Markdown, value: found.markdown }
      : { kind: MarkupKind.PlainText, value: plainText(found.markdown) },
    range: { start: document.positionAt(found.start), end: document.positionAt(found.end) },
  };
}

/** For clients that show text as it is: without fences, backticks, stars and link addresses. */
function plainText(markdown: string): string {
  return markdown
    .replace(/^```.*\n/gm, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*\*|`/g, "");
}
