// initialize: what this server can do, and what the client can take.
// clangd is attached to the same files: what it owns (definitions, references, rename,
// formatting, symbols, completion) is not offered here.
import {
  CodeActionKind,
  type InitializeParams,
  type InitializeResult,
  PositionEncodingKind,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { toolName } from "../../base/tool-name.ts";
import { pathOfUri } from "../paths.ts";

export interface ClientFeatures {
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly documentChanges: boolean;
  readonly markdown: boolean;
  readonly codeActionLiterals: boolean;
  /** The server may ask for settings. */
  readonly configuration: boolean;
  readonly configurationRegistration: boolean;
  readonly watchedFilesRegistration: boolean;
}

export function initializeResult(version: string): InitializeResult {
  return {
    capabilities: {
      positionEncoding: PositionEncodingKind.UTF16,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
    serverInfo: { name: toolName, version },
  };
}

export function clientFeatures(params: InitializeParams): ClientFeatures {
  const { textDocument, workspace } = params.capabilities ?? {};
  const hoverFormats: readonly unknown[] = textDocument?.hover?.contentFormat ?? [];
  return {
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true,
    codeDescription: textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    markdown: hoverFormats.includes("markdown"),
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    configuration: workspace?.configuration === true,
    configurationRegistration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchedFilesRegistration: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
  };
}

/** Paths of the workspace's folders, as far as they are on this machine. */
export function workspaceFolders(params: InitializeParams): readonly string[] {
  const listed = Array.isArray(params.workspaceFolders) ? params.workspaceFolders.map((folder) => folder?.uri) : [];
  const uris: readonly unknown[] = listed.length > 0 ? listed : [params.rootUri];
  return uris.map(pathOfUri).filter((path) => path !== undefined);
}
