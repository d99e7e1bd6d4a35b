// Publishes findings. One checked file can have findings in several files (a helper in a
// shared header), and one header can have findings from several checked files: what the
// client sees of a file is always the union, each finding once.
import type { Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver/node";

export type SendDiagnostics = (params: PublishDiagnosticsParams) => void;

export class Publisher {
  readonly #send: SendDiagnostics;
  readonly #versionOf: (uri: string) => number | undefined;
  /** Checked document -> file -> its findings there. */
  readonly #contributions = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>();

  /** `versionOf`: the version of an open document, undefined for a closed file. */
  constructor(send: SendDiagnostics, versionOf: (uri: string) => number | undefined) {
    this.#send = send;
    this.#versionOf = versionOf;
  }

  /** Replaces what `checkedUri` contributes; the checked document itself is always published. */
  replace(checkedUri: string, found: ReadonlyMap<string, readonly Diagnostic[]>): void {
    const before = this.#contributions.get(checkedUri) ?? new Map();
    this.#contributions.set(checkedUri, found);
    for (const uri of new Set([checkedUri, ...before.keys(), ...found.keys()])) this.#publish(uri);
  }

  /** The document was closed: its findings go, here and in the headers it found them in. */
  withdraw(checkedUri: string): void {
    this.replace(checkedUri, new Map());
    this.#contributions.delete(checkedUri);
  }

  #publish(uri: string): void {
    const merged = new Map<string, Diagnostic>();
    for (const contribution of this.#contributions.values()) {
      for (const diagnostic of contribution.get(uri) ?? []) {
        const { range, code, message } = diagnostic;
        const key = JSON.stringify([range, code, message]);
        if (!merged.has(key)) merged.set(key, diagnostic);
      }
    }
    const version = this.#versionOf(uri);
    // Version 0 is a version: some clients count from there.
    this.#send({ uri, diagnostics: [...merged.values()], ...(version === undefined ? {} : { version }) });
  }
}
