import { describe, expect, test } from "vitest";
import { loadQueries, type QueryName, queryNames } from "../../server/src/syntax/queries.ts";

const queries = await loadQueries();

const texts = (name: QueryName, text: string): Record<string, string>[] =>
  queries
    .run(name, text)
    .map(({ captures }) => Object.fromEntries(Object.entries(captures).map(([key, { text: value }]) => [key, value])));

describe("queries", () => {
  test("every query compiles and finds nothing in nothing", () => {
    for (const name of queryNames) expect(queries.run(name, "")).toEqual([]);
  });

  test("programs by section", () => {
    const text = `
__attribute__((section("tc"), used)) int f(void *ctx);
__attribute__((__section__("?fentry/x"))) struct foo *g(void *ctx) { return 0; }
__attribute__((noinline)) int h(void);`;
    expect(texts("programs", text)).toEqual([
      { name: "f", section: "tc" },
      { name: "g", section: "?fentry/x" },
    ]);
  });

  test("kernel symbols: functions and variables in .ksyms, nothing else", () => {
    const text = `
__attribute__((section(".ksyms"))) extern struct task_struct *bpf_task_acquire(struct task_struct *p);
__attribute__((section(".ksyms"))) extern const int runqueues;
__attribute__((section(".maps"))) struct m map;`;
    expect(texts("ksyms", text)).toEqual([{ function: "bpf_task_acquire" }, { variable: "runqueues" }]);
  });

  test("calls and their arguments in raw text", () => {
    const text = 'SEC("tc")\nint f(void *ctx) { t = bpf_task_from_pid(pid); return bpf_x(t, a + 1, &b); }';
    expect(texts("calls", text).filter(({ name }) => name === "bpf_x")).toEqual([
      { call: "bpf_x(t, a + 1, &b)", name: "bpf_x", arguments: "(t, a + 1, &b)" },
    ]);
    expect(
      texts("arguments", text)
        .filter(({ name }) => name === "bpf_x")
        .map(({ argument }) => argument),
    ).toEqual(["t", "a + 1", "&b"]);
  });

  test("parameter names and the suffixes the verifier knows", () => {
    const text =
      "__bpf_kfunc int bpf_crypto_x(struct ctx *ctx, const void *key__nullable, u32 key__sz, char *path__str, u64 flags__)\n{\n}";
    expect(texts("parameters", text).map(({ name }) => name)).toEqual([
      "ctx",
      "key__nullable",
      "key__sz",
      "path__str",
      "flags__",
    ]);
    expect(texts("suffixes", text)).toEqual([
      { function: "bpf_crypto_x", name: "key__nullable" },
      { function: "bpf_crypto_x", name: "key__sz" },
      { function: "bpf_crypto_x", name: "path__str" },
    ]);
  });

  test("entries of kfunc sets, also between directives", () => {
    const text = `
BTF_KFUNCS_START(ids)
#ifdef CONFIG_X
BTF_ID_FLAGS(func, bpf_one, KF_ACQUIRE | KF_RET_NULL)
#endif
BTF_ID_FLAGS(func, bpf_two)
BTF_ID_FLAGS(func, bpf_three, KF_RELEASE)
BTF_KFUNCS_END(ids)`;
    expect(texts("btf-ids", text)).toEqual([
      { kind: "func", name: "bpf_one", flags: "KF_ACQUIRE | KF_RET_NULL" },
      { kind: "func", name: "bpf_two" },
      { kind: "func", name: "bpf_three", flags: "KF_RELEASE" },
    ]);
  });
});
