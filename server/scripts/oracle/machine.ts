// Boots a kernel in QEMU without KVM, with a job in its initramfs, and returns what the guest
// wrote to its virtio port.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArchiveEntry, writeArchive } from "./cpio.ts";
import { type KernelHome, run } from "./home.ts";

export interface Boot {
  readonly records: Buffer;
  readonly console: string;
  /** The guest came to its end by itself. */
  readonly finished: boolean;
}

export async function boot(home: KernelHome, job: readonly ArchiveEntry[], timeLimitSeconds: number): Promise<Boot> {
  const work = await mkdtemp(join(tmpdir(), "kfunc-ls-guest-"));
  try {
    const initrd = join(work, "initrd");
    const archive = writeArchive(job);
    await writeFile(initrd, Buffer.concat([await readFile(home.guest), archive]));
    // The archive is in memory twice while it is unpacked.
    const megabytes = 2048 + Math.ceil((2 * archive.length) / 2 ** 20);
    await run(
      "qemu-system-x86_64",
      [
        ...["-accel", "tcg,tb-size=512", "-cpu", "max", "-smp", "1", "-m", `${megabytes}M`],
        ...["-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot"],
        ...["-kernel", home.image, "-initrd", initrd],
        ...["-append", "console=ttyS0 panic=-1 loglevel=3 mitigations=off nokaslr"],
        ...["-serial", `file:${work}/console`, "-device", "virtio-serial-pci"],
        ...["-chardev", `file,id=records,path=${work}/records`, "-device", "virtserialport,chardev=records"],
      ],
      { timeoutMs: timeLimitSeconds * 1000, mayFail: true },
    );
    const read = (name: string) => readFile(join(work, name)).catch(() => Buffer.alloc(0));
    const console = (await read("console")).toString();
    return { records: await read("records"), console, finished: console.includes("guest: done") };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
