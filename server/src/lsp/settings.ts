// Settings as a client sends them: anything may be missing or of the wrong kind, and what
// cannot be used is said once instead of guessed.
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { toolName } from "../base/tool-name.ts";
import type { Settings } from "./wire.ts";

/** The section of the client's configuration. */
export const settingsSection = toolName;

export interface ReadSettings {
  readonly settings: Settings;
  /** For the user: settings that were left out, and why. */
  readonly problems: readonly string[];
}

/** Relative include paths belong to the first workspace folder; the folders become part of the settings. */
export function readSettings(
  raw: unknown,
  builtinKernels: readonly string[],
  workspaceFolders: readonly string[],
): ReadSettings {
  const section = isRecord(raw) ? raw : {};
  const problems: string[] = [];
  const strings = (key: string): readonly string[] => {
    const value = section[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    problems.push(`setting ${settingsSection}.${key} is not a list of texts; it is ignored`);
    return [];
  };

  const paths = (key: string): readonly string[] => strings(key).map((path) => absolutePath(path, workspaceFolders[0]));

  const target = section["target"];
  if (target !== undefined && target !== null && target !== "" && target !== "auto") {
    problems.push(`setting ${settingsSection}.target can only be "auto"; it is ignored`);
  }
  const asked = strings("kernels");
  const unknown = asked.filter((kernel) => !builtinKernels.includes(kernel));
  if (unknown.length > 0) {
    problems.push(
      `setting ${settingsSection}.kernels names ${unknown.join(", ")}, but built in are ${builtinKernels.join(", ")}`,
    );
  }
  const settings = {
    kernels: [...new Set(asked.filter((kernel) => builtinKernels.includes(kernel)))],
    btf: strings("btf").map((files) => files.split(",").map((path) => absolutePath(path.trim(), workspaceFolders[0]))),
    kernelSource: paths("kernelSource"),
    registry: paths("registry"),
    target: target === "auto" ? ("auto" as const) : undefined,
    includePaths: paths("includePaths"),
    defines: strings("defines"),
    workspaceFolders,
  };
  return { settings, problems };
}

function absolutePath(path: string, workspaceFolder: string | undefined): string {
  const folder = workspaceFolder ?? homedir();
  const expanded = path.replace(/^\$\{workspaceFolder\}/, () => folder);
  if (expanded.startsWith("~/")) return join(homedir(), expanded.slice(2));
  return isAbsolute(expanded) ? expanded : resolve(folder, expanded);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
