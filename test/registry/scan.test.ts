// The kernel-source scanner on small trees in memory.
import { describe, expect, it } from "vitest";
import type { KfuncFact } from "../../server/src/registry/facts.ts";
import { CText, findFunction, readParams } from "../../server/src/registry/scan/c-text.ts";
import { scanKfuncs } from "../../server/src/registry/scan/kfuncs.ts";
import { scanKernel } from "../../server/src/registry/scan/scan.ts";
import { isInside, type SourceTree } from "../../server/src/registry/scan/source-tree.ts";

function treeOf(files: Readonly<Record<string, string>>): SourceTree {
  return {
    read: (path) => files[path],
    filesContaining: (needles, folders, ending) =>
      Object.keys(files)
        .filter(
          (path) => (ending === undefined || path.endsWith(ending)) && folders.some((folder) => isInside(path, folder)),
        )
        .filter((path) => needles.some((needle) => files[path]!.includes(needle)))
        .sort(),
  };
}

const registered = (set: string, type = "TRACING"): string => `
static const struct btf_kfunc_id_set ${set}_set = {
	.owner = THIS_MODULE,
	.set = &${set},
};
static int init(void) { return register_btf_kfunc_id_set(BPF_PROG_TYPE_${type},
							  &${set}_set); }
`;

const kfuncsOf = (tree: SourceTree): readonly KfuncFact[] => scanKfuncs(tree).kfuncs;

describe("scanning kfuncs", () => {
  it("reads flags separated by bars or commas, names with suffixes, and the place", () => {
    const [kfunc] = kfuncsOf(
      treeOf({
        "kernel/a.c": `/* BTF_ID_FLAGS(func, in_a_comment) */
__bpf_kfunc struct thing *
thing_get(struct thing *from__nullable,
	  const u8 *data, u32 data__sz)
{
	return from__nullable;
}
BTF_KFUNCS_START(things)
BTF_ID_FLAGS(func, thing_get, KF_RET_NULL | KF_ACQUIRE, KF_RCU)
BTF_KFUNCS_END(things)
${registered("things")}`,
      }),
    );
    expect(kfunc).toEqual({
      name: "thing_get",
      returns: "struct thing *",
      params: [
        ["struct thing *", "from__nullable"],
        ["const u8 *", "data"],
        ["u32", "data__sz"],
      ],
      flags: ["KF_ACQUIRE", "KF_RCU", "KF_RET_NULL"],
      sets: [{ set: "things", types: ["TRACING"] }],
      file: "kernel/a.c",
      line: 3,
    });
  });

  it("takes the old set macros, unmarked functions in other files, and conditions", () => {
    const kfuncs = kfuncsOf(
      treeOf({
        "kernel/b.c": `BTF_SET8_START(old)
#ifdef CONFIG_B
BTF_ID_FLAGS(func, far_away)
#else
BTF_ID_FLAGS(func, gone)
#endif
BTF_SET8_END(old)
${registered("old", "XDP")}`,
        "net/c.c": `int unrelated(void) { return far_away(1); }
void far_away(int how)
{
}`,
      }),
    );
    expect(kfuncs).toEqual([
      {
        name: "far_away",
        returns: "void",
        params: [["int", "how"]],
        flags: [],
        sets: [{ set: "old", types: ["XDP"] }],
        file: "net/c.c",
        line: 2,
        config: ["CONFIG_B"],
      },
    ]);
  });

  it("expands a list macro that makes entries", () => {
    const kfuncs = kfuncsOf(
      treeOf({
        "include/net/list.h": `#define ITEM_xxx \\
	ITEM(one, first_item) \\
	ITEM(two, second_item)
`,
        "net/d.c": `__bpf_kfunc int first_item(void) { return 0; }
__bpf_kfunc int second_item(void) { return 0; }
BTF_KFUNCS_START(items)
#define ITEM(_, name) BTF_ID_FLAGS(func, name)
ITEM_xxx
#undef ITEM
BTF_KFUNCS_END(items)
${registered("items")}`,
      }),
    );
    expect(kfuncs.map((kfunc) => kfunc.name)).toEqual(["first_item", "second_item"]);
  });

  it("counts the arguments that the verifier supplies, and marks test modules", () => {
    const [kfunc] = kfuncsOf(
      treeOf({
        "tools/testing/selftests/bpf/mod.c": `__bpf_kfunc void late(u64 x, struct bpf_prog_aux *aux, u64 off) { }
BTF_KFUNCS_START(set)
BTF_ID_FLAGS(func, late, KF_IMPLICIT_ARGS)
BTF_KFUNCS_END(set)
${registered("set")}`,
      }),
    );
    expect(kfunc).toMatchObject({ hidden: 2, testOnly: true });
  });

  it("keeps both sets of a kfunc, with flags where they differ", () => {
    const [kfunc] = kfuncsOf(
      treeOf({
        "drivers/hid/e.c": `__bpf_kfunc void both(void) { }
BTF_KFUNCS_START(first)
BTF_ID_FLAGS(func, both)
BTF_KFUNCS_END(first)
BTF_KFUNCS_START(second)
BTF_ID_FLAGS(func, both, KF_SLEEPABLE)
BTF_KFUNCS_END(second)
${registered("first", "STRUCT_OPS")}${registered("second", "SYSCALL")}`,
      }),
    );
    expect(kfunc?.flags).toEqual([]);
    expect(kfunc?.sets).toEqual([
      { set: "first", types: ["STRUCT_OPS"] },
      { set: "second", types: ["SYSCALL"], flags: ["KF_SLEEPABLE"] },
    ]);
  });
});

