// Findings do not depend on how the text came about: after any edits, of an included
// header too, what is published equals what a fresh checker says of the same texts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import type { Diagnostic } from "vscode-languageserver/node";
import { CheckSession } from "../../server/src/lsp/check-session.ts";
import { toDiagnostic } from "../../server/src/lsp/diagnostics.ts";
import { folderWith } from "../cli/run-cli.ts";
import { randomNumbers } from "../support/random.ts";
import { LspClient } from "./lsp-client.ts";

const example = readFileSync(new URL("../../examples/task-inspector.bpf.c", import.meta.url), "utf8");

const header = `#ifndef WATCH_H
#define WATCH_H
#define HOLD(pid) bpf_task_from_pid(pid)
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

static struct task_struct *watch(s32 pid)
{
	struct task_struct *held = HOLD(pid);

	if (!held)
		return 0;
	return held;
}

static void unwatch(struct task_struct *held)
{
	bpf_task_release(held);
}
#endif
`;

const main = `${example.replace('#include "vmlinux.h"', '#include "vmlinux.h"\n#include "watch.h"')}
SEC("tp_btf/sched_wakeup")
int BPF_PROG(uses_header, struct task_struct *p)
{
	struct task_struct *t = watch(p->pid);

	if (t)
		unwatch(t);
	return 0;
}
`;

const insertions = [
  "\n",
  "}",
  "{",
  "(",
  ";",
  "/*",
  '"',
  "return 0;",
  "if (!t) return 0;",
  "bpf_task_release(t);",
  "watched = bpf_task_from_pid(2);",
  "goto out;",
  "#if 0\n",
  "\n#endif\n",
  "\n#define HOLD(x) ((struct task_struct *)0)\n",
  "\\\n",
  "é😀",
];

it.each([1, 2, 3])("published findings equal a fresh run after random edits (seed %i)", async (seed) => {
  const random = randomNumbers(seed);
  const folder = folderWith({ "watch.h": header });
  const mainPath = join(folder, "main.bpf.c");
  const headerPath = join(folder, "watch.h");
  const client = await LspClient.start();
  const uris = [client.open(mainPath, main), client.open(headerPath, header)];
  const originals = [main, header];

  for (let round = 0; round < 25; round++) {
    for (let burst = random(3); burst >= 0; burst--) {
      const which = random(3) === 0 ? 1 : 0;
      const uri = uris[which] ?? "";
      const document = client.document(uri);
      const length = document.getText().length;
      const at = random(length + 1);
      const kind = random(10);
      if (kind === 0) client.change(uri, originals[which] ?? "");
      else if (kind < 5) {
        const range = { start: document.positionAt(at), end: document.positionAt(Math.min(length, at + random(60))) };
        client.change(uri, "", range);
      } else {
        const range = { start: document.positionAt(at), end: document.positionAt(at) };
        client.change(uri, insertions[random(insertions.length)] ?? "", range);
      }
    }
    for (const uri of uris) await settle(client, uri);
    for (const uri of uris) {
      expect(publishedFor(client, uri), `round ${round}`).toEqual(await fresh(client, uris, uri));
    }
  }
  expect(client.logs).toEqual([]);
});

/** Code actions wait for the check of the present text. */
async function settle(client: LspClient, uri: string): Promise<void> {
  await client.codeActions(uri, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } });
}

function publishedFor(client: LspClient, uri: string): readonly Diagnostic[] {
  return sorted(client.published.findLast((params) => params.uri === uri)?.diagnostics ?? []);
}

/** What checkers that have seen nothing before say about one file, over all open documents. */
async function fresh(client: LspClient, open: readonly string[], about: string): Promise<readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic>();
  for (const uri of open) {
    if (!/\bSEC\s*\(|\b__ksym\b/.test(client.text(uri))) continue;
    const session = new CheckSession();
    for (const other of open) session.setText(fileURLToPath(other), client.text(other));
    const { findings } = await session.check(fileURLToPath(uri), { requested: false });
    for (const finding of findings) {
      if (pathToFileURL(finding.path).href !== about) continue;
      const diagnostic = toDiagnostic(
        finding,
        { relatedInformation: true, codeDescription: true },
        (path) => pathToFileURL(path).href,
      );
      found.set(JSON.stringify([diagnostic.range, diagnostic.code, diagnostic.message]), diagnostic);
    }
  }
  return sorted([...found.values()]);
}

function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
