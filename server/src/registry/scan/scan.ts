// Reads all facts of one kernel tree. The order of every list is fixed, so that the same tree
// always gives the same bytes.
import type { KernelFacts } from "../facts.ts";
import { CODE_FOLDERS } from "./folders.ts";
import { scanHelpers } from "./helpers.ts";
import { scanKfuncs } from "./kfuncs.ts";
import { narrowTree } from "./narrowed-tree.ts";
import { scanHooks, scanSections } from "./sections.ts";
import type { SourceTree } from "./source-tree.ts";
import { scanStructOps } from "./struct-ops.ts";
import {
  scanIterContexts,
  scanLsmArguments,
  scanRcuSafeKptrs,
  scanSafeWalks,
  scanSpecialKfuncs,
  scanTracepoints,
  scanUntrustedLsmHooks,
} from "./verifier-lists.ts";

/** Raised whenever the same tree would give other facts. */
export const SCANNER_VERSION = 2;

export interface Origin {
  /** "7.2" */
  readonly kernel: string;
  readonly package: string;
  readonly version: string;
}

export function scanKernel(source: SourceTree, origin: Origin): KernelFacts {
  const tree = narrowTree(source, [...CODE_FOLDERS, "include"]);
  return {
    kernel: origin.kernel,
    provenance: {
      package: origin.package,
      version: origin.version,
      tree: treeVersion(tree),
      scanner: SCANNER_VERSION,
    },
    hooks: scanHooks(tree),
    sections: scanSections(tree),
    kfuncs: scanKfuncs(tree).kfuncs,
    specialKfuncs: scanSpecialKfuncs(tree),
    helpers: scanHelpers(tree),
    structOps: scanStructOps(tree),
    safeWalks: scanSafeWalks(tree),
    rcuSafeKptrs: scanRcuSafeKptrs(tree),
    iterContexts: scanIterContexts(tree),
    tracepoints: scanTracepoints(tree),
    lsmArguments: scanLsmArguments(tree),
    untrustedLsmHooks: scanUntrustedLsmHooks(tree),
  };
}

/** "7.2.13" from the top Makefile. */
export function treeVersion(tree: SourceTree): string {
  const makefile = tree.read("Makefile") ?? "";
  const part = (name: string): string => new RegExp(`^${name} = (\\d+)`, "m").exec(makefile)?.[1] ?? "0";
  return `${part("VERSION")}.${part("PATCHLEVEL")}.${part("SUBLEVEL")}`;
}
