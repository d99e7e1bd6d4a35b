// From what somebody asked for to the facts of kernels, under the names that findings show.
// What cannot be had is said, and the other targets count.
import { resolve } from "node:path";
import { BtfError } from "../btf/piece.ts";
import { readBtfFile } from "../loaders/btf-file.ts";
import { readRegularFile } from "../loaders/disk-reader.ts";
import { DiskTree } from "../loaders/disk-tree.ts";
import { type ThisMachine, thisMachine } from "../loaders/this-machine.ts";
import { builtinKernels, factsFromRegistryFile, loadKernel, RegistryFileError } from "../registry/index.ts";
import { nearestKernel } from "../registry/kernel-version.ts";
import { scanKernel, treeVersion } from "../registry/scan/scan.ts";
import type { Target } from "../registry/target.ts";
import type { TargetChoice } from "./choice.ts";
import { factsOfBtf, type OpenModule, orderByLikeness } from "./join-btf.ts";

export interface LoadedTargets {
  /** In the order of the choice: built in, BTF, trees, registries, this machine. */
  readonly targets: readonly Target[];
  /** One line each: which target, what is wrong, what to do. */
  readonly problems: readonly string[];
}

/** Relative paths of the choice start at `directory`; findings show them as they were given. */
export async function loadTargets(
  choice: TargetChoice,
  directory: string,
  machine: ThisMachine = thisMachine,
): Promise<LoadedTargets> {
  const at = (path: string) => resolve(directory, path);
  const targets: Target[] = [];
  const problems: string[] = [];
  const attempt = async (load: () => Target | Promise<Target>): Promise<void> => {
    try {
      targets.push(await load());
    } catch (error) {
      if (!(error instanceof TargetError || error instanceof BtfError || error instanceof RegistryFileError))
        throw error;
      problems.push(error.message);
    }
  };
  for (const kernel of choice.kernels) await attempt(() => builtin(kernel));
  for (const files of choice.btf) await attempt(() => fromBtf(files, at));
  for (const tree of choice.kernelSources) await attempt(() => fromTree(tree, at(tree)));
  for (const file of choice.registries) await attempt(() => fromRegistry(file, at(file)));
  if (choice.auto) await attempt(() => fromMachine(machine));
  return { targets: [...new Map(targets.map((target) => [target.name, target])).values()], problems };
}

class TargetError extends Error {}

function builtin(kernel: string): Target {
  if (!builtinKernels().includes(kernel)) {
    throw new TargetError(`unknown kernel "${kernel}"; built in are ${builtinKernels().join(", ")}`);
  }
  return { name: kernel, facts: loadKernel(kernel) };
}

async function fromBtf([kernel, ...modules]: readonly string[], at: (path: string) => string): Promise<Target> {
  if (kernel === undefined) throw new TargetError("a BTF target needs the file of a kernel");
  const open = await readBtfFile(at(kernel), kernel);
  const opened = await Promise.all(
    modules.map(async (path): Promise<OpenModule> => {
      return { name: moduleName(path), open: await readBtfFile(at(path), path, open.btf) };
    }),
  );
  return { name: kernel, facts: factsOfBtf(open, opened, orderByLikeness(open, builtinKernels().map(loadKernel))) };
}

function fromTree(shown: string, path: string): Target {
  const tree = new DiskTree(path);
  const version = treeVersion(tree);
  const kernel = /^[1-9]\d*\.\d+/.exec(version)?.[0];
  if (kernel === undefined) {
    throw new TargetError(`${shown} is not a kernel tree: its Makefile, if there is one, states no version`);
  }
  return { name: shown, facts: scanKernel(tree, { kernel, package: "", version }) };
}

function fromRegistry(shown: string, path: string): Target {
  const text = readRegularFile(path);
  if (text === undefined) throw new TargetError(`${shown} cannot be read; make one with \`kfunc-ls registry scan\``);
  return { name: shown, facts: factsFromRegistryFile(text, shown) };
}

async function fromMachine(machine: ThisMachine): Promise<Target> {
  const release = machine.release();
  const kernel = machine.kernelBtf();
  if (kernel === undefined) {
    throw new TargetError("this machine's kernel shows no BTF (/sys/kernel/btf/vmlinux); name a kernel or a BTF file");
  }
  const open = await readBtfFile(kernel, kernel);
  const version = /^\d+\.\d+/.exec(release)?.[0];
  const known = builtinKernels();
  const nearest = version === undefined ? undefined : nearestKernel(version, known);
  const order =
    nearest === undefined
      ? orderByLikeness(open, known.map(loadKernel))
      : [nearest, ...known.filter((name) => name !== nearest).reverse()].map(loadKernel);
  const wanted = new Set(order.flatMap((facts) => facts.kfuncs.flatMap((fact) => fact.module ?? [])));
  const modules = await Promise.all(
    machine.moduleBtf([...wanted]).map(async ({ name, path }): Promise<OpenModule> => {
      return { name, open: await readBtfFile(path, path, open.btf) };
    }),
  );
  return { name: `this machine (${release})`, facts: factsOfBtf(open, modules, order, version) };
}

/** "/lib/modules/.../nf_conntrack.ko.xz" -> "nf_conntrack". */
function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/\.(?:ko|btf)(?:\.\w+)?$/, "").replaceAll("-", "_");
}
