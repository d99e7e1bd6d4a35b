// What is known of one kernel, as generated from its sources and stored in server/data.
// Facts only: names, flags, types, numbers. What they mean to a program is decided in effects/.

export interface Provenance {
  /** Where the sources came from, e.g. Debian's "linux-source-7.2" and "7.2.13-1". */
  readonly package: string;
  readonly version: string;
  /** Version of the kernel tree itself, from its Makefile: "7.2.13". */
  readonly tree: string;
  /** Generation of the scanner; raised when its output changes shape or meaning. */
  readonly scanner: number;
}

/** A C type and a parameter name, as the kernel writes them; the name may be empty. */
export type ParamFact = readonly [type: string, name: string];

/** One BTF set in which a kfunc stands and the program types it is registered for. */
export interface KfuncSetFact {
  readonly set: string;
  /** Program types without BPF_PROG_TYPE_; "UNSPEC" is every type; "FMODRET": may be attached to, not called. */
  readonly types: readonly string[];
  /** Kernel function that can still veto a program. */
  readonly filter?: string;
  /** Only when they differ from the flags of the first set. */
  readonly flags?: readonly string[];
}

export interface KfuncFact {
  readonly name: string;
  readonly returns: string;
  readonly params: readonly ParamFact[];
  /** How many of the last parameters the verifier supplies (KF_IMPLICIT_ARGS). */
  readonly hidden?: number;
  readonly flags: readonly string[];
  readonly sets: readonly KfuncSetFact[];
  /** The definition. */
  readonly file: string;
  readonly line: number;
  /** Conditions of the set entry: "CONFIG_CGROUPS", "!CONFIG_X" or the expression as written. */
  readonly config?: readonly string[];
  /** Module that carries it when built as one. */
  readonly module?: string;
  readonly testOnly?: true;
}

/** One `struct bpf_func_proto`. Types are the kernel's words without ARG_, RET_: "PTR_TO_MEM", "CONST_SIZE"; flags apart. */
export interface HelperProtoFact {
  readonly proto: string;
  readonly returns: string;
  /** BTF type named for the return value: "task_struct". */
  readonly returnsBtf?: string;
  readonly args: readonly HelperArgFact[];
  readonly mightSleep?: true;
  readonly pktAccess?: true;
}

export interface HelperArgFact {
  /** Base type and modifiers joined with "|", as written: "PTR_TO_MEM|MEM_RDONLY". */
  readonly type: string;
  readonly btf?: string;
  readonly size?: string;
}

export interface HelperFact {
  readonly name: string;
  readonly id: number;
  /** C prototype as documented for programs. */
  readonly returns: string;
  readonly params: readonly ParamFact[];
  readonly protos: readonly HelperProtoFact[];
  readonly changesPacket?: true;
}

export interface SectionFact {
  readonly section: string;
  /** "exact": the whole section; "optional-target": `x` or `x/target`; "target": `x/target` only. */
  readonly match: "exact" | "optional-target" | "target";
  readonly programType: string;
  readonly attachType: string;
  readonly sleepable?: true;
}

/** A struct_ops member with a stub in the kernel. */
export interface StructOpsFact {
  readonly struct: string;
  readonly member: string;
  readonly returns: string;
  readonly params: readonly ParamFact[];
  /** Arguments that may be NULL by other means than their name. */
  readonly maybeNull?: readonly number[];
  readonly testOnly?: true;
}

export interface SafeWalkFact {
  readonly struct: string;
  readonly field: string;
  readonly trust: "trusted" | "trusted-or-null" | "rcu" | "rcu-or-null";
}

/** A pointer member of a bpf_iter__* context. */
export interface IterContextFact {
  readonly struct: string;
  readonly field: string;
  /** Register type as written: "PTR_TO_BTF_ID_OR_NULL|PTR_TRUSTED". */
  readonly type: string;
}

/** Arguments of a tracepoint that are not plain trusted pointers: 0-based indexes. */
export interface TracepointFact {
  readonly tracepoint: string;
  readonly maybeNull: readonly number[];
  /** May be an error pointer: the verifier gives a scalar. */
  readonly scalar: readonly number[];
}

/** LSM hook arguments that may be NULL. */
export interface LsmArgumentFact {
  readonly hook: string;
  readonly maybeNull: readonly number[];
}

export interface KernelFacts {
  readonly kernel: string;
  readonly provenance: Provenance;
  /** Program type -> hook whose sets serve it. */
  readonly hooks: Readonly<Record<string, string>>;
  readonly kfuncs: readonly KfuncFact[];
  /** Function ids that the verifier singles out by name. */
  readonly specialKfuncs: readonly string[];
  readonly helpers: readonly HelperFact[];
  readonly sections: readonly SectionFact[];
  readonly structOps: readonly StructOpsFact[];
  readonly safeWalks: readonly SafeWalkFact[];
  readonly rcuSafeKptrs: readonly string[];
  readonly iterContexts: readonly IterContextFact[];
  readonly tracepoints: readonly TracepointFact[];
  readonly lsmArguments: readonly LsmArgumentFact[];
  readonly untrustedLsmHooks: readonly string[];
}
