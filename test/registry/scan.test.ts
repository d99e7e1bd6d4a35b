// The kernel-source scanner on small trees in memory.
import { describe, expect, it } from "vitest";
import type { KfuncFact } from "../../server/src/registry/facts.ts";
import { CText, findFunction, readParams } from "../../server/src/registry/scan/c-text.ts";
import { type KfuncScan, scanKfuncs, scanModules } from "../../server/src/registry/scan/kfuncs.ts";
import { scanKernel } from "../../server/src/registry/scan/scan.ts";
import { isInside, type SourceTree } from "../../server/src/registry/scan/source-tree.ts";
import { scanSources } from "../../server/src/registry/scan-sources.ts";
import { runQuery } from "../../server/src/syntax/queries.ts";

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

describe("sets that are filled in other ways", () => {
  const made = (body: string, more: Readonly<Record<string, string>> = {}) =>
    scanKfuncs(
      treeOf({
        ...more,
        "kernel/m.c": `__bpf_kfunc int my_one(void) { return 0; }
__bpf_kfunc int my_two(void) { return 0; }
${body}
${registered("made")}`,
      }),
    );
  const entries = (scan: KfuncScan) => scan.kfuncs.map(({ name, flags }) => [name, ...flags]);

  it("macros glue names, give flags names, and list entries in a header", () => {
    const glued = made(`#define MINE(name, flags...) BTF_ID_FLAGS(func, my_##name, flags)
#define SAFE (KF_RCU | KF_RET_NULL)
BTF_KFUNCS_START(made)
MINE(one, KF_SLEEPABLE)
MINE(two, SAFE)
BTF_KFUNCS_END(made)`);
    expect(entries(glued)).toEqual([
      ["my_one", "KF_SLEEPABLE"],
      ["my_two", "KF_RCU", "KF_RET_NULL"],
    ]);
    expect(glued.unreadable).toEqual([]);
    const listed = made(
      `BTF_KFUNCS_START(made)
#define ENTRY(id, name) \\
	BTF_ID_FLAGS(func, name, KF_RCU)
ALL_OF_THEM(ENTRY)
#undef ENTRY
BTF_KFUNCS_END(made)`,
      { "include/linux/mine.h": "#define ALL_OF_THEM(X) \\\n\tX(1, my_one) \\\n\tX(2, my_two)\n" },
    );
    expect(entries(listed)).toEqual([
      ["my_one", "KF_RCU"],
      ["my_two", "KF_RCU"],
    ]);
  });

  it("plain entries are those that the grammar query finds", async () => {
    const text = `BTF_KFUNCS_START(made)
#ifdef CONFIG_ONE
BTF_ID_FLAGS(func, my_one, KF_RCU | KF_RET_NULL)
#endif
BTF_ID_FLAGS(func, my_two)
BTF_KFUNCS_END(made)`;
    const queried = (await runQuery("btf-ids", text)).map(({ captures }) => [
      captures["name"]?.text,
      ...(captures["flags"]?.text.split(" | ") ?? []),
    ]);
    expect(entries(made(text))).toEqual(queried);
  });

  it("a set for each role, as 5.18 has them", () => {
    const { kfuncs, unreadable } = scanKfuncs(
      treeOf({
        "net/old.c": `noinline struct thing *thing_get(struct thing **p) { return 0; }
noinline void thing_put(struct thing *t) { }
BTF_SET_START(check)
BTF_ID(func, thing_get)
#ifdef CONFIG_PUT
BTF_ID(func, thing_put)
#endif
BTF_SET_END(check)
BTF_SET_START(acquire)
BTF_ID(func, thing_get)
BTF_SET_END(acquire)
BTF_SET_START(release)
BTF_ID(func, thing_put)
BTF_SET_END(release)
static const struct btf_kfunc_id_set things = {
	.owner = THIS_MODULE,
	.check_set = &check,
	.acquire_set = &acquire,
	.ret_null_set = &acquire, /* same set */
	.release_set = &release,
};
late_initcall(register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &things));`,
      }),
    );
    expect(unreadable).toEqual([]);
    expect(kfuncs).toMatchObject([
      { name: "thing_get", flags: ["KF_ACQUIRE", "KF_RET_NULL"], sets: [{ set: "check", types: ["XDP"] }] },
      { name: "thing_put", flags: ["KF_RELEASE"], config: ["CONFIG_PUT"] },
    ]);
  });

  it("program types from an array", () => {
    const { kfuncs } = scanKfuncs(
      treeOf({
        "net/f.c": `__bpf_kfunc void everywhere(void) { }
BTF_KFUNCS_START(set)
BTF_ID_FLAGS(func, everywhere)
BTF_KFUNCS_END(set)
static const struct btf_kfunc_id_set set_set __ro_after_init = { THIS_MODULE, .set = &set, .filter = my_filter };
static const enum bpf_prog_type types[] = { BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_LSM };
static int init(void)
{
	for (int i = 0; i < 2; i++)
		register_btf_kfunc_id_set(types[i], &set_set);
}`,
      }),
    );
    expect(kfuncs[0]?.sets).toEqual([{ set: "set", types: ["LSM", "XDP"], filter: "my_filter" }]);
  });

  it("what cannot be understood is listed with its place", () => {
    const { kfuncs, unreadable } = made(`BTF_KFUNCS_START(made)
BTF_ID_FLAGS(func, my_one, WHATEVER)
UNKNOWN_MACRO(my_two)
BTF_ID_FLAGS(func, nobody_defines_it)
BTF_KFUNCS_END(made)
BTF_KFUNCS_START(endless)
static const struct btf_kfunc_id_set lost = { .owner = THIS_MODULE };
static int more(enum bpf_prog_type type) { return register_btf_kfunc_id_set(type, &made_set); }`);
    expect(kfuncs.map(({ name }) => name)).toEqual(["my_one"]);
    expect(unreadable.map(({ file, line, what }) => `${file}:${line}: ${what}`)).toEqual([
      "kernel/m.c:4: the flag WHATEVER of my_one in the set made",
      "kernel/m.c:5: UNKNOWN_MACRO(my_two) in the set made",
      "kernel/m.c:6: no definition of nobody_defines_it, which is in the set made",
      "kernel/m.c:8: the set endless has no end",
      "kernel/m.c:9: the initializer of lost names no set",
      "kernel/m.c:10: register_btf_kfunc_id_set(type, &made_set)",
    ]);
  });

  it("modules outside of a kernel tree, with the option and the module they are built as", () => {
    const { kfuncs } = scanModules(
      treeOf({
        "src/mine.c": `__bpf_kfunc void mine(void (*run)(void *ctx), char name__str[16]) { }
BTF_KFUNCS_START(set)
BTF_ID_FLAGS(func, mine)
BTF_KFUNCS_END(set)
${registered("set", "UNSPEC")}`,
        "src/Kbuild": "obj-$(CONFIG_MY_DRIVER) += driver.o\ndriver-y := main.o \\\n\tmine.o\n",
        "src/Kconfig": 'config MY_DRIVER\n\ttristate "mine"\n',
      }),
    );
    expect(kfuncs).toMatchObject([
      {
        name: "mine",
        params: [
          ["void (*)(void *ctx)", "run"],
          ["char *", "name__str"],
        ],
        config: ["CONFIG_MY_DRIVER"],
        module: "driver",
      },
    ]);
  });
});

