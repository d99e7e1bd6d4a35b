// Where a root starts: what the parameters of a program, a global function or a
// callback are worth before its first instruction.
import type { Local } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import type { FunctionInfo } from "../model/unit.ts";
import type { Frame, Machine } from "./machine.ts";
import { localBase, memoryKey, pointeeTag } from "./memory.ts";
import { State } from "./state.ts";
import type { Nullness, ObjectInfo, Origin, Trust, Value } from "./value.ts";

/** State at the entry of a root with its parameters set. */
export function entryState(machine: Machine, frame: Frame, fn: FunctionInfo): State {
  const state = new State();
  machine.here = { fn: frame.fn, at: frame.fn.nameAt };
  frame.graph.params.forEach((param, index) => {
    const value = parameter(machine, state, frame, fn, param, index);
    if (value !== undefined) state.memory.set(memoryKey({ base: localBase(frame, param.id), path: "" }), value);
  });
  // Owned arguments are owned whether the program looks at them or not.
  if (machine.root.structOps !== undefined && machine.root.kind === "program")
    for (let i = 0; i < 5; i++) if (argumentFacts(machine, i).ref) hookArgument(machine, state, i);
  return state;
}

function parameter(
  machine: Machine,
  state: State,
  frame: Frame,
  fn: FunctionInfo,
  param: Local,
  index: number,
): Value | undefined {
  const origin = argumentOrigin(frame, param, index);
  if (machine.root.kind === "program") {
    return index === 0
      ? machine.newObject(state, { ...contextInfo(param.type), origin })
      : machine.symbols.freshOf(param.type);
  }
  if (param.type.kind !== "pointer") return machine.symbols.freshOf(param.type);
  if (machine.root.kind === "async-callback") return asyncParameter(machine, state, param, index, origin);
  return globalParameter(machine, state, fn, param, index, origin);
}

function contextInfo(type: CType): Pick<ObjectInfo, "class" | "struct" | "nullness" | "trust"> {
  return { class: "context", struct: pointeeTag(type), nullness: "non-null", trust: "plain" };
}

function argumentOrigin(frame: Frame, param: Local, index: number): Origin {
  const at = frame.fn.params[index]?.at ?? frame.fn.nameAt;
  return { site: { fn: frame.fn, at }, call: undefined, what: "argument", name: param.name };
}

/** Map, key and value of a timer or workqueue: the value is never NULL. */
function asyncParameter(machine: Machine, state: State, param: Local, index: number, origin: Origin): Value {
  return machine.newObject(state, {
    class: index === 0 ? "map" : "map-value",
    struct: pointeeTag(param.type),
    type: param.type.kind === "pointer" ? param.type.to : undefined,
    nullness: "non-null",
    trust: "plain",
    readOnly: index === 1,
    origin,
  });
}

/** Arguments of a global function are what its declaration tags promise (VERIFIER_RULES 14). */
function globalParameter(
  machine: Machine,
  state: State,
  fn: FunctionInfo,
  param: Local,
  index: number,
  origin: Origin,
): Value {
  const tags = fn.type.params[index]?.declTags ?? [];
  const type = param.type;
  const base = { struct: pointeeTag(type), type: type.kind === "pointer" ? type.to : undefined, origin };
  if (tags.includes("arg:ctx") || isContextStruct(base.struct)) {
    return machine.newObject(state, { ...base, ...contextInfo(type) });
  }
  const nullable = tags.includes("arg:nullable");
  if (tags.includes("arg:trusted")) {
    return machine.newObject(state, {
      ...base,
      class: "btf",
      trust: "trusted",
      nullness: nullable ? "maybe" : "non-null",
    });
  }
  if (tags.includes("arg:untrusted")) {
    return machine.newObject(state, { ...base, class: "btf", trust: "untrusted", nullness: "unknown" });
  }
  const isArena = tags.includes("arg:arena") || (type.kind === "pointer" && type.tags.includes("arena"));
  if (base.struct === "bpf_dynptr" && !isArena) {
    return machine.newObject(state, { ...base, class: "dynptr", trust: "plain", nullness: "non-null" });
  }
  if (isArena || base.type?.kind === "unknown") {
    return machine.newObject(state, { ...base, class: "unknown" });
  }
  const nonNull = tags.includes("arg:nonnull");
  return machine.newObject(state, {
    ...base,
    class: "memory",
    trust: "plain",
    nullness: nonNull ? "non-null" : "maybe",
  });
}

