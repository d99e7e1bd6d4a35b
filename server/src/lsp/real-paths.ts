// One name for one file. Editors, include paths and links spell the same file in several
// ways; an open header must be found under each of them.
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export class RealPaths {
  readonly #known = new Map<string, string>();
  readonly #spellings = new Map<string, Set<string>>();

  /** The path without links; for a file that does not exist, its folder's real path and its name. */
  of(path: string): string {
    let real = this.#known.get(path);
    if (real === undefined) {
      real = resolveLinks(path);
      this.#known.set(path, real);
      const spellings = this.#spellings.get(real);
      if (spellings === undefined) this.#spellings.set(real, new Set([real, path]));
      else spellings.add(path);
    }
    return real;
  }

  /** Every way in which this file has been asked for so far. */
  spellings(path: string): readonly string[] {
    return [...(this.#spellings.get(this.of(path)) ?? [path])];
  }

  /** Links may have changed; the spellings stay known, for caches are kept under them. */
  clear(): void {
    this.#known.clear();
  }
}

function resolveLinks(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(resolveLinks(folder), basename(path));
  }
}
