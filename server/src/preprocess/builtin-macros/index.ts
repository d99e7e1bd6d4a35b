// All built-in macros, parsed on first use.
import { type BuiltinUse, definitionFromText, type MacroDefinition } from "../macro.ts";
import { coreMacros } from "./core.ts";

let parsed: readonly MacroDefinition[] | undefined;

export interface MacroTable {
  readonly use: BuiltinUse;
  /** One `#define` body a line; a line that begins with white space continues the one before. */
  readonly text: string;
}

export function builtinMacros(): readonly MacroDefinition[] {
  parsed ??= [...coreMacros].flatMap(parse);
  return parsed;
}

function parse(table: MacroTable): MacroDefinition[] {
  return table.text
    .trim()
    .replace(/\n[ \t]+/g, " ")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const macro = definitionFromText(line, "<built-in>");
      if (typeof macro === "string") throw new Error(`built-in macro: ${macro}`);
      return { ...macro, builtin: table.use };
    });
}
