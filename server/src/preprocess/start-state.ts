// The macro table a translation unit starts with: what the compiler predefines, our
// built-in stand-ins, and the -D and -U of the configuration. Made once for each
// configuration, and copied for each unit.
import { builtinMacros } from "./builtin-macros/index.ts";
import { Hasher, hashText } from "./hash.ts";
import { type DynamicMacro, definitionFromText, type MacroDefinition } from "./macro.ts";
import { defaultTargetArchitecture, predefinedMacros } from "./predefined-macros.ts";
import type { CompileConfig, PreprocessLimits } from "./unit.ts";

export interface BaseState {
  readonly macros: ReadonlyMap<string, MacroDefinition>;
  /** Stands for the macros and everything else that decides what an include does. */
  readonly state: number;
}

/** Equal keys start equal. */
export function configKey(config: CompileConfig, limits: PreprocessLimits): string {
  return JSON.stringify([config.includeDirs, config.defines, config.undefines, config.readableDirs, limits]);
}

export function startState(config: CompileConfig, key: string): BaseState {
  const macros = new Map<string, MacroDefinition>();
  for (const macro of builtinMacros()) macros.set(macro.name, macro);
  for (const line of predefinedMacros.trim().split("\n")) define(macros, line);
  for (const name of dynamicMacros) {
    const params = name === "_Pragma" ? ["text"] : undefined;
    macros.set(name, { name, params, variadic: false, body: [], hash: hashText(name), dynamic: name });
  }
  if (!config.defines.some((text) => text.startsWith("__TARGET_ARCH_"))) {
    define(macros, `${defaultTargetArchitecture} 1`);
  }
  for (const text of config.defines) {
    const equals = text.indexOf("=");
    define(macros, equals < 0 ? `${text} 1` : `${text.slice(0, equals)} ${text.slice(equals + 1)}`);
  }
  for (const name of config.undefines) macros.delete(name);
  return { macros, state: new Hasher().text(key).value };
}

/** The state after a change of the macro table. */
export function mixState(state: number, change: number): number {
  const low = Math.imul((state >>> 0) ^ (change >>> 0), 0x01000193) + ((change / 0x100000000) >>> 0);
  const high = Math.imul(((state / 0x100000000) >>> 0) ^ (change >>> 0) ^ (low >>> 13), 0x5bd1e995);
  return ((high ^ (high >>> 15)) & 0x1fffff) * 0x100000000 + ((low ^ (low >>> 16)) >>> 0);
}

const dynamicMacros: readonly DynamicMacro[] = [
  "__LINE__",
  "__FILE__",
  "__FILE_NAME__",
  "__BASE_FILE__",
  "__INCLUDE_LEVEL__",
  "__COUNTER__",
  "_Pragma",
];

function define(macros: Map<string, MacroDefinition>, text: string): void {
  const macro = definitionFromText(text, "<command line>");
  if (typeof macro !== "string") macros.set(macro.name, macro);
}
