// Document addresses to file paths and back. Clients spell addresses in their own ways,
// so an open document keeps the spelling its client used.
import { fileURLToPath, pathToFileURL } from "node:url";

/** Undefined for anything that is not a file of this machine, and for nonsense. */
export function pathOfUri(uri: unknown): string | undefined {
  if (typeof uri !== "string") return undefined;
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

export function uriOfPath(path: string): string {
  return pathToFileURL(path).href;
}
