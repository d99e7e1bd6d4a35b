// A disk reader that shows some files under a second name: headers which a kernel build would
// copy or generate appear where the compiler would find them, without touching the source tree.
import { createDiskReader } from "../../src/loaders/disk-reader.ts";
import type { FileReader } from "../../src/preprocess/unit.ts";

export interface Overlay {
  /** Shown directory -> real directory. */
  readonly directories: readonly (readonly [string, string])[];
  /** Shown file -> real file. */
  readonly files: readonly (readonly [string, string])[];
}

export class OverlayReader implements FileReader {
  readonly #overlay: Overlay;
  readonly #files: ReadonlyMap<string, string>;
  readonly #texts = new Map<string, string | undefined>();
  readonly #disk = createDiskReader();

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
    this.#files = new Map(overlay.files);
  }

  read(path: string): string | undefined {
    const real = this.#realPath(path);
    if (!this.#texts.has(real)) this.#texts.set(real, this.#disk.read(real));
    return this.#texts.get(real);
  }

  #realPath(path: string): string {
    const file = this.#files.get(path);
    if (file !== undefined) return file;
    for (const [shown, real] of this.#overlay.directories) {
      if (path.startsWith(`${shown}/`)) return real + path.slice(shown.length);
    }
    return path;
  }
}
