// Targets of every kind become kernel facts, and what cannot be had is said.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DiskTree } from "../../server/src/loaders/disk-tree.ts";
import type { ThisMachine } from "../../server/src/loaders/this-machine.ts";
import { loadKernel } from "../../server/src/registry/index.ts";
import { noChoice } from "../../server/src/targets/choice.ts";
import { loadTargets } from "../../server/src/targets/load-targets.ts";
import { BtfWriter } from "../btf/btf-writer.ts";
import { folderWith } from "../cli/run-cli.ts";

/** A kernel with a task kfunc that all kernels have, one of its own, and no cgroup kfuncs. */
function smallKernel(): BtfWriter {
  const btf = new BtfWriter();
  const task = btf.ptr(btf.struct("task_struct"));
  btf.kfunc("bpf_task_acquire", task, [["p", task]]);
  btf.kfunc("bpf_task_release", 0, [["p", task]]);
  btf.kfunc("vendor_only", task, [["p", task]]);
  return btf;
}

function smallModule(base: BtfWriter): BtfWriter {
  const btf = new BtfWriter({ base });
  const connection = btf.ptr(btf.struct("nf_conn"));
  btf.kfunc("bpf_ct_release", 0, [["nfct", connection]]);
  return btf;
}

describe("built-in kernels", () => {
  it("are taken by name, and others are refused with the list", async () => {
    const { targets, problems } = await loadTargets({ ...noChoice, kernels: ["6.12", "9.9"] }, "/");
    expect(targets).toEqual([{ name: "6.12", facts: loadKernel("6.12") }]);
    expect(problems).toEqual([expect.stringContaining('unknown kernel "9.9"; built in are 6.1, 6.12, 7.2')]);
  });
});

describe("a BTF", () => {
  it("decides which kfuncs there are; the nearest kernel says what they do", async () => {
    const folder = folderWith({ vmlinux: smallKernel().bytes() });
    const { targets, problems } = await loadTargets({ ...noChoice, btf: [["vmlinux"]] }, folder);
    expect(problems).toEqual([]);
    const [target] = targets;
    expect(target?.name).toBe("vmlinux");
    const names = target!.facts.kfuncs.map((fact) => fact.name);
    expect(names).toContain("bpf_task_acquire");
    expect(names).not.toContain("bpf_cgroup_acquire");
    // Neither its flags nor its program types are known: nothing may be said of calls.
    expect(names).not.toContain("vendor_only");
    expect(target!.facts.kfuncs.find((fact) => fact.name === "bpf_task_acquire")).toMatchObject({
      flags: expect.arrayContaining(["KF_ACQUIRE"]),
      params: [["struct task_struct *", "p"]],
    });
  });

  it("leaves open what a module that nobody showed may bring, and believes one that was shown", async () => {
    const kernel = smallKernel();
    const folder = folderWith({ vmlinux: kernel.bytes(), "nf_conntrack.ko": smallModule(kernel).bytes() });
    const alone = await loadTargets({ ...noChoice, btf: [["vmlinux"]] }, folder);
    expect(alone.targets[0]?.facts.kfuncs.map((fact) => fact.name)).toContain("bpf_skb_ct_lookup");
    const both = await loadTargets({ ...noChoice, btf: [["vmlinux", "nf_conntrack.ko"]] }, folder);
    const names = both.targets[0]?.facts.kfuncs.map((fact) => fact.name);
    expect(names).toContain("bpf_ct_release");
    expect(names).not.toContain("bpf_skb_ct_lookup");
  });

  it("that cannot be read is a problem with its name, and the other targets stay", async () => {
    const folder = folderWith({ text: "no BTF" });
    const { targets, problems } = await loadTargets(
      { ...noChoice, kernels: ["7.2"], btf: [["text"], ["gone"]] },
      folder,
    );
    expect(targets.map((target) => target.name)).toEqual(["7.2"]);
    expect(problems).toEqual([expect.stringMatching(/^text: /), expect.stringMatching(/^gone: cannot be opened/)]);
  });
});

describe("this machine", () => {
  function machine(folder: string, release: string): ThisMachine {
    return {
      release: () => release,
      kernelBtf: () => join(folder, "vmlinux"),
      moduleBtf: (names) =>
        names.includes("nf_conntrack") ? [{ name: "nf_conntrack", path: join(folder, "nf_conntrack") }] : [],
    };
  }

  it("is its BTF under the rules of its version", async () => {
    const kernel = smallKernel();
    const folder = folderWith({ vmlinux: kernel.bytes(), nf_conntrack: smallModule(kernel).bytes() });
    const { targets } = await loadTargets({ ...noChoice, auto: true }, "/", machine(folder, "6.9.3-vendor"));
    expect(targets[0]?.name).toBe("this machine (6.9.3-vendor)");
    expect(targets[0]?.facts.kernel).toBe("6.9");
    expect(targets[0]?.facts.helpers).toBe(loadKernel("6.12").helpers);
    expect(targets[0]?.facts.kfuncs.map((fact) => fact.name)).toContain("bpf_ct_release");
  });

  it("without BTF is a problem that says what else can be done", async () => {
    const none: ThisMachine = { release: () => "6.9", kernelBtf: () => undefined, moduleBtf: () => [] };
    const { problems } = await loadTargets({ ...noChoice, auto: true }, "/", none);
    expect(problems).toEqual([expect.stringContaining("name a kernel or a BTF file")]);
  });
});

describe("files and trees", () => {
  it("that are none are refused by name", async () => {
    const folder = folderWith({ "tree/Makefile": "all:\n", "registry.json": "{}" });
    const choice = { ...noChoice, kernelSources: ["tree"], registries: ["registry.json", "gone.json"] };
    const { targets, problems } = await loadTargets(choice, folder);
    expect(targets).toEqual([]);
    expect(problems).toEqual([
      expect.stringContaining("tree is not a kernel tree"),
      expect.stringContaining("registry.json is not a registry"),
      expect.stringContaining("gone.json cannot be read"),
    ]);
  });

  it("a tree gives the kfuncs it registers", async () => {
    const folder = folderWith({
      "tree/Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n",
      "tree/kernel/bpf/own.c": [
        "__bpf_kfunc_start_defs();",
        "__bpf_kfunc struct task_struct *own_acquire(struct task_struct *p)",
        "{ return p; }",
        "__bpf_kfunc_end_defs();",
        "BTF_KFUNCS_START(own_ids)",
        "BTF_ID_FLAGS(func, own_acquire, KF_ACQUIRE | KF_RET_NULL)",
        "BTF_KFUNCS_END(own_ids)",
        "static const struct btf_kfunc_id_set own_set = { .owner = THIS_MODULE, .set = &own_ids };",
        "static int __init own_init(void)",
        "{ return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &own_set); }",
        "",
      ].join("\n"),
    });
    writeFileSync(join(folder, "note"), "");
    expect(new DiskTree(folder).read("tree/Makefile")).toBeDefined();
    const { targets, problems } = await loadTargets({ ...noChoice, kernelSources: ["tree"] }, folder);
    expect(problems).toEqual([]);
    expect(targets[0]?.facts.kernel).toBe("6.12");
    expect(targets[0]?.facts.kfuncs).toMatchObject([{ name: "own_acquire", flags: ["KF_ACQUIRE", "KF_RET_NULL"] }]);
  });
});
