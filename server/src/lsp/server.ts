// The language server: wires the connection to documents, scheduler, publisher and the
// handlers. Runs on the protocol thread, which never checks anything itself, so every
// request is answered at once whatever is being checked.
import {
  type Connection,
  createConnection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  IPCMessageReader,
  IPCMessageWriter,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { looksLikeBpf } from "../features/bpf-source.ts";
import { kfuncGlossary } from "../features/kfunc-glossary.ts";
import { builtinKernels, defaultKernel } from "../registry/index.ts";
import { CheckerThread, type CheckOutcome } from "./checker-thread.ts";
import { toDiagnostic } from "./diagnostics.ts";
import { codeActions } from "./handlers/code-action.ts";
import { hover } from "./handlers/hover.ts";
import { type ClientFeatures, clientFeatures, initializeResult, workspaceFolders } from "./handlers/initialize.ts";
import { changedPaths, changesFlags, watchers } from "./handlers/watched-files.ts";
import { OpenDocuments } from "./open-documents.ts";
import { pathOfUri } from "./paths.ts";
import { Publisher } from "./publisher.ts";
import { type CheckJob, CheckScheduler } from "./scheduler.ts";
import { readSettings, settingsSection } from "./settings.ts";
import { noSettings, nothingFound, type Settings, type WireFinding } from "./wire.ts";

/** Merges the changes of one command (a completion, a multi-cursor edit); a superseded check is stopped anyway. */
const typingPauseMs = 15;

export function startServer(transport: "stdio" | "node-ipc", version: string): void {
  const connection =
    transport === "stdio"
      ? createConnection(
          ProposedFeatures.all,
          new StreamMessageReader(process.stdin),
          new StreamMessageWriter(process.stdout),
        )
      : createConnection(ProposedFeatures.all, new IPCMessageReader(process), new IPCMessageWriter(process));
  serve(connection, version);
}

function serve(connection: Connection, version: string): void {
  const documents = new TextDocuments(TextDocument);
  const open = new OpenDocuments(documents);
  const thread = new CheckerThread();
  const scheduler = new CheckScheduler(thread, () => open.clock, deliver);
  const publisher = new Publisher(
    (params) => void connection.sendDiagnostics(params),
    (uri) => open.get(uri)?.version,
  );
  let client: ClientFeatures;
  let folders: readonly string[] = [];
  let settings: Settings = noSettings;
  /** Told once, not at every keystroke. */
  const told = new Set<string>();

  connection.onInitialize((params) => {
    client = clientFeatures(params);
    folders = workspaceFolders(params);
    applySettings(params.initializationOptions);
    return initializeResult(version);
  });

  connection.onInitialized(async () => {
    if (client.watchedFilesRegistration) {
      void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (client.configurationRegistration) {
      void connection.client.register(DidChangeConfigurationNotification.type, { section: settingsSection });
    }
    if (client.configuration) await pullSettings();
  });

  connection.onDidChangeConfiguration(async (change) => {
    if (client.configuration) await pullSettings();
    else applySettings((change?.settings as Readonly<Record<string, unknown>> | undefined)?.[settingsSection]);
  });

  // Fires on open as well.
  documents.onDidChangeContent(({ document }) => {
    const path = pathOfUri(document.uri);
    if (path === undefined || typeof document.getText() !== "string") return;
    open.noteChange(path);
    thread.setText(path, document.getText());
    recheck(document, open.checked(document.uri) === undefined ? 0 : typingPauseMs);
    recheckDependents(path, document.uri);
  });

  documents.onDidClose(({ document }) => {
    scheduler.forget(document.uri);
    publisher.withdraw(document.uri);
    open.forget(document.uri);
    const path = pathOfUri(document.uri);
    if (path === undefined) return;
    open.noteChange(path);
    thread.setText(path, undefined);
    recheckDependents(path, document.uri);
  });

  connection.onDidChangeWatchedFiles((params) => {
    // An open file is what the editor holds, whatever happens to it on disk.
    const paths = changedPaths(params).filter((path) => open.get(open.uriOf(path)) === undefined);
    if (paths.length === 0) return;
    for (const path of paths) open.noteChange(path);
    thread.changedOnDisk(paths);
    if (paths.some(changesFlags)) for (const document of open.all()) recheck(document, typingPauseMs);
    else for (const path of paths) recheckDependents(path, undefined);
  });

  connection.onHover((params) =>
    hover(params, { documents: open, markdown: client.markdown, glossary: kfuncGlossary(targetKernels()) }),
  );

  connection.onCodeAction((params) => {
    if (!client.codeActionLiterals) return [];
    return codeActions(params, {
      documents: open,
      documentChanges: client.documentChanges,
      toDiagnostic: diagnosticOf,
      settled: (uri) => scheduler.settled(uri),
    });
  });

  connection.onShutdown(() => {
    scheduler.stop();
    thread.stop();
  });

  documents.listen(connection);
  connection.listen();

  function recheck(document: TextDocument, pauseMs: number): void {
    const { uri } = document;
    const path = pathOfUri(uri);
    if (path === undefined) return;
    if (looksLikeBpf(document.getText())) {
      scheduler.request({ uri, path }, pauseMs);
      return;
    }
    scheduler.forget(uri);
    open.setChecked(uri, { version: document.version, result: nothingFound });
    publisher.replace(uri, new Map());
  }

  function recheckDependents(path: string, except: string | undefined): void {
    for (const document of open.dependents(path)) {
      if (document.uri !== except) recheck(document, typingPauseMs);
    }
  }

  function deliver({ uri }: CheckJob, outcome: CheckOutcome, startedAt: number): void {
    const document = open.get(uri);
    if (document === undefined || outcome.kind === "cancelled") return;
    if (outcome.kind === "checked" && !open.isFresh(outcome.result, startedAt)) {
      // A header moved on while this was checked, and nobody knew yet that it is included here.
      recheck(document, 0);
      return;
    }
    if (outcome.kind === "failed") connection.console.error(`checking ${uri} failed: ${outcome.message}`);
    const result = outcome.kind === "checked" ? outcome.result : nothingFound;
    for (const problem of result.problems) tell(problem);
    open.setChecked(uri, { version: document.version, result });
    publisher.replace(uri, groupByFile(result.findings));
  }

  function tell(problem: string): void {
    if (told.has(problem)) return;
    told.add(problem);
    connection.window.showWarningMessage(`kfunc-ls: ${problem}`);
  }

  function groupByFile(findings: readonly WireFinding[]) {
    const groups = new Map<string, ReturnType<typeof diagnosticOf>[]>();
    for (const finding of findings) {
      const uri = open.uriOf(finding.path);
      const group = groups.get(uri);
      if (group === undefined) groups.set(uri, [diagnosticOf(finding)]);
      else group.push(diagnosticOf(finding));
    }
    return groups;
  }

  function diagnosticOf(finding: WireFinding) {
    return toDiagnostic(finding, client, (path) => open.uriOf(path));
  }

  function targetKernels(): readonly string[] {
    return settings.kernels.length > 0 ? settings.kernels : [defaultKernel];
  }

  async function pullSettings(): Promise<void> {
    try {
      applySettings(await connection.workspace.getConfiguration(settingsSection));
    } catch (error) {
      connection.console.warn(`settings could not be read: ${String(error)}`);
    }
  }

  function applySettings(raw: unknown): void {
    const read = readSettings(raw, builtinKernels(), folders);
    settings = read.settings;
    told.clear();
    for (const problem of read.problems) connection.console.warn(problem);
    thread.configure(settings);
    for (const document of open.all()) recheck(document, 0);
  }
}