describe("a folder as a registry", () => {
  const module = {
    "a.c": `__bpf_kfunc void a(void) { }\nBTF_KFUNCS_START(s)\nBTF_ID_FLAGS(func, a)\nBTF_KFUNCS_END(s)\n${registered("s")}`,
  };

  it("is a kernel by its Makefile, else module sources", () => {
    const kernel = { Makefile: "VERSION = 6\nPATCHLEVEL = 6\nSUBLEVEL = 30\n", "kernel/a.c": module["a.c"] };
    expect(scanSources(treeOf(kernel), { name: "linux", kernel: "7.2" })).toMatchObject({
      kernel: "6.6",
      provenance: { source: "kernel", package: "linux", tree: "6.6.30" },
    });
    expect(scanSources(treeOf(module), { name: "mine", kernel: "7.2" })).toMatchObject({
      kernel: "7.2",
      provenance: { source: "modules", tree: "" },
      kfuncs: [{ name: "a", registrations: [{ set: "s", programType: "TRACING" }] }],
    });
  });

  it("is refused when it is too old or has nothing", () => {
    const old = { Makefile: "VERSION = 5\nPATCHLEVEL = 15\n" };
    expect(() => scanSources(treeOf(old), { name: "linux", kernel: "7.2" })).toThrow(
      "linux is Linux 5.15.0: kfuncs can be read from 5.18 on",
    );
    expect(() => scanSources(treeOf({}), { name: "empty", kernel: "7.2" })).toThrow("no kfunc is registered in empty");
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
