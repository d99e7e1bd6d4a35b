// A folder of C sources as a registry file: a whole kernel tree, or modules that are built outside of one.
import { compareKernels } from "./kernel-version.ts";
import { type RegistryFile, registryEntries } from "./registry-file.ts";
import { scanKfuncs, scanModules } from "./scan/kfuncs.ts";
import { SCANNER_VERSION, treeVersion } from "./scan/scan.ts";
import type { SourceTree } from "./scan/source-tree.ts";

/** The folder holds nothing that could be scanned. The message says why and what would do. */
export class ScanError extends Error {}

/** Kfuncs register their sets by program type since then. */
const oldest = "5.18";

/**
 * Scans a tree. `name` is told as its origin; `kernel` is the series that module sources are meant for.
 * Throws ScanError for a kernel too old and for sources without kfuncs.
 */
export function scanSources(
  tree: SourceTree,
  origin: { readonly name: string; readonly kernel: string },
): RegistryFile {
  const version = treeVersion(tree);
  const isKernel = version !== "0.0.0";
  const kernel = isKernel ? version.split(".").slice(0, 2).join(".") : origin.kernel;
  if (compareKernels(kernel, oldest) < 0) {
    throw new ScanError(`${origin.name} is Linux ${version}: kfuncs can be read from ${oldest} on`);
  }
  const { kfuncs, unreadable } = isKernel ? scanKfuncs(tree) : scanModules(tree);
  if (kfuncs.length === 0 && unreadable.length === 0) {
    throw new ScanError(
      `no kfunc is registered in ${origin.name}: name the top folder of a kernel tree, or a folder with module sources that use BTF_KFUNCS_START`,
    );
  }
  return {
    kernel,
    provenance: {
      source: isKernel ? "kernel" : "modules",
      package: origin.name,
      version: isKernel ? version : "",
      tree: isKernel ? version : "",
      scanner: SCANNER_VERSION,
      unreadable,
    },
    kfuncs: registryEntries(kfuncs, kernel),
  };
}
