// Times whole processes from the outside: the command line, the language server, and bare Node for comparison.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

export interface ProcessRun {
  readonly milliseconds: number;
  /** Peak resident memory in MB. */
  readonly peakMemory: number;
}

/** Makes a child report its peak memory (KB) on descriptor 3 when it exits. */
const reportMemory =
  "data:text/javascript," +
  encodeURIComponent(
    "import{writeSync}from'node:fs';process.on('exit',()=>{try{writeSync(3,String(process.resourceUsage().maxRSS))}catch{}})",
  );

/** Runs `node ...args` to its end. Exit code 1 means findings and is as good as 0. */
export async function timeProcess(args: readonly string[]): Promise<ProcessRun> {
  const start = performance.now();
  const child = spawn(process.execPath, ["--import", reportMemory, ...args], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  const memory = readAll(child.stdio[3] as NodeJS.ReadableStream);
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  const milliseconds = performance.now() - start;
  if (code !== 0 && code !== 1) throw new Error(`node ${args.join(" ")} ended with ${code}`);
  return { milliseconds, peakMemory: Number(await memory) / 1024 };
}

export interface ServerSession {
  /** Milliseconds from the start of the process to the first diagnostics of the first file. */
  readonly firstDiagnostics: number;
  /** Milliseconds from a change to its diagnostics, by change; the server's debounce is part of it. */
  readonly changes: readonly number[];
  readonly peakMemory: number;
}

/** Starts the language server, opens `files` one after the other, then sends `changes` as whole texts of the last one. */
export async function timeServer(
  binary: string,
  root: string,
  options: unknown,
  files: readonly { readonly path: string; readonly text: string }[],
  changes: readonly string[],
): Promise<ServerSession> {
  const start = performance.now();
  const child = spawn(process.execPath, ["--import", reportMemory, binary, "--stdio"], {
    stdio: ["pipe", "pipe", "inherit", "pipe"],
  });
  const memory = readAll(child.stdio[3] as NodeJS.ReadableStream);
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const waiting = new Map<string, () => void>();
  const deliver = (key: string): void => {
    waiting.get(key)?.();
    waiting.delete(key);
  };
  const arrival = (key: string): Promise<void> => new Promise((resolve) => waiting.set(key, resolve));
  const send = (message: object): void => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    child.stdin!.write(`Content-Length: ${body.length}\r\n\r\n`);
    child.stdin!.write(body);
  };
  readMessages(child.stdout!, (message) => {
    if (message.method === "textDocument/publishDiagnostics") {
      deliver(`${message.params?.uri}@${message.params?.version ?? ""}`);
    } else if (message.method !== undefined && message.id !== undefined) {
      // Requests of the server, such as workspace/configuration: no answer of ours matters.
      send({ id: message.id, result: message.method === "workspace/configuration" ? [options] : null });
    } else if (message.id !== undefined) deliver(`#${message.id}`);
  });

  const initialized = arrival("#1");
  send({
    id: 1,
    method: "initialize",
    params: {
      processId: process.pid,
      rootUri: pathToFileURL(root).href,
      workspaceFolders: [{ uri: pathToFileURL(root).href, name: "bench" }],
      capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
      initializationOptions: options,
    },
  });
  await initialized;
  send({ method: "initialized", params: {} });

  let firstDiagnostics = 0;
  for (const { path, text } of files) {
    const uri = pathToFileURL(path).href;
    const published = arrival(`${uri}@1`);
    send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "c", version: 1, text } } });
    await published;
    if (firstDiagnostics === 0) firstDiagnostics = performance.now() - start;
  }
  const times: number[] = [];
  const uri = pathToFileURL(files.at(-1)?.path ?? root).href;
  for (const [i, text] of changes.entries()) {
    const version = i + 2;
    const published = arrival(`${uri}@${version}`);
    const sent = performance.now();
    send({
      method: "textDocument/didChange",
      params: { textDocument: { uri, version }, contentChanges: [{ text }] },
    });
    await published;
    times.push(performance.now() - sent);
  }

  const shutDown = arrival("#2");
  send({ id: 2, method: "shutdown" });
  await shutDown;
  send({ method: "exit" });
  await ended;
  return { firstDiagnostics, changes: times, peakMemory: Number(await memory) / 1024 };
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly version?: number };
}

function readMessages(stream: NodeJS.ReadableStream, onMessage: (message: Message) => void): void {
  let buffer: Buffer = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const headerEnd = buffer.indexOf("\r\n\r\n");
      if (headerEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("latin1", 0, headerEnd))?.[1]);
      const end = headerEnd + 4 + length;
      if (buffer.length < end) return;
      const message = JSON.parse(buffer.toString("utf8", headerEnd + 4, end)) as Message;
      buffer = buffer.subarray(end);
      onMessage(message);
    }
  });
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
