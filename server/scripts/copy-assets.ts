// Gathers what the server reads at run time and npm or the repository keeps
// elsewhere: the tree-sitter runtime, the C grammar, the queries and the rules' pages. They go to
// server/assets, two levels above both src/<room>/ and dist/<room>/. The license goes beside them,
// because a package must carry it.
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const serverDir = fileURLToPath(new URL("..", import.meta.url));
const rulesDir = fileURLToPath(new URL("../src/rules/", import.meta.url));
const license = fileURLToPath(new URL("../../LICENSE", import.meta.url));
const queriesDir = fileURLToPath(new URL("../../grammar-queries/", import.meta.url));

/** Copies the assets; cheap enough to do before every build and test run. */
export function copyAssets(): void {
  const require = createRequire(import.meta.url);
  const target = `${serverDir}/assets`;
  mkdirSync(`${target}/rules`, { recursive: true });
  cpSync(license, `${serverDir}/LICENSE`);
  cpSync(require.resolve("tree-sitter-c/tree-sitter-c.wasm"), `${target}/tree-sitter-c.wasm`);
  cpSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm"), `${target}/web-tree-sitter.wasm`);
  for (const name of readdirSync(queriesDir)) {
    if (name.endsWith(".scm")) cpSync(`${queriesDir}/${name}`, `${target}/${name}`);
  }
  for (const name of readdirSync(rulesDir)) {
    if (name.endsWith(".md")) cpSync(`${rulesDir}/${name}`, `${target}/rules/${name}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) copyAssets();
