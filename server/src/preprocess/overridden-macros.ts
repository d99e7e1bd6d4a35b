// Macros whose real definitions hide a branch in inline assembly, where no C reader
// can see it. Ours replace them, also when the header is found.
import type { MacroDefinition } from "./macro.ts";

export const overriddenNames: ReadonlyMap<string, MacroDefinition> = new Map();
