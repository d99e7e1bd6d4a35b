// Bundles the server: the program and its checking thread, with all dependencies. The
// files find assets/ and data/ two levels above themselves, as in the server's package.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Leaves `kfunc-ls.js` (run it with the arguments of the command) and its parts in `outdir`. */
export async function bundleServer(outdir: string, minify: boolean): Promise<void> {
  await build({
    entryPoints: {
      "kfunc-ls": path("../src/server-entry.ts"),
      "check-worker": path("../../server/src/lsp/check-worker.ts"),
    },
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    platform: "node",
    format: "esm",
    target: "node20",
    minify,
    // Some dependencies are CommonJS and ask for built-in modules at run time.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
}
