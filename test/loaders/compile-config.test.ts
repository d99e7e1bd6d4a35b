import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findCompileConfig } from "../../server/src/loaders/compile-config.ts";

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** A project on disk; every one is new, for answers of the disk are remembered for a moment. */
function project(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "kfunc-ls-")));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return root;
}

function configOf(root: string, file: string, workspace = true) {
  const extra = { includeDirs: [], defines: [], ...(workspace ? { workspaceRoots: [root] } : {}) };
  return findCompileConfig(join(root, file), extra);
}

describe("what a project says", () => {
  test("compile_commands.json, as words or as a command line", () => {
    const root = project({
      "compile_commands.json": JSON.stringify([
        {
          directory: "src",
          file: "a.bpf.c",
          arguments: [
            "clang",
            "-Iinc",
            "-I",
            "/abs",
            "-DA=1",
            "-D",
            "B",
            "-UC",
            "-isystem",
            "sys",
            "-include",
            "pre.h",
            "-o",
            "a.o",
            "a.bpf.c",
          ],
        },
        { directory: "src", file: "b.bpf.c", command: "clang -I'with space' -DS=\\\"x\\\" -iquote q b.bpf.c" },
      ]),
      "src/a.bpf.c": "",
      "src/b.bpf.c": "",
      "src/new.bpf.c": "",
    });
    const a = configOf(root, "src/a.bpf.c");
    expect(a.includeDirs.slice(0, 3)).toEqual([join(root, "src/inc"), "/abs", join(root, "src/sys")]);
    expect(a.defines).toEqual(["A=1", "B"]);
    expect(a.undefines).toEqual(["C"]);
    expect(a.forcedIncludes).toEqual([join(root, "src/pre.h")]);
    const b = configOf(root, "src/b.bpf.c");
    expect(b.includeDirs.slice(0, 2)).toEqual([join(root, "src/q"), join(root, "src/with space")]);
    expect(b.defines).toEqual(['S="x"']);
    expect(configOf(root, "src/new.bpf.c").includeDirs[0]).toBe(join(root, "src/inc"));
  });

  test("compile_flags.txt, one flag a line", () => {
    const root = project({ "compile_flags.txt": "-Iinclude2\n-D\nX=2\n\n", "src/a.c": "" });
    const config = configOf(root, "src/a.c");
    expect(config.includeDirs[0]).toBe(join(root, "include2"));
    expect(config.defines).toEqual(["X=2"]);
  });

  test(".clangd", () => {
    const root = project({
      ".clangd":
        "CompileFlags:\n  Add: [-Ivm, '-DLSP', --target=bpf]\n  CompilationDatabase: db\n---\nIf:\n  PathMatch: .*x\nCompileFlags:\n  Add: -DNO\n",
      "db/compile_commands.json": JSON.stringify([
        { directory: "..", file: "src/a.c", command: "clang -Iother src/a.c" },
      ]),
      "src/a.c": "",
    });
    const config = configOf(root, "src/a.c");
    expect(config.includeDirs.slice(0, 2)).toEqual([join(root, "vm"), join(root, "other")]);
    expect(config.defines).toEqual(["LSP"]);
  });

  test("go:generate lines of bpf2go", () => {
    const root = project({
      "pkg/gen.go":
        'package pkg\n\n//go:generate go run github.com/cilium/ebpf/cmd/bpf2go -cflags "-O2 -DGO" prog bpf/prog.c -- -I../headers -I./bpf\n',
      "pkg/bpf/prog.c": "",
      "pkg/bpf/other.c": "",
    });
    const config = configOf(root, "pkg/bpf/prog.c");
    expect(config.includeDirs.slice(0, 2)).toEqual([join(root, "headers"), join(root, "pkg/bpf")]);
    expect(config.defines).toEqual(["GO"]);
    expect(configOf(root, "pkg/bpf/other.c").defines).toEqual([]);
  });

  test("the user's own flags come first", () => {
    const root = project({ "compile_flags.txt": "-Iinc\n-DA=1", "a.c": "" });
    const config = findCompileConfig(join(root, "a.c"), {
      includeDirs: ["/mine"],
      defines: ["A=0"],
      workspaceRoots: [root],
    });
    expect(config.includeDirs.slice(0, 2)).toEqual(["/mine", join(root, "inc")]);
    expect(config.defines).toEqual(["A=0", "A=1"]);
  });

  test("usual folders, nearest first", () => {
    const root = project({
      "prog/src/a.bpf.c": "",
      "prog/include/x.h": "",
      "vmlinux/x86/vmlinux.h": "",
      "include/y.h": "",
    });
    const dirs = configOf(root, "prog/src/a.bpf.c").includeDirs;
    const order = ["prog/src", "prog/include", "include", "vmlinux/x86"].map((name) => dirs.indexOf(join(root, name)));
    expect(order.every((index) => index >= 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });

  test("without a workspace the project's marks tell how far up to look", () => {
    const root = project({ "top.h": "", "repo/.git/HEAD": "", "repo/a/b/x.c": "", "lone/x.c": "" });
    expect(configOf(root, "repo/a/b/x.c", false).readableDirs?.[0]).toBe(join(root, "repo"));
    expect(configOf(root, "lone/x.c", false).readableDirs?.[0]).toBe(join(root, "lone"));
  });
});

describe("a project's files are input from strangers", () => {
  test.each([
    ["compile_commands.json", "{"],
    ["compile_commands.json", '{"a":1}'],
    ["compile_commands.json", '[null, 1, {"file":3}, {"file":"a.c"}, {"file":"a.c","arguments":[1,null]}]'],
    ["compile_flags.txt", "-I\n-D"],
    [".clangd", ": : :\n\t- ["],
    [".clangd", "CompileFlags: 3"],
    [".clangd", "CompileFlags:\n  Add: {a: b}\n  CompilationDatabase: [1]"],
    [".clangd", "a: &a [x, x]\nb: &b [*a, *a]\nCompileFlags:\n  Add: *b"],
    ["gen.go", "//go:generate bpf2go\n//go:generate bpf2go '\"\\"],
  ])("%s: %s", (name, text) => {
    const root = project({ [name]: text, "a.c": "" });
    expect(configOf(root, "a.c").includeDirs).toContain(root);
  });

  test("no file outside the project is read for configuration", () => {
    const outside = project({
      "compile_commands.json": JSON.stringify([{ file: "a.c", command: "clang -DSECRET" }]),
      "compile_flags.txt": "-DSECRET",
    });
    const root = project({ "sub/a.c": "", ".clangd": `CompileFlags:\n  CompilationDatabase: ${outside}` });
    symlinkSync(join(outside, "compile_flags.txt"), join(root, "compile_flags.txt"));
    mkdirSync(join(root, "compile_commands.json"));
    expect(configOf(root, "sub/a.c").defines).toEqual([]);
  });
});
