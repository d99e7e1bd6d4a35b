// Compiler command lines: which flags decide what the preprocessor sees.
import { isAbsolute, resolve } from "node:path";
import type { CompileConfig } from "../preprocess/unit.ts";

/** Flags of one command line, directories absolute. */
export interface CompilerFlags {
  /** `-iquote` and `-I`, then `-isystem`, then `-idirafter`, each in order. */
  readonly includeDirs: readonly string[];
  readonly defines: readonly string[];
  readonly undefines: readonly string[];
  readonly forcedIncludes: readonly string[];
}

export const noFlags: CompilerFlags = { includeDirs: [], defines: [], undefines: [], forcedIncludes: [] };

/** Longest first, so that `-include` is not taken for `-I`... of `nclude`. */
const flagNames = ["-include", "-isystem", "-idirafter", "-iquote", "-I", "-D", "-U"] as const;
const longForms: Readonly<Record<string, (typeof flagNames)[number]>> = {
  "--include-directory": "-I",
  "--define-macro": "-D",
  "--undefine-macro": "-U",
  "--include": "-include",
};

export function parseFlags(args: readonly string[], directory: string): CompilerFlags {
  const values = new Map<string, string[]>(flagNames.map((name) => [name, []]));
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
    const long = longForms[equals < 0 ? arg : arg.slice(0, equals)];
    if (long !== undefined) {
      const value = equals < 0 ? args[++i] : arg.slice(equals + 1);
      if (value !== undefined) values.get(long)!.push(value);
      continue;
    }
    const name = flagNames.find((flag) => arg.startsWith(flag));
    if (name === undefined) continue;
    const value = arg === name ? args[++i] : arg.slice(name.length);
    if (value !== undefined && value !== "") values.get(name)!.push(value);
  }
  const directories = (name: string): string[] =>
    values.get(name)!.map((value) => (isAbsolute(value) ? value : resolve(directory, value)));
  return {
    includeDirs: ["-iquote", "-I", "-isystem", "-idirafter"].flatMap(directories),
    defines: values.get("-D")!,
    undefines: values.get("-U")!,
    forcedIncludes: directories("-include"),
  };
}

export function joinFlags(...parts: readonly CompilerFlags[]): CompilerFlags {
  return {
    includeDirs: [...new Set(parts.flatMap((part) => part.includeDirs))],
    defines: parts.flatMap((part) => part.defines),
    undefines: parts.flatMap((part) => part.undefines),
    forcedIncludes: [...new Set(parts.flatMap((part) => part.forcedIncludes))],
  };
}

export function configOf(flags: CompilerFlags, readableDirs: readonly string[]): CompileConfig {
  return { ...flags, readableDirs };
}

/** Words of a shell command line: quotes and backslashes, no expansion of anything. */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word = "";
  let inWord = false;
  for (let i = 0; i < command.length; i++) {
    const c = command[i]!;
    if (/\s/.test(c)) {
      if (inWord) words.push(word);
      word = "";
      inWord = false;
      continue;
    }
    inWord = true;
    if (c === "'") {
      const end = command.indexOf("'", i + 1);
      word += command.slice(i + 1, end < 0 ? command.length : end);
      i = end < 0 ? command.length : end;
    } else if (c === '"') {
      for (i++; i < command.length && command[i] !== '"'; i++) {
        if (command[i] === "\\" && /["\\$`]/.test(command[i + 1] ?? "")) i++;
        word += command[i];
      }
    } else if (c === "\\" && i + 1 < command.length) {
      word += command[++i];
    } else word += c;
  }
  if (inWord) words.push(word);
  return words;
}
