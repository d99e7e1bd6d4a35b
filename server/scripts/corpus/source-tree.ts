// Where the sources of a corpus are and how they are compiled: kernel trees (given, or unpacked
// from Debian's linux-source package) and sched-ext/scx. Include paths follow the projects' own
// Makefiles; what their builds generate is laid over the tree by name, nothing is written into it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { CompileConfig } from "../../src/preprocess/unit.ts";
import type { Overlay } from "./overlay-reader.ts";

/** Files of one corpus with the configuration to check them with. */
export interface SourceTree {
  readonly root: string;
  /** Where facts' file names are relative to. */
  readonly programsDir: string;
  /** Relative to programsDir, sorted. */
  readonly files: readonly string[];
  readonly config: CompileConfig;
  readonly overlay: Overlay;
}

export interface TreeOptions {
  readonly vmlinux: string | undefined;
  readonly includeDirs: readonly string[];
}

const selftestsPath = "tools/testing/selftests/bpf";

/** What is taken out of a kernel source package: a few megabytes of 1.5 gigabytes. */
const neededPaths = [
  selftestsPath,
  "tools/testing/selftests/sched_ext",
  "tools/testing/selftests/hid",
  "tools/lib/bpf",
  "tools/include",
  "tools/sched_ext",
  "include/uapi",
  "arch/x86/include/uapi",
];

export class SourceNotFound extends Error {}

/** The kernel tree of `version`: `given` (a tree, or its BPF selftests), else Debian's package unpacked into the cache. */
export function findKernelTree(version: string, given: string | undefined): string {
  if (given !== undefined) {
    for (const root of [given, resolve(given, "../../../..")]) {
      if (existsSync(join(root, selftestsPath, "progs"))) return resolve(root);
    }
    throw new SourceNotFound(`${given} is neither a kernel tree nor its ${selftestsPath}`);
  }
  const packaged = `/usr/src/linux-source-${version}`;
  if (existsSync(join(packaged, selftestsPath, "progs"))) return packaged;
  const archive = `${packaged}.tar.xz`;
  if (!existsSync(archive)) {
    throw new SourceNotFound(
      `no sources of Linux ${version}: give a kernel tree with --source, or install Debian's linux-source-${version}`,
    );
  }
  return unpack(archive, version);
}

export function selftestsTree(root: string, options: TreeOptions): SourceTree {
  const selftests = join(root, selftestsPath);
  const programsDir = join(selftests, "progs");
  const generated = join(root, "generated-by-build");
  return {
    root,
    programsDir,
    files: readdirSync(programsDir)
      .filter((name) => name.endsWith(".c"))
      .sort(),
    config: {
      includeDirs: [
        ...options.includeDirs,
        generated,
        selftests,
        join(root, "tools/include/uapi"),
        join(root, "tools/include"),
        join(selftests, "libarena/include"),
        join(root, "include/uapi"),
        join(root, "arch/x86/include/uapi"),
        join(generated, "uapi"),
        programsDir,
      ],
      defines: ["__TARGET_ARCH_x86", "ENABLE_ATOMICS_TESTS"],
      undefines: [],
      forcedIncludes: [],
    },
    overlay: {
      // `make headers_install` and libbpf's install copy these; linux-source has them unbuilt.
      directories: [
        [join(generated, "bpf"), join(root, "tools/lib/bpf")],
        [join(generated, "uapi/asm"), join(root, "include/uapi/asm-generic")],
      ],
      files: [
        [join(generated, "errno.h"), join(root, "include/uapi/asm-generic/errno.h")],
        ...(options.vmlinux === undefined ? [] : [[join(generated, "vmlinux.h"), resolve(options.vmlinux)] as const]),
      ],
    },
  };
}

/** A checkout of sched-ext/scx with its own vmlinux.h; libbpf's headers are those of a kernel tree, if there is one. */
export function scxTree(root: string, kernelRoot: string | undefined, options: TreeOptions): SourceTree {
  const headers = join(root, "scheds/vmlinux");
  const generated = join(root, "generated-by-build");
  return {
    root,
    programsDir: root,
    files: filesBelow(root, "").filter((name) => name.endsWith(".bpf.c")),
    config: {
      includeDirs: [
        ...options.includeDirs,
        generated,
        join(root, "scheds/include"),
        join(root, "scheds/include/lib"),
        headers,
        join(headers, "arch/x86"),
        join(root, "scheds/include/bpf-compat"),
        join(root, "scheds/rust/scx_p2dq/src/bpf"),
        join(root, "lib/selftests"),
        join(root, "lib"),
      ],
      defines: ["__TARGET_ARCH_x86"],
      undefines: [],
      forcedIncludes: [],
    },
    overlay: {
      directories: [
        // scx_chaos builds upon scx_p2dq through a link in its folder, which a checkout without links has not.
        [join(generated, "scx_p2dq"), join(root, "scheds/rust/scx_p2dq/src/bpf")],
        ...(kernelRoot === undefined
          ? []
          : [
              [join(generated, "bpf"), join(kernelRoot, "tools/lib/bpf")] as const,
              [join(generated, "asm-generic"), join(kernelRoot, "tools/include/uapi/asm-generic")] as const,
            ]),
      ],
      files: [
        ...(kernelRoot === undefined
          ? []
          : [[join(generated, "errno.h"), join(kernelRoot, "tools/include/uapi/asm-generic/errno.h")] as const]),
        ...(options.vmlinux === undefined ? [] : [[join(generated, "vmlinux.h"), resolve(options.vmlinux)] as const]),
      ],
    },
  };
}

/** Sorted; links are left alone, they show the same files a second time. */
function filesBelow(root: string, below: string): readonly string[] {
  const files: string[] = [];
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    if (entry.isDirectory() && entry.name !== "target" && entry.name !== ".git") files.push(...filesBelow(root, name));
    else if (entry.isFile()) files.push(name);
  }
  return files.sort();
}

export function cacheDir(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kfunc-ls", "corpus");
}

function unpack(archive: string, version: string): string {
  const { size, mtimeMs } = statSync(archive);
  const target = join(cacheDir(), `linux-source-${version}-${size}-${Math.floor(mtimeMs / 1000)}`);
  if (existsSync(target)) return target;
  const work = `${target}.part-${process.pid}`;
  mkdirSync(work, { recursive: true });
  process.stderr.write(`unpacking the BPF parts of ${archive} into ${target} (once)\n`);
  const members = neededPaths.map((path) => `linux-source-${version}/${path}`);
  // A missing member (an older kernel has no sched_ext) fails tar, but the rest is there.
  spawnSync("tar", ["-xJf", archive, "-C", work, "--strip-components=1", ...members], { stdio: "ignore" });
  if (!existsSync(join(work, selftestsPath, "progs"))) {
    rmSync(work, { recursive: true, force: true });
    throw new SourceNotFound(`${archive} could not be unpacked, or holds no ${selftestsPath}`);
  }
  rmSync(target, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  renameSync(work, target);
  return target;
}
