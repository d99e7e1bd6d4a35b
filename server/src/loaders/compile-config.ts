// How a C file is compiled, as far as it can be told without asking a compiler.
// Flags the user gives come first, then what the project's own files say, then
// directories where headers usually are.
import { dirname } from "node:path";
import type { CompileConfig } from "../preprocess/unit.ts";
import { configOf, joinFlags, noFlags } from "./compiler-flags.ts";
import { guessedDirs, systemDirs } from "./guessed-dirs.ts";
import { projectDirectories } from "./project-directories.ts";
import { projectFlags } from "./project-files.ts";
import { recent } from "./recent.ts";
import { toolConfigIn } from "./tool-config.ts";

export interface ExtraFlags {
  /** `-I` of the command line or of settings; absolute. */
  readonly includeDirs: readonly string[];
  readonly defines: readonly string[];
  /** Folders the editor has open: the project of a file is not looked for above them. */
  readonly workspaceRoots?: readonly string[];
}

const noExtraFlags: ExtraFlags = { includeDirs: [], defines: [] };

/** `path` is absolute. Cheap enough to be asked before every check. */
export function findCompileConfig(path: string, extra: ExtraFlags = noExtraFlags): CompileConfig {
  const directories = projectDirectories(path, extra.workspaceRoots ?? []);
  const root = directories[directories.length - 1] ?? dirname(path);
  const flags = joinFlags(
    { ...noFlags, includeDirs: extra.includeDirs, defines: extra.defines },
    { ...noFlags, ...toolConfigIn(directories)?.flags },
    projectFlags(path, directories),
    { ...noFlags, includeDirs: usualDirs(directories) },
  );
  return configOf(flags, [root, ...(extra.workspaceRoots ?? []), ...flags.includeDirs]);
}

function usualDirs(directories: readonly string[]): readonly string[] {
  return recent(`usual ${directories.join(":")}`, () => [...guessedDirs(directories), ...systemDirs()]);
}
