// Reads one file named on the command line. Everything that may be wrong with it has
// a sentence of its own: what it is and what to do.
import { readFileSync, statSync } from "node:fs";

export type SourceText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "problem"; readonly message: string };

/** Ten times the largest BPF C file seen and three times a vmlinux.h; above it, it is no source file. */
const maxBytes = 16 * 1024 * 1024;

/** The file as an editor would show it: UTF-8, without a byte order mark. */
export function readSource(path: string): SourceText {
  try {
    const status = statSync(path);
    if (status.isDirectory()) return problem("is a directory, not a file");
    if (!status.isFile()) return problem("is not a regular file; only regular files are read");
    if (status.size > maxBytes) {
      return problem(`has ${megabytes(status.size)} MB; files above ${megabytes(maxBytes)} MB are not checked`);
    }
    const bytes = readFileSync(path);
    if (bytes.includes(0)) {
      return problem("is binary data or UTF-16 text; give the C source (UTF-8), not an object file");
    }
    const text = bytes.toString("utf8");
    return { kind: "text", text: text.startsWith("\uFEFF") ? text.slice(1) : text };
  } catch (error) {
    return problem(reasonOf(error));
  }
}

/** Why the operating system refused, in plain words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist; check the spelling of the path";
  if (code === "EACCES" || code === "EPERM") return "cannot be read: permission denied";
  if (code === "ELOOP") return "cannot be read: too many symbolic links";
  if (code === "ENAMETOOLONG") return "cannot be read: the path is too long";
  if (code === "ERR_INVALID_ARG_VALUE") return "cannot be read: the path contains a NUL character";
  return `cannot be read${code === undefined ? "" : ` (${code})`}`;
}

function megabytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(0);
}

function problem(message: string): SourceText {
  return { kind: "problem", message };
}
