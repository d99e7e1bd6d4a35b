// SEC() strings mean what libbpf takes them for.
import { describe, expect, it } from "vitest";
import { kernelEffects, loadKernel } from "../../server/src/registry/index.ts";

const { section } = kernelEffects(loadKernel("7.2"));

describe("section", () => {
  it("splits prefix and target", () => {
    expect(section("tp_btf/task_newtask")).toEqual({
      programType: "TRACING",
      attachType: "BPF_TRACE_RAW_TP",
      sleepable: false,
      target: "task_newtask",
    });
    expect(section("kprobe")).toMatchObject({ programType: "KPROBE", target: undefined });
  });

  it("ignores a leading question mark", () => {
    expect(section("?fentry.s/do_nanosleep")).toEqual(section("fentry.s/do_nanosleep"));
  });

  it("tells sleepable sections", () => {
    expect(section("lsm.s/file_open")).toMatchObject({ programType: "LSM", sleepable: true });
    expect(section("lsm/file_open")?.sleepable).toBe(false);
    expect(section("struct_ops.s/init")).toMatchObject({ programType: "STRUCT_OPS", sleepable: true, target: "init" });
    expect(section("syscall")).toMatchObject({ programType: "SYSCALL", sleepable: true });
    expect(section("iter.s/task")).toMatchObject({ programType: "TRACING", sleepable: true });
  });

  it("takes exact names only as they stand", () => {
    expect(section("tc")).toMatchObject({ programType: "SCHED_CLS" });
    expect(section("tc/ingress")).toMatchObject({ attachType: "BPF_TCX_INGRESS" });
    expect(section("tcfoo")).toBeUndefined();
    expect(section("tc/foo")).toBeUndefined();
    expect(section("syscall/foo")).toBeUndefined();
  });

  it("knows nothing of other sections", () => {
    for (const name of ["license", ".maps", ".struct_ops.link", "", "?", "fentryx/foo"]) {
      expect(section(name), name).toBeUndefined();
    }
  });

  it("knows fewer sections on an older kernel's libbpf", () => {
    expect(kernelEffects(loadKernel("6.1")).section("netkit/primary")).toBeUndefined();
    expect(kernelEffects(loadKernel("6.12")).section("tp_btf.s/x")).toBeUndefined();
    expect(section("tp_btf.s/sys_enter")?.sleepable).toBe(true);
  });
});
