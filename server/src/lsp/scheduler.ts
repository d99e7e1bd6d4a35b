// Decides when which document is checked: a short pause after a keystroke, newest
// request first, one job at a time, and a job whose document changed is told to stop.
// A result is handed on only if nothing was asked for the same document meanwhile, and
// with the time its job started, so that the receiver can tell what changed since.
import type { CheckerThread, CheckOutcome } from "./checker-thread.ts";

export interface CheckJob {
  readonly uri: string;
  readonly path: string;
}

export type Deliver = (job: CheckJob, outcome: CheckOutcome, startedAt: number) => void;

interface Pending {
  readonly job: CheckJob;
  readonly timer: NodeJS.Timeout | undefined;
}

export class CheckScheduler {
  readonly #thread: Pick<CheckerThread, "check" | "cancel">;
  readonly #deliver: Deliver;
  readonly #clock: () => number;
  /** Waiting for their pause to end (timer) or for their turn; the last one is next. */
  readonly #pending = new Map<string, Pending>();
  #running: CheckJob | undefined;
  #waiters: { readonly uri: string; readonly done: () => void }[] = [];

  /** `clock` counts changes, not seconds. */
  constructor(thread: Pick<CheckerThread, "check" | "cancel">, clock: () => number, deliver: Deliver) {
    this.#thread = thread;
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Asks for a check of the document as it is when its turn comes. */
  request(job: CheckJob, pauseMs: number): void {
    this.#drop(job.uri);
    if (this.#running?.uri === job.uri) this.#thread.cancel();
    const timer = setTimeout(() => {
      this.#pending.delete(job.uri);
      this.#pending.set(job.uri, { job, timer: undefined });
      void this.#runNext();
    }, pauseMs);
    this.#pending.set(job.uri, { job, timer });
  }

  /** The document is gone: nothing more is delivered for it. */
  forget(uri: string): void {
    this.#drop(uri);
    if (this.#running?.uri === uri) {
      this.#thread.cancel();
      this.#running = { uri: "", path: "" };
    }
    this.#wakeWaiters();
  }

  stop(): void {
    for (const uri of [...this.#pending.keys()]) this.#drop(uri);
    this.#wakeWaiters();
  }

  /** Resolves when no check of the document is waiting or running. */
  settled(uri: string): Promise<void> {
    if (!this.#isBusy(uri)) return Promise.resolve();
    return new Promise((done) => this.#waiters.push({ uri, done }));
  }

  async #runNext(): Promise<void> {
    if (this.#running !== undefined) return;
    const next = [...this.#pending.values()].filter(({ timer }) => timer === undefined).at(-1);
    if (next === undefined) return;
    this.#pending.delete(next.job.uri);
    this.#running = next.job;
    const startedAt = this.#clock();
    const outcome = await this.#thread.check(next.job.path);
    const stillWanted = this.#running === next.job && !this.#pending.has(next.job.uri);
    this.#running = undefined;
    if (stillWanted && outcome.kind !== "cancelled") this.#deliver(next.job, outcome, startedAt);
    this.#wakeWaiters();
    void this.#runNext();
  }

  #drop(uri: string): void {
    clearTimeout(this.#pending.get(uri)?.timer);
    this.#pending.delete(uri);
  }

  #isBusy(uri: string): boolean {
    return this.#pending.has(uri) || this.#running?.uri === uri;
  }

  #wakeWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (this.#isBusy(waiter.uri)) this.#waiters.push(waiter);
      else waiter.done();
    }
  }
}
