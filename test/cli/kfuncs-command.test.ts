// `kfunc-ls kfuncs list`, `show` and `diff`.
import { describe, expect, it } from "vitest";
import { nearNames } from "../../server/src/cli/near-names.ts";
import { loadKernel } from "../../server/src/registry/load.ts";
import { registryEntries, writeRegistryFile } from "../../server/src/registry/registry-file.ts";
import { folderWith, run } from "./run-cli.ts";

const kfuncs = (...args: string[]) => run(["kfuncs", ...args]);

describe("kfuncs list", () => {
  it("counts a kernel's kfuncs without those of test modules", async () => {
    const { code, stdout } = await kfuncs("list");
    expect(code).toBe(0);
    expect(stdout).toContain("\nbpf_task_acquire ");
    expect(stdout).not.toContain("bpf_testmod");
    expect(stdout).toMatch(/\n341 kfuncs of Linux 7\.2; 80 of the kernel's test modules left out, --all lists them\n$/);
    expect((await kfuncs("list", "--all", "-k", "6.1")).stdout).toMatch(/\n68 kfuncs of Linux 6\.1\n$/);
  });

  it("filters by caller and by flags", async () => {
    const { stdout } = await kfuncs("list", "--type", "xdp", "--flag", "KF_ACQUIRE", "-f", "release");
    expect(stdout).toBe(`bpf_ct_insert_entry  acquire release ret_null  SCHED_CLS XDP
1 kfunc of Linux 7.2
`);
    expect((await kfuncs("list", "-t", "Qdisc_ops.dequeue")).stdout).toContain("\nbpf_qdisc_bstats_update ");
  });

  it("gives JSON", async () => {
    const { stdout } = await kfuncs("list", "--type", "iter", "--kernel", "6.12", "--format", "json");
    const { kernel, kfuncs: list } = JSON.parse(stdout) as { kernel: string; kfuncs: { name: string }[] };
    expect(kernel).toBe("6.12");
    expect(list.find(({ name }) => name === "bpf_sock_destroy")).toEqual({
      name: "bpf_sock_destroy",
      prototype: "int bpf_sock_destroy(struct sock_common *sock)",
      flags: ["KF_TRUSTED_ARGS"],
      callers: { everyType: false, types: [{ programType: "TRACING", only: ["iter", "iter.s"] }] },
      module: null,
      config: [],
      testOnly: false,
      definition: { file: "net/core/filter.c", line: expect.any(Number) as number },
    });
  });

  it("takes a registry file for a kernel", async () => {
    const { kfuncs: facts, provenance } = loadKernel("6.1");
    const folder = folderWith({
      "mine.json": writeRegistryFile({
        kernel: "6.6",
        provenance: { ...provenance, source: "kernel", unreadable: [] },
        kfuncs: registryEntries(facts, "6.6"),
      }),
      "broken.json": "{}",
    });
    const list = async (file: string) => run(["kfuncs", "list", "-k", file], { in: folder });
    expect((await list("mine.json")).stdout).toMatch(/\n67 kfuncs of Linux 6\.6; 1 of/);
    expect(await list("broken.json")).toMatchObject({ code: 2, stdout: "" });
    expect((await list("broken.json")).stderr).toContain("broken.json is not a registry");
    expect((await list("absent.json")).stderr).toContain("absent.json");
  });

  it("says what it does not know and what may have been meant", async () => {
    const stderr = async (...args: string[]) => (await kfuncs("list", ...args)).stderr;
    expect(await stderr("-k", "5.15")).toBe('kfunc-ls: unknown kernel "5.15"; built in are 6.1, 6.12, 7.2, 7.3\n');
    expect(await stderr("-t", "xpd")).toMatch(/is "xpd"; did you mean .*xdp/);
    expect(await stderr("-f", "KF_AQUIRE")).toBe("kfunc-ls: no flag is called KF_AQUIRE; did you mean KF_ACQUIRE?\n");
  });
});

describe("kfuncs show", () => {
  it("is a card", async () => {
    const { code, stdout } = await kfuncs("show", "bpf_xdp_ct_lookup");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bpf_xdp_ct_lookup {2}kfunc of Linux 7\.2\n {2}struct nf_conn \*bpf_xdp_ct_lookup\(/);
    expect(stdout).toContain("release it with bpf_ct_release()");
    expect(stdout).toContain("\n  u32 tuple__sz\n      __sz: Size in bytes of the buffer in the parameter before");
    expect(stdout).toContain("\nCallers\n  - SCHED_CLS, XDP.\n");
    expect(stdout).toContain("Module nf_conntrack, when it is built as one.");
    expect(stdout).toContain("\nHistory\n  - Since Linux 6.1 or earlier.\n");
    expect(stdout).toContain("- net/netfilter/nf_conntrack_bpf.c:");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(102);
  });

  it("tells partners, members and filters", async () => {
    expect((await kfuncs("show", "bpf_task_release")).stdout).toContain(
      "Ends what comes from bpf_task_acquire(), bpf_task_from_pid()",
    );
    const drop = (await kfuncs("show", "bpf_qdisc_skb_drop")).stdout;
    expect(drop).toContain("- STRUCT_OPS: only Qdisc_ops.enqueue.");
    expect(drop).toContain("bpf_qdisc_kfunc_filter() decides: ");
  });

  it("shows the newest kernel that has it when the one asked has not", async () => {
    const { stdout } = await kfuncs("show", "scx_bpf_consume");
    expect(stdout).toContain("kfunc of Linux 6.12  not in Linux 7.2; this is Linux 6.12");
    expect(stdout).toContain("Gone in Linux 7.2 or earlier, after 6.12.");
  });

  it("gives JSON with the same facts", async () => {
    const card = JSON.parse((await kfuncs("show", "bpf_ct_release", "--format", "json")).stdout) as object;
    expect(card).toMatchObject({
      name: "bpf_ct_release",
      kernel: "7.2",
      inKernelAsked: true,
      flags: [{ flag: "KF_RELEASE" }],
      releases: ["bpf_ct_insert_entry", "bpf_skb_ct_lookup", "bpf_xdp_ct_lookup"],
      module: "nf_conntrack",
      history: { presentIn: ["6.1", "6.12", "7.2", "7.3"], missingIn: [], changes: [] },
      provenance: { package: "linux-source-7.2" },
    });
  });

  it("suggests names", async () => {
    expect(await kfuncs("show", "bpf_task_aquire")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: 'kfunc-ls: no kernel known here has a kfunc "bpf_task_aquire"; did you mean bpf_task_acquire?\n',
    });
    expect((await kfuncs("show", "constructor")).stderr).toBe(
      'kfunc-ls: no kernel known here has a kfunc "constructor"\n',
    );
    expect(nearNames("ct_lookup", ["bpf_xdp_ct_lookup", "bpf_ct_release", "x"])).toEqual(["bpf_xdp_ct_lookup"]);
  });
});

