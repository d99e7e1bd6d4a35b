// Just enough of a preprocessor for sets that macros fill: finds a #define near its use and puts arguments in.
import { type CText, splitTopLevel } from "./c-text.ts";
import { HEADER_FOLDERS } from "./folders.ts";
import type { SourceTree } from "./source-tree.ts";

export interface MacroDefinition {
  /** undefined: used without brackets. */
  readonly params: readonly string[] | undefined;
  readonly body: string;
}

export type MacroLookup = (name: string, file: CText, before: number) => MacroDefinition | undefined;

/** Looks in the file itself (the last definition before the use), then in headers. */
export function macroLookup(tree: SourceTree, folders: readonly string[] = HEADER_FOLDERS): MacroLookup {
  const headers = new Map<string, MacroDefinition | undefined>();
  const inHeaders = (name: string): MacroDefinition | undefined => {
    for (const path of tree.filesContaining([`define ${name}`, `define\t${name}`], folders)) {
      const found = definitionsIn(tree.read(path) ?? "", name).at(-1);
      if (found !== undefined) return found.macro;
    }
    return undefined;
  };
  return (name, file, before) => {
    const own = definitionsIn(file.text, name);
    const near = own.findLast(({ offset }) => offset < before) ?? own[0];
    if (near !== undefined) return near.macro;
    if (!headers.has(name)) headers.set(name, inHeaders(name));
    return headers.get(name);
  };
}

function definitionsIn(text: string, name: string): readonly { offset: number; macro: MacroDefinition }[] {
  if (!text.includes(name)) return [];
  const define = new RegExp(
    `^[ \\t]*#[ \\t]*define[ \\t]+${name}\\b(\\([^)]*\\))?((?:[^\\n\\\\]|\\\\[^\\n]|\\\\\\n)*)`,
    "gm",
  );
  return [...text.matchAll(define)].map((match) => ({
    offset: match.index,
    macro: {
      params: match[1]
        ?.slice(1, -1)
        .split(",")
        .map((param) => param.trim()),
      body: match[2]!.replace(/\\\n/g, " "),
    },
  }));
}

/** The body with arguments in place of parameters; `##` glues. */
export function expandMacro({ params, body }: MacroDefinition, args: readonly string[]): string {
  const values = new Map<string, string>();
  params?.forEach((param, index) => {
    if (param === "..." || param.endsWith("...")) {
      values.set(param === "..." ? "__VA_ARGS__" : param.slice(0, -3).trim(), args.slice(index).join(", "));
    } else {
      values.set(param, args[index] ?? "");
    }
  });
  return body.replace(/\b[A-Za-z_]\w*\b/g, (word) => values.get(word) ?? word).replace(/\s*##\s*/g, "");
}

/** Arguments between brackets, trimmed. */
export function macroArguments(text: string): readonly string[] {
  return splitTopLevel(text).map((arg) => arg.replace(/\s+/g, " ").trim());
}
