// Bundles the extension: the client as one CommonJS file, the server as it is laid out
// in its own package (dist/<room>/ beside assets/ and data/), because it finds its data
// relative to its own files. The schemas are for the editor. What is packed runs without node_modules.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleServer } from "./bundle-server.ts";

const clientDir = fileURLToPath(new URL("..", import.meta.url));
const serverDir = fileURLToPath(new URL("../../server/", import.meta.url));
const outDir = `${clientDir}dist/`;
const serverOutDir = `${outDir}kfunc-ls/`;

rmSync(outDir, { recursive: true, force: true });

await build({
  entryPoints: [`${clientDir}src/extension.ts`],
  outfile: `${outDir}extension.cjs`,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
});

await bundleServer(`${serverOutDir}dist/bundle`, true);

for (const folder of ["assets", "data", "schemas"])
  cpSync(`${serverDir}${folder}`, `${serverOutDir}${folder}`, { recursive: true });
// The version shown to users is the server's, and "type": "module" makes its .js files modules.
const { name, version, license } = JSON.parse(readFileSync(`${serverDir}package.json`, "utf8")) as Record<
  string,
  unknown
>;
writeFileSync(`${serverOutDir}package.json`, `${JSON.stringify({ name, version, license, type: "module" })}\n`);
cpSync(fileURLToPath(new URL("../../LICENSE", import.meta.url)), `${clientDir}LICENSE`);
