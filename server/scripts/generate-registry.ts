// Makes server/data/kernel-<V>.json from kernel source trees:
//
//   npx tsx server/scripts/generate-registry.ts DIR... [--package-version V] [--check]
//
// Each DIR is an unpacked kernel tree, such as that of Debian's package linux-source-6.12. With --check nothing
// is written; exit code 1 tells that a file on disk is not what its tree gives. --package-version (for a single
// tree) records the version of the package; without it the recorded one stays while the tree is the same.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DiskTree } from "../src/loaders/disk-tree.ts";
import type { Provenance } from "../src/registry/facts.ts";
import { scanKernel, treeVersion } from "../src/registry/scan/scan.ts";
import { serializeFacts } from "../src/registry/scan/serialize.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "package-version": { type: "string" },
    check: { type: "boolean", default: false },
  },
});

if (positionals.length === 0 || (positionals.length > 1 && values["package-version"] !== undefined)) {
  console.error("usage: generate-registry.ts DIR... [--package-version V (one DIR only)] [--check]");
  process.exit(2);
}

let stale = 0;
for (const folder of positionals) {
  const tree = new DiskTree(folder);
  const version = treeVersion(tree);
  if (version === "0.0.0") {
    console.error(`${folder} is not a kernel tree: no version in its Makefile`);
    process.exit(2);
  }
  const kernel = version.split(".").slice(0, 2).join(".");
  const target = new URL(`../data/kernel-${kernel}.json`, import.meta.url);
  const before = readIfThere(target);
  const facts = scanKernel(tree, { kernel, ...originOf(folder, version, before) });
  const text = serializeFacts(facts);
  if (!values.check) {
    writeFileSync(target, text);
  } else if (text !== before) {
    stale++;
    console.error(`server/data/kernel-${kernel}.json is not what ${folder} gives`);
  }
  const counts = `${facts.kfuncs.length} kfuncs, ${facts.helpers.length} helpers, ${facts.sections.length} sections`;
  console.log(`${kernel} (${version}): ${counts}`);
}
process.exit(stale > 0 ? 1 : 0);

function originOf(folder: string, tree: string, before: string | undefined): { package: string; version: string } {
  const recorded = before === undefined ? undefined : (JSON.parse(before) as { provenance: Provenance }).provenance;
  if (values["package-version"] === undefined && recorded?.tree === tree) {
    return { package: recorded.package, version: recorded.version };
  }
  return { package: basename(resolve(folder)), version: values["package-version"] ?? tree };
}

function readIfThere(url: URL): string | undefined {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return undefined;
  }
}
