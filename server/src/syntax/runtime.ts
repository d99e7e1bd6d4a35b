// Loads the tree-sitter runtime and the C grammar, both WebAssembly, once per process.
// The one place that knows where the assets lie; see scripts/copy-assets.ts.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Language, Parser } from "web-tree-sitter";

const assets = new URL("../../assets/", import.meta.url);

let loading: Promise<Language> | undefined;

/** The C grammar, ready for parsers and queries. */
export function loadLanguage(): Promise<Language> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Language> {
  const runtime = fileURLToPath(new URL("web-tree-sitter.wasm", assets));
  await Parser.init({ locateFile: () => runtime });
  return Language.load(await readFile(new URL("tree-sitter-c.wasm", assets)));
}

/** The text of an asset that is a text. */
export function readAsset(name: string): Promise<string> {
  return readFile(new URL(name, assets), "utf8");
}
