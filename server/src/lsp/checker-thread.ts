// The protocol thread's handle on the checking thread: one job at a time, cancellable
// while it runs. If the thread dies (a defect, or memory ran out on hostile input) its
// job fails, a new thread takes over with the same settings and texts, and life goes on.
import { Worker } from "node:worker_threads";
import type { CheckerThreadData, FromChecker, Settings, ToChecker, WireResult } from "./wire.ts";

export type CheckOutcome =
  | { readonly kind: "checked"; readonly result: WireResult }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly message: string };

/** Three times what a vmlinux.h and the largest scheduler take; past it the thread is replaced and the editor lives. */
const maxHeapMb = 1024;

export class CheckerThread {
  readonly #cancelledJob = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #texts = new Map<string, string>();
  readonly #script: URL;
  #settings: Settings | undefined;
  #worker: Worker | undefined;
  #lastJob = 0;
  #running: { readonly job: number; readonly done: (outcome: CheckOutcome) => void } | undefined;
  #stopped = false;

  constructor(script: URL = checkWorkerScript()) {
    this.#script = script;
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#worker?.postMessage({ kind: "settings", settings } satisfies ToChecker);
  }

  setText(path: string, text: string | undefined): void {
    if (text === undefined) this.#texts.delete(path);
    else this.#texts.set(path, text);
    this.#worker?.postMessage({ kind: "text", path, text } satisfies ToChecker);
  }

  changedOnDisk(paths: readonly string[]): void {
    this.#worker?.postMessage({ kind: "changed-on-disk", paths } satisfies ToChecker);
  }

  /** Only one job at a time: the caller waits for the outcome before it asks again. */
  check(path: string): Promise<CheckOutcome> {
    if (this.#stopped) return Promise.resolve({ kind: "cancelled" });
    this.#lastJob += 1;
    const job = this.#lastJob;
    return new Promise((done) => {
      this.#running = { job, done };
      this.#thread().postMessage({ kind: "check", job, path } satisfies ToChecker);
    });
  }

  /** Tells the running job, if any, that nobody waits for it; it ends as "cancelled", or as finished if it was. */
  cancel(): void {
    if (this.#running !== undefined) Atomics.store(this.#cancelledJob, 0, this.#running.job);
  }

  stop(): void {
    this.#stopped = true;
    this.cancel();
    void this.#worker?.terminate();
    this.#finish({ kind: "cancelled" });
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const workerData: CheckerThreadData = { cancelledJob: this.#cancelledJob };
    const worker = new Worker(this.#script, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    this.#worker = worker;
    worker.on("message", (message: FromChecker) => {
      if (message.job === this.#running?.job) this.#finish(message);
    });
    worker.on("error", (error) => this.#replace(worker, error.message));
    worker.on("exit", (code) => this.#replace(worker, `the checking thread ended with code ${code}`));
    if (this.#settings !== undefined) this.configure(this.#settings);
    for (const [path, text] of this.#texts) this.setText(path, text);
    return worker;
  }

  #replace(dead: Worker, message: string): void {
    if (this.#worker !== dead) return;
    this.#worker = undefined;
    this.#finish({ kind: "failed", message });
  }

  #finish(outcome: CheckOutcome): void {
    const running = this.#running;
    this.#running = undefined;
    running?.done(outcome);
  }
}

/** Beside this file, in the sources as in what is built from them. */
function checkWorkerScript(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./check-worker.${extension}`, import.meta.url);
}