describe("kfuncs diff", () => {
  it("tells what came, went and changed", async () => {
    const { code, stdout } = await kfuncs("diff", "6.12", "7.2");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Linux 6\.12 -> 7\.2\n {2}- Every pointer argument must be trusted/);
    expect(stdout).toContain("\nAdded (");
    expect(stdout).toContain("\n  - scx_bpf_consume\n      -> ");
    expect(stdout).toContain(
      "\n  ~ bpf_arena_alloc_pages +KF_ARENA_ARG2 +KF_ARENA_RET -KF_SLEEPABLE\n      -> nothing: programs that cannot sleep",
    );
    expect(stdout).not.toContain("testmod");
    expect((await kfuncs("diff", "7.2", "7.2")).stdout).toContain("No kfunc was added, removed or changed.");
  });

  it("gives JSON and refuses unknown kernels", async () => {
    const diff = JSON.parse((await kfuncs("diff", "7.2", "7.3", "--format", "json")).stdout) as {
      removed: { name: string }[];
    };
    expect(diff).toMatchObject({ from: "7.2", to: "7.3", general: [] });
    expect(diff.removed.map(({ name }) => name)).toEqual(["scx_bpf_cpu_rq"]);
    expect(await kfuncs("diff", "7.2", "9.9")).toMatchObject({ code: 2 });
  });
});
