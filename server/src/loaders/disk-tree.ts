// A folder of C sources on disk, for the scanner. File bytes are searched before they are decoded: of the 60,000
// files of a kernel a few dozen are of interest. Links are not followed, so a tree cannot lead outside itself.
import { closeSync, constants, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import type { SourceTree } from "../registry/scan/source-tree.ts";

export interface DiskTreeOptions {
  /** Told while files are searched, some hundred times a pass. */
  readonly onProgress?: (searched: number, total: number) => void;
}

/** Longer files are data that was written as C. */
const maxBytes = 8 * 1024 * 1024;
/** Never sources: version control, packages, what a build leaves. */
const skipped = new Set(["node_modules"]);

export class DiskTree implements SourceTree {
  readonly #root: string;
  readonly #onProgress: DiskTreeOptions["onProgress"];
  readonly #folders = new Map<string, readonly string[]>();
  readonly #buffer = Buffer.allocUnsafe(maxBytes);

  constructor(root: string, { onProgress }: DiskTreeOptions = {}) {
    this.#root = root;
    this.#onProgress = onProgress;
  }

  read(path: string): string | undefined {
    try {
      return readFileSync(join(this.#root, path), "utf8");
    } catch {
      return undefined;
    }
  }

  filesContaining(needles: readonly string[], folders: readonly string[], ending?: ".c" | ".h"): readonly string[] {
    const wanted = needles.map((needle) => Buffer.from(needle));
    const paths = folders
      .flatMap((folder) => this.#sources(folder))
      .filter((path) => ending === undefined || path.endsWith(ending));
    const step = Math.max(1, Math.floor(paths.length / 200));
    const found = paths.filter((path, index) => {
      if (index % step === 0) this.#onProgress?.(index, paths.length);
      const bytes = this.#bytes(path);
      return wanted.some((needle) => bytes.includes(needle));
    });
    return found.sort();
  }

  /** Valid until the next call. Empty for what cannot be read, or is gone since the folder was listed. */
  #bytes(path: string): Buffer {
    let file: number | undefined;
    try {
      file = openSync(join(this.#root, path), constants.O_RDONLY | constants.O_NOFOLLOW);
      return this.#buffer.subarray(0, readSync(file, this.#buffer, 0, maxBytes, 0));
    } catch {
      return this.#buffer.subarray(0, 0);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  #sources(folder: string): readonly string[] {
    let known = this.#folders.get(folder);
    if (known === undefined) {
      known = [...this.#walk(folder)];
      this.#folders.set(folder, known);
    }
    return known;
  }

  *#walk(folder: string): Generator<string> {
    let entries: import("node:fs").Dirent[];
    try {
      entries = readdirSync(join(this.#root, folder), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith(".") || skipped.has(entry.name)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.#walk(path);
      else if (entry.isFile() && /\.[ch]$/.test(entry.name)) yield path;
    }
  }
}
