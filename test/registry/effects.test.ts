// What calls do, kernel by kernel: one well-known call for each kind of behavior.
import { describe, expect, it } from "vitest";
import type { CallEffect } from "../../server/src/registry/effect.ts";
import { builtinKernels, kernelEffects, loadKernel } from "../../server/src/registry/index.ts";
import { helperOverrides } from "../../server/src/registry/overrides/helpers.ts";
import { kfuncOverrides } from "../../server/src/registry/overrides/kfuncs.ts";

const kernels = new Map(builtinKernels().map((name) => [name, kernelEffects(loadKernel(name))]));

function effect(name: string, kernel = "7.2"): CallEffect {
  const found = kernels.get(kernel)?.effect(name);
  if (found === undefined) throw new Error(`${name} is not in ${kernel}`);
  return found;
}

describe("acquire and release", () => {
  it("bpf_task_from_pid gives an owned task or NULL, released by bpf_task_release", () => {
    for (const kernel of ["6.12", "7.2"]) {
      const call = effect("bpf_task_from_pid", kernel);
      expect(call.acquires).toBe(true);
      expect(call.returns).toMatchObject({ kind: "object", struct: "task_struct", maybeNull: true });
      expect(call.releasedBy).toEqual(["bpf_task_release"]);
    }
  });

  it("bpf_task_release takes an owned task that is not NULL", () => {
    expect(effect("bpf_task_release").releases).toBe(0);
    expect(effect("bpf_task_release", "6.12").releases).toBe("referenced");
    for (const kernel of ["6.12", "7.2"]) {
      expect(effect("bpf_task_release", kernel).params[0]).toMatchObject({
        kind: "pointer",
        struct: "task_struct",
        trust: "owned",
        nullable: false,
        nullChecked: true,
      });
    }
  });

  it("bpf_cpumask_create may fail, bpf_cpumask_acquire cannot", () => {
    expect(effect("bpf_cpumask_create").returns).toMatchObject({ maybeNull: true });
    expect(effect("bpf_cpumask_acquire").returns).toMatchObject({ maybeNull: false });
    expect(effect("bpf_cpumask_acquire").releasedBy).toEqual(["bpf_cpumask_release"]);
  });

  it("bpf_ct_insert_entry turns one owned object into another", () => {
    const call = effect("bpf_ct_insert_entry");
    expect(call).toMatchObject({ acquires: true, releases: 0, releasedBy: ["bpf_ct_release"] });
    expect(call.params[0]?.struct).toBe("nf_conn___init");
    expect(call.returns).toMatchObject({ struct: "nf_conn", maybeNull: true });
    expect(effect("bpf_skb_ct_alloc").releasedBy).toEqual(["bpf_ct_insert_entry"]);
  });

  it("proposes the release that belongs to the acquire first", () => {
    expect(effect("scx_bpf_get_idle_smtmask").releasedBy[0]).toBe("scx_bpf_put_idle_cpumask");
    expect(effect("scx_bpf_get_online_cpumask").releasedBy[0]).toBe("scx_bpf_put_cpumask");
    expect(effect("bpf_cgroup_ancestor").releasedBy[0]).toBe("bpf_cgroup_release");
    expect(kernels.get("7.2")?.releasersOf("task_struct")[0]).toBe("bpf_task_release");
    expect(kernels.get("7.2")?.releasersOf(undefined)).toEqual([]);
  });

  it("every acquiring call names a release, apart from one the verifier always refuses", () => {
    for (const [kernel, effects] of kernels) {
      const facts = loadKernel(kernel);
      const nameless = [...facts.kfuncs, ...facts.helpers]
        .map((fact) => effects.effect(fact.name))
        .filter((call) => call?.acquires === true && call.releasedBy.length === 0)
        .map((call) => call?.name)
        .filter((name) => name !== "bpf_kptr_xchg");
      const memory = nameless.filter((name) => effects.effect(name!)?.returns.kind !== "memory");
      expect(memory, kernel).toEqual([]);
    }
  });
});