/** Types that a global function receives as its program's context without a tag. */
const contextStructs: ReadonlySet<string> = new Set([
  "__sk_buff",
  "xdp_md",
  "bpf_sock_addr",
  "bpf_sock_ops",
  "bpf_sock",
  "sk_msg_md",
  "sk_reuseport_md",
  "bpf_sockopt",
  "bpf_sysctl",
  "bpf_cgroup_dev_ctx",
  "bpf_sk_lookup",
  "bpf_perf_event_data",
  "bpf_raw_tracepoint_args",
  "pt_regs",
  "bpf_user_pt_regs_t",
  "bpf_nf_ctx",
  "user_pt_regs",
  "user_regs_struct",
]);

export function isContextStruct(tag: string | undefined): boolean {
  return tag !== undefined && contextStructs.has(tag);
}

/** Argument `index` of the hook a tracing, LSM or struct_ops program is attached to. */
export function hookArgument(machine: Machine, state: State, index: number): Value {
  const key = `ctx|${index}`;
  const known = state.memory.get(key);
  if (known !== undefined) return known;
  const { nullness, trust, ref } = argumentFacts(machine, index);
  const origin: Origin = { site: machine.here, call: undefined, what: "argument", name: undefined };
  const { section, structOps } = machine.root;
  // The member it implements is set elsewhere: the argument may be one that the program owns.
  const isOpen = section?.programType === "STRUCT_OPS" && structOps === undefined;
  const value = machine.newObject(state, { class: isOpen ? "unknown" : "btf", nullness, trust, origin });
  // The check of a global function starts without what its program owns.
  if (ref && machine.root.kind === "program" && value.kind === "pointer") {
    const id = Number(value.base.slice(1));
    const reference = machine.newReference(state, {
      kind: "object",
      object: id,
      slot: undefined,
      site: machine.here,
      call: "",
      releasedBy: [],
      parent: undefined,
      name: undefined,
    });
    state.change(id, { ref: reference });
  }
  state.memory.set(key, value);
  return value;
}

function argumentFacts(machine: Machine, index: number): { nullness: Nullness; trust: Trust; ref: boolean } {
  const { structOps, section } = machine.root;
  if (section?.programType === "STRUCT_OPS") {
    if (structOps === undefined) return { nullness: "unknown", trust: "unknown", ref: false };
    const facts = machine.effects.structOpsArgument(structOps.struct, structOps.member, index);
    return { nullness: facts.nullable ? "maybe" : "non-null", trust: "trusted", ref: facts.ref };
  }
  const hook = section?.target;
  if (section?.programType === "LSM") {
    if (hook === undefined) return { nullness: "unknown", trust: "unknown", ref: false };
    const facts = machine.effects.lsmArgument(hook, index);
    return {
      nullness: facts.maybeNull ? "maybe" : "non-null",
      trust: facts.trusted ? "trusted" : "plain",
      ref: false,
    };
  }
  const attach = section?.attachType ?? "";
  if (attach === "BPF_TRACE_RAW_TP") {
    if (hook === undefined) return { nullness: "unknown", trust: "unknown", ref: false };
    const facts = machine.effects.tracepointArgument(hook, index);
    if (facts.scalar) return { nullness: "unknown", trust: "unknown", ref: false };
    return { nullness: facts.maybeNull ? "maybe" : "non-null", trust: "trusted", ref: false };
  }
  if (attach === "BPF_TRACE_ITER") return { nullness: "unknown", trust: "trusted", ref: false };
  if (section?.programType === "TRACING") return { nullness: "unknown", trust: "plain", ref: false };
  return { nullness: "unknown", trust: "unknown", ref: false };
}
