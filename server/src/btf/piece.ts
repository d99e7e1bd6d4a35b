// A run of bytes and where in which file it stands, so that whatever is wrong with it can be said with file and offset.

export interface Piece {
  readonly file: string;
  /** Offset of the first byte in the file. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** An input that is not what it claims to be. The message names the file and the offset in it. */
export class BtfError extends Error {
  override readonly name = "BtfError";
}

/** `offset` counts from the start of the piece. */
export function failAt({ file, start }: Piece, offset: number, what: string): never {
  throw new BtfError(`${file}: at offset 0x${(start + offset).toString(16)}: ${what}`);
}

/** A part of a piece; `what` names it in the error when it does not fit. */
export function cut(piece: Piece, offset: number, length: number, what: string): Piece {
  const { file, start, bytes } = piece;
  if (offset + length > bytes.length) {
    failAt(piece, Math.min(offset, bytes.length), `${what} (${length} bytes) reaches past the end of the data`);
  }
  return { file, start: start + offset, bytes: bytes.subarray(offset, offset + length) };
}

/** Up to the next NUL, or to the end of the bytes; nothing past it. */
export function textAt(bytes: Uint8Array, offset: number): string {
  if (offset >= bytes.length) return "";
  const end = bytes.indexOf(0, offset);
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, (end < 0 ? bytes.length : end) - offset).toString("utf8");
}
