// Reads a kernel tree once instead of once a question. Of 60,000 files some 2,000 mention BPF at all;
// a question whose words imply one of those mentions is answered from these alone, and their texts are kept.
import { FOLDERS_WITHOUT_HEADERS } from "./folders.ts";
import { isInside, type SourceTree } from "./source-tree.ts";

/** Every marker the scanner asks for contains one of these. */
const MENTIONS = ["bpf", "BTF_", "ctx_arg_info", "__nullable"];

export function narrowTree(tree: SourceTree, folders: readonly string[]): SourceTree {
  const withHeaders = folders.filter((folder) => !FOLDERS_WITHOUT_HEADERS.has(folder));
  const withoutHeaders = folders.filter((folder) => FOLDERS_WITHOUT_HEADERS.has(folder));
  const texts = new Map<string, string>();
  let candidates: readonly string[] | undefined;

  const textOf = (path: string): string => {
    let text = texts.get(path);
    if (text === undefined) {
      text = tree.read(path) ?? "";
      texts.set(path, text);
    }
    return text;
  };

  return {
    read: (path) => texts.get(path) ?? tree.read(path),
    filesContaining(needles, within, ending) {
      const implied = needles.every((needle) => MENTIONS.some((mention) => needle.includes(mention)));
      const covered = within.every((folder) => folders.some((root) => isInside(folder, root)));
      if (!implied || !covered) return tree.filesContaining(needles, within, ending);
      candidates ??= [
        ...tree.filesContaining(MENTIONS, withHeaders),
        ...tree.filesContaining(MENTIONS, withoutHeaders, ".c"),
      ].sort();
      return candidates.filter(
        (path) =>
          (ending === undefined || path.endsWith(ending)) &&
          within.some((folder) => isInside(path, folder)) &&
          needles.some((needle) => textOf(path).includes(needle)),
      );
    },
  };
}
