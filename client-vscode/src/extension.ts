// Starts the bundled language server for C files and offers to restart it.
// Everything that knows kfuncs is in the server; nothing clever happens here.
import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("kfunc-ls.restart", async () => {
      await client?.restart();
    }),
    vscode.commands.registerCommand("kfunc-ls.showOutput", () => client?.outputChannel.show()),
  );
  client = new LanguageClient("kfunc-ls", "kfunc-ls", serverOptions(context), clientOptions());
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const module = context.asAbsolutePath("dist/kfunc-ls/dist/bundle/kfunc-ls.js");
  const run = { module, transport: TransportKind.ipc };
  return { run, debug: { ...run, options: { execArgv: ["--nolazy", "--inspect=6009"] } } };
}

function clientOptions(): LanguageClientOptions {
  // The settings are sent along at the start as well, so that the first check has them;
  // the server asks again when they change.
  const { kernels, includePaths, defines } = vscode.workspace.getConfiguration("kfunc-ls");
  return {
    // Headers too, which VS Code may take for C++: what is unsaved in one counts where it is included.
    documentSelector: [
      { scheme: "file", language: "c" },
      { scheme: "file", pattern: "**/*.h" },
    ],
    initializationOptions: { kernels, includePaths, defines },
  };
}
