// Unpacks what kernels and modules are stored in: gzip, xz and zstd files, and x86 kernel images (bzImage) around them.
// Node 20 has gzip only. fzstd is plain JavaScript, xz-decompress is xz-embedded as WebAssembly: neither has
// dependencies or native code. What they cannot do (other compressions, xz with the filters kernel images use) ends in
// a message that names the command that can.
import { gunzipSync } from "node:zlib";
import { BtfError, cut, failAt, type Piece } from "../btf/piece.ts";

/** A kernel with all its debug information has 0.5 GB; more than twice of that is an attack. */
const maxUnpacked = 2 ** 30;
/** A module in an archive, or an image in a compressed file: never more layers than this. */
const maxLayers = 3;

/** The bytes below all packing; offsets then count in the unpacked data, and the file's name says so. */
export async function unpack(packed: Piece): Promise<Piece> {
  let piece = packed;
  for (let layers = 0; layers < maxLayers; layers++) {
    const next = await unpackLayer(piece);
    if (next === undefined) return piece;
    piece = next;
  }
  return failAt(piece, 0, `packed more than ${maxLayers} times`);
}

async function unpackLayer(piece: Piece): Promise<Piece | undefined> {
  if (isBareImage(piece))
    failAt(piece, 0, "a kernel image without sections; name its vmlinux, or /sys/kernel/btf/vmlinux");
  const image = payloadOfImage(piece);
  const packed = image?.payload ?? piece;
  const format = formats.find(({ magic }) => magic.every((byte, index) => packed.bytes[index] === byte));
  if (format === undefined) {
    if (image !== undefined)
      failAt(packed, 0, `the kernel image is packed in an unknown way; ${howToUnpack(piece.file)}`);
    return undefined;
  }
  if (format.unpack === undefined) return cannot(piece, format.name);
  try {
    const bytes = await format.unpack(packed.bytes, image?.size);
    return { file: `${piece.file} (unpacked)`, start: 0, bytes };
  } catch (error) {
    if (error instanceof BtfError) throw error;
    return cannot(piece, format.name, error instanceof Error ? error.message : String(error));
  }
}

interface Format {
  readonly name: string;
  readonly magic: readonly number[];
  /** `size`: how many bytes will come out, where that is known. */
  readonly unpack?: (bytes: Uint8Array, size: number | undefined) => Promise<Uint8Array>;
}

const formats: readonly Format[] = [
  { name: "gzip", magic: [0x1f, 0x8b], unpack: gunzip },
  { name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], unpack: unxz },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: unzstd },
  { name: "lz4", magic: [0x02, 0x21, 0x4c, 0x18] },
  { name: "lzo", magic: [0x89, 0x4c, 0x5a, 0x4f] },
  { name: "bzip2", magic: [0x42, 0x5a, 0x68] },
  { name: "lzma", magic: [0x5d, 0x00, 0x00] },
];

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  return gunzipSync(bytes, { maxOutputLength: maxUnpacked });
}

async function unxz(bytes: Uint8Array): Promise<Uint8Array> {
  // Kernel images are: their machine code went through a filter first, which this library leaves out.
  if (((bytes[xzBlockFlags] ?? 0) & 3) !== 0) throw new Error("it has more filters than LZMA2");
  const library = await import("xz-decompress");
  // It is CommonJS: Node hands over everything as `default`, some bundlers do not.
  const { XzReadableStream } = library.default ?? library;
  const packed = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const parts = boundedParts();
  for await (const part of new XzReadableStream(packed)) parts.add(part);
  return parts.joined();
}

/** After the stream header of 12 bytes and the size of the block header: one less than the number of filters. */
const xzBlockFlags = 13;

async function unzstd(bytes: Uint8Array, size: number | undefined): Promise<Uint8Array> {
  const { decompress, Decompress } = await import("fzstd");
  // With the size known, 60 MB take a second; otherwise fzstd moves its window about, ten times as long for a kernel.
  if (size !== undefined && size <= maxUnpacked) return decompress(bytes, new Uint8Array(size));
  const parts = boundedParts();
  new Decompress((part) => parts.add(part.slice())).push(bytes, true);
  return parts.joined();
}

function boundedParts() {
  const parts: Uint8Array[] = [];
  let length = 0;
  return {
    add(part: Uint8Array): void {
      length += part.length;
      if (length > maxUnpacked) throw new Error(`more than ${maxUnpacked} bytes come out of it`);
      parts.push(part);
    },
    joined: (): Uint8Array => Buffer.concat(parts),
  };
}

/** Images of arm64 and other machines, plain or in an EFI wrapper (zboot): what is inside has no sections any more. */
function isBareImage({ bytes }: Piece): boolean {
  const text = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString("latin1");
  return text(0x38, 0x3c) === "ARM\x64" || (text(0, 2) === "MZ" && text(4, 8) === "zimg");
}

interface ImagePayload {
  readonly payload: Piece;
  readonly size: number;
}

/** The packed vmlinux in a bzImage (Documentation/arch/x86/boot.rst, protocol 2.08 and later). */
function payloadOfImage(piece: Piece): ImagePayload | undefined {
  const { bytes } = piece;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isImage =
    bytes.length > 0x250 && view.getUint16(0x1fe, true) === 0xaa55 && view.getUint32(0x202) === 0x48647253;
  if (!isImage || view.getUint16(0x206, true) < 0x208) return undefined;
  const setupSectors = bytes[0x1f1] || 4;
  const start = (setupSectors + 1) * 512 + view.getUint32(0x248, true);
  const length = view.getUint32(0x24c, true);
  const payload = cut(piece, start, length, "packed kernel");
  if (length < 4) failAt(piece, 0x24c, "the kernel image has no payload");
  // The build appends the unpacked size to whatever the packer wrote.
  return { payload: cut(payload, 0, length - 4, "packed kernel"), size: view.getUint32(start + length - 4, true) };
}

function cannot(piece: Piece, format: string, reason?: string): never {
  const why = reason === undefined ? "" : ` (${reason})`;
  return failAt(piece, 0, `packed with ${format}, which kfunc-ls could not unpack${why}; ${howToUnpack(piece.file)}`);
}

function howToUnpack(file: string): string {
  return `unpack it with "scripts/extract-vmlinux ${file} > vmlinux" of the kernel sources (or the packer's own -d) and name the result, or use /sys/kernel/btf/vmlinux of the running kernel`;
}
