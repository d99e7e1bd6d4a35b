// Holds server/data/kernel-<V>.json, read from sources, against a kernel as it was built:
//
//   npm run btf-compare -- --kernel 7.2 VMLINUX [--config FILE] [MODULE.ko|FOLDER]...
//
// VMLINUX is an image with its sections (vmlinux, vmlinuz), so that flags can be compared as well; folders are searched
// for modules. With the kernel's .config, functions that it was built without are told apart from those that are missed.
// Program types are in no binary and not compared. Exit code 1: something differs that has no explanation.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BtfKfunc, listKfuncs } from "../src/btf/kernel-btf.ts";
import { readBtfFile } from "../src/loaders/btf-file.ts";
import { loadKernel } from "../src/registry/load.ts";
import { compareKfunc, reasonForAbsence } from "./btf/compare.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kernel: { type: "string" }, config: { type: "string" } },
});
const [image, ...others] = positionals;
if (values.kernel === undefined || image === undefined) {
  console.error("usage: btf-compare.ts --kernel V VMLINUX [--config FILE] [MODULE.ko|FOLDER]...");
  process.exit(2);
}

const kernel = await readBtfFile(image, image);
const built = new Map<string, BtfKfunc>();
const where = new Map<string, string>();
const modules = others.flatMap(modulesIn);
for (const file of [undefined, ...modules]) {
  const kfuncs = listKfuncs(file === undefined ? kernel : await readBtfFile(file, file, kernel.btf)) ?? [];
  for (const kfunc of kfuncs) {
    const before = where.get(kfunc.name);
    if (before !== undefined) console.log(`defined twice: ${kfunc.name} in ${before} and ${file}`);
    built.set(kfunc.name, kfunc);
    where.set(kfunc.name, file ?? image);
  }
}

const config = values.config === undefined ? undefined : readFileSync(values.config, "utf8");
const facts = loadKernel(values.kernel).kfuncs;
const explained: string[] = [];
const differences: string[] = [];
let equal = 0;
for (const fact of facts) {
  const kfunc = built.get(fact.name);
  if (kfunc === undefined) {
    const reason = reasonForAbsence(fact, config);
    if (reason === undefined) differences.push(`${fact.name} (${fact.file}): not in the binaries`);
    else explained.push(`${fact.name} (${fact.file}): not in the binaries; ${reason}`);
    continue;
  }
  const found = compareKfunc(fact, kfunc);
  if (found.length === 0) equal++;
  differences.push(...found.map((difference) => `${fact.name} (${fact.file}): ${difference}`));
}
const known = new Set(facts.map(({ name }) => name));
for (const name of [...built.keys()].filter((name) => !known.has(name))) {
  differences.push(`${name}: in ${where.get(name)}, not in the facts`);
}

for (const line of explained) console.log(`explained: ${line}`);
for (const line of differences) console.log(`DIFFERENT: ${line}`);
console.log(
  `${values.kernel}: ${facts.length} kfuncs in the facts, ${built.size} in ${1 + modules.length} binaries; ` +
    `${equal} equal, ${explained.length} explained, ${differences.length} different`,
);
process.exit(differences.length > 0 ? 1 : 0);

function modulesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return entries.filter((entry) => /\.ko(\.(gz|xz|zst))?$/.test(entry)).map((entry) => join(path, entry));
}
