// A session as an editor has it, over stdio: open, type, hover, fix, close, shut down.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { folderWith } from "../cli/run-cli.ts";
import { LspClient } from "./lsp-client.ts";

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
char _license[] SEC("license") = "GPL";

`;

const unchecked = `${head}SEC("tp_btf/task_newtask")
int BPF_PROG(unchecked, struct task_struct *task, u64 flags)
{
	struct task_struct *t = bpf_task_from_pid(1);

	bpf_task_release(t);
	return 0;
}
`;

const leaking = `${head}SEC("tp_btf/task_newtask")
int BPF_PROG(leaking, struct task_struct *task, u64 flags)
{
	struct task_struct *t = bpf_task_from_pid(1);

	if (!t)
		return 0;
	if (flags)
		return 1;
	bpf_task_release(t);
	return 0;
}
`;

const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

describe("diagnostics", () => {
  it("come on open with version, source, code, path and a page", async () => {
    const folder = folderWith({});
    const client = await LspClient.start();
    const uri = client.open(join(folder, "a.bpf.c"), leaking, 0);
    const [found, ...others] = await client.diagnostics(uri);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ source: "kfunc", code: "unreleased-reference", severity: 1 });
    expect(found?.message).toContain("`t`");
    expect(found?.range.start.line).toBe(11);
    expect(found?.relatedInformation?.length).toBeGreaterThan(0);
    expect(found?.relatedInformation?.every((related) => related.location.uri === uri)).toBe(true);
    expect(found?.codeDescription?.href).toMatch(/unreleased-reference\.md$/);
  });

  it("follow every change and end with the fix", async () => {
    const client = await LspClient.start();
    const uri = client.open(join(folderWith({}), "a.bpf.c"), leaking);
    expect(await client.diagnostics(uri)).toHaveLength(1);
    client.replace(uri, "if (flags)\n\t\treturn 1;", "if (flags) {\n\t\tbpf_task_release(t);\n\t\treturn 1;\n\t}");
    expect(await client.diagnostics(uri)).toEqual([]);
    client.replace(uri, "if (!t)\n\t\treturn 0;\n", "");
    expect((await client.diagnostics(uri)).map((found) => found.code)).toEqual(["unchecked-null"]);
  });

  it("are never those of an older text", async () => {
    const client = await LspClient.start();
    const uri = client.open(join(folderWith({}), "a.bpf.c"), leaking);
    for (let i = 0; i < 20; i++) {
      client.replace(uri, "return 1;", "return 1 ;");
      client.replace(uri, "return 1 ;", "return 1;");
    }
    client.change(uri, unchecked);
    expect((await client.diagnostics(uri)).map((found) => found.code)).toEqual(["unchecked-null"]);
    const versions = client.published.filter((params) => params.uri === uri).map((params) => params.version ?? -1);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it("are an empty list at once for other C, and vanish on close", async () => {
    const folder = folderWith({});
    const client = await LspClient.start();
    const other = client.open(join(folder, "main.c"), "int main(void) { return bpf_task_release(0); }\n");
    expect(await client.diagnostics(other)).toEqual([]);
    const uri = client.open(join(folder, "a.bpf.c"), leaking);
    expect(await client.diagnostics(uri)).toHaveLength(1);
    const seen = client.published.length;
    client.close(uri);
    expect((await client.next((params) => params.uri === uri, seen)).diagnostics).toEqual([]);
  });

  it("follow the settings, given at the start, pulled or pushed", async () => {
    const folder = folderWith({});
    let kernels = ["6.12", "7.2"];
    const client = await LspClient.start({ configuration: () => ({ kernels }) });
    const uri = client.open(join(folder, "a.bpf.c"), leaking);
    await client.next((params) => params.uri === uri && params.diagnostics.length === 1);
    expect(client.registrations).toContain("workspace/didChangeConfiguration");
    const seen = client.published.length;
    kernels = ["6.1"];
    client.notify("workspace/didChangeConfiguration", { settings: null });
    // bpf_task_from_pid does not exist in 6.1.
    const codes = (diagnostics: readonly { readonly code?: unknown }[]) => [...new Set(diagnostics.map((d) => d.code))];
    await client.next(
      (params) => params.uri === uri && codes(params.diagnostics).join() === "kfunc-not-available",
      seen,
    );
  });
});

describe("headers", () => {
  const header = `#pragma once
