// How the scanner sees a kernel tree. It touches no disk itself: a script or a command
// hands in an implementation, tests hand in a few texts.

export interface SourceTree {
  /** Text of a file, or undefined if there is none. Paths are relative to the root, with slashes. */
  read(path: string): string | undefined;
  /**
   * Paths of .c and .h files (of one kind only, if `ending` is given) under `folders` whose bytes contain at least
   * one of `needles`, sorted. The folder "" is the whole tree.
   */
  filesContaining(needles: readonly string[], folders: readonly string[], ending?: ".c" | ".h"): readonly string[];
}

/** Is the path inside the folder? Everything is inside "". */
export function isInside(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