describe("trust and NULL of kfunc arguments", () => {
  it("7.2 checks every pointer, 6.12 only where flags ask for it", () => {
    expect(effect("bpf_cgroup_acquire").params[0]).toMatchObject({ trust: "rcu", nullChecked: true });
    expect(effect("bpf_iter_task_vma_new").params[1]).toMatchObject({ trust: "rcu" });
    expect(effect("bpf_cpumask_first", "6.12").params[0]).toMatchObject({ trust: "rcu", nullChecked: true });
    expect(effect("bpf_skb_get_fou_encap", "6.12").params[1]).toMatchObject({ trust: "none" });
    expect(effect("bpf_skb_get_fou_encap", "7.2").params[1]).toMatchObject({ trust: "trusted" });
  });

  it("a __nullable buffer takes a maybe-NULL variable, a __nullable object only the constant", () => {
    expect(effect("bpf_dynptr_slice").params[2]).toMatchObject({
      kind: "memory",
      nullable: true,
      maybeNullAccepted: true,
      sizeParam: 3,
    });
    expect(effect("bpf_iter_task_new").params[1]).toMatchObject({
      kind: "pointer",
      nullable: true,
      maybeNullAccepted: false,
    });
  });

  it("6.12 marks the slice buffer with __opt", () => {
    expect(effect("bpf_dynptr_slice", "6.12").params[2]).toMatchObject({ kind: "memory", nullable: true });
  });

  it("__ign arguments are not looked at", () => {
    expect(effect("bpf_strcmp").params.map((param) => param.kind)).toEqual(["ignored", "ignored"]);
  });

  it("6.1 asks KF_TRUSTED_ARGS for a reference", () => {
    expect(effect("bpf_ct_set_timeout", "6.1").params[0]).toMatchObject({ trust: "owned" });
  });
});

describe("local objects and collections", () => {
  it("bpf_obj_new has one visible parameter on 7.2 and a long form with two", () => {
    expect(effect("bpf_obj_new").params).toHaveLength(1);
    expect(effect("bpf_obj_new").returns).toEqual({ kind: "local-object", maybeNull: true, percpu: false });
    expect(effect("bpf_obj_new_impl").params.map((param) => param.kind)).toEqual(["scalar", "ignored"]);
  });

  it("6.12 knows the short form that its headers give as a macro", () => {
    expect(effect("bpf_obj_drop", "6.12")).toMatchObject({ name: "bpf_obj_drop", releases: "referenced" });
    expect(effect("bpf_obj_drop", "6.12").params).toHaveLength(1);
    expect(effect("bpf_list_push_back", "6.12").params).toHaveLength(2);
    expect(effect("bpf_list_push_back", "6.12").protocol).toMatchObject({ kind: "graph-add", node: 1 });
  });

  it("the long form that 7.2 dropped still means what the short one does there; a form nobody had means nothing", () => {
    expect(effect("bpf_wq_set_callback_impl", "7.2").protocol).toMatchObject({ kind: "async-callback" });
    expect(kernels.get("7.2")?.effect("bpf_task_release_impl")).toBeUndefined();
    expect(effect("bpf_wq_set_callback_impl", "6.12").protocol).toMatchObject({ kind: "async-callback", callback: 1 });
  });

  it("bpf_rbtree_remove wants a non-owning node on 6.12 and takes either on 7.2", () => {
    expect(effect("bpf_rbtree_remove", "6.12").params[1]?.nonOwning).toBe("required");
    expect(effect("bpf_rbtree_remove", "7.2").params[1]?.nonOwning).toBe("allowed");
    expect(effect("bpf_rbtree_remove").returns).toEqual({ kind: "node", maybeNull: true, owned: true });
    expect(effect("bpf_rbtree_first").returns).toEqual({ kind: "node", maybeNull: true, owned: false });
  });

  it("bpf_rbtree_add moves the node and runs the comparison", () => {
    expect(effect("bpf_rbtree_add").protocol).toEqual({ kind: "graph-add", node: 1, lessCallback: 2 });
    expect(effect("bpf_rbtree_add").params[2]?.kind).toBe("callback");
  });

  it("bpf_refcount_acquire follows its argument's type", () => {
    expect(effect("bpf_refcount_acquire").returns).toEqual({ kind: "same-object-type", param: 0 });
    expect(effect("bpf_refcount_acquire").params[0]?.kind).toBe("refcounted");
  });

  it("per-CPU objects have a drop of their own", () => {
    expect(effect("bpf_percpu_obj_drop").params[0]).toMatchObject({ kind: "local-object", percpu: true });
    expect(effect("bpf_obj_drop").params[0]).toMatchObject({ kind: "local-object", percpu: false });
  });
});

