// How a C file is compiled, as far as it can be told without asking a compiler.
// Flags the user gives come first, then what the project's own files say, then
// directories where headers usually are.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CompileConfig } from "../preprocess/unit.ts";
import { configOf, joinFlags, noFlags } from "./compiler-flags.ts";
import { isInside } from "./disk-reader.ts";
import { guessedDirs, systemDirs } from "./guessed-dirs.ts";
import { projectFlags } from "./project-files.ts";
import { recent } from "./recent.ts";

export interface ExtraFlags {
  /** `-I` of the command line or of settings; absolute. */
  readonly includeDirs: readonly string[];
  readonly defines: readonly string[];
  /** Folders the editor has open: the project of a file is not looked for above them. */
  readonly workspaceRoots?: readonly string[];
}

const noExtraFlags: ExtraFlags = { includeDirs: [], defines: [] };

/** Files that belong to a project as a whole, and build files that stand in every folder of one. */
const markers: readonly string[] = [
  ".git",
  ".hg",
  "compile_commands.json",
  ".clangd",
  "compile_flags.txt",
  "go.mod",
  "Cargo.toml",
  "meson.build",
  "CMakeLists.txt",
  "Makefile",
  "Kbuild",
];
/** Folders looked at above a file; projects nest less. */
const maxLevels = 12;

/** `path` is absolute. Cheap enough to be asked before every check. */
export function findCompileConfig(path: string, extra: ExtraFlags = noExtraFlags): CompileConfig {
  const directories = projectDirectories(path, extra.workspaceRoots ?? []);
  const root = directories[directories.length - 1] ?? dirname(path);
  const flags = joinFlags(
    { ...noFlags, includeDirs: extra.includeDirs, defines: extra.defines },
    projectFlags(path, directories),
    { ...noFlags, includeDirs: usualDirs(directories) },
  );
  return configOf(flags, [root, ...(extra.workspaceRoots ?? []), ...flags.includeDirs]);
}

function usualDirs(directories: readonly string[]): readonly string[] {
  return recent(`usual ${directories.join(":")}`, () => [...guessedDirs(directories), ...systemDirs()]);
}

/**
 * From the file's folder up to the root of its project: an open folder, else the outermost marked
 * folder within the innermost repository, else the file's own. Above that nothing is read unless
 * somebody says so with an include directory.
 */
function projectDirectories(path: string, workspaceRoots: readonly string[]): readonly string[] {
  const own = dirname(path);
  return recent(`project ${own} ${workspaceRoots.join(":")}`, () => {
    const workspace = workspaceRoots.filter((root) => isInside(own, root)).sort((a, b) => a.length - b.length)[0];
    const directories: string[] = [];
    let inProject = 1;
    for (let directory = own; directories.length < maxLevels; directory = dirname(directory)) {
      // The top of the disk is no project.
      if (dirname(directory) === directory) break;
      directories.push(directory);
      if (directory === workspace) return directories;
      if (workspace !== undefined) continue;
      if (markers.some((marker) => existsSync(join(directory, marker)))) inProject = directories.length;
      if (existsSync(join(directory, ".git"))) break;
    }
    return directories.slice(0, inProject);
  });
}
