// Archives in the "newc" form that the kernel unpacks as its first file system. Several may
// stand one behind the other, so that a job is appended to a guest made once.

export interface ArchiveEntry {
  readonly path: string;
  /** Permission bits; with 0o40000 a folder. */
  readonly mode: number;
  readonly data: Buffer;
}

const regular = 0o100000;
const folder = 0o40000;

export function writeArchive(entries: readonly ArchiveEntry[]): Buffer {
  const parts: Buffer[] = [];
  let bytes = 0;
  const push = (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
  };
  const pad = () => push(Buffer.alloc((4 - (bytes % 4)) % 4));
  [...entries, { path: "TRAILER!!!", mode: 0, data: Buffer.alloc(0) }].forEach((entry, index) => {
    const mode = entry.mode === 0 || (entry.mode & folder) !== 0 ? entry.mode : entry.mode | regular;
    const name = Buffer.from(`${entry.path}\0`);
    const fields = [index + 1, mode, 0, 0, 1, 0, entry.data.length, 0, 0, 0, 0, name.length, 0];
    push(Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`));
    push(name);
    pad();
    push(entry.data);
    pad();
  });
  // The kernel looks for the next archive at a multiple of four; 512 is what other tools pad to.
  push(Buffer.alloc((512 - (bytes % 512)) % 512));
  return Buffer.concat(parts);
}