static int look(u64 flags)
{
	struct task_struct *t = bpf_task_from_pid(1);

	if (!t)
		return 0;
	if (flags)
		return 1;
	bpf_task_release(t);
	return 0;
}
`;
  const good = header.replace("\tif (flags)\n\t\treturn 1;\n", "");
  const main = `${head}#include "look.h"

SEC("tp_btf/task_newtask")
int BPF_PROG(looks, struct task_struct *task, u64 flags)
{
	return look(flags);
}
`;

  it("in the editor come before those on disk", async () => {
    const folder = folderWith({ "look.h": header });
    const client = await LspClient.start();
    const uri = client.open(join(folder, "a.bpf.c"), main);
    const headerUri = pathToFileURL(join(folder, "look.h")).href;
    const total = async (wanted: number, from: number) => {
      // The finding lies in the header; it is published there, or at the call.
      await client.next(() => latest(client, [uri, headerUri]) === wanted, from);
    };
    await total(1, 0);
    let seen = client.published.length;
    client.open(join(folder, "look.h"), good);
    await total(0, seen);
    seen = client.published.length;
    client.change(headerUri, header);
    await total(1, seen);
    seen = client.published.length;
    client.change(headerUri, good);
    await total(0, seen);
    seen = client.published.length;
    client.close(headerUri);
    await total(1, seen);
  });

  it("that change on disk are read again", async () => {
    const folder = folderWith({ "look.h": header });
    const client = await LspClient.start();
    const uri = client.open(join(folder, "a.bpf.c"), main);
    const headerUri = pathToFileURL(join(folder, "look.h")).href;
    await client.next(() => latest(client, [uri, headerUri]) === 1);
    expect(client.registrations).toContain("workspace/didChangeWatchedFiles");
    writeFileSync(join(folder, "look.h"), good);
    const seen = client.published.length;
    client.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: headerUri, type: 2 }] });
    await client.next(() => latest(client, [uri, headerUri]) === 0, seen);
  });

  it("that appear after they were missed are found", async () => {
    const folder = folderWith({});
    const client = await LspClient.start();
    const uri = client.open(join(folder, "a.bpf.c"), main);
    expect(await client.diagnostics(uri)).toEqual([]);
    const seen = client.published.length;
    const headerUri = client.open(join(folder, "look.h"), header);
    await client.next(() => latest(client, [uri, headerUri]) === 1, seen);
  });

  function latest(client: LspClient, uris: readonly string[]): number {
    return uris
      .map((uri) => client.published.findLast((params) => params.uri === uri)?.diagnostics.length ?? 0)
      .reduce((sum, count) => sum + count, 0);
  }
});

describe("the quick fix", () => {
  it.each([true, false])("inserts a check that settles the finding (documentChanges %s)", async (documentChanges) => {
    const client = await LspClient.start({ documentChanges });
    const uri = client.open(join(folderWith({}), "a.bpf.c"), unchecked);
    const [found] = await client.diagnostics(uri);
    const cursor = { start: found?.range.start ?? everything.start, end: found?.range.start ?? everything.start };
    const actions = await client.codeActions(uri, cursor);
    expect(actions).toHaveLength(1);
    expect(actions[0]).toMatchObject({
      kind: "quickfix",
      isPreferred: true,
      diagnostics: [{ code: "unchecked-null" }],
    });
    client.apply(actions[0] ?? { title: "" });
    expect(client.text(uri)).toBe(
      unchecked.replace("\tbpf_task_release(t);", "\tif (!t)\n\t\treturn 0;\n\tbpf_task_release(t);"),
    );
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  it("is offered under the finding only, and only as a quick fix", async () => {
    const client = await LspClient.start();
    const uri = client.open(join(folderWith({}), "a.bpf.c"), unchecked);
    await client.diagnostics(uri);
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(await client.codeActions(uri, top)).toEqual([]);
    expect(await client.codeActions(uri, everything)).toHaveLength(1);
    expect(await client.codeActions(uri, everything, { diagnostics: [], only: ["quickfix"] })).toHaveLength(1);
    expect(await client.codeActions(uri, everything, { diagnostics: [], only: ["refactor"] })).toEqual([]);
  });

  it("belongs to the text it is asked for, even right after a change", async () => {
    const client = await LspClient.start();
    const uri = client.open(join(folderWith({}), "a.bpf.c"), unchecked);
    await client.diagnostics(uri);
    client.replace(uri, "SEC(", "\n\nSEC(");
    const text = client.text(uri);
    const [action] = await client.codeActions(uri, everything);
    client.apply(action ?? { title: "" });
    expect(client.text(uri)).toBe(
      text.replace("\tbpf_task_release(t);", "\tif (!t)\n\t\treturn 0;\n\tbpf_task_release(t);"),
    );
  });
});

describe("hover", () => {
  it("begins with the contract of the call", async () => {
    const client = await LspClient.start();
    const uri = client.open(join(folderWith({}), "a.bpf.c"), unchecked);
    const hover = await client.hover(uri, "bpf_task_from_pid(1)");
    const words = JSON.stringify(hover?.contents);
    expect(words).toContain("bpf_task_release");
    expect(words).toMatch(/NULL/);
    expect(await client.hover(uri, "return 0")).toBeNull();
  });
});

describe("the connection", () => {
  it("offers what clangd does not", async () => {
    const client = await LspClient.start();
    expect(client.initialized.capabilities).toEqual({
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: 2 },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: ["quickfix"] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    });
    expect(client.initialized.serverInfo).toMatchObject({ name: "kfunc-ls" });
  });

  it("answers shutdown at once, also while checking, and exits with 0", async () => {
    const client = await LspClient.start();
    client.open(join(folderWith({}), "a.bpf.c"), leaking);
    expect(await client.stop()).toBe(0);
  });

  it("survives requests that make no sense", async () => {
    const client = await LspClient.start({ settings: { kernels: "7.2", includePaths: [1], defines: { A: 1 } } });
    const path = join(folderWith({}), "a.bpf.c");
    const uri = client.open(path, leaking);
    const nonsense: readonly unknown[] = [
      undefined,
      {},
      { textDocument: { uri: 7 } },
      { textDocument: { uri }, position: { line: -1, character: 1e9 }, range: 3, context: null },
      { textDocument: { uri: "file://%%%" }, position: null },
      { textDocument: { uri: "untitled:x" }, position: { line: 1e12, character: -5 }, range: {} },
    ];
    for (const params of nonsense) {
      for (const method of ["textDocument/hover", "textDocument/codeAction", "textDocument/definition"]) {
        await client.connection.sendRequest(method, params).catch(() => undefined);
      }
      for (const method of [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeConfiguration",
        "nonsense/notification",
        "$/cancelRequest",
      ]) {
        client.notify(method, params);
      }
    }
    client.notify("textDocument/didOpen", { textDocument: { uri: "file:///odd.bpf.c", languageId: "c", version: 1 } });
    client.notify("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: { start: { line: 99999, character: 0 }, end: { line: 3, character: 1e9 } }, text: "" }],
    });
    // One of them closed the document.
    client.open(path, unchecked, 5);
    expect((await client.diagnostics(uri)).map((found) => found.code)).toEqual(["unchecked-null"]);
    expect(await client.stop()).toBe(0);
  });

  it("survives bytes that are no message", async () => {
    const client = await LspClient.start();
    client.process.stdin?.write("Content-Length: 5\r\n\r\n{{{{{");
    client.process.stdin?.write('Content-Length: 17\r\n\r\n{"jsonrpc":"2.0"}');
    const uri = client.open(join(folderWith({}), "a.bpf.c"), unchecked);
    expect(await client.diagnostics(uri)).toHaveLength(1);
  });
});
