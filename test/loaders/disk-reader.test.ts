import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDiskReader } from "../../server/src/loaders/disk-reader.ts";
import { createHeaderCache, preprocess } from "../../server/src/preprocess/preprocess.ts";

let top = "";
beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "kfunc-ls-")));
  mkdirSync(join(top, "work/sub"), { recursive: true });
  mkdirSync(join(top, "inc"));
  mkdirSync(join(top, "outside"));
  writeFileSync(join(top, "work/a.h"), "int a;");
  writeFileSync(join(top, "inc/b.h"), "int b;");
  writeFileSync(join(top, "outside/secret.h"), "int secret;");
  symlinkSync(join(top, "outside/secret.h"), join(top, "work/link.h"));
  symlinkSync(join(top, "outside"), join(top, "work/linked"));
  symlinkSync(join(top, "work/loop.h"), join(top, "work/loop.h"));
  symlinkSync(join(top, "work/a.h"), join(top, "work/sub/inner.h"));
  symlinkSync("/dev/zero", join(top, "work/zero.h"));
  writeFileSync(join(top, "work/unreadable.h"), "int x;");
  chmodSync(join(top, "work/unreadable.h"), 0);
  writeFileSync(join(top, "work/big.h"), "");
  truncateSync(join(top, "work/big.h"), 100 * 1024 * 1024);
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe("reading from disk", () => {
  test("regular files inside the roots and include directories", () => {
    const reader = createDiskReader({ roots: [join(top, "work")], includeDirs: [join(top, "inc")] });
    expect(reader.read(join(top, "work/a.h"))).toBe("int a;");
    expect(reader.read(join(top, "inc/b.h"))).toBe("int b;");
    expect(reader.read(join(top, "work/sub/inner.h"))).toBe("int a;");
  });

  test("nothing outside, by whatever road", () => {
    const reader = createDiskReader({ roots: [join(top, "work")], includeDirs: [join(top, "inc")] });
    for (const path of [
      "outside/secret.h",
      "work/../outside/secret.h",
      "work/link.h",
      "work/linked/secret.h",
      "work-evil/a.h",
    ]) {
      expect(reader.read(join(top, path)), path).toBeUndefined();
      expect(reader.read(`${top}/${path}`), path).toBeUndefined();
    }
    expect(reader.read("/etc/passwd")).toBeUndefined();
  });

  test("directories given with the question are allowed as well, and bind a reader that has none", () => {
    const free = createDiskReader();
    expect(free.read(join(top, "outside/secret.h"))).toBe("int secret;");
    expect(free.read(join(top, "outside/secret.h"), [join(top, "work")])).toBeUndefined();
    expect(free.read(join(top, "work/link.h"), [join(top, "work")])).toBeUndefined();
    expect(free.read(join(top, "work/a.h"), [join(top, "work")])).toBe("int a;");
  });

  test("no directories, loops, devices, pipes, giants; nothing that is not there", () => {
    execFileSync("mkfifo", [join(top, "work/pipe.h")]);
    const reader = createDiskReader();
    for (const name of ["sub", "loop.h", "zero.h", "pipe.h", "big.h", "none.h", "a.h/x", ""]) {
      expect(reader.read(join(top, "work", name)), name).toBeUndefined();
    }
    expect(reader.read("bad\0name")).toBeUndefined();
  });

  test.runIf(process.getuid?.() !== 0)("no unreadable files", () => {
    expect(createDiskReader().read(join(top, "work/unreadable.h"))).toBeUndefined();
  });

  test("a link that was checked out as text is followed, inside only", () => {
    writeFileSync(join(top, "work/vmlinux.h"), "sub/vmlinux-6.9.h");
    writeFileSync(join(top, "work/sub/vmlinux-6.9.h"), "int v;");
    writeFileSync(join(top, "work/escape.h"), "../outside/secret.h");
    const reader = createDiskReader({ roots: [join(top, "work")] });
    expect(reader.read(join(top, "work/vmlinux.h"))).toBe("int v;");
    expect(reader.read(join(top, "work/escape.h"))).toBe("../outside/secret.h");
  });

  test("an open editor comes before the disk", () => {
    const path = join(top, "work/a.h");
    const reader = createDiskReader({
      roots: [join(top, "work")],
      overrides: (asked) => (asked === path ? "int edited;" : undefined),
    });
    expect(reader.read(path)).toBe("int edited;");
    expect(reader.read(join(top, "work/sub/inner.h"))).toBe("int a;");
  });

  test("an untrusted file includes nothing from outside its project", () => {
    const work = join(top, "work");
    const unit = preprocess(
      {
        path: join(work, "main.c"),
        text: '#include "a.h"\n#include "link.h"\n#include "linked/secret.h"\n#include "../outside/secret.h"\n#include "/etc/passwd"\n#include "zero.h"',
        config: { includeDirs: [], defines: [], undefines: [], forcedIncludes: ["/etc/passwd"], readableDirs: [work] },
        reader: createDiskReader(),
      },
      createHeaderCache(),
    );
    expect(unit.files.map((file) => file.path)).toEqual([join(work, "main.c"), join(work, "a.h")]);
    expect(unit.problems.map((problem) => problem.kind)).toEqual(Array(6).fill("missing-include"));
  });
});
