// Reads a kernel tree once instead of once a question. Of 60,000 files some 2,000 mention BPF at all;
// a question whose words imply one of those mentions is answered from these alone.
import type { SourceTree } from "./source-tree.ts";

/** Every marker the scanner asks for contains one of these. */
const MENTIONS = ["bpf", "BTF_", "ctx_arg_info", "__nullable"];

export function narrowTree(tree: SourceTree, folders: readonly string[]): SourceTree {
  let candidates: readonly string[] | undefined;
  return {
    read: (path) => tree.read(path),
    filesContaining(needles, within) {
      const implied = needles.every((needle) => MENTIONS.some((mention) => needle.includes(mention)));
      const covered = within.every((folder) => folders.some((root) => isInside(folder, root)));
      if (!implied || !covered) return tree.filesContaining(needles, within);
      candidates ??= tree.filesContaining(MENTIONS, folders);
      return candidates.filter((path) => {
        if (!within.some((folder) => isInside(path, folder))) return false;
        const text = tree.read(path) ?? "";
        return needles.some((needle) => text.includes(needle));
      });
    },
  };
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
