// What kernels and modules come packed in.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BtfError } from "../../server/src/btf/piece.ts";
import { unpack } from "../../server/src/loaders/unpack.ts";
import { randomNumbers } from "../support/random.ts";

const text = "kernel function, kernel function, kernel function\n";
// As xz, and zstd with and without the size in the header, write that text.
const xz =
  "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AAxABldADWZSqui4q8fxqs0B8R8xXVFeBa+jx6hYAAAAAAA7Meg5QABMTIZ4wwukEKZDQEAAAAAAVla";
const xzWithFilter =
  "/Td6WFoAAAFpIt42AgEEACEBFgANhjUf4AAxABldADWZSqui4q8fxqs0B8R8xXVFeBa+jx6hYAAAAAAA7Meg5QABMTIZ4wwukEKZDQEAAAAAAVla";
const zstd = "KLUv/SQyxQAAkGtlcm5lbCBmdW5jdGlvbiwgCgEACZ9Lyfki2A==";
const zstdStream = "KLUv/QRYxQAAkGtlcm5lbCBmdW5jdGlvbiwgCgEACZ9Lyfki2A==";

const piece = (bytes: Uint8Array, file = "m.ko.xz") => ({ file, start: 0, bytes });

/** An x86 kernel image around a payload. */
function image(payload: Uint8Array, size: number): Uint8Array {
  const start = 2 * 512;
  const bytes = Buffer.alloc(start + payload.length + 4);
  bytes.writeUInt8(1, 0x1f1);
  bytes.writeUInt16LE(0xaa55, 0x1fe);
  bytes.write("HdrS", 0x202);
  bytes.writeUInt16LE(0x20f, 0x206);
  bytes.writeUInt32LE(payload.length + 4, 0x24c);
  bytes.set(payload, start);
  bytes.writeUInt32LE(size, start + payload.length);
  return bytes;
}

describe("unpack", () => {
  it.each([
    ["gzip", gzipSync(text)],
    ["xz", Buffer.from(xz, "base64")],
    ["zstd", Buffer.from(zstd, "base64")],
    ["zstd without a size", Buffer.from(zstdStream, "base64")],
    ["nothing", Buffer.from(text)],
    ["a kernel image with gzip", image(gzipSync(text), text.length)],
    ["a kernel image with zstd", image(Buffer.from(zstdStream, "base64"), text.length)],
    ["a packed image with a packed kernel", gzipSync(image(gzipSync(text), text.length))],
  ])("%s", async (_, bytes) => {
    expect(Buffer.from((await unpack(piece(bytes))).bytes).toString()).toBe(text);
  });

  it("names the command where it cannot", async () => {
    const filtered = unpack(piece(Buffer.from(xzWithFilter, "base64"), "vmlinuz"));
    await expect(filtered).rejects.toThrow(
      /^vmlinuz: at offset 0x0: packed with xz, which kfunc-ls could not unpack .*"scripts\/extract-vmlinux vmlinuz > vmlinux"/,
    );
    const arm = Buffer.alloc(64);
    arm.write("ARM\x64", 0x38);
    await expect(unpack(piece(gzipSync(arm)))).rejects.toThrow("a kernel image without sections");
    await expect(unpack(piece(image(Buffer.from("BZh9"), 100)))).rejects.toThrow("packed with bzip2");
    await expect(unpack(piece(image(Buffer.from("????????"), 100)))).rejects.toThrow("packed in an unknown way");
  });

  it("stops at what grows without bounds", async () => {
    const layers = [1, 2, 3, 4].reduce((bytes) => gzipSync(bytes), Buffer.from(text));
    await expect(unpack(piece(layers))).rejects.toThrow("packed more than 3 times");
  });

  it("gives an error or an answer for damaged files", async () => {
    const random = randomNumbers(3);
    const whole = [
      gzipSync(text),
      Buffer.from(xz, "base64"),
      Buffer.from(zstd, "base64"),
      image(gzipSync(text), text.length),
    ];
    for (let round = 0; round < 400; round++) {
      const bytes = Uint8Array.from(whole[random(whole.length)]!);
      bytes[random(bytes.length)] = random(256);
      const cut = random(3) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      await unpack(piece(cut)).catch((error: unknown) => expect(error).toBeInstanceOf(BtfError));
    }
  });
});
