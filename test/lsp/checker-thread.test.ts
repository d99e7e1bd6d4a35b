// The checking thread may die, of a defect or for want of memory: the job fails, the next
// one runs in a new thread that knows the settings and texts again.
import { expect, it, onTestFinished } from "vitest";
import { CheckerThread } from "../../server/src/lsp/checker-thread.ts";
import { noSettings } from "../../server/src/lsp/wire.ts";

/** Answers with what it was told; dies, runs out of memory, or never ends when the path says so. */
const script = `
const { parentPort, workerData } = require("node:worker_threads");
const told = [];
parentPort.on("message", (message) => {
  if (message.kind !== "check") return void told.push(message.kind + " " + (message.path ?? ""));
  if (message.path === "/throws") throw new Error("a defect");
  if (message.path === "/exits") process.exit(3);
  if (message.path === "/eats") { const hoard = []; for (;;) hoard.push(new Array(1e6).fill(0)); }
  if (message.path === "/loops") while (Atomics.load(workerData.cancelledJob, 0) !== message.job);
  const kind = message.path === "/loops" ? "cancelled" : "checked";
  parentPort.postMessage({ kind, job: message.job, result: { findings: [], dependsOn: [...told] } });
});
`;

function start(): CheckerThread {
  const thread = new CheckerThread(
    new URL(
      `data:text/javascript,${encodeURIComponent(`import { createRequire } from "node:module"; const require = createRequire("file:///x");${script}`)}`,
    ),
  );
  onTestFinished(() => thread.stop());
  thread.configure(noSettings);
  thread.setText("/a", "text");
  return thread;
}

const told = { kind: "checked", result: { findings: [], dependsOn: ["settings ", "text /a"] } };

it.each(["/throws", "/exits", "/eats"])("a thread that dies (%s) is replaced", async (path) => {
  const thread = start();
  expect(await thread.check("/a")).toMatchObject(told);
  expect((await thread.check(path)).kind).toBe("failed");
  expect(await thread.check("/a")).toMatchObject(told);
});

it("a job can be told to stop while it runs, or abandoned at the end", async () => {
  const thread = start();
  const first = thread.check("/loops");
  thread.cancel();
  expect((await first).kind).toBe("cancelled");
  const second = thread.check("/loops");
  thread.stop();
  expect((await second).kind).toBe("cancelled");
  expect((await thread.check("/a")).kind).toBe("cancelled");
});
