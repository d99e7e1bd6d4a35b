// Finds the function behind each entry of a set. Kernels since 6.2 mark kfuncs with __bpf_kfunc; older ones
// do not, and some stand far from their set.
import { type CFunction, CText, findFunction } from "./c-text.ts";
import type { SetEntry } from "./kfunc-sets.ts";
import type { SourceTree } from "./source-tree.ts";

export interface Definition {
  readonly file: CText;
  readonly function: CFunction;
}

export function findDefinitions(
  entries: readonly SetEntry[],
  files: readonly CText[],
  tree: SourceTree,
  folders: readonly string[],
): ReadonlyMap<string, Definition> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = new Map<string, Definition>();
  const search = (name: string, candidates: readonly CText[], onlyMarked: boolean): void => {
    if (found.has(name)) return;
    for (const file of candidates) {
      if (!file.text.includes(name)) continue;
      const definition = findFunction(file, name);
      if (definition !== undefined && (definition.marked || !onlyMarked)) {
        found.set(name, { file, function: definition });
        return;
      }
    }
  };
  for (const { name, file } of entries) search(name, [byPath.get(file)!], true);
  for (const { name } of entries) search(name, files, true);
  for (const { name, file } of entries) search(name, [byPath.get(file)!], false);
  for (const { name } of entries) search(name, files, false);
  const missing = [...new Set(entries.map((entry) => entry.name))].filter((name) => !found.has(name));
  if (missing.length > 0) {
    const needles = missing.map((name) => `${name}(`);
    const more = tree.filesContaining(needles, folders, ".c").map((path) => new CText(path, tree.read(path) ?? ""));
    for (const name of missing) search(name, more, false);
  }
  return found;
}
