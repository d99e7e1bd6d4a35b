// Where the oracle keeps its kernels and tools, and how it runs a command.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** One folder for all kernels; `KFUNC_LS_ORACLE` moves it. About 200 MB a kernel. */
export const oracleHome = process.env["KFUNC_LS_ORACLE"] ?? join(homedir(), ".cache", "kfunc-ls-oracle");

/** What setting up a kernel leaves behind. */
export interface KernelHome {
  readonly kernel: string;
  readonly image: string;
  /** initramfs with loader and modules; a job is appended to it. */
  readonly guest: string;
  /** Folder of vmlinux.h. */
  readonly include: string;
  /** uname -r of the kernel; written last, so its presence says that everything is there. */
  readonly release: string;
}

export function kernelHome(kernel: string): KernelHome {
  const dir = join(oracleHome, kernel);
  return {
    kernel,
    image: join(dir, "vmlinuz"),
    guest: join(dir, "guest.cpio"),
    include: join(dir, "include"),
    release: join(dir, "release"),
  };
}

/** libbpf and bpftool, of one kernel source for all kernels. */
export const toolsHome = {
  libbpf: join(oracleHome, "tools", "libbpf"),
  uapi: join(oracleHome, "tools", "uapi"),
  bpftool: join(oracleHome, "tools", "bpftool"),
  /** Path of the clang in use; written last. */
  clang: join(oracleHome, "tools", "clang"),
} as const;

export function isReady(kernel: string): boolean {
  return existsSync(kernelHome(kernel).release) && existsSync(toolsHome.clang);
}

export function clangPath(): string {
  return readFileSync(toolsHome.clang, "utf8").trim();
}

export class CommandFailed extends Error {}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Exit codes other than 0 are returned, not thrown. */
  readonly mayFail?: boolean;
}

export interface RunResult {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program without a shell. Throws CommandFailed with the end of its output. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), options.timeoutMs);
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new CommandFailed(`${program}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const result = {
        status: code ?? 128,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(err).toString(),
      };
      if (result.status === 0 || options.mayFail === true) return resolve(result);
      const shown = `${result.stdout.toString().slice(-2000)}\n${result.stderr.slice(-2000)}`.trim();
      reject(new CommandFailed(`${program} ${args.join(" ").slice(0, 200)}: ${signal ?? `exit ${code}`}\n${shown}`));
    });
    if (options.input !== undefined) child.stdin?.end(options.input);
  });
}
