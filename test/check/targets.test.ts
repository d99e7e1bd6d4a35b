// One finding on several targets: an error where all refuse, a warning where only some do.
import { describe, expect, it } from "vitest";
import { createChecker } from "../../server/src/check/checker.ts";
import { loadKernel } from "../../server/src/registry/index.ts";
import { checkText } from "../support/check-text.ts";

const head = `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern struct task_struct *bpf_task_from_vpid(s32 vpid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
`;
const leak = (name: string, call: string) => `${head}
SEC("syscall")
int ${name}(void *ctx)
{
	struct task_struct *t = ${call}(1);

	return t ? t->pid : 0;
}
`;

describe("a finding on several targets", () => {
  it("is an error when all of them refuse", async () => {
    const { diagnostics } = await checkText(leak("p", "bpf_task_from_pid"), { kernels: ["6.12", "7.2"] });
    const leaks = diagnostics.filter((d) => d.code === "unreleased-reference");
    expect(leaks).toMatchObject([{ severity: "error", kernels: ["6.12", "7.2"] }]);
    expect(leaks[0]?.message).not.toContain("rejected on");
  });

  it("is a warning that says where when only some do", async () => {
    // An older kernel without this kfunc lets the weak call fold away: nothing leaks there.
    const text = leak("p", "bpf_task_from_vpid")
      .replace("from_vpid(s32 vpid) __ksym", "from_vpid(s32 vpid) __weak __ksym")
      .replace("= bpf_task_from_vpid(1)", "= bpf_ksym_exists(bpf_task_from_vpid) ? bpf_task_from_vpid(1) : 0");
    const { diagnostics } = await checkText(text, { kernels: ["6.12", "7.2"] });
    const leaks = diagnostics.filter((d) => d.code === "unreleased-reference");
    expect(leaks).toMatchObject([{ severity: "warning", kernels: ["7.2"] }]);
    expect(leaks[0]?.message).toMatch(/^rejected on 7\.2, accepted on 6\.12: /);
  });

  it("goes by the name of a target that is not built in", async () => {
    const facts = { ...loadKernel("7.2"), kfuncs: loadKernel("7.2").kfuncs };
    const checker = await createChecker({
      kernels: ["6.12", { name: "our kernel", facts }],
      reader: { read: () => undefined },
    });
    const config = { includeDirs: [], defines: [], undefines: [], forcedIncludes: [] };
    const { diagnostics } = checker.check({ path: "/a.bpf.c", text: leak("p", "bpf_task_from_pid"), config });
    expect(diagnostics.find((d) => d.code === "unreleased-reference")?.kernels).toEqual(["6.12", "our kernel"]);
  });
});
