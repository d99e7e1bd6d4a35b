// A progress bar on standard error while many files are checked. Only for people: on a
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
  if (host.stderr.isTTY !== true || total < worthABar || host.environment["CI"]) {
    return { next: () => {}, stop: () => {} };
  }
  const bar = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} {file}",
    stream: host.stderr,
    clearOnComplete: true,
    hideCursor: true,
    // Checking is synchronous, so timers do not fire: every step draws, at most this often.
    synchronousUpdate: true,
    fps: 12,
    barsize: 24,
  });
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
