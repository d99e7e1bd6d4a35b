// Input that is broken, hostile or merely odd, through the whole program: a clear message
// or fewer findings, never a crash, never a hang. The sound program in the same run must
// still get its finding.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { core } from "../../server/src/cli/core.ts";
import { folderWith, run } from "./run-cli.ts";

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
`;
const body = `SEC("tp_btf/task_newtask")
int BPF_PROG(leaks, struct task_struct *task, u64 flags)
{
	struct task_struct *t = bpf_task_from_pid(1);
	if (!t)
		return 0;
	return t->pid;
}
`;
const sound = head + body;

function macroBomb(levels: number): string {
  const lines = ["#define X0 x x x x x x x x"];
  for (let i = 1; i <= levels; i++) lines.push(`#define X${i} X${i - 1} X${i - 1} X${i - 1} X${i - 1}`);
  return `${lines.join("\n")}\nint bomb = X${levels};\n`;
}

const inside = (statements: string) => sound.replace("\treturn t->pid;", `${statements}\n\treturn t->pid;`);
const deep = 10_000;

/** Name -> text, and what must be found in it all the same. */
const odd: Readonly<Record<string, { readonly text: string; readonly found?: readonly string[] }>> = {
  "CRLF line ends": { text: sound.replaceAll("\n", "\r\n"), found: ["unreleased-reference"] },
  "lone carriage returns": { text: sound.replaceAll("\n", "\r") },
  "a byte order mark": { text: `\uFEFF${sound}`, found: ["unreleased-reference"] },
  "non-ASCII text": {
    text: `/* Ünïcode 内核 😀 */\n${sound.replace("return t->pid;", 'bpf_printk("ä😀"); return t->pid;')}`,
    found: ["unreleased-reference"],
  },
  "two functions of the same name": { text: `${sound}${body}` },
  "an include cycle": { text: `#include "cycle.h"\n${sound}`, found: ["unreleased-reference"] },
  "a file that includes itself": { text: `#include "prog.bpf.c"\n${sound}` },
  "a macro bomb": { text: `${macroBomb(30)}${sound}` },
  "a recursive macro": { text: `#define f(x) f(f(x))\nint a = f(f(f(1)));\n${sound}`, found: ["unreleased-reference"] },
  "10,000 nested parentheses": { text: inside(`\tu64 x = ${"(".repeat(deep)}1${")".repeat(deep)};`) },
  "10,000 nested blocks": { text: inside("{".repeat(deep) + "}".repeat(deep)) },
  "10,000 open parentheses": { text: inside(`\tu64 x = ${"(".repeat(deep)}`) },
  "10,000 open blocks": { text: inside("{".repeat(deep)) },
  "10,000 nested conditionals": { text: `${"#if 1\n".repeat(deep)}${sound}${"#endif\n".repeat(deep)}` },
  "10,000 negations": { text: inside(`\tu64 x = ${"!".repeat(deep)}flags;`) },
  "10,000 else-ifs": {
    text: inside(`\tif (flags == 1) flags = 2;\n${"\telse if (flags == 3) flags = 4;\n".repeat(deep)}`),
  },
  "an unterminated comment": { text: `${sound}/* and so on`, found: ["unreleased-reference"] },
  "an unterminated string": { text: `${sound}char *s = "and so on`, found: ["unreleased-reference"] },
  "an unterminated conditional": { text: `${sound}#if 1\n`, found: ["unreleased-reference"] },
  "an unterminated macro call": {
    text: `${sound}int BPF_PROG(x, struct task_struct *p`,
    found: ["unreleased-reference"],
  },
  "an unterminated function": { text: `${sound}int f(void) {`, found: ["unreleased-reference"] },
  "a header that is a directory": { text: `#include "folder.h"\n${sound}`, found: ["unreleased-reference"] },
  "an endless line": { text: `${sound}int a[] = { ${"1, ".repeat(300_000)} };\n`, found: ["unreleased-reference"] },
  "nothing at all": { text: "" },
  "one backslash": { text: "\\" },
};

it.each(Object.entries(odd))("%s", async (_name, { text, found }) => {
  const folder = folderWith({
    "prog.bpf.c": text,
    "cycle.h": '#include "cycle2.h"\nstruct a;\n',
    "cycle2.h": '#include "cycle.h"\nstruct b;\n',
    "sound.bpf.c": sound,
  });
  mkdirSync(join(folder, "folder.h"));
  const { code, stdout, stderr } = await run(["check", "--format", "json", "prog.bpf.c", "sound.bpf.c"], {
    in: folder,
    core,
  });
  expect(stderr).toBe("");
  expect(code).toBe(1);
  const { files } = JSON.parse(stdout) as { files: { path: string; diagnostics: { code: string }[] }[] };
  expect(files.map((file) => file.path)).toEqual(["prog.bpf.c", "sound.bpf.c"]);
  const [prog = [], fine] = files.map((file) => file.diagnostics.map((diagnostic) => diagnostic.code));
  expect(fine).toEqual(["unreleased-reference"]);
  if (found !== undefined) expect(prog).toEqual(found);
});
