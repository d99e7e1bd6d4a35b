// Finds the file an #include names, in the order compilers search, and remembers
// what was looked for in vain.
import { builtinHeaderText } from "./builtin-headers.ts";
import type { HeaderStore, LoadedFile } from "./header-cache.ts";
import { directoryOf, joinPath } from "./paths.ts";
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

export class IncludeSearch {
  readonly #store: HeaderStore;
  readonly #reader: FileReader;
  readonly #directories: readonly string[];

  constructor(store: HeaderStore, reader: FileReader, config: CompileConfig) {
    this.#store = store;
    this.#reader = reader;
    this.#directories = config.includeDirs;
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
    const builtin = builtinHeaderText(name);
    if (builtin === undefined) return undefined;
    const path = `<built-in>/${name}`;
    const file = this.#store.load(path, { read: () => builtin });
    return file === undefined ? undefined : { file, directory: this.#directories.length };
  }

  #try(path: string, directory: number, missing: string[]): FoundInclude | undefined {
    const file = this.#store.load(path, this.#reader);
    if (file !== undefined) return { file, directory };
    missing.push(path);
    return undefined;
  }
}
