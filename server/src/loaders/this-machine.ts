// The kernel that runs here, as far as it shows itself without a privilege.
import { existsSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";

const folder = "/sys/kernel/btf";

export interface ThisMachine {
  /** As `uname -r` prints it. */
  release(): string;
  /** Path of the kernel's BTF; undefined where there is none. */
  kernelBtf(): string | undefined;
  /** Those of the named modules that are loaded and have BTF. */
  moduleBtf(names: readonly string[]): readonly { readonly name: string; readonly path: string }[];
}

export const thisMachine: ThisMachine = {
  release,
  kernelBtf() {
    const path = join(folder, "vmlinux");
    return existsSync(path) ? path : undefined;
  },
  moduleBtf(names) {
    return names.map((name) => ({ name, path: join(folder, name) })).filter(({ path }) => existsSync(path));
  },
};
