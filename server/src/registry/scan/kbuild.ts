// What a source file becomes a part of, from the Makefile and Kconfig beside it: the options that build it, and
// the module it is in when that may be one.
import type { SourceTree } from "./source-tree.ts";

export interface Owner {
  /** "CONFIG_NF_CONNTRACK"; none: always built, or the Makefile does not say. */
  readonly configs: readonly string[];
  /** undefined: never a module. */
  readonly module: string | undefined;
}

const NOBODY: Owner = { configs: [], module: undefined };

export function ownerOf(path: string, tree: SourceTree): Owner {
  const slash = path.lastIndexOf("/");
  const folder = slash === -1 ? "" : path.slice(0, slash);
  const object = path.slice(slash + 1).replace(/\.c$/, ".o");
  const makefile = tree.read(inFolder(folder, "Makefile")) ?? tree.read(inFolder(folder, "Kbuild"));
  if (makefile === undefined || !path.endsWith(".c")) return NOBODY;
  return ownerIn(makefile.replace(/\\\n/g, " "), object, folder, tree, 0);
}

function ownerIn(makefile: string, object: string, folder: string, tree: SourceTree, depth: number): Owner {
  // A Makefile whose composites name each other in a circle is broken; stop after a few steps.
  if (depth > 4) return NOBODY;
  for (const line of makefile.split("\n")) {
    const rule = /^\s*([\w.$()-]+?)\s*[:+]?=\s*(.*)$/.exec(line);
    if (rule === null || !rule[2]!.split(/\s+/).includes(object)) continue;
    const target = rule[1]!;
    const name = object.replace(/\.o$/, "");
    const direct = /^obj-(?:([ym])|\$\((CONFIG_\w+)\))$/.exec(target);
    if (direct !== null) {
      const config = direct[2];
      if (config === undefined) return { configs: [], module: direct[1] === "m" ? name : undefined };
      return { configs: [config], module: isTristate(config.replace("CONFIG_", ""), folder, tree) ? name : undefined };
    }
    const composite = /^([\w-]+?)-(?:objs|y|\$\((CONFIG_\w+)\))(?:-\$\(\w+\))?$/.exec(target);
    if (composite !== null && composite[1] !== "obj") {
      const whole = ownerIn(makefile, `${composite[1]}.o`, folder, tree, depth + 1);
      const part = composite[2] === undefined ? [] : [composite[2]];
      return { configs: [...part, ...whole.configs], module: whole.module };
    }
  }
  return NOBODY;
}

function isTristate(config: string, folder: string, tree: SourceTree): boolean {
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const kconfig = tree.read(inFolder(at, "Kconfig"));
    const entry =
      kconfig === undefined
        ? null
        : new RegExp(`^\\s*(?:menu)?config ${config}\\n([\\s\\S]*?)(?=^\\S|$(?![\\s\\S]))`, "m").exec(kconfig);
    if (entry !== null) return /^\s+tristate\b/m.test(entry[1]!);
    if (!at.includes("/")) return false;
  }
}

function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