describe("iterators, dynptrs, regions, callbacks", () => {
  it("names iterators and whether they live under RCU", () => {
    expect(effect("bpf_iter_task_new").protocol).toEqual({ kind: "iterator-new", iterator: "task", nextIsRcu: true });
    expect(effect("bpf_iter_num_next").protocol).toEqual({ kind: "iterator-next", iterator: "num" });
    expect(effect("bpf_iter_scx_dsq_destroy").protocol).toMatchObject({
      kind: "iterator-destroy",
      iterator: "scx_dsq",
    });
    expect(effect("bpf_iter_task_new").params[0]).toMatchObject({ kind: "iterator", constructs: true });
    expect(effect("bpf_iter_task_next").params[0]).toMatchObject({ kind: "iterator", constructs: false });
  });

  it("RCU-protected calls need a section and give RCU pointers on 7.2 only", () => {
    expect(effect("scx_bpf_cpu_curr")).toMatchObject({ needsRcu: true, returns: { trust: "rcu", maybeNull: true } });
    expect(effect("bpf_task_from_pid").needsRcu).toBe(false);
  });

  it("dynptrs of a file are owned and depend on the file; those of a packet are not", () => {
    expect(effect("bpf_dynptr_from_file").protocol).toMatchObject({ type: "file", owning: true, param: 2, parent: 0 });
    expect(effect("bpf_dynptr_file_discard")).toMatchObject({
      protocol: { kind: "dynptr-release", type: "file", param: 0 },
      releases: undefined,
    });
    expect(effect("bpf_dynptr_from_skb").protocol).toMatchObject({ type: "skb", owning: false, param: 2 });
    expect(effect("bpf_dynptr_from_skb").params[2]).toMatchObject({ kind: "dynptr", constructs: true });
    expect(effect("bpf_ringbuf_reserve_dynptr").protocol).toMatchObject({ type: "ringbuf", owning: true, param: 3 });
  });

  it("locks and interrupt state", () => {
    expect(effect("bpf_res_spin_lock_irqsave").protocol).toEqual({
      kind: "res-spin-lock",
      param: 0,
      irqsave: true,
      flag: 1,
    });
    expect(effect("bpf_local_irq_save").params[0]).toMatchObject({ kind: "irq-flag", constructs: true });
    expect(effect("bpf_local_irq_restore").params[0]).toMatchObject({ kind: "irq-flag", constructs: false });
  });

  it("callbacks now and later", () => {
    expect(effect("bpf_loop").protocol).toMatchObject({ kind: "sync-callback", callback: 1, contextParam: 2 });
    expect(effect("bpf_find_vma").protocol).toMatchObject({ callback: 2, contextParam: 3 });
    expect(effect("bpf_timer_set_callback").protocol).toMatchObject({ kind: "async-callback", sleepable: false });
    expect(effect("bpf_wq_set_callback").protocol).toMatchObject({ kind: "async-callback", sleepable: true });
    const later = effect("bpf_task_work_schedule_signal");
    expect(later.protocol).toMatchObject({ kind: "async-callback", callback: 3 });
    expect(later.params[3]?.kind).toBe("callback");
  });

  it("casts and memory that C types do not tell", () => {
    expect(effect("bpf_rdonly_cast").returns).toMatchObject({ kind: "object", trust: "untrusted" });
    expect(effect("bpf_cast_to_kern_ctx").returns).toMatchObject({ kind: "object", trust: "trusted" });
    expect(effect("bpf_session_cookie").returns).toMatchObject({ kind: "memory", readOnly: false });
    expect(effect("hid_bpf_get_data").returns).toEqual({ kind: "memory", maybeNull: true, readOnly: false, tiedTo: 0 });
    expect(effect("bpf_wakeup_sources_get_head").returns).toEqual({ kind: "scalar" });
  });
});

