// The one-way rule between rooms: the table of server/ARCHITECTURE.md, held against the
// import lines.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../../server/src/", import.meta.url));
const architecture = readFileSync(new URL("../../server/ARCHITECTURE.md", import.meta.url), "utf8");

interface Import {
  readonly from: string;
  readonly to: string;
}

const texts = new Map(files(source).map((file) => [relative(source, file), readFileSync(file, "utf8")]));
const imports = [...texts].flatMap(([from, text]) => importsOf(from, text));

describe("rooms", () => {
  it("are those of the table", () => {
    expect([...allowedImports().keys()].sort()).toEqual([...new Set([...texts.keys()].map(room))].sort());
  });

  it("import only what the table allows", () => {
    const allowed = allowedImports();
    const wrong = imports.filter(({ from, to }) => {
      if (!to.endsWith(".ts") || room(from) === room(to)) return false;
      const rooms = allowed.get(room(from));
      return rooms === undefined || !(rooms.includes(room(to)) || rooms.includes(to));
    });
    expect(wrong).toEqual([]);
  });

  it("keep tree-sitter in syntax/ and the protocol library in lsp/", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        (to.startsWith("web-tree-sitter") && room(from) !== "syntax") ||
        (to.startsWith("vscode-languageserver") && room(from) !== "lsp"),
    );
    expect(wrong).toEqual([]);
  });

  it("leave the disk to those whose job it is", () => {
    const allowed = ["lsp", "cli", "loaders", "registry/load.ts", "syntax/runtime.ts", "version.ts"];
    const wrong = imports.filter(
      ({ from, to }) => /^node:(fs|os|worker_threads)/.test(to) && !allowed.some((a) => a === from || a === room(from)),
    );
    expect(wrong).toEqual([]);
  });

  it("start no process and open no connection", () => {
    expect(imports.filter(({ to }) => /^node:(child_process|cluster|net|tls|dgram|dns|https?2?)\b/.test(to))).toEqual(
      [],
    );
  });

  it("give the same answer at any time and in any environment", () => {
    const allowed = ["lsp", "cli", "loaders", "main.ts"];
    const asking = [...texts].filter(([, text]) =>
      /\bprocess\.(env|cwd|argv|hrtime|platform)\b|\bDate\.now\b|\bnew Date\b|\bperformance\.now\b|\bMath\.random\b/.test(
        text,
      ),
    );
    expect(asking.map(([file]) => file).filter((file) => !allowed.includes(room(file)))).toEqual([]);
  });
});

/** Room or file of src/ -> what it may import; every room may import itself. */
function allowedImports(): Map<string, readonly string[]> {
  const rows = architecture.split("\n").filter((line) => line.startsWith("| "));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  const start = cells.findIndex((row) => row[1] === "room");
  return new Map(
    cells.slice(start + 1).flatMap(([, rooms = "", , list = ""]) => {
      const allowed = list === "nothing" ? [] : list.split(", ");
      return rooms.split(", ").map((name) => [name, allowed] as const);
    }),
  );
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}

function importsOf(from: string, text: string): Import[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => ({
    from,
    to: match[1]!.startsWith(".") ? relative(source, join(source, from, "..", match[1]!)) : match[1]!,
  }));
}

/** The folder in src/, or the file itself when it is in none. */
function room(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
}
