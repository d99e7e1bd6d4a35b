// Makes server/data/kernel-<V>.json from kernel source trees.
//
//   npx tsx server/scripts/generate-registry.ts --tree DIR [--package NAME --package-version V] [--check]
//
// DIR is an unpacked kernel tree such as Debian's linux-source-6.12. With --check nothing is written:
// the exit code tells whether the file on disk is what the tree gives.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { scanKernel, treeVersion } from "../src/registry/scan/scan.ts";
import { serializeFacts } from "../src/registry/scan/serialize.ts";
import { DiskTree } from "./registry/disk-tree.ts";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    package: { type: "string" },
    "package-version": { type: "string" },
    check: { type: "boolean", default: false },
  },
});

if (values.tree === undefined) {
  console.error("usage: generate-registry.ts --tree DIR [--package NAME --package-version V] [--check]");
  process.exit(2);
}

const tree = new DiskTree(values.tree);
const version = treeVersion(tree);
const kernel = version.split(".").slice(0, 2).join(".");
const target = new URL(`../data/kernel-${kernel}.json`, import.meta.url);
const before = readIfThere(target);
const recorded =
  before === undefined ? undefined : (JSON.parse(before) as { provenance: Record<string, string> }).provenance;
const facts = scanKernel(tree, {
  kernel,
  package: values.package ?? recorded?.["package"] ?? `linux-${kernel}`,
  version: values["package-version"] ?? recorded?.["version"] ?? version,
});
const text = serializeFacts(facts);

if (values.check) {
  if (text !== before) {
    console.error(`server/data/kernel-${kernel}.json is not what ${values.tree} gives: run without --check`);
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
console.log(
  `${kernel}: ${facts.kfuncs.length} kfuncs, ${facts.helpers.length} helpers, ${facts.sections.length} sections`,
);

function readIfThere(url: URL): string | undefined {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return undefined;
  }
}
