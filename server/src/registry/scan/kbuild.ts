// Which module a source file becomes part of, from the Makefile and Kconfig beside it.
import type { SourceTree } from "./source-tree.ts";

/** Name of the module, or undefined if the file is always built in. */
export function moduleOf(path: string, tree: SourceTree): string | undefined {
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, slash);
  const object = path.slice(slash + 1).replace(/\.c$/, ".o");
  const makefile = tree.read(`${folder}/Makefile`);
  if (makefile === undefined || !path.endsWith(".c")) return undefined;
  return moduleIn(makefile.replace(/\\\n/g, " "), object, folder, tree, 0);
}

function moduleIn(
  makefile: string,
  object: string,
  folder: string,
  tree: SourceTree,
  depth: number,
): string | undefined {
  // A Makefile whose composites name each other in a circle is broken; stop after a few steps.
  if (depth > 4) return undefined;
  for (const line of makefile.split("\n")) {
    const rule = /^\s*([\w.$()-]+?)\s*[:+]?=\s*(.*)$/.exec(line);
    if (rule === null || !rule[2]!.split(/\s+/).includes(object)) continue;
    const target = rule[1]!;
    const config = /^obj-\$\((?:CONFIG_)(\w+)\)$/.exec(target)?.[1];
    if (config !== undefined) return isTristate(config, folder, tree) ? object.replace(/\.o$/, "") : undefined;
    const composite = /^([\w-]+?)-(?:objs|y|\$\(CONFIG_\w+\))(?:-\$\(\w+\))?$/.exec(target)?.[1];
    if (composite !== undefined && composite !== "obj") {
      return moduleIn(makefile, `${composite}.o`, folder, tree, depth + 1);
    }
  }
  return undefined;
}

function isTristate(config: string, folder: string, tree: SourceTree): boolean {
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const kconfig = tree.read(`${at}/Kconfig`);
    const entry =
      kconfig === undefined
        ? null
        : new RegExp(`^\\s*(?:menu)?config ${config}\\n([\\s\\S]*?)(?=^\\S|$(?![\\s\\S]))`, "m").exec(kconfig);
    if (entry !== null) return /^\s+tristate\b/m.test(entry[1]!);
    if (!at.includes("/")) return false;
  }
}
