// A kernel tree on disk, for the scanner. File bytes are searched before they are decoded: of 60,000 files
// a few dozen are of interest. Links are not followed, so a tree cannot lead outside itself.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceTree } from "../registry/scan/source-tree.ts";

export class DiskTree implements SourceTree {
  readonly #root: string;
  readonly #folders = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
  }

  read(path: string): string | undefined {
    try {
      return readFileSync(join(this.#root, path), "utf8");
    } catch {
      return undefined;
    }
  }

  filesContaining(needles: readonly string[], folders: readonly string[]): readonly string[] {
    const wanted = needles.map((needle) => Buffer.from(needle));
    const matches = (path: string): boolean => {
      try {
        const bytes = readFileSync(join(this.#root, path));
        return wanted.some((needle) => bytes.includes(needle));
      } catch {
        return false; // unreadable, or gone since the folder was listed
      }
    };
    return folders
      .flatMap((folder) => this.#sources(folder))
      .filter(matches)
      .sort();
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
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.#walk(path);
      else if (entry.isFile() && /\.[ch]$/.test(entry.name)) yield path;
    }
  }
}
