// `kfunc-ls resolve`: what a loader would find for the kernel functions a compiled object names.
import { basename, resolve } from "node:path";
import type { Btf } from "../btf/btf.ts";
import { Elf, isElf, machineBpf } from "../btf/elf.ts";
import { openBtf } from "../btf/kernel-btf.ts";
import { BtfError } from "../btf/piece.ts";
import { readBtfFile, readPiece } from "../loaders/btf-file.ts";
import { type BpfObject, readBpfObject } from "../resolve/bpf-object.ts";
import { Kernel, type NamedBtf } from "../resolve/kernel.ts";
import { resolveLikeLibbpf } from "../resolve/libbpf.ts";
import { resolveLikeProgBtf } from "../resolve/prog-btf.ts";
import type { Loader } from "../resolve/resolution.ts";
import { colorsFor } from "./colors.ts";
import { printable } from "./excerpt.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliHost } from "./host.ts";
import { type ResolveReport, resolveJson, resolveText } from "./resolve-report.ts";

export interface ResolveOptions {
  readonly btf: readonly string[];
  readonly loader: Loader;
  readonly format: "text" | "json";
  readonly color?: boolean;
}

export async function resolveCommand(object: string, options: ResolveOptions, host: CliHost): Promise<number> {
  let report: ResolveReport;
  try {
    report = await resolveObject(object, options, host);
  } catch (error) {
    if (!(error instanceof BtfError)) throw error;
    host.stderr.write(`kfunc-ls: ${printable(error.message)}\n`);
    return exitCodes.usage;
  }
  const text =
    options.format === "json"
      ? `${JSON.stringify(resolveJson(report), undefined, 2)}\n`
      : resolveText(report, colorsFor(options.color, host));
  host.stdout.write(text);
  return report.resolutions.some(({ fails }) => fails) ? exitCodes.findings : exitCodes.clean;
}

async function resolveObject(object: string, options: ResolveOptions, host: CliHost): Promise<ResolveReport> {
  const [vmlinux, ...modules] = options.btf;
  if (vmlinux === undefined)
    throw new BtfError("--btf is missing: name the BTF of the kernel, such as /sys/kernel/btf/vmlinux");
  const asked = readObject(object, host);
  const read = (file: string, base?: Btf) => readBtfFile(resolve(host.workingDirectory, file), file, base);
  const kernel: NamedBtf = { name: "vmlinux", ...(await read(vmlinux)) };
  const others: NamedBtf[] = [];
  for (const file of modules) others.push({ name: moduleName(file), ...(await read(file, kernel.btf)) });
  const searched = new Kernel(kernel, others);
  const resolveLike = options.loader === "libbpf" ? resolveLikeLibbpf : resolveLikeProgBtf;
  return {
    version: host.version,
    object,
    loader: options.loader,
    btfs: options.btf.map((file, index) => ({ name: index === 0 ? "vmlinux" : moduleName(file), file })),
    resolutions: resolveLike(asked, searched),
  };
}

function readObject(object: string, host: CliHost): BpfObject {
  const piece = readPiece(resolve(host.workingDirectory, object), object);
  if (!isElf(piece.bytes)) throw new BtfError(`${object}: not an ELF file; name an object compiled with -target bpf`);
  const elf = new Elf(piece);
  if (elf.machine !== machineBpf) throw new BtfError(`${object}: an ELF file for another machine, not for BPF`);
  return readBpfObject(elf, elf.section(".BTF") === undefined ? undefined : openBtf(piece).btf);
}

/** As the kernel names it: /sys/kernel/btf/nf_conntrack, nf-conntrack.ko.xz -> nf_conntrack. */
function moduleName(file: string): string {
  return basename(file)
    .replace(/\.ko(\.(gz|xz|zst))?$/, "")
    .replaceAll("-", "_");
}
