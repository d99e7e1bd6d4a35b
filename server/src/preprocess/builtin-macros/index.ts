// Stand-ins for the macros of headers that were not found, so that a lone file in an
// editor still parses. Written from what the macros do, not from how their headers
// spell it; a macro that any found header defines wins over ours.
import { definitionFromText, type MacroDefinition } from "../macro.ts";
import { arenaMacros } from "./arena.ts";
import { coreReadMacros } from "./core-read.ts";
import { experimentalMacros } from "./experimental.ts";
import { helperMacros } from "./helpers.ts";
import { hidMacros } from "./hid.ts";
import { instructionMacros } from "./instructions.ts";
import { kernelMacros } from "./kernel.ts";
import { schedExtMacros } from "./sched-ext.ts";
import { selftestMacros } from "./selftests.ts";
import type { MacroTable } from "./table.ts";
import { tracingMacros } from "./tracing.ts";

const tables: readonly MacroTable[] = [
  ...helperMacros,
  ...tracingMacros,
  ...coreReadMacros,
  ...experimentalMacros,
  ...selftestMacros,
  ...arenaMacros,
  ...schedExtMacros,
  ...hidMacros,
  ...kernelMacros,
  ...instructionMacros,
];

let parsed: readonly MacroDefinition[] | undefined;

/** All of them, parsed on first use. */
export function builtinMacros(): readonly MacroDefinition[] {
  parsed ??= tables.flatMap((table) =>
    parseMacros(table.text).map((macro) => ({ ...macro, builtin: table.use }) satisfies MacroDefinition),
  );
  return parsed;
}

/** Parses the text of a table. */
export function parseMacros(text: string): MacroDefinition[] {
  return text
    .trim()
    .replace(/\n[ \t]+/g, " ")
    .split("\n")
    .map((line) => {
      const macro = definitionFromText(line, "<built-in>");
      if (typeof macro === "string") throw new Error(`built-in macro: ${macro}`);
      return macro;
    });
}
