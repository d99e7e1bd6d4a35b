// Quick fixes of calls and externs of kernel functions: what the text becomes, and that the finding is gone.
import { describe, expect, it } from "vitest";
import { quickFixes } from "../../server/src/features/quick-fixes.ts";
import { applyEdits } from "../../server/src/features/text-edit.ts";
import { checkText } from "../support/check-text.ts";

const includes = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n\n';

interface Options {
  readonly kernel?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Body of the file after the fix of its first finding of that code. */
async function fixed(code: string, body: string, { kernel = "7.2", headers = {} }: Options = {}) {
  const options = { kernels: [kernel], headers };
  const text = includes + body;
  const { diagnostics } = await checkText(text, options);
  const diagnostic = diagnostics.find((found) => found.code === code);
  expect(diagnostic, `no ${code} in ${diagnostics.map((d) => d.code).join(", ")}`).toBeDefined();
  const [fix] = quickFixes(diagnostic!);
  if (fix === undefined) return undefined;
  const after = applyEdits(text, fix.edits);
  const left = (await checkText(after, options)).diagnostics.filter((found) => found.code === code);
  expect(left.map((found) => found.message)).toEqual([]);
  return { title: fix.title, body: after.slice(includes.length) };
}

describe("a kfunc that the target lacks", () => {
  it("is called by its new name, which is declared behind the old one", async () => {
    expect(
      await fixed(
        "kfunc-not-available",
        `extern bool scx_bpf_consume(u64 dsq_id) __ksym;

SEC("struct_ops/dispatch")
void dispatch(u64 *ctx)
{
	scx_bpf_consume(0);
}
`,
      ),
    ).toEqual({
      title: "Call scx_bpf_dsq_move_to_local() instead",
      body: `extern bool scx_bpf_consume(u64 dsq_id) __ksym;
extern bool scx_bpf_dsq_move_to_local(u64 dsq_id) __ksym;

SEC("struct_ops/dispatch")
void dispatch(u64 *ctx)
{
	scx_bpf_dsq_move_to_local(0);
}
`,
    });
  });

  it("gets no new name where the arguments changed as well", async () => {
    const body = `extern void cgroup_rstat_flush(struct cgroup *cgrp) __ksym;

SEC("fentry.s/some_function")
int flushes(u64 *ctx)
{
	cgroup_rstat_flush((struct cgroup *)ctx[0]);
	return 0;
}
`;
    expect(await fixed("kfunc-not-available", body)).toBeUndefined();
  });

  it("becomes weak and guarded, as a statement", async () => {
    const body = `extern void bpf_put_mem_cgroup(struct mem_cgroup *memcg) __ksym;

SEC("syscall")
int puts(void *ctx)
{
	bpf_put_mem_cgroup(NULL);
	return 0;
}
`;
    expect((await fixed("kfunc-not-available", body, { kernel: "6.12" }))?.body).toBe(
      body
        .replace("__ksym;", "__ksym __weak;")
        .replace("\tbpf_put", "\tif (bpf_ksym_exists(bpf_put_mem_cgroup))\n\t\tbpf_put"),
    );
  });

  it("becomes weak and guarded, as a value", async () => {
    const body = `extern int bpf_strcmp(const char *left, const char *right) __ksym;

SEC("syscall")
int compares(void *ctx)
{
	int same = bpf_strcmp("a", "(b") == 0;

	return same;
}
`;
    expect(await fixed("kfunc-not-available", body, { kernel: "6.12" })).toEqual({
      title: "Call bpf_strcmp() only if bpf_ksym_exists()",
      body: body
        .replace("__ksym;", "__ksym __weak;")
        .replace('bpf_strcmp("a", "(b")', '(bpf_ksym_exists(bpf_strcmp) ? bpf_strcmp("a", "(b") : 0)'),
    });
  });
});

describe("an extern", () => {
  it("is declared as the kernel has it", async () => {
    const body = `extern void *bpf_task_from_pid(int pid) __weak __ksym;

SEC("syscall")
int takes(void *ctx)
{
	return bpf_task_from_pid(1) != NULL;
}
`;
    expect(await fixed("prototype-mismatch", body)).toEqual({
      title: "Declare bpf_task_from_pid() as the kernel has it",
      body: body.replace(/extern .*;/, "extern struct task_struct *bpf_task_from_pid(s32 pid) __weak __ksym;"),
    });
  });

  it("gets the __ksym it lacks", async () => {
    const body = `extern void bpf_rcu_read_lock(void);
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("syscall")
int locks(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}
`;
    expect((await fixed("missing-ksym", body))?.body).toBe(body.replace("(void);", "(void) __ksym;"));
  });

  it("gets the __weak that its test needs", async () => {
    const body = `extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

SEC("syscall")
int looks(void *ctx)
{
	struct task_struct *task = NULL;

	if (bpf_ksym_exists(bpf_task_from_pid))
		task = bpf_task_from_pid(1);
	if (task)
		bpf_task_release(task);
	return 0;
}
`;
    expect((await fixed("guard-without-weak", body))?.body).toBe(body.replace("__ksym;", "__ksym __weak;"));
  });

  it("is put before the function that misses it, when all headers are there", async () => {
    const headers = {
      "/include/vmlinux.h": "",
      "/include/bpf/bpf_helpers.h":
        '#define SEC(name) __attribute__((section(name), used))\n#define __ksym __attribute__((section(".ksyms")))\n',
    };
    const body = `static const int before = 1;

SEC("syscall")
int locks(void *ctx)
{
	bpf_rcu_read_lock();
	return 0;
}
`;
    expect((await fixed("missing-ksym", body, { headers }))?.body).toBe(
      body.replace('SEC("sys', 'extern void bpf_rcu_read_lock(void) __ksym;\n\nSEC("sys'),
    );
  });
});

describe("no fix is offered", () => {
  it("for a call that a macro makes", async () => {
    const body = `extern int bpf_strcmp(const char *left, const char *right) __ksym;
#define same(a, b) (bpf_strcmp(a, b) == 0)

SEC("syscall")
int compares(void *ctx)
{
	return same("a", "b");
}
`;
    expect(await fixed("kfunc-not-available", body, { kernel: "6.12" })).toBeUndefined();
  });
});