describe("helpers", () => {
  it("sockets: lookups own, casts share, the listener is borrowed", () => {
    expect(effect("bpf_sk_lookup_tcp")).toMatchObject({ acquires: true, releasedBy: ["bpf_sk_release"] });
    expect(effect("bpf_sk_release")).toMatchObject({ releases: 0 });
    expect(effect("bpf_sk_release").params[0]).toMatchObject({ kind: "socket", trust: "owned", nullable: false });
    expect(effect("bpf_tcp_sock").returns).toMatchObject({ sameAs: 0, maybeNull: true });
    expect(effect("bpf_skc_to_tcp6_sock").returns).toMatchObject({ struct: "tcp6_sock", sameAs: 0 });
    expect(effect("bpf_get_listener_sock")).toMatchObject({ acquires: false });
  });

  it("ring buffer records are owned or NULL", () => {
    expect(effect("bpf_ringbuf_reserve")).toMatchObject({
      acquires: true,
      returns: { kind: "memory", maybeNull: true },
      releasedBy: ["bpf_ringbuf_submit", "bpf_ringbuf_discard"],
    });
    for (const kernel of builtinKernels()) expect(effect("bpf_ringbuf_discard", kernel).releases).toBe(0);
  });

  it("bpf_kptr_xchg takes NULL or an owned pointer, not one that may be either", () => {
    for (const kernel of builtinKernels()) {
      const call = effect("bpf_kptr_xchg", kernel);
      expect(call.protocol).toEqual({ kind: "kptr-xchg", slot: 0, value: 1 });
      expect(call.returns).toEqual({ kind: "kptr-old" });
      expect(call.params[0]?.kind).toBe("kptr-slot");
      expect(call.params[1]).toMatchObject({ nullable: true, maybeNullAccepted: false });
    }
  });

  it("map lookups may be NULL; array arguments are memory and keys", () => {
    const call = effect("bpf_map_update_elem");
    expect(call.params.map((param) => param.kind)).toEqual(["map", "map-key", "map-value-memory", "anything"]);
    expect(effect("bpf_map_lookup_elem").returns).toEqual({
      kind: "map-value",
      maybeNull: true,
      mapParam: 0,
      keyParam: 1,
    });
    expect(effect("bpf_map_lookup_percpu_elem").returns).not.toHaveProperty("keyParam");
  });

  it("packet changers, tail calls and sleeping helpers", () => {
    expect(effect("bpf_skb_pull_data").protocol.kind).toBe("packet-change");
    expect(effect("bpf_xdp_pull_data").protocol.kind).toBe("packet-change");
    expect(effect("bpf_tail_call").protocol.kind).toBe("tail-call");
    expect(effect("bpf_copy_from_user").sleepable).toBe(true);
    expect(effect("bpf_get_current_task_btf").returns).toMatchObject({ struct: "task_struct", trust: "trusted" });
  });

  it("a helper with other prototypes for other programs is read leniently", () => {
    expect(effect("bpf_setsockopt").params[0]?.kind).toBe("anything");
  });
});

