import { describe, expect, test } from "vitest";
import { createHeaderCache } from "../../server/src/preprocess/preprocess.ts";
import { expand, unitOf } from "./support.ts";

const padding = Array.from(
  { length: 12_000 },
  (_, i) => `struct pad${i} {\n\tint a;\n\tstruct { long b; } c;\n\tint (*call)(enum e${i} *, struct pad0 *);\n};`,
).join("\n");

const header = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__
#ifndef NO_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif
#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif
typedef unsigned char __u8;
typedef __u8 u8;
typedef struct { int counter; } atomic_t;
enum { false = 0, true = 1 };
enum pid_type { PIDTYPE_PID = 0, PIDTYPE_TGID = (1 << 3), };
struct task_struct { int pid; enum { INNER_A, INNER_B = 2 } state; struct inner { int x; } in; struct bpf_iter_meta *meta; };
struct bpf_iter_meta { int seq; };
union u { int a; } __attribute__((packed));
static inline int inline_fn(int x) { return x ? 1 : 2; }
extern int jiffies_of(void);
${padding}
#ifndef NO_KFUNCS
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __weak __ksym;
#endif
#endif
`;

const files = { "/inc/vmlinux.h": header };

function text(unit: ReturnType<typeof unitOf>, name: string): string[] {
  return unit.declarationsOf(name).map((d) => d.tokens.map((token) => token.text).join(" "));
}

describe("a huge header of declarations", () => {
  const cache = createHeaderCache();
  const unit = unitOf("#include <vmlinux.h>\nu8 x;", { files, cache });

  test("is not copied into the unit, but known by name", () => {
    expect(header.length).toBeGreaterThan(512 * 1024);
    expect(unit.declarations).toHaveLength(1);
    expect(unit.problems).toEqual([]);
    expect(unit.isTypedef("u8")).toBe(true);
    expect(unit.isTypedef("atomic_t")).toBe(true);
    expect(unit.isTypedef("task_struct")).toBe(false);
    expect(text(unit, "u8")).toEqual(["typedef __u8 u8 ;"]);
    expect(text(unit, "pad11999")[0]).toMatch(/^struct pad11999 \{ int a ; .* \} ;$/);
  });

  test("knows enumerators, nested tags, functions, attributes", () => {
    for (const name of [
      "true",
      "PIDTYPE_TGID",
      "INNER_B",
      "inner",
      "u",
      "inline_fn",
      "jiffies_of",
      "bpf_task_acquire",
    ]) {
      const [found, ...more] = unit.declarationsOf(name);
      expect(
        found?.names.some((declared) => declared.name === name),
        name,
      ).toBe(true);
      expect(more).toEqual([]);
    }
    expect(text(unit, "bpf_task_acquire")[0]).toContain('section ( ".ksyms" )');
    expect(unit.declarationsOf("pid")).toEqual([]);
  });

  test("is shared between units, and obeys the macros in force", () => {
    const other = unitOf("#include <vmlinux.h>\nint y;", { files, cache });
    expect(other.declarationsOf("task_struct")[0]).toBe(unit.declarationsOf("task_struct")[0]);
    const without = unitOf("#define NO_KFUNCS\n#include <vmlinux.h>", { files, cache });
    expect(without.declarationsOf("bpf_task_acquire")).toEqual([]);
    const own = unitOf("#define __ksym MINE\n#include <vmlinux.h>", { files, cache });
    expect(text(own, "bpf_task_acquire")[0]).toContain("MINE");
  });

  test("macros that rename a declaration rename it", () => {
    const renamed = unitOf("#define bpf_iter_meta old_meta\n#include <vmlinux.h>\n#undef bpf_iter_meta", {
      files,
      cache,
    });
    expect(renamed.declarationsOf("bpf_iter_meta")).toEqual([]);
    expect(text(renamed, "old_meta")).toEqual(["struct old_meta { int seq ; } ;"]);
    expect(text(renamed, "task_struct")[0]).toContain("struct old_meta * meta");
  });

  test("its names keep our built-in macros away", () => {
    expect(expand("#include <vmlinux.h>\nint x = true;", { files, cache })).toBe("int x = true ;");
  });

  test("a guard keeps a second inclusion out", () => {
    const twice = unitOf("#include <vmlinux.h>\n#include <vmlinux.h>", { files, cache });
    expect(twice.declarationsOf("task_struct")).toHaveLength(1);
  });

  test("a header with directives inside declarations is read like any other", () => {
    const split = header.replace("int pid;", "\n#ifdef X\nint no;\n#else\nint pid;\n#endif\n");
    const ordinary = unitOf("#include <vmlinux.h>", { files: { "/inc/vmlinux.h": split } });
    expect(ordinary.declarations.length).toBeGreaterThan(12_000);
    expect(text(ordinary, "task_struct")[0]).toMatch(/^struct task_struct \{ int pid ;/);
  });

  test("cut off anywhere it does not throw", () => {
    for (const end of [600_000, 700_003, 800_017]) {
      const cut = unitOf("#include <vmlinux.h>\nint x;", { files: { "/inc/vmlinux.h": header.slice(0, end) } });
      expect(() => cut.declarationsOf("task_struct").map((d) => d.names)).not.toThrow();
    }
  });
});
