// Reads the BTF of a kernel, a module or an object from the disk, packed or not.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import type { Btf } from "../btf/btf.ts";
import { type OpenBtf, openBtf } from "../btf/kernel-btf.ts";
import { BtfError, type Piece } from "../btf/piece.ts";
import { unpack } from "./unpack.ts";

/** Larger than any kernel with debug information. */
const maxBytes = 2 ** 30;

/** Throws a BtfError that names the file. `base`: the kernel's BTF, for the raw BTF or the .ko of a module. */
export async function readBtfFile(path: string, shown: string, base?: Btf): Promise<OpenBtf> {
  return openBtf(await unpack(readPiece(path, shown)), base);
}

/** A regular file as it is; `shown` is its name in messages. Throws a BtfError for anything else. */
export function readPiece(path: string, shown: string): Piece {
  return { file: shown, start: 0, bytes: readBytes(path, shown) };
}

function readBytes(path: string, shown: string): Uint8Array {
  let file: number;
  try {
    // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw new BtfError(`${shown}: cannot be opened (${error instanceof Error ? error.message : String(error)})`);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new BtfError(`${shown}: not a regular file`);
    if (stat.size > maxBytes) throw new BtfError(`${shown}: larger than ${maxBytes} bytes`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof BtfError) throw error;
    throw new BtfError(`${shown}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  } finally {
    closeSync(file);
  }
}
