// Where the program starts. Joins the two faces, command line and language server,
// which do not know each other, and loads only the one that was asked for.
import { setFlagsFromString } from "node:v8";
import { runCli } from "./cli/program.ts";
import { toolVersion } from "./version.ts";

// V8 lets garbage grow to several times what is in use before it collects: memory that a language
// server takes from the editor beside it. A flag this V8 does not know is ignored.
setFlagsFromString("--heap-growing-percent=20");

/** Runs one invocation; sets `process.exitCode` and lets the event loop drain, so that piped output is complete. */
export async function run(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`kfunc-ls check . | head`) is no error of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  process.exitCode = await runCli(argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    workingDirectory: process.cwd(),
    version: toolVersion(),
    core: async () => (await import("./cli/core.ts")).core,
    startServer: async (transport) => {
      const { startServer } = await import("./lsp/server.ts");
      startServer(transport, toolVersion());
    },
  });
}
