// workspace/didChangeWatchedFiles: what changed on disk without the editor's doing.
import type { DidChangeWatchedFilesParams, FileSystemWatcher } from "vscode-languageserver/node";
import { pathOfUri } from "../paths.ts";

/** Sources, headers, and the files that tell how sources are compiled. */
export const watchers: FileSystemWatcher[] = [
  { globPattern: "**/*.{c,h}" },
  { globPattern: "**/{compile_commands.json,compile_flags.txt,.clangd,.kfunc-ls.json}" },
  { globPattern: "**/*.go" },
];

export function changedPaths(params: DidChangeWatchedFilesParams): readonly string[] {
  const changes: readonly { readonly uri?: unknown }[] = Array.isArray(params?.changes) ? params.changes : [];
  return changes.map((change) => pathOfUri(change?.uri)).filter((path) => path !== undefined);
}

/** A changed header touches those who read it; a change of compile flags may touch every file. */
export function changesFlags(path: string): boolean {
  return /(?:^|[/\\])(?:compile_commands\.json|\.kfunc-ls\.json|compile_flags\.txt|\.clangd)$|\.go$/.test(path);
}
