// Which folders above a file belong to its project.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isInside } from "./disk-reader.ts";
import { recent } from "./recent.ts";

/** The tool's own configuration of a project. */
export const toolConfigName = ".kfunc-ls.json";

/** Files that belong to a project as a whole, and build files that stand in every folder of one. */
const markers: readonly string[] = [
  ".git",
  ".hg",
  "compile_commands.json",
  ".clangd",
  "compile_flags.txt",
  toolConfigName,
  "go.mod",
  "Cargo.toml",
  "meson.build",
  "CMakeLists.txt",
  "Makefile",
  "Kbuild",
];
/** Folders looked at above a file; projects nest less. */
const maxLevels = 12;

/**
 * From the file's folder up to the root of its project: an open folder, else the outermost marked
 * folder within the innermost repository, else the file's own. Above that nothing is read unless
 * somebody says so with an include directory.
 */
export function projectDirectories(path: string, workspaceRoots: readonly string[]): readonly string[] {
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