describe("what differs between kernels beside calls", () => {
  it("switches", () => {
    expect(kernels.get("6.1")?.rules).toMatchObject({ trustByDefault: false, implicitRcu: false });
    expect(kernels.get("6.12")?.rules).toMatchObject({ callbacksReplayed: false, implicitRcu: true });
    expect(Object.values(kernels.get("7.3")?.rules ?? {}).every((value) => value)).toBe(true);
    expect(kernels.get("7.2")?.rules).toMatchObject({
      unlockEndsRcu: true,
      regionsAreRcu: false,
      globalsByContext: false,
    });
  });

  it("walks", () => {
    const { walk } = kernels.get("7.2")!;
    expect(walk("task_struct", "cgroups")).toBe("rcu");
    expect(walk("mm_struct", "exe_file")).toBe("rcu-or-null");
    expect(walk("file", "f_inode")).toBe("trusted");
    expect(walk("dentry", "d_inode")).toBe("trusted-or-null");
    expect(kernels.get("6.12")?.walk("dentry", "d_inode")).toBe("trusted");
    expect(walk("task_struct", "last_wakee")).toBe("untrusted");
  });

  it("kptr types that RCU keeps alive", () => {
    expect(kernels.get("7.2")?.isRcuSafeKptr("task_struct")).toBe(true);
    expect(kernels.get("7.2")?.isRcuSafeKptr("nf_conn")).toBe(false);
  });

  it("struct_ops arguments", () => {
    expect(kernels.get("7.2")?.structOpsArgument("Qdisc_ops", "enqueue", 0)).toEqual({ ref: true, nullable: false });
    for (const kernel of ["6.12", "7.2"]) {
      expect(kernels.get(kernel)?.structOpsArgument("sched_ext_ops", "dispatch", 1).nullable).toBe(true);
      expect(kernels.get(kernel)?.structOpsArgument("sched_ext_ops", "yield", 0).nullable).toBe(false);
    }
  });

  it("contexts, tracepoints and hooks", () => {
    const seven = kernels.get("7.2")!;
    expect(seven.contextField("bpf_iter__task", "task")).toMatchObject({ maybeNull: true, trust: "trusted" });
    expect(seven.contextField("bpf_iter__bpf_map_elem", "key")).toMatchObject({ kind: "memory", maybeNull: true });
    expect(seven.contextField("__sk_buff", "sk")).toMatchObject({ struct: "bpf_sock", maybeNull: true });
    expect(seven.contextField("__sk_buff", "len")).toBeUndefined();
    expect(seven.tracepointArgument("sched_pi_setprio", 1).maybeNull).toBe(true);
    expect(seven.tracepointArgument("task_newtask", 0)).toEqual({ maybeNull: false, scalar: false });
    expect(seven.lsmArgument("mmap_file", 0)).toEqual({ maybeNull: true, trusted: true });
    expect(seven.lsmArgument("task_free", 0).trusted).toBe(false);
  });
});

describe("the registry as a whole", () => {
  it("has an effect for every fact, the same object every time, which cannot be changed", () => {
    for (const [kernel, effects] of kernels) {
      const facts = loadKernel(kernel);
      for (const { name } of [...facts.kfuncs, ...facts.helpers]) {
        const call = effects.kernelFunction(name);
        expect(call?.name).toBe(name);
        expect(effects.kernelFunction(name)).toBe(call);
        expect(Object.isFrozen(call)).toBe(true);
      }
      expect(effects.effect("no_such_call")).toBeUndefined();
      expect(effects.effect("constructor")).toBeUndefined();
    }
  });

  it("drops the last flavor of a declaration, as libbpf does", () => {
    const seven = kernels.get("7.2")!;
    expect(seven.effect("bpf_task_release___mine")?.name).toBe("bpf_task_release");
    expect(seven.effect("scx_bpf_dsq_insert___v2___compat")?.name).toBe("scx_bpf_dsq_insert___v2");
    expect(seven.effect("scx_bpf_dsq_insert___v2")?.name).toBe("scx_bpf_dsq_insert");
    expect(seven.kernelFunction("scx_bpf_dsq_insert___v2")?.name).toBe("scx_bpf_dsq_insert___v2");
    expect(seven.effect("bpf_task_release____x")).toBeUndefined();
  });

  it("overrides no name that no kernel has", () => {
    const names = new Set(
      builtinKernels().flatMap((kernel) => {
        const facts = loadKernel(kernel);
        return [...facts.kfuncs, ...facts.helpers].map((fact) => fact.name);
      }),
    );
    const unknown = [...kfuncOverrides, ...helperOverrides].flatMap((o) => o.names).filter((name) => !names.has(name));
    expect(unknown).toEqual([]);
  });

  it("protocol indexes point at parameters of the right kind", () => {
    for (const [kernel, effects] of kernels) {
      for (const { name } of loadKernel(kernel).kfuncs) {
        const { protocol, params } = effects.effect(name)!;
        if (protocol.kind === "dynptr-new")
          expect(params[protocol.param]).toMatchObject({ kind: "dynptr", constructs: true });
        if (protocol.kind === "async-callback") expect(params[protocol.callback]?.kind, name).toBe("callback");
        if (protocol.kind === "graph-add") expect(params[protocol.node]?.kind, name).toMatch(/-node$/);
      }
    }
  });
});
