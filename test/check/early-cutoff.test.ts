// An edit that makes no difference to what a function comes to leaves its callers alone;
// one that does, does not.
import { expect, it } from "vitest";
import type { FileCheck } from "../../server/src/check/api.ts";
import { createChecker } from "../../server/src/check/checker.ts";

const text = `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
int seen;

static int count(int pid)
{
	/* here */
	if (pid > 3)
		seen++;
	return pid;
}

static struct task_struct *find(int pid)
{
	/* there */
	return bpf_task_from_pid(count(pid));
}

SEC("syscall")
int leaks(void *ctx)
{
	struct task_struct *task = find(1);

	if (!task)
		return 0;
	if (seen)
		return 1;
	bpf_task_release(task);
	return 0;
}

char _license[] SEC("license") = "GPL";
`;

const reader = { read: () => undefined, isDirectory: () => false };
const config = { includeDirs: [], systemIncludeDirs: [], defines: [], undefines: [], forcedIncludes: [] };

async function checker() {
  const long = await createChecker({ reader, kernels: ["7.2"] });
  const check = (now: string): FileCheck => long.check({ path: "/a.bpf.c", text: now, config });
  const whole = check(text).stats.steps;
  return { check, whole };
}

it("explores an edited function and nothing else when it comes to the same", async () => {
  const { check, whole } = await checker();
  const { stats } = check(text.replace("/* here */", "int unused = 1;"));
  expect(stats.steps).toBeGreaterThan(0);
  expect(stats.steps).toBeLessThan(whole / 2);
});

it("does so when a keystroke in between could not be read", async () => {
  const { check, whole } = await checker();
  expect(check(text.replace("/* here */", "int unused =")).programs[0]?.analyzed).toBe(false);
  const again = check(text.replace("/* here */", "int unused = 1;"));
  expect(again.programs[0]?.analyzed).toBe(true);
  expect(again.stats.steps).toBeLessThan(whole / 2);
});

it("says of the callers what is true now", async () => {
  const { check } = await checker();
  expect(check(text).diagnostics.map(({ code }) => code)).toEqual(["unreleased-reference"]);
  expect(check(text.replace("/* there */", "return 0;")).diagnostics).toEqual([]);
  expect(check(text).diagnostics).toHaveLength(1);
});

it("shows places in an edited function where they are now", async () => {
  const { check } = await checker();
  const moved = text.replace("/* there */", "int unused = 1;\n\tint more = 2;");
  const [diagnostic] = check(moved).diagnostics;
  const { start, end } = diagnostic!.span;
  expect(moved.slice(start, end)).toBe("bpf_task_from_pid");
  const calls = diagnostic!.related.filter(({ message }) => message.includes("is called here"));
  expect(calls.map(({ span }) => moved.slice(span.start, span.end))).toEqual(["find"]);
});

it("sees what an edited function does to its callers", async () => {
  const { check } = await checker();
  const stores = text.replace("/* here */", "seen = 0;");
  const fresh = await createChecker({ reader, kernels: ["7.2"] });
  expect(check(stores).diagnostics).toEqual(fresh.check({ path: "/a.bpf.c", text: stores, config }).diagnostics);
});
