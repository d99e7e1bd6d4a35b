// The one-way rule between rooms, held against the import lines.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../../server/src/", import.meta.url));

/** Room -> rooms it may import; every room may import itself. Same table as server/ARCHITECTURE.md. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  preprocess: ["base"],
  dataflow: ["base"],
  btf: ["base"],
  syntax: ["base", "preprocess"],
  loaders: ["base", "preprocess"],
  model: ["base", "preprocess", "syntax"],
  registry: ["base", "btf", "syntax", "preprocess"],
  cfg: ["base", "syntax", "model"],
  verifier: ["base", "syntax", "model", "cfg", "dataflow", "registry"],
  rules: ["base", "syntax", "model", "cfg", "registry", "verifier", "check/api.ts"],
  check: ["base", "preprocess", "syntax", "model", "registry", "cfg", "dataflow", "verifier", "rules"],
  features: ["base", "preprocess", "syntax", "model", "registry", "verifier", "rules", "check"],
  lsp: ["base", "preprocess", "loaders", "registry", "rules", "check", "features"],
  cli: ["base", "preprocess", "loaders", "registry", "rules", "check", "features"],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}

function imports(): Import[] {
  return files(source).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => ({
      from: relative(source, file),
      to: match[1]!.startsWith(".") ? relative(source, join(file, "..", match[1]!)) : match[1]!,
    }));
  });
}

function room(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

describe("rooms", () => {
  it("import only what the table allows", () => {
    const wrong = imports().filter(({ from, to }) => {
      const fromRoom = room(from);
      const toRoom = room(to);
      if (fromRoom === "" || !to.endsWith(".ts") || fromRoom === toRoom || toRoom === "") return false;
      const rooms = allowed[fromRoom];
      return rooms === undefined || !(rooms.includes(toRoom) || rooms.includes(to));
    });
    expect(wrong).toEqual([]);
  });

  it("keep tree-sitter in syntax/ and the protocol library in lsp/", () => {
    const wrong = imports().filter(
      ({ from, to }) =>
        (to.startsWith("web-tree-sitter") && room(from) !== "syntax") ||
        (to.startsWith("vscode-languageserver") && room(from) !== "lsp"),
    );
    expect(wrong).toEqual([]);
  });

  it("leave disk, processes and environment to those whose job they are", () => {
    const mayTouch = new Set(["lsp", "cli", "loaders", ""]);
    const loaders = ["registry/load.ts", "syntax/runtime.ts", "syntax/queries.ts"];
    const wrong = imports().filter(
      ({ from, to }) =>
        /^node:(fs|child_process|os|net|http)/.test(to) && !mayTouch.has(room(from)) && !loaders.includes(from),
    );
    expect(wrong.filter(({ from }) => !from.startsWith("registry/scan/"))).toEqual([]);
  });
});
