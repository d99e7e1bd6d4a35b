// Finds the file an #include names, in the order compilers search, and remembers
// what was looked for in vain.
import { builtinHeaderText } from "./builtin-headers.ts";
import type { HeaderStore, LoadedFile } from "./header-cache.ts";
import { directoryOf, joinPath, liesWithin } from "./paths.ts";
import type { CompileConfig, FileReader } from "./unit.ts";

export interface IncludeName {
  readonly name: string;
  readonly quoted: boolean;
  /** `#include_next`: search on behind the directory the current file came from. */
  readonly next: boolean;
}

export interface FoundInclude {
  readonly file: LoadedFile;
  /** Index in the include path it was found in; -1 for the directory of the including file. */
  readonly directory: number;
}

/** Not a path any file system knows: headers of our own. */
const builtinFolder = "<built-in>/";

export class IncludeSearch {
  readonly #store: HeaderStore;
  readonly #reader: FileReader;
  readonly #directories: readonly string[];
  readonly #readable: readonly string[] | undefined;

  constructor(store: HeaderStore, reader: FileReader, config: CompileConfig) {
    this.#store = store;
    this.#reader = reader;
    this.#directories = config.includeDirs;
    this.#readable = config.readableDirs;
  }

  /** A file by its full path, if it may be read. */
  load(path: string): LoadedFile | undefined {
    if (path.startsWith(builtinFolder)) {
      return this.#store.load(path, { read: () => builtinHeaderText(path.slice(builtinFolder.length)) });
    }
    if (this.#readable !== undefined && !liesWithin(path, this.#readable)) return undefined;
    return this.#store.load(path, this.#reader, this.#readable);
  }

  /** `fromDirectory`: the `directory` of the including file. Paths tried in vain are added to `missing`. */
  find(include: IncludeName, fromPath: string, fromDirectory: number, missing: string[]): FoundInclude | undefined {
    const { name } = include;
    if (name === "" || name.includes("\0")) return undefined;
    if (include.quoted && !include.next) {
      const found = this.#try(joinPath(directoryOf(fromPath), name), -1, missing);
      if (found !== undefined) return found;
    }
    for (let i = include.next ? fromDirectory + 1 : 0; i < this.#directories.length; i++) {
      const found = this.#try(joinPath(this.#directories[i]!, name), i, missing);
      if (found !== undefined) return found;
    }
    const file = builtinHeaderText(name) === undefined ? undefined : this.load(builtinFolder + name);
    return file === undefined ? undefined : { file, directory: this.#directories.length };
  }

  #try(path: string, directory: number, missing: string[]): FoundInclude | undefined {
    const file = this.load(path);
    if (file !== undefined) return { file, directory };
    missing.push(path);
    return undefined;
  }
}
