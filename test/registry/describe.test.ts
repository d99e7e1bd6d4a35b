// Contracts in plain words for hovers.
import { describe, expect, it } from "vitest";
import { describeKfunc } from "../../server/src/registry/describe.ts";
import { builtinKernels, loadKernel } from "../../server/src/registry/index.ts";
import { flagMeaning, knownSuffixes, suffixMeaning, suffixOf } from "../../server/src/registry/words.ts";

const all = builtinKernels();

describe("describeKfunc", () => {
  it("tells who owes the release", () => {
    const contract = describeKfunc("bpf_task_from_pid", all);
    expect(contract).toMatchObject({
      prototype: "struct task_struct *bpf_task_from_pid(s32 pid)",
      kernel: "7.3",
      presentIn: ["6.12", "7.2", "7.3"],
      missingIn: ["6.1"],
    });
    expect(contract?.lines[0]).toBe(
      "Returns an owned reference to a struct task_struct, or NULL; release it with bpf_task_release().",
    );
  });

  it("tells what a release takes and a conversion uses up", () => {
    expect(describeKfunc("bpf_task_release", all)?.lines[0]).toContain("Releases the reference of `p`");
    expect(describeKfunc("bpf_ct_insert_entry", all)?.lines[1]).toContain("used up");
  });

  it("leaves out what the verifier supplies", () => {
    expect(describeKfunc("bpf_list_push_back", ["7.2"])?.prototype).toBe(
      "int bpf_list_push_back(struct bpf_list_head *head, struct bpf_list_node *node)",
    );
  });

  it("lists program types through the hook they share", () => {
    expect(describeKfunc("bpf_xdp_ct_lookup", ["7.2"])?.programTypes).toEqual(["SCHED_CLS", "XDP"]);
    expect(describeKfunc("bpf_rcu_read_lock", ["7.2"])?.programTypes).toEqual([]);
    expect(describeKfunc("bpf_get_file_xattr", ["7.2"])?.lines.join(" ")).toContain("LSM programs only");
  });

  it("explains parameter suffixes", () => {
    const contract = describeKfunc("bpf_iter_task_new", ["7.2"]);
    expect(contract?.parameters[1]).toMatchObject({ name: "task__nullable", suffix: "__nullable" });
    expect(contract?.parameters[1]?.notes[0]).toContain("NULL may be passed");
  });

  it("describes helpers too, and nothing else", () => {
    expect(describeKfunc("bpf_sk_lookup_tcp", all)?.lines[0]).toContain("bpf_sk_release()");
    expect(describeKfunc("printf", all)).toBeUndefined();
    expect(describeKfunc("bpf_task_from_pid", ["6.1"])).toBeUndefined();
  });

  it("has words for every kfunc of every kernel", () => {
    for (const kernel of all) {
      for (const { name } of loadKernel(kernel).kfuncs) {
        const contract = describeKfunc(name, [kernel]);
        expect(contract?.lines.length, name).toBeGreaterThan(0);
        for (const line of contract?.lines ?? []) expect(line, name).toMatch(/^[A-Z`].*\.$/s);
        for (const { flag, meaning } of contract?.flags ?? []) expect(meaning, `${flag} on ${kernel}`).not.toBe("");
      }
    }
  });
});

describe("words", () => {
  it("follow the kernel", () => {
    expect(flagMeaning("KF_TRUSTED_ARGS", "7.2")).toBeUndefined();
    expect(flagMeaning("KF_TRUSTED_ARGS", "6.12")).toContain("trusted");
    expect(flagMeaning("KF_ACQUIRE", "6.1")).toContain("owns");
    expect(suffixMeaning("__opt", "7.2")).toBeUndefined();
    expect(suffixMeaning("__irq_flag", "6.12")).toBeUndefined();
  });

  it("match a suffix only at the end of the kernel's name", () => {
    expect(suffixOf("buffer__nullable", "7.2")).toBe("__nullable");
    expect(suffixOf("x__nullable__foo", "7.2")).toBeUndefined();
    expect(suffixOf("buffer__szk", "7.2")).toBe("__szk");
    expect(suffixOf("data__sz", "6.1")).toBe("__sz");
    expect(suffixOf("rdwr_buf_size", "6.1")).toBe("rdwr_buf_size");
    expect(suffixOf("my_rdwr_buf_size", "6.1")).toBeUndefined();
  });

  it("cover every suffix that a kfunc of 7.2 uses", () => {
    const used = new Set<string>();
    for (const kfunc of loadKernel("7.2").kfuncs) {
      for (const [, name] of kfunc.params) {
        const end = /__[a-z_]+$/.exec(name)?.[0];
        if (end !== undefined) used.add(end);
      }
    }
    expect([...used].filter((suffix) => !knownSuffixes().includes(suffix))).toEqual([]);
  });
});
