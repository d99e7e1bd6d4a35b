// The server in a real editor: findings, hover and quick fix as Neovim's own client sees
// them. Skipped where Neovim is not installed; set KFUNC_LS_REQUIRE_EDITORS to forbid that.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { folderWith } from "../cli/run-cli.ts";
import { serverCommand } from "./lsp-client.ts";

const hasNeovim = spawnSync("nvim", ["--version"]).status === 0;
const mayMiss = process.env["KFUNC_LS_REQUIRE_EDITORS"] === undefined;
if (!hasNeovim) console.warn("Neovim is not installed: the server is not tried in it");

const program = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
char _license[] SEC("license") = "GPL";

SEC("tp_btf/task_newtask")
int BPF_PROG(unchecked, struct task_struct *task, u64 flags)
{
	struct task_struct *t = bpf_task_from_pid(1);

	bpf_task_release(t);
	return 0;
}
`;

it.skipIf(!hasNeovim && mayMiss)("works in Neovim", async () => {
  const folder = folderWith({ "prog.bpf.c": program });
  const script = fileURLToPath(new URL("neovim.lua", import.meta.url));
  const { stdout, stderr } = spawnSync(
    "nvim",
    ["--headless", "-u", "NONE", "-i", "NONE", "-n", "--noplugin", "-S", script],
    {
      cwd: folder,
      encoding: "utf8",
      timeout: 50_000,
      env: {
        ...process.env,
        XDG_CONFIG_HOME: join(folder, "config"),
        XDG_DATA_HOME: join(folder, "data"),
        XDG_STATE_HOME: join(folder, "state"),
        XDG_CACHE_HOME: join(folder, "cache"),
        KFUNC_LS_COMMAND: JSON.stringify(await serverCommand()),
        KFUNC_LS_FILE: join(folder, "prog.bpf.c"),
      },
    },
  );
  const line = stdout.split("\n").find((candidate) => candidate.startsWith("{"));
  expect(line, stderr).toBeDefined();
  expect(JSON.parse(line ?? "{}")).toMatchObject({
    stage: "done",
    found: [{ line: 14, source: "kfunc", code: "unchecked-null" }],
    hover: expect.stringContaining("bpf_task_release"),
    title: "Insert a NULL check of `t` before this use",
    left: 0,
    text: program.replace("\tbpf_task_release(t);", "\tif (!t)\n\t\treturn 0;\n\tbpf_task_release(t);"),
  });
});
