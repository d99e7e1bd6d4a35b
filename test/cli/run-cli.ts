// Runs a command line in this process, in a directory made for the test.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Core, Transport } from "../../server/src/cli/host.ts";
import { runCli } from "../../server/src/cli/program.ts";
import { fakeCore } from "./fake-core.ts";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly served: readonly Transport[];
}

/** A directory with these files, removed after the test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kfunc-ls-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

export interface RunOptions {
  readonly in?: string;
  readonly core?: Core;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function run(args: readonly string[], options: RunOptions = {}): Promise<CliRun> {
  const stdout = new Sink();
  const stderr = new Sink();
  const served: Transport[] = [];
  const code = await runCli(args, {
    stdout,
    stderr,
    environment: options.environment ?? {},
    workingDirectory: options.in ?? process.cwd(),
    version: "1.2.3",
    core: async () => options.core ?? fakeCore(),
    startServer: async (transport) => {
      served.push(transport);
    },
  });
  return { code, stdout: stdout.text, stderr: stderr.text, served };
}

class Sink extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
