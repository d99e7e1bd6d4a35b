// What is kept between translation units: files with their tokens, and what each
// inclusion of a header did, by the macro state it started from. A header that is
// met in a state seen before costs a few look-ups instead of an expansion.
// One cache belongs to one reader. Whoever learns that a file changed says so;
// between two such words nothing is read twice.
import { SourceFile } from "../base/source.ts";
import type { DeclarationGroup } from "./declaration-group.ts";
import { EditMemory } from "./edit-memory.ts";
import { HugeHeader } from "./huge-header.ts";
import { LexedFile } from "./lexed-file.ts";
import type { MacroDefinition } from "./macro.ts";
import type { FileReader, PreprocessProblem } from "./unit.ts";

export interface HeaderCache {
  /** The file changed, appeared or vanished on disk or in an editor; without a path: everything did. */
  invalidate(path?: string): void;
}

/** `once`: each file is checked once, and only headers are worth keeping. */
export function createHeaderCache(once = false): HeaderCache {
  return new HeaderStore(once);
}

/** One version of one file. Its identity is the identity of the content. */
export class LoadedFile {
  readonly source: SourceFile;
  #lexed: LexedFile | undefined;
  #huge: HugeHeader | undefined | null = null;

  constructor(source: SourceFile) {
    this.source = source;
  }

  get lexed(): LexedFile {
    this.#lexed ??= new LexedFile(this.source);
    return this.#lexed;
  }

  get huge(): HugeHeader | undefined {
    if (this.#huge === null) this.#huge = HugeHeader.of(this.source);
    return this.#huge;
  }
}

/** What including a file did, to be done again without reading it. */
export interface IncludeEffect {
  readonly endState: number;
  readonly changes: readonly { readonly name: string; readonly macro: MacroDefinition | undefined }[];
  readonly group: DeclarationGroup;
  readonly problems: readonly PreprocessProblem[];
  readonly files: readonly LoadedFile[];
  readonly missing: readonly string[];
  /** Built-in macro names whose use was decided inside, and whether the code before had declared them. */
  readonly asked: ReadonlyMap<string, boolean>;
  readonly tokens: number;
  readonly inclusions: number;
  /** Levels of inclusion below this one. */
  readonly depth: number;
}

/** Declarations kept by effects, in tokens made by macros; some 100 bytes each. */
const maxKeptTokens = 300_000;

/** Files somebody is editing at the same time. */
const maxEdited = 4;

interface Kept {
  readonly effect: IncludeEffect;
  epoch: number;
}

export class HeaderStore implements HeaderCache {
  readonly #files = new Map<string, LoadedFile | undefined>();
  /** Versions that may come back, so that their tokens can be kept. */
  readonly #stale = new Map<string, LoadedFile>();
  readonly #effects = new Map<string, Kept>();
  readonly #bases = new Map<string, unknown>();
  readonly #edited = new Map<string, EditMemory>();
  readonly #once: boolean;
  #keptTokens = 0;
  #epoch = 0;

  constructor(once: boolean) {
    this.#once = once;
  }

  invalidate(path?: string): void {
    // What nobody asked for, as the file that is being edited itself, is part of nothing kept.
    if (path !== undefined && !this.#files.has(path)) return;
    this.#epoch++;
    if (path === undefined) {
      for (const [known, file] of this.#files) if (file !== undefined) this.#stale.set(known, file);
      this.#files.clear();
      return;
    }
    const file = this.#files.get(path);
    if (file !== undefined) this.#stale.set(path, file);
    this.#files.delete(path);
  }

  /** The file, read at most once until it is invalidated. */
  load(path: string, reader: FileReader, within?: readonly string[]): LoadedFile | undefined {
    const known = this.#files.get(path);
    if (known !== undefined || this.#files.has(path)) return known;
    const text = reader.read(path, within);
    let file: LoadedFile | undefined;
    if (text !== undefined) {
      const stale = this.#stale.get(path);
      file = stale?.source.text === text ? stale : new LoadedFile(new SourceFile(path, text));
    }
    this.#stale.delete(path);
    this.#files.set(path, file);
    return file;
  }

  effect(key: string, load: (path: string) => LoadedFile | undefined): IncludeEffect | undefined {
    const kept = this.#effects.get(key);
    if (kept === undefined) return undefined;
    if (kept.epoch !== this.#epoch) {
      const { files, missing } = kept.effect;
      const holds =
        files.every((file) => load(file.source.path) === file) && missing.every((path) => load(path) === undefined);
      if (!holds) {
        this.#drop(key, kept);
        return undefined;
      }
      kept.epoch = this.#epoch;
    }
    return kept.effect;
  }

  keep(key: string, effect: IncludeEffect): void {
    const old = this.#effects.get(key);
    if (old !== undefined) this.#drop(key, old);
    this.#effects.set(key, { effect, epoch: this.#epoch });
    this.#keptTokens += cost(effect);
    for (const [oldest, kept] of this.#effects) {
      if (this.#keptTokens <= maxKeptTokens) break;
      this.#drop(oldest, kept);
    }
  }

  /** The memory for the next version of a file: filled by one run, read by the one after. */
  memoryFor(path: string): EditMemory | undefined {
    return this.#once ? undefined : new EditMemory(this.#edited.get(path));
  }

  /** Only complete runs leave their memory. Files that were not checked lately are forgotten. */
  keepMemory(path: string, memory: EditMemory): void {
    this.#edited.delete(path);
    this.#edited.set(path, memory);
    for (const oldest of this.#edited.keys()) {
      if (this.#edited.size <= maxEdited) break;
      this.#edited.delete(oldest);
    }
  }

  /** What `make` made for `key` the first time: start states of compile configurations. */
  base<T>(key: string, make: () => T): T {
    if (!this.#bases.has(key)) {
      // Configurations are few; somebody who varies -D on every request must not grow us.
      if (this.#bases.size > 200) this.#bases.clear();
      this.#bases.set(key, make());
    }
    return this.#bases.get(key) as T;
  }

  #drop(key: string, kept: Kept): void {
    this.#effects.delete(key);
    this.#keptTokens -= cost(kept.effect);
  }
}

function cost(effect: IncludeEffect): number {
  return 200 + (effect.tokens >> 3) + effect.changes.length + effect.missing.length;
}
