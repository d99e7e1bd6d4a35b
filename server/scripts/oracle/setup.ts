// Prepares a kernel for the oracle: its image, the modules that bring kfuncs, a vmlinux.h made
// from the types of the running kernel, and an initramfs with the loader. Needs a Debian
// machine of architecture amd64; a few minutes and some hundred megabytes of download a kernel.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KernelFacts } from "../../src/registry/facts.ts";
import { builtinKernels, loadKernel } from "../../src/registry/load.ts";
import { type ArchiveEntry, writeArchive } from "./cpio.ts";
import { findPackages, needPackages, newestClang, refreshLists, withPackage } from "./debian.ts";
import { type KernelHome, kernelHome, oracleHome, run, toolsHome } from "./home.ts";
import { boot } from "./machine.ts";

type Say = (line: string) => void;

const guestSources = fileURLToPath(new URL("guest/", import.meta.url));

/** The kernel whose source gives libbpf and bpftool; newer than every kernel asked, or the newest. */
const toolsKernel = "7.2";

/** Smaller packages of these names only depend on others. */
const realPackageBytes = 5_000_000;

export async function setUp(kernel: string, say: Say): Promise<void> {
  const work = join(tmpdir(), `kfunc-ls-oracle-${process.pid}`);
  await mkdir(work, { recursive: true });
  await mkdir(oracleHome, { recursive: true });
  try {
    if (!existsSync(toolsHome.clang)) await buildTools(work, say);
    const home = kernelHome(kernel);
    if (!existsSync(home.release)) await fetchKernel(home, work, say);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildTools(work: string, say: Say): Promise<void> {
  const clang = await newestClang();
  say(`installing what is missing of clang-${clang}, QEMU and build tools`);
  await needPackages([
    ...[`clang-${clang}`, "qemu-system-x86", "seabios", "gcc", "make", "libc6-dev", "pkg-config", "python3"],
    ...["libelf-dev", "zlib1g-dev", "libzstd-dev", "libssl-dev", "busybox-static", "xz-utils", "zstd", "kmod"],
  ]);
  say("fetching package lists");
  await refreshLists();
  const parts = ["Makefile", "Kbuild", "scripts", "usr/include", "include", "arch/x86", "tools", "kernel/bpf"];
  const tree = await unpackSource(toolsKernel, parts, work, say);
  const jobs = `-j${cpus().length}`;
  say("building libbpf and bpftool");
  await run("make", ["-s", "-C", tree, "ARCH=x86", "headers"]);
  await move(join(tree, "usr/include"), toolsHome.uapi);
  await rm(toolsHome.libbpf, { recursive: true, force: true });
  await mkdir(join(work, "libbpf"), { recursive: true });
  await mkdir(join(work, "bpftool"), { recursive: true });
  const library = join(work, "libbpf/libbpf.a");
  const into = [`OUTPUT=${work}/libbpf/`, `DESTDIR=${toolsHome.libbpf}`, "prefix="];
  await run("make", ["-s", jobs, "-C", join(tree, "tools/lib/bpf"), ...into, library, "install_headers"]);
  await cp(library, join(toolsHome.libbpf, "libbpf.a"));
  const without = ["feature-llvm=0", "feature-clang-bpf-co-re=0", "feature-libbfd=0"];
  const bpftool = join(work, "bpftool/bootstrap/bpftool");
  await run("make", [
    "-s",
    jobs,
    "-C",
    join(tree, "tools/bpf/bpftool"),
    `OUTPUT=${work}/bpftool/`,
    ...without,
    bpftool,
  ]);
  await cp(bpftool, toolsHome.bpftool);
  await run("gcc", [
    ...["-O2", "-Wall", "-static", "-I", join(toolsHome.libbpf, "include"), "-I", toolsHome.uapi],
    ...["-o", join(toolsHome.libbpf, "load"), join(guestSources, "load.c")],
    ...[join(toolsHome.libbpf, "libbpf.a"), "-lelf", "-lz", "-lzstd"],
  ]);
  await writeFile(toolsHome.clang, `/usr/bin/clang-${clang}\n`);
}

/** Parts of a kernel's source in a folder of their own. */
async function unpackSource(kernel: string, parts: readonly string[], work: string, say: Say): Promise<string> {
  const source = (await findPackages(new RegExp(`^linux-source-${kernel.replace(".", "\\.")}$`))).at(-1);
  if (source === undefined) throw new Error(`no package linux-source-${kernel} in the archive`);
  say(`[${kernel}] downloading ${source.name} ${source.version}`);
  const tree = join(work, `linux-${kernel}`);
  await mkdir(tree, { recursive: true });
  await withPackage(source, work, async (deb) => {
    await run("dpkg-deb", ["-x", deb, join(work, "deb")]);
    const archive = join(work, "deb/usr/src", `${source.name}.tar.xz`);
    const members = parts.map((part) => `${source.name}/${part}`);
    await run("tar", ["-xJf", archive, "-C", tree, "--strip-components=1", ...members]);
    await rm(join(work, "deb"), { recursive: true });
  });
  return tree;
}

/** Programs use the headers of the kernel's selftests as if they were libbpf's; what they declare is of this kernel. */
async function copySelftestHeaders(home: KernelHome, work: string, say: Say): Promise<void> {
  const folder = "tools/testing/selftests/bpf";
  const tree = await unpackSource(home.kernel, [folder], work, say);
  const selftests = join(tree, folder);
  for (const from of [selftests, join(selftests, "libarena/include")].filter((path) => existsSync(path))) {
    for (const header of (await readdir(from)).filter((name) => name.endsWith(".h"))) {
      await cp(join(from, header), join(home.include, header));
    }
  }
}

async function fetchKernel(home: KernelHome, work: string, say: Say): Promise<void> {
  say(`[${home.kernel}] fetching package lists`);
  await refreshLists();
  const image = await newestImage(home.kernel);
  const release = image.name.replace(/^linux-(?:binary|image)-/, "");
  const root = join(work, "root");
  await mkdir(root, { recursive: true });
  // From 7.0 on Debian keeps image, configuration and modules in packages of their own.
  const parts = image.name.startsWith("linux-binary-") ? [`linux-base-${release}`, `linux-modules-${release}`] : [];
  for (const name of [image.name, ...parts]) {
    say(`[${home.kernel}] downloading ${name} ${image.version}`);
    await withPackage({ ...image, name }, work, (deb) => run("dpkg-deb", ["-x", deb, root]));
  }
  await mkdir(home.include, { recursive: true });
  await copySelftestHeaders(home, work, say);
  const files = await everyFile(root);
  const kernelImage = files.find((file) => basename(file).startsWith("vmlinuz"));
  const config = files.find((file) => file.endsWith(`config-${release}`) || file.endsWith(`${release}/config`));
  if (kernelImage === undefined) throw new Error(`no vmlinuz in the packages of ${release}`);
  await cp(kernelImage, home.image);
  say(`[${home.kernel}] building the guest`);
  const modules = await modulesOf(loadKernelOrNewest(home.kernel), files, root, release, work);
  await writeFile(home.guest, await guestArchive(modules, config, release));
  say(`[${home.kernel}] asking the kernel for its types`);
  await makeVmlinuxHeader(home, work);
  await writeFile(home.release, `${release} ${image.version}\n`);
}

async function newestImage(kernel: string) {
  const rest = `${kernel.replace(".", "\\.")}(?:\\.\\d+)?(?:[+~][a-z0-9.+~]+)?-amd64$`;
  for (const flavour of ["binary", "image"]) {
    const found = (await findPackages(new RegExp(`^linux-${flavour}-${rest}`))).filter(
      (candidate) => candidate.bytes >= realPackageBytes,
    );
    const newest = found.at(-1);
    if (newest !== undefined) return newest;
  }
  throw new Error(`Debian's archive has no kernel ${kernel} for amd64 now`);
}

function loadKernelOrNewest(kernel: string): KernelFacts {
  const known = builtinKernels();
  return loadKernel(known.includes(kernel) ? kernel : known.at(-1)!);
}

/** Modules that bring kfuncs, with what they depend on, in the order in which they are inserted. */
async function modulesOf(
  facts: KernelFacts,
  files: readonly string[],
  root: string,
  release: string,
  work: string,
): Promise<ArchiveEntry[]> {
  const wanted = new Set(facts.kfuncs.filter((fact) => !fact.testOnly).flatMap((fact) => fact.module ?? []));
  if (!existsSync(join(root, "lib"))) await run("ln", ["-s", "usr/lib", join(root, "lib")]);
  await run("depmod", ["-b", root, release]);
  const order: string[] = [];
  for (const module of wanted) {
    const shown = await run("modprobe", ["-d", root, "-S", release, "--show-depends", module], { mayFail: true });
    for (const match of shown.stdout.toString().matchAll(/^insmod (\S+)/gm)) {
      if (!order.includes(match[1]!)) order.push(match[1]!);
    }
  }
  const entries: ArchiveEntry[] = [];
  for (const path of order) {
    const name = basename(path).replace(/\.ko.*$/, ".ko");
    const packed = files.find((file) => basename(file) === basename(path));
    if (packed === undefined) continue;
    const plain = join(work, name);
    const unpacker = packed.endsWith(".xz") ? "xz" : packed.endsWith(".zst") ? "zstd" : undefined;
    if (unpacker === undefined) await cp(packed, plain);
    else await writeFile(plain, (await run(unpacker, ["-dc", packed])).stdout);
    entries.push({ path: `modules/${name}`, mode: 0o644, data: await readFile(plain) });
  }
  const names = entries.map((entry) => basename(entry.path)).join("\n");
  return [...entries, { path: "modules/order", mode: 0o644, data: Buffer.from(`${names}\n`) }];
}

async function guestArchive(modules: readonly ArchiveEntry[], config: string | undefined, release: string) {
  const folders = ["bin", "boot", "dev", "job", "modules", "proc", "sys", "tmp"];
  const entries: ArchiveEntry[] = [
    ...folders.map((path) => ({ path, mode: 0o40755, data: Buffer.alloc(0) })),
    { path: "init", mode: 0o755, data: await readFile(join(guestSources, "init")) },
    { path: "bin/busybox", mode: 0o755, data: await readFile("/bin/busybox") },
    { path: "bin/load", mode: 0o755, data: await readFile(join(toolsHome.libbpf, "load")) },
    ...modules,
  ];
  // libbpf reads it for `__kconfig` externs.
  if (config !== undefined) entries.push({ path: `boot/config-${release}`, mode: 0o644, data: await readFile(config) });
  return writeArchive(entries);
}

async function makeVmlinuxHeader(home: KernelHome, work: string): Promise<void> {
  const types = join(work, "vmlinux.btf");
  const { records, console } = await boot(home, [{ path: "job/types", mode: 0o644, data: Buffer.alloc(0) }], 120);
  if (records.length < 1_000_000) throw new Error(`the guest gave no type information:\n${console.slice(-500)}`);
  await writeFile(types, records);
  const dumped = (await run(toolsHome.bpftool, ["btf", "dump", "file", types, "format", "c"])).stdout.toString();
  // Kernels built with an old pahole do not say which functions are kfuncs. Our own facts do.
  const tagged = /__ksym;$/m.test(dumped);
  const text = tagged ? dumped : `${dumped}\n${prototypesOf(loadKernelOrNewest(home.kernel))}`;
  await writeFile(join(home.include, "vmlinux.h"), text);
}

function prototypesOf(facts: KernelFacts): string {
  const section = '__attribute__((section(".ksyms")))';
  const own = facts.kfuncs.filter((fact) => !fact.testOnly && fact.module === undefined);
  const lines = own.map((fact) => {
    const params = fact.params.slice(0, fact.params.length - (fact.hidden ?? 0));
    const list = params.map(([type, name]) =>
      type.includes("(*)") ? type.replace("(*)", `(*${name})`) : `${type} ${name}`,
    );
    return `extern ${plain(fact.returns)} ${fact.name}(${plain(list.join(", ")) || "void"}) ${section};`;
  });
  return ["#ifndef BPF_NO_KFUNC_PROTOTYPES", ...lines, "#endif", ""].join("\n");
}

/** Without the address space marks that only the kernel's own headers define. */
function plain(type: string): string {
  return type.replace(/\b__(?:user|rcu|percpu|iomem)\b ?/g, "");
}

async function everyFile(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function move(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, ".."), { recursive: true });
  await rename(from, to).catch(async () => {
    await cp(from, to, { recursive: true });
    await rm(from, { recursive: true });
  });
}
