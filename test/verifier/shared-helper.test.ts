// A static function that programs of several types call is judged for each of them,
// whichever comes first.
import { expect, it } from "vitest";
import { checkText } from "../support/check-text.ts";

const head = `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

static __noinline void rename(struct task_struct *task)
{
	task->prio = 1;
}
`;

const tracing = `
SEC("fentry/do_exit")
int watching(void *ctx)
{
	rename(bpf_get_current_task_btf());
	return 0;
}
`;

const scheduling = `
SEC("struct_ops/enqueue")
int enqueue(void *ctx)
{
	rename(bpf_get_current_task_btf());
	return 0;
}
`;

it.each([
  ["first", tracing + scheduling],
  ["last", scheduling + tracing],
])("refuses the store of a program that may write no object when it comes %s", async (_, programs) => {
  const { diagnostics } = await checkText(head + programs);
  const refused = diagnostics.filter(({ code }) => code === "read-only-memory");
  expect(refused.flatMap((diagnostic) => diagnostic.programs)).toEqual(["watching"]);
});
