// `kfunc-ls check`: which files it takes, what it prints, and how it ends.
import { chmodSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeCore } from "./fake-core.ts";
import { folderWith, run } from "./run-cli.ts";

const clean = 'SEC("xdp") PROGRAM(ok)\n';
const bad = 'SEC("xdp") PROGRAM(p)\n{\n\tBUG();\n}\n';

describe("exit status", () => {
  it("is 0 without findings, and with warnings only", async () => {
    const folder = folderWith({ "a.bpf.c": clean, "w.bpf.c": "SEC() WARN" });
    expect((await run(["check", "a.bpf.c"], { in: folder })).code).toBe(0);
    expect((await run(["check", "w.bpf.c"], { in: folder })).code).toBe(0);
  });

  it("is 1 with an error, however many files are clean", async () => {
    const folder = folderWith({ "a.bpf.c": clean, "b.bpf.c": bad });
    expect((await run(["check", "a.bpf.c", "b.bpf.c"], { in: folder })).code).toBe(1);
  });

  it("is 2 when an input cannot be read; the others are still checked", async () => {
    const folder = folderWith({ "b.bpf.c": bad });
    const { code, stdout, stderr } = await run(["check", "none.bpf.c", "b.bpf.c"], { in: folder });
    expect(code).toBe(2);
    expect(stderr).toBe("kfunc-ls: none.bpf.c does not exist; check the spelling of the path\n");
    expect(stdout).toContain("b.bpf.c:3:2: error[a-bug]");
  });

  it("is 2 for wrong usage, which says what is wrong", async () => {
    for (const [args, words] of [
      [["check"], "missing required argument"],
      [["check", "--format", "xml", "a.c"], "Allowed choices are text, json"],
      [["check", "--kernel", "5.0", "a.c"], 'unknown kernel "5.0"; built in are 6.1, 6.12, 7.2'],
      [["check", "--kernel", "6.1,,7.2", "a.c"], "Expected a list such as 6.12,7.2"],
      [["check", "--nonsense", "a.c"], "unknown option"],
      [["chek"], "too many arguments"],
      [[], "Usage: kfunc-ls"],
    ] as const) {
      const { code, stderr, stdout } = await run(args);
      expect(stderr).toContain(words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    }
  });

  it("is 0 for help and version", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, stdout: "1.2.3\n" });
    expect(await run(["--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("check [options]") });
    expect(await run(["check", "--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("--kernel") });
  });
});

describe("inputs", () => {
  it("takes a named file whatever it holds", async () => {
    const folder = folderWith({ "plain.txt": "PROGRAM(x)" });
    expect((await run(["check", "--format", "json", "plain.txt"], { in: folder })).code).toBe(0);
  });

  it("takes from a directory the .c files that use SEC or __ksym, in order, without build output", async () => {
    const folder = folderWith({
      "src/b.bpf.c": clean,
      "src/a.c": "extern void f(void) __ksym;",
      "src/user.c": "int main(void) { return SECTION; }",
      "src/x.h": clean,
      "src/node_modules/c.c": clean,
      "src/.git/c.c": clean,
      "src/build/c.c": clean,
      "src/deep/er/c.bpf.c": clean,
    });
    symlinkSync(folder, join(folder, "src/loop"));
    expect(await paths(["src/"], folder)).toEqual(["src/a.c", "src/b.bpf.c", "src/deep/er/c.bpf.c"]);
    expect(await paths(["."], join(folder, "src"))).toEqual(["a.c", "b.bpf.c", "deep/er/c.bpf.c"]);
  });

  it("expands globs and takes every file once", async () => {
    const folder = folderWith({ "p/b.bpf.c": clean, "p/a.bpf.c": clean, "p/c.c": clean, "odd[1].c": clean });
    expect(await paths(["p/*.bpf.c", "p/c.c", "p", "./p/a.bpf.c"], folder)).toEqual([
      "p/a.bpf.c",
      "p/b.bpf.c",
      "p/c.c",
    ]);
    expect(await paths(["odd[1].c"], folder)).toEqual(["odd[1].c"]);
  });

  it("says what is wrong with a directory or glob that gives nothing", async () => {
    const folder = folderWith({ "empty/readme.md": "", "user/main.c": "int main(void);" });
    const { code, stderr } = await run(["check", "empty", "user", "*.zig"], { in: folder });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "kfunc-ls: empty is a directory without .c files; give the directory of the BPF sources\n" +
        "kfunc-ls: user has no .c file that uses SEC() or __ksym (of 1 in it); give the directory of the BPF sources\n" +
        "kfunc-ls: *.zig matches no file\n",
    );
  });

  it("refuses binary data, devices and huge files with a sentence each", async () => {
    const folder = folderWith({ "prog.o": new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), "big.c": "" });
    truncateSync(join(folder, "big.c"), 50 * 1024 * 1024);
    const { code, stderr } = await run(["check", "prog.o", "/dev/null", "big.c"], { in: folder });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "kfunc-ls: prog.o is binary data or UTF-16 text; give the C source (UTF-8), not an object file\n" +
        "kfunc-ls: /dev/null is not a regular file; only regular files are read\n" +
        "kfunc-ls: big.c has 50 MB; files above 16 MB are not checked\n",
    );
  });

  it.skipIf(process.getuid?.() === 0)("says when it may not read a file", async () => {
    const folder = folderWith({ "secret.c": clean });
    chmodSync(join(folder, "secret.c"), 0);
    expect((await run(["check", "secret.c"], { in: folder })).stderr).toContain("permission denied");
  });

  it("survives a defect of the checker and says so", async () => {
    const folder = folderWith({ "a.c": "CRASH", "b.c": bad });
    const { code, stdout, stderr } = await run(["check", "a.c", "b.c"], { in: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("a.c could not be checked: internal error (lost my way)");
    expect(stdout).toContain("b.c:3:2");
  });

  it("hands kernels, include directories and macros on", async () => {
    const folder = folderWith({ "a.c": clean });
    const core = fakeCore();
    const args = ["check", "-k", "6.12,7.2", "--kernel", "6.1", "-Iinc", "-I", "/abs", "-DA=1", "-D", "B", "a.c"];
    await run(args, { in: folder, core });
    expect(core.options[0]?.kernels).toMatchObject([{ name: "6.12" }, { name: "7.2" }, { name: "6.1" }]);
    expect(core.extras[0]).toEqual({ includeDirs: [join(folder, "inc"), "/abs"], defines: ["A=1", "B"] });
  });

  it("predicts the default kernel when none is named", async () => {
    const core = fakeCore();
    await run(["check", "a.c"], { in: folderWith({ "a.c": clean }), core });
    expect(core.options[0]?.kernels).toMatchObject([{ name: "7.2" }]);
  });

  async function paths(args: readonly string[], folder: string): Promise<string[]> {
    const { stdout } = await run(["check", "--format", "json", ...args], { in: folder });
    return (JSON.parse(stdout) as { files: { path: string }[] }).files.map((file) => file.path);
  }
});

describe("JSON", () => {
  it("has exactly the promised shape", async () => {
    const folder = folderWith({ "p.bpf.c": 'SEC("xdp") PROGRAM(p)\n{\n\t"ä€😀"; BUG();\n}\nUNREAD(q)\n' });
    const { stdout } = await run(["check", "--format", "json", "-k", "6.12,7.2", "p.bpf.c"], { in: folder });
    const report = JSON.parse(stdout);
    expect(report).toEqual({
      tool: { name: "kfunc-ls", version: "1.2.3" },
      kernels: ["6.12", "7.2"],
      files: [
        {
          path: "p.bpf.c",
          programs: [
            { name: "p", section: "xdp", line: 1, analyzed: true },
            { name: "q", section: "xdp", line: 5, analyzed: false, reason: "its body could not be read" },
          ],
          diagnostics: [
            {
              code: "a-bug",
              severity: "error",
              message: "`x` is a bug; remove it.",
              // A tab is one column, and so is each half of the emoji.
              range: { start: { line: 3, column: 10 }, end: { line: 3, column: 13 } },
              programs: ["p", "q"],
              kernels: ["6.12", "7.2"],
              related: [
                {
                  path: "p.bpf.c",
                  range: { start: { line: 1, column: 1 }, end: { line: 1, column: 4 } },
                  message: "begins here",
                },
              ],
              fixes: ["Insert a NULL check of `x` before this use"],
            },
          ],
        },
      ],
      summary: {
        files: 1,
        programs: 2,
        errors: 1,
        warnings: 0,
        hints: 0,
        notAnalyzed: 1,
        elapsedMs: expect.any(Number),
      },
    });
  });

  it("is one object even when inputs are missing, and adds statistics only when asked", async () => {
    const folder = folderWith({ "a.c": clean });
    const missing = await run(["check", "--format", "json", "none.c"], { in: folder });
    expect(JSON.parse(missing.stdout)).toMatchObject({ files: [], summary: { files: 0, errors: 0 } });
    const plain = await run(["check", "--format", "json", "a.c"], { in: folder });
    expect(JSON.parse(plain.stdout).files[0]).not.toHaveProperty("stats");
    const stats = await run(["check", "--format", "json", "--stats", "a.c"], { in: folder });
    expect(JSON.parse(stats.stdout).files[0].stats).toMatchObject({ functions: 3, caps: { "loop-turns": 1 } });
  });

  it("counts columns without the byte order mark", async () => {
    const folder = folderWith({ "a.c": "\uFEFFBUG SEC()" });
    const { stdout } = await run(["check", "--format", "json", "a.c"], { in: folder });
    expect(JSON.parse(stdout).files[0].diagnostics[0].range.start).toEqual({ line: 1, column: 1 });
  });
});

describe("text", () => {
  it("shows place, source, path, programs, fix and summary", async () => {
    const folder = folderWith({ "b.bpf.c": bad });
    const { stdout } = await run(["check", "b.bpf.c"], { in: folder });
    expect(stdout.replace(/\d+\.\d s/, "0.0 s")).toBe(
      [
        "b.bpf.c:3:2: error[a-bug]: `x` is a bug; remove it.",
        "3 |         BUG();",
        "  |         ^^^",
        "  note: b.bpf.c:1:1: begins here",
        '1 | SEC("xdp") PROGRAM(p)',
        "  | ^^^",
        "  = program: p",
        "  = fix: Insert a NULL check of `x` before this use",
        "",
        "1 error in 1 file, 1 program (Linux 7.2; 0.0 s)",
        "",
      ].join("\n"),
    );
  });

  it("names the kernels of a finding when several were asked for", async () => {
    const folder = folderWith({ "b.bpf.c": bad });
    const { stdout } = await run(["check", "-k", "6.1,7.2", "b.bpf.c"], { in: folder });
    expect(stdout).toContain("  = kernels: 6.1, 7.2\n");
  });

  it("colors when asked, when forced, and not under NO_COLOR", async () => {
    const folder = folderWith({ "b.bpf.c": bad });
    const escapeCode = "\u001b[";
    const colored = async (args: readonly string[], environment: Readonly<Record<string, string>>) =>
      (await run(["check", ...args, "b.bpf.c"], { in: folder, environment })).stdout.includes(escapeCode);
    expect(await colored([], {})).toBe(false);
    expect(await colored(["--color"], { NO_COLOR: "1" })).toBe(true);
    expect(await colored([], { FORCE_COLOR: "1" })).toBe(true);
    expect(await colored([], { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(await colored(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
  });

  it("does not let a source file talk to the terminal, and cuts endless lines", async () => {
    const folder = folderWith({ "a.c": `${"x".repeat(5000)}\u001b[31mBUG${"y".repeat(5000)}` });
    const { stdout } = await run(["check", "a.c"], { in: folder });
    expect(stdout).not.toContain("\u001b");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThan(200);
    const [, source = "", carets = ""] = stdout.split("\n");
    expect(source.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("BUG");
  });

  it("puts the caret below its word after wide characters", async () => {
    const folder = folderWith({ "a.c": "/* 内核 é */ BUG" });
    const { stdout } = await run(["check", "a.c"], { in: folder });
    expect(stdout).toContain("1 | /* 内核 é */ BUG\n  |              ^^^\n");
  });

  it("prints statistics when asked", async () => {
    const folder = folderWith({ "a.c": "SEC() UNREAD(p)" });
    const { stdout } = await run(["check", "--stats", "a.c"], { in: folder });
    expect(stdout).toContain("2 of 3 functions read clean");
    expect(stdout).toContain("not fully analyzed: p: its body could not be read");
    expect(stdout).toContain("cap loop-turns met 1 time");
    expect(stdout).toContain("headers not found: vmlinux.h");
    expect(stdout).toContain("no findings in 1 file, 1 program, 1 of them not fully analyzed");
  });
});

describe("other commands", () => {
  it("lists the rules", async () => {
    const { stdout, code } = await run(["rules", "--format", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(fakeCore().rules);
    expect((await run(["rules"])).stdout).toBe(
      "a-bug    error    A bug (Memory Safety)\na-doubt  warning  A doubt (Policy)\n",
    );
  });

  it("starts the language server", async () => {
    expect((await run(["--stdio"])).served).toEqual(["stdio"]);
    expect((await run(["--node-ipc", "--clientProcessId=42"])).served).toEqual(["node-ipc"]);
  });
});
