// `kfunc-ls registry scan`: the kfuncs of a kernel tree, or of module sources, as a registry file.
import { statSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { DiskTree } from "../loaders/disk-tree.ts";
import { type RegistryFile, ScanError, scanSources, writeRegistryFile } from "../registry/index.ts";
import { printable } from "./excerpt.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliHost } from "./host.ts";
import { startSearchProgress } from "./progress.ts";

export interface ScanOptions {
  readonly output?: string;
  /** Series that module sources are meant for. */
  readonly kernel: string;
}

export async function registryScanCommand(folder: string, options: ScanOptions, host: CliHost): Promise<number> {
  const fail = (message: string): number => {
    host.stderr.write(`kfunc-ls: ${printable(message)}\n`);
    return exitCodes.usage;
  };
  const root = resolve(host.workingDirectory, folder);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) return fail(`${folder} is not a folder`);

  const progress = startSearchProgress(host);
  let file: RegistryFile;
  try {
    const tree = new DiskTree(root, { onProgress: progress.searched });
    file = scanSources(tree, { name: basename(root), kernel: options.kernel });
  } catch (error) {
    if (error instanceof ScanError) return fail(error.message);
    throw error;
  } finally {
    progress.stop();
  }

  const text = writeRegistryFile(file);
  if (options.output === undefined) {
    host.stdout.write(text);
  } else {
    try {
      writeFileSync(resolve(host.workingDirectory, options.output), text);
    } catch (error) {
      return fail(`cannot write ${options.output}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  host.stderr.write(summary(file));
  return exitCodes.clean;
}

function summary({ kernel, provenance, kfuncs }: RegistryFile): string {
  const { unreadable, source, version } = provenance;
  const names = new Set(kfuncs.map(({ name }) => name)).size;
  const whose = source === "kernel" ? `of Linux ${version}` : `of modules for Linux ${kernel}`;
  const entries = `${kfuncs.length} ${kfuncs.length === 1 ? "set entry" : "set entries"}`;
  const lines = [`${names} ${names === 1 ? "kfunc" : "kfuncs"} ${whose}, ${entries}`];
  if (unreadable.length > 0) {
    lines.push("not understood, and not in the registry:");
    for (const { file, line, what } of unreadable) lines.push(`  ${printable(file)}:${line}: ${printable(what)}`);
  }
  return `${lines.join("\n")}\n`;
}