describe("reading C", () => {
  it("does not take a call or a prototype for a definition", () => {
    const file = new CText("x.c", "int f(int a);\nint g(void) { return f(1); }\nlong f(int a)\n{\n}\n");
    expect(findFunction(file, "f")).toMatchObject({ returns: "long", line: 3 });
    expect(findFunction(file, "h")).toBeUndefined();
  });

  it("reads parameters of every shape", () => {
    expect(readParams("void")).toEqual([]);
    expect(readParams("struct a **x, unsigned long long y, bool (less)(struct b *l, const struct b *r)")).toEqual([
      ["struct a **", "x"],
      ["unsigned long long", "y"],
      ["bool (*)(struct b *l, const struct b *r)", "less"],
    ]);
    expect(readParams("unsigned int, const char __user *s, u8 mac[6], ...")).toEqual([
      ["unsigned int", ""],
      ["const char __user *", "s"],
      ["u8 *", "mac"],
      ["...", ""],
    ]);
  });

  it("stands anything it is given", () => {
    const nasty = [
      "",
      "(((((",
      "BTF_KFUNCS_START(",
      "BTF_KFUNCS_START(x)\nBTF_ID_FLAGS(func, y",
      '"',
      "/*",
      "#if\n#else\n#endif\n#endif",
      "\0\0",
    ];
    for (const text of nasty) {
      const files: Record<string, string> = {};
      for (const path of [
        "kernel/bpf/verifier.c",
        "kernel/bpf/btf.c",
        "kernel/a.c",
        "net/core/filter.c",
        "include/uapi/linux/bpf.h",
      ]) {
        files[path] = text;
      }
      expect(() => scanKernel(treeOf(files), { kernel: "0.0", package: "p", version: "1" })).not.toThrow();
    }
  });

  it("gives the same facts for the same tree", () => {
    const files = {
      "kernel/a.c": `__bpf_kfunc int k(void) { return 0; }\nBTF_KFUNCS_START(s)\nBTF_ID_FLAGS(func, k)\nBTF_KFUNCS_END(s)\n`,
    };
    const origin = { kernel: "1.0", package: "p", version: "1" };
    expect(scanKernel(treeOf(files), origin)).toEqual(scanKernel(treeOf(files), origin));
  });
});
