// The editor's settings schema names the kernels that are built in, and the settings that
// the server reads.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readSettings } from "../../server/src/lsp/settings.ts";
import { noSettings } from "../../server/src/lsp/wire.ts";
import { builtinKernels } from "../../server/src/registry/index.ts";

const manifest = JSON.parse(readFileSync(new URL("../../client-vscode/package.json", import.meta.url), "utf8"));
const properties: Record<string, { items?: { enum?: string[] } }> = manifest.contributes.configuration.properties;

it("offers every built-in kernel", () => {
  expect(properties["kfunc-ls.kernels"]?.items?.enum).toEqual(builtinKernels());
});

it("has every setting that the server reads", () => {
  const { settings } = readSettings({}, builtinKernels(), []);
  const { workspaceFolders: _, ...fromEditor } = settings;
  const keys = Object.keys(properties).map((key) => key.replace("kfunc-ls.", ""));
  expect(keys).toEqual([...Object.keys(fromEditor), "trace.server"]);
});

it("reads what it can and says what it cannot", () => {
  const raw = {
    kernels: ["7.2", "2.4", "7.2"],
    btf: ["vmlinux, /sys/nf.ko"],
    target: "mine",
    includePaths: ["inc", "/abs"],
    defines: "A",
  };
  expect(readSettings(raw, ["6.1", "7.2"], ["/w", "/x"])).toEqual({
    settings: {
      ...noSettings,
      kernels: ["7.2"],
      btf: [["/w/vmlinux", "/sys/nf.ko"]],
      includePaths: ["/w/inc", "/abs"],
      workspaceFolders: ["/w", "/x"],
    },
    problems: [
      'setting kfunc-ls.target can only be "auto"; it is ignored',
      "setting kfunc-ls.kernels names 2.4, but built in are 6.1, 7.2",
      "setting kfunc-ls.defines is not a list of texts; it is ignored",
    ],
  });
  for (const nonsense of [null, undefined, 3, "x", [1]]) {
    expect(readSettings(nonsense, ["7.2"], []).settings).toMatchObject({ kernels: [], includePaths: [], defines: [] });
  }
});
