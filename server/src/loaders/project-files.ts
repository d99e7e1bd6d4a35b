// The files of a project that say how its C is compiled: compile_commands.json,
// compile_flags.txt, .clangd, and go:generate lines of bpf2go. All of them are
// input from strangers: what is not understood is skipped.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { type CompilerFlags, joinFlags, noFlags, parseFlags, splitCommand } from "./compiler-flags.ts";
import { isInside, readRegularFile } from "./disk-reader.ts";
import { recent } from "./recent.ts";

/** Parsed files are kept until their time stamp changes; a compilation database can have megabytes. */
const kept = new Map<string, { readonly stamp: string; readonly value: unknown }>();
const maxKept = 200;

/** A configuration somebody wrote by hand is smaller. */
const maxConfigLength = 256 * 1024;

/** `directories`: from the file's own folder up to the root of its project. Nothing outside of that root is read. */
export function projectFlags(path: string, directories: readonly string[]): CompilerFlags {
  const root = directories[directories.length - 1] ?? dirname(path);
  const clangd = directories.map((directory) => clangdConfig(directory, root));
  const searchIn = clangd.find((config) => config.database !== undefined)?.database;
  return joinFlags(
    ...clangd.map((config) => config.flags),
    databaseFlags(path, searchIn === undefined ? directories : [searchIn, ...directories], root),
    bpf2goFlags(path, directories.slice(0, 3), root),
  );
}

// --- compile_commands.json, compile_flags.txt ---

interface Command {
  readonly file: string;
  readonly flags: () => CompilerFlags;
}

function databaseFlags(path: string, directories: readonly string[], root: string): CompilerFlags {
  for (const directory of directories) {
    for (const place of [directory, join(directory, "build")]) {
      const commands = compileCommands(join(place, "compile_commands.json"), root);
      if (commands !== undefined) return bestCommand(commands, path)?.flags() ?? noFlags;
    }
    const flags = keptFile(join(directory, "compile_flags.txt"), root, (text) =>
      parseFlags(
        text
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line !== ""),
        directory,
      ),
    );
    if (flags !== undefined) return flags;
  }
  return noFlags;
}

function compileCommands(path: string, root: string): readonly Command[] | undefined {
  return keptFile(path, root, (text) => {
    const entries: unknown = JSON.parse(text);
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: unknown): Command[] => {
      if (!isRecord(entry) || typeof entry["file"] !== "string") return [];
      const base = typeof entry["directory"] === "string" ? resolve(dirname(path), entry["directory"]) : dirname(path);
      const { arguments: args, command } = entry;
      return [
        {
          file: resolve(base, entry["file"]),
          flags: () => {
            const words = Array.isArray(args) ? args.filter((arg) => typeof arg === "string") : undefined;
            return parseFlags(words ?? splitCommand(typeof command === "string" ? command : ""), base);
          },
        },
      ];
    });
  });
}

/** The file's own command; else, for headers and new files, that of a BPF neighbor. */
function bestCommand(commands: readonly Command[], path: string): Command | undefined {
  const own = commands.find((command) => command.file === path);
  if (own !== undefined) return own;
  const directory = dirname(path);
  return (
    commands.find((command) => dirname(command.file) === directory && command.file.endsWith(".bpf.c")) ??
    commands.find((command) => dirname(command.file) === directory && command.file.endsWith(".c")) ??
    commands.find((command) => command.file.endsWith(".bpf.c"))
  );
}

// --- .clangd ---

interface ClangdConfig {
  readonly flags: CompilerFlags;
  readonly database: string | undefined;
}

function clangdConfig(directory: string, root: string): ClangdConfig {
  const none: ClangdConfig = { flags: noFlags, database: undefined };
  return (
    keptFile(join(directory, ".clangd"), root, (text): ClangdConfig => {
      if (text.length > maxConfigLength) return none;
      // Several documents may follow each other; conditions on paths are beyond us, so such a part is skipped.
      const parts = text.split(/^---\s*$/m).map((part): unknown => parse(part, { maxAliasCount: 0 }));
      const flags: CompilerFlags[] = [];
      let database: string | undefined;
      for (const part of parts) {
        if (!isRecord(part) || part["If"] !== undefined || !isRecord(part["CompileFlags"])) continue;
        const { Add: add, CompilationDatabase: folder } = part["CompileFlags"];
        const words = Array.isArray(add) ? add : [add];
        flags.push(
          parseFlags(
            words.filter((word) => typeof word === "string"),
            directory,
          ),
        );
        if (typeof folder === "string" && folder !== "Ancestors" && folder !== "None") {
          database = resolve(directory, folder);
        }
      }
      return { flags: joinFlags(...flags), database };
    }) ?? none
  );
}

// --- bpf2go ---

/** `//go:generate go run .../bpf2go [flags] ident file.c -- -I../headers`, in a Go file beside the C file or above it. */
function bpf2goFlags(path: string, directories: readonly string[], root: string): CompilerFlags {
  for (const directory of directories) {
    const found: CompilerFlags[] = [];
    for (const name of goFiles(directory)) {
      const lines = keptFile(join(directory, name), root, generateLines) ?? [];
      for (const words of lines) {
        const source = words.findIndex((word) => basename(word) === basename(path));
        if (source < 0 || resolve(directory, words[source]!) !== path) continue;
        const cflags = words.indexOf("-cflags");
        const before = cflags >= 0 && cflags < source ? splitCommand(words[cflags + 1] ?? "") : [];
        found.push(parseFlags([...before, ...words.slice(source + 1)], directory));
      }
    }
    if (found.length > 0) return joinFlags(...found);
  }
  return noFlags;
}

function goFiles(directory: string): readonly string[] {
  return recent(`go ${directory}`, () => listGoFiles(directory));
}

function listGoFiles(directory: string): readonly string[] {
  try {
    // A folder with thousands of Go files is no bpf2go package.
    return readdirSync(directory)
      .filter((name) => name.endsWith(".go"))
      .slice(0, 200);
  } catch {
    return [];
  }
}

function generateLines(text: string): readonly string[][] {
  if (!text.includes("bpf2go")) return [];
  return [...text.matchAll(/^\/\/go:generate[ \t]+(.*bpf2go.*)$/gm)].map((match) => splitCommand(match[1]!));
}

// --- reading ---

function keptFile<T>(path: string, root: string, make: (text: string) => T): T | undefined {
  let stamp: string;
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    if (!isInside(realpathSync.native(path), realpathSync.native(root))) return undefined;
    stamp = `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
  } catch {
    return undefined;
  }
  const known = kept.get(path);
  if (known?.stamp === stamp) return known.value as T | undefined;
  const text = readRegularFile(path);
  let value: T | undefined;
  try {
    value = text === undefined ? undefined : make(text);
  } catch {
    // Not JSON or YAML, for the moment: somebody is editing it.
    value = undefined;
  }
  if (kept.size >= maxKept) kept.clear();
  kept.set(path, { stamp, value });
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
