// The documents the client has open, with what was last found in each.
// The one mutable picture of the session; handlers read it, the server changes it.
import type { TextDocuments } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { pathOfUri, uriOfPath } from "./paths.ts";
import { RealPaths } from "./real-paths.ts";
import type { WireResult } from "./wire.ts";

export interface CheckedState {
  readonly version: number;
  readonly result: WireResult;
}

export class OpenDocuments {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #realPaths = new RealPaths();
  readonly #checked = new Map<string, CheckedState>();
  /** Real path -> number of its last change. */
  readonly #changedAt = new Map<string, number>();
  #changes = 0;

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
  }

  get(uri: unknown): TextDocument | undefined {
    return typeof uri === "string" ? this.#documents.get(uri) : undefined;
  }

  all(): readonly TextDocument[] {
    return this.#documents.all();
  }

  /** The address under which the client knows the file: its own spelling when it is open. */
  uriOf(path: string): string {
    const real = this.#realPaths.of(path);
    const open = this.#documents.all().find((document) => this.#realPathOf(document.uri) === real);
    return open?.uri ?? uriOfPath(path);
  }

  checked(uri: string): CheckedState | undefined {
    return this.#checked.get(uri);
  }

  setChecked(uri: string, state: CheckedState): void {
    this.#checked.set(uri, state);
  }

  forget(uri: string): void {
    this.#checked.delete(uri);
  }

  /** Counts changes of files: texts in the editor, and what is known of the disk. */
  get clock(): number {
    return this.#changes;
  }

  noteChange(path: string): void {
    this.#changes += 1;
    this.#changedAt.set(this.#realPaths.of(path), this.#changes);
  }

  /** False when a file that the result depends on changed after `startedAt`. */
  isFresh({ dependsOn }: WireResult, startedAt: number): boolean {
    return dependsOn.every((path) => (this.#changedAt.get(path) ?? 0) <= startedAt);
  }

  /** Open documents whose last result read the file or looked for it. */
  dependents(path: string): readonly TextDocument[] {
    const real = this.#realPaths.of(path);
    return this.#documents.all().filter((document) => {
      return this.#checked.get(document.uri)?.result.dependsOn.includes(real) === true;
    });
  }

  #realPathOf(uri: string): string | undefined {
    const path = pathOfUri(uri);
    return path === undefined ? undefined : this.#realPaths.of(path);
  }
}
