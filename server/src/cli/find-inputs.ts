// From FILE, DIR and GLOB arguments to the list of files to check, in a stable order.
// A named file is taken whatever it holds; a directory stands for its BPF sources.
import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { looksLikeBpf } from "../features/bpf-source.ts";
import { readSource, reasonOf } from "./source-text.ts";

export interface Input {
  /** As the user would write it: the argument itself, or its directory joined with the rest. */
  readonly shown: string;
  readonly absolute: string;
}

export interface InputProblem {
  readonly path: string;
  readonly message: string;
}

export interface Inputs {
  readonly files: readonly Input[];
  readonly problems: readonly InputProblem[];
}

/** Folders of dependencies, version control and build output: their files are copies or not the user's. */
const skippedFolders = ["node_modules", "build", "dist", "target"];

export async function findInputs(paths: readonly string[], workingDirectory: string): Promise<Inputs> {
  const files = new Map<string, Input>();
  const problems: InputProblem[] = [];
  for (const path of paths) {
    const found = await expand(path, workingDirectory);
    if (found.kind === "problem") problems.push({ path, message: found.message });
    else {
      problems.push(...found.problems);
      for (const shown of found.files) {
        const absolute = resolve(workingDirectory, shown);
        if (!files.has(absolute)) files.set(absolute, { shown, absolute });
      }
    }
  }
  return { files: [...files.values()], problems };
}

type Expansion =
  | { readonly kind: "files"; readonly files: readonly string[]; readonly problems: readonly InputProblem[] }
  | { readonly kind: "problem"; readonly message: string };

async function expand(path: string, workingDirectory: string): Promise<Expansion> {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(resolve(workingDirectory, path)).isDirectory();
  } catch (error) {
    return isDynamicPattern(path) ? expandGlob(path, workingDirectory) : { kind: "problem", message: reasonOf(error) };
  }
  return isDirectory ? expandDirectory(path, workingDirectory) : { kind: "files", files: [path], problems: [] };
}

async function expandGlob(pattern: string, workingDirectory: string): Promise<Expansion> {
  const files = await glob(pattern, { cwd: workingDirectory, onlyFiles: true, absolute: isAbsolute(pattern) });
  if (files.length === 0) return { kind: "problem", message: "matches no file" };
  return { kind: "files", files: files.sort(byName), problems: [] };
}

async function expandDirectory(path: string, workingDirectory: string): Promise<Expansion> {
  const root = resolve(workingDirectory, path);
  const candidates = await glob("**/*.c", {
    cwd: root,
    onlyFiles: true,
    // A link may point at one of its own parents, or out of the tree that was asked for.
    followSymbolicLinks: false,
    ignore: skippedFolders.map((folder) => `**/${folder}/**`),
  });
  const files: string[] = [];
  const problems: InputProblem[] = [];
  for (const candidate of candidates.sort(byName)) {
    const shown = path === "." ? candidate : `${path.replace(/[/\\]+$/, "")}/${candidate}`;
    const source = readSource(resolve(root, candidate));
    if (source.kind === "problem") problems.push({ path: shown, message: source.message });
    else if (looksLikeBpf(source.text)) files.push(shown);
  }
  if (files.length > 0 || problems.length > 0) return { kind: "files", files, problems };
  return {
    kind: "problem",
    message:
      candidates.length === 0
        ? "is a directory without .c files; give the directory of the BPF sources"
        : `has no .c file that uses SEC() or __ksym (of ${candidates.length} in it); give the directory of the BPF sources`,
  };
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
