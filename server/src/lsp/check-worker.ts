// The checking thread. The checker is synchronous and may take a while on hostile input;
// here it never keeps the protocol thread from answering, and a superseded job can be
// told to stop through shared memory while it runs.
import { parentPort, workerData } from "node:worker_threads";
import { Cancelled } from "../base/cancellation.ts";
import { CheckSession } from "./check-session.ts";
import type { CheckerThreadData, FromChecker, ToChecker } from "./wire.ts";

const port = parentPort;
if (port === null) throw new Error("check-worker runs as a worker thread only");

const { cancelledJob } = workerData as CheckerThreadData;
const session = new CheckSession();
let queue: Promise<void> = Promise.resolve();

port.on("message", (message: ToChecker) => {
  // One after the other: loading a checker is asynchronous, and the order of changes is what they mean.
  queue = queue.then(() => handle(message));
});

async function handle(message: ToChecker): Promise<void> {
  switch (message.kind) {
    case "settings":
      session.configure(message.settings);
      return;
    case "text":
      session.setText(message.path, message.text);
      return;
    case "changed-on-disk":
      session.forget(message.paths);
      return;
    case "check":
      answer(await check(message.job, message.path));
  }
}

async function check(job: number, path: string): Promise<FromChecker> {
  const cancellation = {
    get requested(): boolean {
      return Atomics.load(cancelledJob, 0) === job;
    },
  };
  try {
    if (cancellation.requested) return { kind: "cancelled", job };
    const result = await session.check(path, cancellation);
    return { kind: "checked", job, result };
  } catch (error) {
    if (error instanceof Cancelled) return { kind: "cancelled", job };
    return { kind: "failed", job, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function answer(message: FromChecker): void {
  port?.postMessage(message);
}
