// The scheduler's promises: newest first, one at a time, nothing stale is delivered.

import { describe, expect, it } from "vitest";
import type { CheckOutcome } from "../../server/src/lsp/checker-thread.ts";
import { CheckScheduler } from "../../server/src/lsp/scheduler.ts";
import { nothingFound } from "../../server/src/lsp/wire.ts";

/** A checking thread driven by hand. */
class HandThread {
  readonly asked: string[] = [];
  cancels = 0;
  #finish: ((outcome: CheckOutcome) => void) | undefined;

  check(path: string): Promise<CheckOutcome> {
    if (this.#finish !== undefined) throw new Error("two jobs at once");
    this.asked.push(path);
    return new Promise((done) => {
      this.#finish = done;
    });
  }

  cancel(): void {
    this.cancels += 1;
  }

  async finish(kind: "checked" | "cancelled" = "checked"): Promise<void> {
    const done = this.#finish;
    this.#finish = undefined;
    done?.(kind === "checked" ? { kind, result: nothingFound } : { kind });
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, 5));
}

function setUp() {
  const thread = new HandThread();
  const delivered: string[] = [];
  const scheduler = new CheckScheduler(
    thread,
    () => 0,
    ({ uri }) => delivered.push(uri),
  );
  const request = (uri: string, pauseMs = 0) => scheduler.request({ uri, path: `/${uri}` }, pauseMs);
  return { thread, delivered, scheduler, request };
}

describe("CheckScheduler", () => {
  it("merges requests within the pause", async () => {
    const { thread, delivered, request } = setUp();
    request("a", 2);
    request("a", 2);
    request("a", 2);
    await pause();
    await thread.finish();
    expect(thread.asked).toEqual(["/a"]);
    expect(delivered).toEqual(["a"]);
  });

  it("runs one job at a time, the newest request first", async () => {
    const { thread, delivered, request } = setUp();
    request("a");
    await pause();
    request("b");
    await pause();
    request("c");
    await pause();
    await thread.finish();
    await thread.finish();
    await thread.finish();
    expect(thread.asked).toEqual(["/a", "/c", "/b"]);
    expect(delivered).toEqual(["a", "c", "b"]);
  });

  it("stops a superseded job and drops its result even when it comes", async () => {
    const { thread, delivered, request } = setUp();
    request("a");
    await pause();
    request("a");
    expect(thread.cancels).toBe(1);
    await thread.finish("checked");
    await pause();
    expect(delivered).toEqual([]);
    await thread.finish("checked");
    expect(delivered).toEqual(["a"]);
  });

  it("delivers nothing for a document that was closed", async () => {
    const { thread, delivered, scheduler, request } = setUp();
    request("a");
    await pause();
    scheduler.forget("a");
    await thread.finish("checked");
    expect(delivered).toEqual([]);
    request("b");
    await pause();
    await thread.finish();
    expect(delivered).toEqual(["b"]);
  });

  it("tells when a document has settled", async () => {
    const { thread, scheduler, request } = setUp();
    await scheduler.settled("a");
    request("a");
    let settled = false;
    void scheduler.settled("a").then(() => {
      settled = true;
    });
    await pause();
    expect(settled).toBe(false);
    await thread.finish("checked");
    expect(settled).toBe(true);
  });
});
