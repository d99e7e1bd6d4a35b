// What is told of a kfunc over the built-in kernels: never more than these kernels show.
import { describe, expect, it } from "vitest";
import {
  builtinKernels,
  callerFilter,
  callersOf,
  diffKernels,
  historyOf,
  loadKernel,
} from "../../server/src/registry/index.ts";

function kfunc(name: string, kernel: string) {
  return loadKernel(kernel).kfuncs.find((fact) => fact.name === name)!;
}

describe("history", () => {
  it("claims nothing for releases that are not at hand", () => {
    expect(historyOf("bpf_ct_release")?.lines).toEqual(["Since Linux 6.1 or earlier."]);
    expect(historyOf("bpf_task_from_vpid")?.lines[0]).toBe("Since Linux 7.2 or earlier, after 6.12.");
    expect(historyOf("scx_bpf_consume")?.lines).toEqual([
      "Since Linux 6.12 or earlier, after 6.1.",
      "Gone in Linux 7.2 or earlier, after 6.12.",
      "In Linux 7.2, 7.3 there is scx_bpf_dsq_move_to_local() in its place.",
    ]);
    expect(historyOf("bpf_obj_new")?.lines).toContain("In Linux 6.12 there is bpf_obj_new_impl() in its place.");
    expect(historyOf("bpf_loop")).toBeUndefined();
  });

  it("tells flags, prototypes and callers that changed", () => {
    expect(historyOf("bpf_strlen")?.lines).toContain("Between 7.2 and 7.3: KF_PERFMON came.");
    expect(historyOf("bpf_get_file_xattr")?.lines.join(" ")).not.toContain("KF_TRUSTED_ARGS");
    expect(historyOf("bbr_main")?.lines[1]).toContain("declared as `void bbr_main(struct sock *sk, const struct rate");
  });

  it("is there for every kfunc", () => {
    for (const kernel of builtinKernels()) {
      for (const { name } of loadKernel(kernel).kfuncs) expect(historyOf(name)?.presentIn).toContain(kernel);
    }
  });
});

describe("callers", () => {
  it("are types, with sections and members where only some may", () => {
    const seven = loadKernel("7.2");
    expect(callersOf(kfunc("bpf_rcu_read_lock", "7.2"), seven)).toEqual({ everyType: true, types: [] });
    expect(callersOf(kfunc("bpf_xdp_ct_lookup", "7.2"), seven).types).toEqual([
      { programType: "SCHED_CLS" },
      { programType: "XDP" },
    ]);
    expect(callersOf(kfunc("bpf_sock_destroy", "7.2"), seven).types).toEqual([
      { programType: "TRACING", only: ["iter", "iter.s"] },
    ]);
    expect(callersOf(kfunc("bpf_qdisc_skb_drop", "7.2"), seven).types).toEqual([
      { programType: "STRUCT_OPS", only: ["Qdisc_ops.enqueue"] },
    ]);
  });

  it("are found by section, by type and by struct_ops member", () => {
    const seven = loadKernel("7.2");
    const may = (word: string, name: string): boolean | undefined => callerFilter(word, seven)?.(kfunc(name, "7.2"));
    expect(may("iter", "bpf_sock_destroy")).toBe(true);
    expect(may("fentry", "bpf_sock_destroy")).toBe(false);
    expect(may("TRACING", "bpf_sock_destroy")).toBe(true);
    expect(may("sched_cls", "bpf_xdp_ct_lookup")).toBe(true);
    expect(may("Qdisc_ops", "bpf_qdisc_skb_drop")).toBe(true);
    expect(may("Qdisc_ops.dequeue", "bpf_qdisc_skb_drop")).toBe(false);
    expect(may("xdq", "bpf_xdp_ct_lookup")).toBeUndefined();
  });
});

describe("differences between kernels", () => {
  const diff = diffKernels(loadKernel("6.12"), loadKernel("7.2"));

  it("say once what holds for all", () => {
    expect(diff.general[0]).toMatch(/^Every pointer argument must be trusted/);
    expect(diff.general).toContainEqual(expect.stringMatching(/^RAW_TRACEPOINT programs may call/));
    expect(diff.changed.flatMap(({ flagsRemoved }) => flagsRemoved)).not.toContain("KF_TRUSTED_ARGS");
    expect(diff.changed.flatMap(({ callersAdded }) => callersAdded)).not.toContain("RAW_TRACEPOINT");
  });

  it("count what came and went", () => {
    const names = (kernel: string): ReadonlySet<string> => new Set(loadKernel(kernel).kfuncs.map(({ name }) => name));
    expect(diff.added.every(({ name }) => !names("6.12").has(name) && names("7.2").has(name))).toBe(true);
    expect(diff.removed.every(({ name }) => names("6.12").has(name) && !names("7.2").has(name))).toBe(true);
    expect(diff.removed.find(({ name }) => name === "bpf_wq_set_callback_impl")?.todo[0]).toContain(
      "call `int bpf_wq_set_callback(",
    );
  });

  it("say what to change in a program", () => {
    const change = (name: string) => diff.changed.find((entry) => entry.name === name);
    expect(change("bpf_arena_alloc_pages")).toMatchObject({
      flagsRemoved: ["KF_SLEEPABLE"],
      todo: ["nothing: programs that cannot sleep may call it as well"],
    });
    expect(change("bpf_skb_get_fou_encap")?.todo).toContain("pass a trusted pointer as `encap`");
    const seven = diffKernels(loadKernel("7.2"), loadKernel("7.3"));
    expect(seven.changed.find(({ name }) => name === "bpf_strlen")?.todo).toEqual([
      "load the program with CAP_PERFMON",
    ]);
    const back = diffKernels(loadKernel("7.2"), loadKernel("6.12"));
    expect(back.general[0]).toMatch(/need not be trusted/);
    expect(diffKernels(loadKernel("7.2"), loadKernel("7.2"))).toMatchObject({ added: [], removed: [], changed: [] });
  });
});
