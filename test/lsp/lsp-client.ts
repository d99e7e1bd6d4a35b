// A plain protocol client: starts the server as a process of its own and talks JSON-RPC
// over stdio, as editors do. Keeps the documents it opened, so that tests edit texts and
// apply what the server proposes.
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, onTestFinished } from "vitest";
import {
  type CodeAction,
  createProtocolConnection,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { bundleServer } from "../../client-vscode/scripts/bundle-server.ts";

export interface ClientOptions {
  readonly workspaceFolder?: string;
  readonly settings?: unknown;
  /** Answer to workspace/configuration; the client claims to have none when left out. */
  readonly configuration?: () => unknown;
  readonly documentChanges?: boolean;
  /** The command to start; the bundled server when left out. */
  readonly command?: readonly string[];
}

/** Starts the server: the bundle that the VS Code extension ships, made anew from the sources. */
export async function serverCommand(): Promise<readonly string[]> {
  bundled ??= bundle();
  return [process.execPath, join(await bundled, "kfunc-ls.js"), "--stdio"];
}

let bundled: Promise<string> | undefined;
const folders: string[] = [];

afterAll(() => {
  bundled = undefined;
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function bundle(): Promise<string> {
  // Two levels below server/, where the bundle looks for assets and data.
  const folder = fileURLToPath(new URL(`../../server/.cache/test-${process.pid}`, import.meta.url));
  folders.push(folder);
  await bundleServer(folder, false);
  return folder;
}

/** For a busy machine; a healthy server answers in milliseconds. */
const patienceMs = 20_000;

export class LspClient {
  #closed = false;
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  /** Everything published so far, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly registrations: string[] = [];
  /** What the server wrote to the client's log. */
  readonly logs: string[] = [];
  initialized!: InitializeResult;
  readonly #documents = new Map<string, TextDocument>();
  #listeners: (() => void)[] = [];

  private constructor(options: ClientOptions, [command = process.execPath, ...args]: readonly string[]) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    const { stdin, stdout } = this.process;
    if (stdin === null || stdout === null) throw new Error("the server has no standard streams");
    this.connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
      this.published.push(params);
      const listeners = this.#listeners;
      this.#listeners = [];
      for (const listener of listeners) listener();
    });
    this.connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
      this.logs.push(message);
    });
    this.connection.onRequest("client/registerCapability", (params: { registrations: { method: string }[] }) => {
      this.registrations.push(...params.registrations.map((registration) => registration.method));
      return null;
    });
    this.connection.onRequest("workspace/configuration", () => [options.configuration?.() ?? null]);
    this.connection.listen();
  }

  static async start(options: ClientOptions = {}): Promise<LspClient> {
    const client = new LspClient(options, options.command ?? (await serverCommand()));
    onTestFinished(() => {
      client.#closed = true;
      client.connection.dispose();
      client.process.kill("SIGKILL");
    });
    const params: InitializeParams = {
      processId: process.pid,
      rootUri: null,
      workspaceFolders:
        options.workspaceFolder === undefined
          ? null
          : [{ uri: pathToFileURL(options.workspaceFolder).href, name: "workspace" }],
      initializationOptions: options.settings,
      capabilities: {
        workspace: {
          configuration: options.configuration !== undefined,
          didChangeConfiguration: { dynamicRegistration: true },
          didChangeWatchedFiles: { dynamicRegistration: true },
          workspaceEdit: { documentChanges: options.documentChanges === true },
        },
        textDocument: {
          hover: { contentFormat: ["markdown", "plaintext"] },
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
          publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true },
        },
      },
    };
    client.initialized = await client.connection.sendRequest("initialize", params);
    await client.connection.sendNotification("initialized", {});
    return client;
  }

  open(path: string, text: string, version = 1): string {
    const uri = pathToFileURL(path).href;
    this.#documents.set(uri, TextDocument.create(uri, "c", version, text));
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "c", version, text } });
    return uri;
  }

  /** Replaces a stretch of the document (all of it without a range), incrementally as editors do. */
  change(uri: string, newText: string, range?: Range): void {
    const before = this.document(uri);
    const change = range === undefined ? { text: newText } : { range, text: newText };
    const version = before.version + 1;
    this.#documents.set(uri, TextDocument.update(before, [change], version));
    this.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [change] });
  }

  /** Replaces the first occurrence of `old`. */
  replace(uri: string, old: string, newText: string): void {
    const document = this.document(uri);
    const at = document.getText().indexOf(old);
    if (at === -1) throw new Error(`there is no ${JSON.stringify(old)} in ${uri}`);
    this.change(uri, newText, { start: document.positionAt(at), end: document.positionAt(at + old.length) });
  }

  close(uri: string): void {
    this.#documents.delete(uri);
    this.notify("textDocument/didClose", { textDocument: { uri } });
  }

  document(uri: string): TextDocument {
    const document = this.#documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    return document;
  }

  text(uri: string): string {
    return this.document(uri).getText();
  }

  /** What is published for the document's present version. */
  async diagnostics(uri: string): Promise<PublishDiagnosticsParams["diagnostics"]> {
    const { version } = this.document(uri);
    return (await this.next((params) => params.uri === uri && params.version === version)).diagnostics;
  }

  /** The first publication, past or to come, that satisfies the wish, counted from `from`. */
  async next(wish: (params: PublishDiagnosticsParams) => boolean, from = 0): Promise<PublishDiagnosticsParams> {
    const deadline = Date.now() + patienceMs;
    for (let i = from; ; i++) {
      while (i >= this.published.length) {
        if (Date.now() > deadline)
          throw new Error(`the server published nothing of the kind; its log: ${this.logs.join("\n")}`);
        await new Promise<void>((done) => {
          const timer = setTimeout(done, 1000);
          this.#listeners.push(() => {
            clearTimeout(timer);
            done();
          });
        });
      }
      const params = this.published[i];
      if (params !== undefined && wish(params)) return params;
    }
  }

  hover(uri: string, word: string): Promise<Hover | null> {
    const document = this.document(uri);
    const position = document.positionAt(document.getText().indexOf(word) + 1);
    return this.connection.sendRequest("textDocument/hover", { textDocument: { uri }, position });
  }

  codeActions(uri: string, range: Range, context: object = { diagnostics: [] }): Promise<CodeAction[]> {
    return this.connection.sendRequest("textDocument/codeAction", { textDocument: { uri }, range, context });
  }

  /** Applies the edits of an action to the open documents, all of a document at once. */
  apply(action: CodeAction): void {
    const byUri = new Map<string, readonly TextEdit[]>(Object.entries(action.edit?.changes ?? {}));
    for (const change of action.edit?.documentChanges ?? []) {
      if ("edits" in change)
        byUri.set(
          change.textDocument.uri,
          change.edits.filter((edit) => "newText" in edit),
        );
    }
    for (const [uri, edits] of byUri) this.change(uri, TextDocument.applyEdits(this.document(uri), [...edits]));
  }

  notify(method: string, params: unknown): void {
    void this.connection.sendNotification(method, params).catch((error: unknown) => {
      // A test that is over does not wait for what it sent last.
      if (!this.#closed) throw error;
    });
  }

  /** shutdown, exit; answers the exit code. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest("shutdown");
    const ended = new Promise<number | null>((done) => this.process.once("exit", done));
    this.notify("exit", undefined);
    return ended;
  }
}
