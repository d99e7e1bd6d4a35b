// .kfunc-ls.json: what a project says about its targets and its includes. The file may come from a stranger: what is
// wrong in it is said and left out, and the files it names must lie in its own folder or below.
import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isInside, readRegularFile } from "./disk-reader.ts";
import { projectDirectories, toolConfigName } from "./project-directories.ts";
import { recent } from "./recent.ts";

export interface ToolConfig {
  /** The file it was read from. */
  readonly path: string;
  readonly kernels: readonly string[];
  /** Each the BTF of a kernel, then of modules; absolute. */
  readonly btf: readonly (readonly string[])[];
  readonly kernelSources: readonly string[];
  readonly registries: readonly string[];
  readonly auto: boolean;
  readonly flags: { readonly includeDirs: readonly string[]; readonly defines: readonly string[] };
  /** For the user: what was left out, and why. */
  readonly problems: readonly string[];
}

/** The nearest configuration at or above a file, within its project. */
export function findToolConfig(path: string, workspaceRoots: readonly string[] = []): ToolConfig | undefined {
  return toolConfigIn(projectDirectories(path, workspaceRoots));
}

/** The configuration in the first of the folders that has one. */
export function toolConfigIn(directories: readonly string[]): ToolConfig | undefined {
  return recent(`tool config ${directories.join(":")}`, () => {
    for (const directory of directories) {
      const path = join(directory, toolConfigName);
      const text = readRegularFile(path);
      if (text !== undefined) return readToolConfig(path, text);
    }
    return undefined;
  });
}

const keys = ["$schema", "kernels", "btf", "kernelSource", "registry", "target", "includePaths", "defines"];

export function readToolConfig(path: string, text: string): ToolConfig {
  const folder = dirname(path);
  const problems: string[] = [];
  const say = (what: string) => void problems.push(`${path}: ${what}`);
  const root = parse(text, say);
  const unknown = Object.keys(root).filter((key) => !keys.includes(key));
  if (unknown.length > 0) say(`unknown ${unknown.map((key) => `"${key}"`).join(", ")}; known are ${keys.join(", ")}`);

  const texts = (key: string): readonly string[] => {
    const value = root[key];
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    say(`"${key}" should be a list of texts; it is ignored`);
    return [];
  };
  const own = (file: string): string | undefined => {
    const absolute = resolve(folder, file);
    if (isInside(realPath(absolute), realPath(folder))) return absolute;
    say(
      `"${file}" lies outside of the configuration's folder and is ignored; name it on the command line or in the editor's settings`,
    );
    return undefined;
  };
  const ownFiles = (key: string) => texts(key).flatMap((file) => own(file) ?? []);

  const { btf, target } = root;
  const groups = Array.isArray(btf) ? btf.map((item: unknown) => (typeof item === "string" ? [item] : item)) : [];
  const wellFormed = groups.filter(isListOfTexts).filter((group) => group.length > 0);
  if (btf !== undefined && (!Array.isArray(btf) || wellFormed.length < btf.length)) {
    say('"btf" should be a list whose items are a file or a list of files, the kernel first');
  }
  if (target !== undefined && target !== "auto") say('"target" can only be "auto"; list versions in "kernels"');
  return {
    path,
    kernels: texts("kernels"),
    btf: wellFormed.map((group) => group.map(own)).flatMap((group) => (group.every(isText) ? [group] : [])),
    kernelSources: ownFiles("kernelSource"),
    registries: ownFiles("registry"),
    auto: target === "auto",
    flags: { includeDirs: texts("includePaths").map((dir) => resolve(folder, dir)), defines: texts("defines") },
    problems,
  };
}

function parse(text: string, say: (what: string) => void): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
    say("should hold one JSON object; it is ignored");
  } catch (error) {
    say(`is not JSON (${error instanceof Error ? error.message : String(error)}); it is ignored`);
  }
  return {};
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Where links lead; the path itself when there is nothing. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
