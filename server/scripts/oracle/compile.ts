// Compiles BPF C as BPF projects do, for the kernel that will judge it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clangPath, kernelHome, run, toolsHome } from "./home.ts";

export interface CompileOptions {
  readonly include: readonly string[];
  readonly define: readonly string[];
  /** -mcpu of the BPF target. */
  readonly cpu: string;
}

export type Compiled =
  | { readonly ok: true; readonly object: Buffer }
  | { readonly ok: false; readonly message: string };

export async function compile(source: string, kernel: string, options: CompileOptions): Promise<Compiled> {
  const work = await mkdtemp(join(tmpdir(), "kfunc-ls-clang-"));
  const object = join(work, "program.o");
  const args = [
    ...["-target", "bpf", "-D__TARGET_ARCH_x86", "-O2", "-g", `-mcpu=${options.cpu}`, "-std=gnu11"],
    ...["-fno-strict-aliasing", "-fms-extensions", "-Wno-everything", "-fno-stack-protector"],
    ...["-I", dirname(source), ...options.include.flatMap((dir) => ["-I", dir])],
    ...["-I", kernelHome(kernel).include, "-I", join(toolsHome.libbpf, "include"), "-idirafter", toolsHome.uapi],
    ...options.define.map((definition) => `-D${definition}`),
    ...["-c", source, "-o", object],
  ];
  try {
    let result = await run(clangPath(), args, { mayFail: true });
    // vmlinux.h declares the kernel's kfuncs; a source may declare them itself, and in another way.
    if (result.status !== 0 && result.stderr.includes("conflicting types")) {
      result = await run(clangPath(), ["-DBPF_NO_KFUNC_PROTOTYPES", ...args], { mayFail: true });
    }
    if (result.status === 0) return { ok: true, object: await readFile(object) };
    const first = result.stderr.split("\n").find((line) => line.includes("error:"));
    return { ok: false, message: first ?? result.stderr.slice(0, 300) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
