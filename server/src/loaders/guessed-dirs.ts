// Where BPF projects usually keep their headers. Only directories that exist, nearest
// first; they come behind everything the project says itself.
import { statSync } from "node:fs";
import { join } from "node:path";

/** Seen from the file's folder and from every folder above it in the project. */
const usual: readonly string[] = [
  "",
  "include",
  "includes",
  "headers",
  "bpf",
  "bpf/headers",
  "bpf/include",
  "bpf-compat",
  "scheds/include",
  "scheds/include/scx",
  "scheds/include/bpf-compat",
  "scheds/include/lib",
  "scheds/vmlinux/arch/x86",
  "include/bpf-compat",
  "libarena/include",
  ".output",
  "build",
  "build/include",
  "output",
  "vmlinux",
  "vmlinux/x86",
  "vmlinux/arch/x86",
  "vmlinux/x86_64",
  "vmlinux.h/include/x86_64",
  "vmlinux.h/include/x86",
  "libbpf/include",
  "libbpf/include/uapi",
  "libbpf/src",
  "third_party/libbpf/src",
  "tools/lib",
  "tools/testing/selftests/bpf",
  "tools/include/uapi",
  "include/uapi",
];

const system: readonly string[] = [
  "/usr/local/include",
  "/usr/include/x86_64-linux-gnu",
  "/usr/include/aarch64-linux-gnu",
  "/usr/include",
];

/** `directories`: from the file's own folder up to the root of its project. */
export function guessedDirs(directories: readonly string[]): string[] {
  const found = new Set<string>();
  for (const directory of directories) {
    for (const name of usual) {
      const candidate = name === "" ? directory : join(directory, name);
      if (!isDirectory(candidate)) continue;
      // A kernel tree: the headers for programs lie below those for the kernel itself.
      const uapi = join(candidate, "uapi");
      if (candidate.endsWith("include") && isDirectory(uapi)) found.add(uapi);
      found.add(candidate);
    }
  }
  return [...found];
}

export function systemDirs(): string[] {
  return system.filter(isDirectory);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
