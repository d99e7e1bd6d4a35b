// A progress bar on standard error while many files are checked or searched. Only for people: on a
// terminal, and only when there is something to wait for.
import cliProgress from "cli-progress";
import type { CliHost } from "./host.ts";

export interface Progress {
  /** Called before a file is checked. */
  next(path: string): void;
  stop(): void;
}

/** Below this a run ends before anybody has read the bar. */
const worthABar = 20;

export function startProgress(total: number, host: CliHost): Progress {
  if (!wantsBar(host) || total < worthABar) return { next: () => {}, stop: () => {} };
  const bar = barFor(host, "{bar} {value}/{total} {file}");
  bar.start(total, 0, { file: "" });
  let started = 0;
  return {
    next: (path) => {
      bar.update(started, { file: path });
      started += 1;
    },
    stop: () => bar.stop(),
  };
}

export interface SearchProgress {
  /** Files of one pass; another pass starts anew. */
  readonly searched: (done: number, total: number) => void;
  readonly stop: () => void;
}

export function startSearchProgress(host: CliHost): SearchProgress {
  if (!wantsBar(host)) return { searched: () => {}, stop: () => {} };
  const bar = barFor(host, "{bar} {percentage}% of {total} files searched");
  let running = false;
  return {
    searched: (done, total) => {
      if (!running) bar.start(total, 0);
      running = true;
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => {
      if (running) bar.stop();
    },
  };
}

function wantsBar({ stderr, environment }: CliHost): boolean {
  return stderr.isTTY === true && !environment["CI"];
}

function barFor(host: CliHost, format: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    format,
    stream: host.stderr,
    clearOnComplete: true,
    hideCursor: true,
    // The work is synchronous, so timers do not fire: every step draws, at most this often.
    synchronousUpdate: true,
    fps: 12,
    barsize: 24,
  });
}
