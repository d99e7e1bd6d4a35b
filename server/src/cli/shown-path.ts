// How files are named in reports: main files as the user gave them, headers relative to
// where the command runs when they lie below it, else in full. Always with `/`.
import { isAbsolute, relative, sep } from "node:path";
import type { SourceFile } from "../base/source.ts";
import type { Input } from "./find-inputs.ts";

export type ShownPath = (file: SourceFile) => string;

export function shownPaths(input: Input, workingDirectory: string): ShownPath {
  return (file) => {
    if (file.path === input.absolute) return withSlashes(input.shown);
    const fromHere = relative(workingDirectory, file.path);
    return withSlashes(fromHere === "" || fromHere.startsWith("..") || isAbsolute(fromHere) ? file.path : fromHere);
  };
}

function withSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
