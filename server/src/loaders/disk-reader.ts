// Reads files for the preprocessor from the disk. A folder somebody downloaded may
// hold anything under the name of a header: links out of the folder, pipes, devices,
// huge files. Only regular files are read, only inside the directories allowed, and
// only to a bound.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { FileReader } from "../preprocess/unit.ts";

export interface DiskReaderOptions {
  /** Folders the user opened or named. */
  readonly roots?: readonly string[];
  /** Include directories outside of them. */
  readonly includeDirs?: readonly string[];
  /** Text of a file an editor has open and not saved; it comes before the disk. */
  readonly overrides?: (path: string) => string | undefined;
}

/** Larger files are treated as absent; the preprocessor has a lower bound of its own. */
const maxBytes = 64 * 1024 * 1024;
/** Links kept as text that are followed one after the other; sched-ext's vmlinux.h takes two. */
const maxLinks = 8;

/**
 * A reader of regular files. Every read names the directories the file must lie in, links followed:
 * those the caller passes (from the file's `CompileConfig.readableDirs`), and `roots` and `includeDirs`.
 * Only when nobody names any directory, the whole disk may be read.
 */
export function createDiskReader(options: DiskReaderOptions = {}): FileReader {
  return new DiskReader(options);
}

class DiskReader implements FileReader {
  readonly #overrides: ((path: string) => string | undefined) | undefined;
  readonly #always: readonly string[] | undefined;
  readonly #realDirectories = new Map<string, string | undefined>();

  constructor({ roots, includeDirs, overrides }: DiskReaderOptions) {
    this.#overrides = overrides;
    this.#always =
      roots === undefined && includeDirs === undefined ? undefined : [...(roots ?? []), ...(includeDirs ?? [])];
  }

  read(path: string, within?: readonly string[]): string | undefined {
    const text = this.#read(path, within);
    let at = path;
    let last = text;
    for (let links = 0; links < maxLinks; links++) {
      const target = last === undefined ? undefined : linkInText(last);
      if (target === undefined) break;
      at = join(dirname(at), target);
      last = this.#read(at, within);
    }
    return last ?? text;
  }

  #read(path: string, within: readonly string[] | undefined): string | undefined {
    const open = this.#overrides?.(path);
    if (open !== undefined) return open;
    let real: string;
    try {
      // Throws for what does not exist and for loops of links, before anything is opened.
      real = realpathSync.native(path);
    } catch {
      return undefined;
    }
    return this.#allows(real, within) ? readRegularFile(real) : undefined;
  }

  #allows(real: string, within: readonly string[] | undefined): boolean {
    if (this.#always === undefined && within === undefined) return true;
    return [...(within ?? []), ...(this.#always ?? [])].some((directory) => {
      const base = this.#realDirectory(directory);
      return base !== undefined && isInside(real, base);
    });
  }

  #realDirectory(directory: string): string | undefined {
    if (!this.#realDirectories.has(directory)) {
      let real: string | undefined;
      try {
        real = realpathSync.native(directory);
      } catch {
        real = undefined;
      }
      this.#realDirectories.set(directory, real);
    }
    return this.#realDirectories.get(directory);
  }
}

/** Where links cannot be made, git and some archives leave a file that holds nothing but the path of the header it stands for. */
function linkInText(text: string): string | undefined {
  return text.length < 256 && /^[\w./+-]+\.h$/.test(text) ? text : undefined;
}

export function isInside(path: string, directory: string): boolean {
  if (path === directory) return true;
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/** undefined for directories, devices, pipes, sockets, unreadable and too large files. */
export function readRegularFile(path: string): string | undefined {
  let file: number;
  try {
    // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > maxBytes) return undefined;
    const bytes = Buffer.allocUnsafe(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(file, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return bytes.toString("utf8", 0, length);
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
