// What a call does, as the abstract machine needs it: kfuncs and helpers alike.
// Effects are data. The machine switches on the words below and never on a name.
import type { Absence } from "./absence.ts";
import type { ParamFact } from "./facts.ts";

/** How the machine must treat one parameter. First match wins, as in the kernel's own classification. */
export type ParamKind =
  | "ignored" // __ign, hidden
  | "scalar"
  | "context"
  | "pointer" // kernel object: struct pointer
  | "memory" // pointer to sized bytes (mem,len pair or fixed-size scalar memory)
  | "const-string" // __str
  | "map"
  | "map-key"
  | "map-value-memory" // helper ARG_PTR_TO_MAP_VALUE
  | "local-object" // __alloc
  | "refcounted" // __refcounted_kptr
  | "dynptr"
  | "iterator"
  | "list-head"
  | "list-node"
  | "rb-root"
  | "rb-node"
  | "spin-lock"
  | "res-spin-lock"
  | "irq-flag"
  | "timer"
  | "workqueue"
  | "task-work"
  | "kptr-slot" // first argument of bpf_kptr_xchg
  | "callback"
  | "callback-context"
  | "socket" // ARG_PTR_TO_BTF_ID_SOCK_COMMON and friends
  | "ringbuf-memory" // ARG_PTR_TO_RINGBUF_MEM
  | "anything"; // ARG_ANYTHING, varargs: no check

export interface ParamEffect {
  readonly name: string;
  readonly kind: ParamKind;
  /** C type as the kernel declares it, e.g. "struct task_struct *". */
  readonly type: string;
  /** Struct tag of the pointee, without const: "task_struct"; undefined for void and scalars. */
  readonly struct: string | undefined;
  /** NULL constant accepted. */
  readonly nullable: boolean;
  /** A maybe-NULL variable accepted as well (memory parameters with __nullable/__opt, helpers' _OR_NULL). */
  readonly maybeNullAccepted: boolean;
  /** Is NULL checked at all in this kernel (VERIFIER_RULES 2.2)? 6.1 kfuncs: false. */
  readonly nullChecked: boolean;
  /**
   * "none": any pointer; "plain": all but untrusted ones; "rcu": rcu, trusted or owned; "trusted": trusted or owned;
   * "owned": must carry a reference.
   */
  readonly trust: "none" | "plain" | "rcu" | "trusted" | "owned";
  /** Memory the callee writes (clobbers what the program knew of it). */
  readonly written: boolean;
  /** Index of the size argument of a mem,len pair. */
  readonly sizeParam: number | undefined;
  /** For kind "local-object": takes percpu objects (true), ordinary ones (false) or either (absent). */
  readonly percpu?: boolean;
  /** __uninit dynptr, iterator of new: the slot is constructed by this call. */
  readonly constructs: boolean;
  /** Node of a collection: must be non-owning (rbtree remove on 6.12), or may be as well as owned. Absent: owned only. */
  readonly nonOwning?: "required" | "allowed";
  /** Memory of a map value and no other. */
  readonly mapValueOnly?: true;
  /** Must be a constant known to the verifier (__k, __szk, *_buf_size). */
  readonly constant?: boolean;
  /** Its constant value is the size of the memory that the call returns. */
  readonly sizesResult?: boolean;
}

export type ReturnEffect =
  | { readonly kind: "void" }
  | { readonly kind: "scalar" }
  /** Kernel object. */
  | {
      readonly kind: "object";
      readonly struct: string | undefined;
      readonly maybeNull: boolean;
      readonly trust: "trusted" | "rcu" | "untrusted" | "plain";
      /** Shares identity with this argument: releasing either kills both (socket casts). */
      readonly sameAs: number | undefined;
      /** Of the type that this argument (a per-CPU variable or object) points to; `struct` is undefined then. */
      readonly typeOf?: number;
    }
  /** bpf_obj_new and friends: a local object of the type the program names. */
  | { readonly kind: "local-object"; readonly maybeNull: boolean; readonly percpu: boolean }
  /** bpf_refcount_acquire: same type as the argument; maybe-NULL only when the argument is not owned. */
  | { readonly kind: "same-object-type"; readonly param: number }
  /** Node of a local object (list pop, rbtree remove or first ...): the object is around it. */
  | { readonly kind: "node"; readonly maybeNull: boolean; readonly owned: boolean }
  /** Memory; `tiedTo` the argument with whose reference or dynptr it dies. */
  | {
      readonly kind: "memory";
      readonly maybeNull: boolean;
      readonly readOnly: boolean;
      readonly tiedTo: number | undefined;
    }
  /** Slice of a dynptr argument. */
  | { readonly kind: "slice"; readonly maybeNull: boolean; readonly param: number; readonly readOnly?: boolean }
  /** Map lookup: value memory, or a socket for SOCKMAP/SOCKHASH (owned), or an inner map. */
  | {
      readonly kind: "map-value";
      readonly maybeNull: boolean;
      readonly mapParam: number;
      /** The key whose constant value may prove that an array lookup cannot miss (bpf_map_lookup_elem alone). */
      readonly keyParam?: number;
    }
  /** Previous value of the slot, owned or NULL. */
  | { readonly kind: "kptr-old" };

/** What the call is to the machine beyond its arguments and result. */
export type Protocol =
  | { readonly kind: "none" }
  | {
      readonly kind: "iterator-new" | "iterator-next" | "iterator-destroy";
      readonly iterator: string;
      readonly nextIsRcu?: boolean;
    }
  /** `owning`: must be released (ringbuf, file); `param` the dynptr; `parent` the argument it keeps alive. */
  | {
      readonly kind: "dynptr-new";
      readonly type: string;
      readonly owning: boolean;
      readonly param: number;
      readonly parent: number | undefined;
    }
  | { readonly kind: "dynptr-clone"; readonly from: number; readonly param: number }
  | { readonly kind: "dynptr-release"; readonly type: string; readonly param: number }
  /** Writes through the dynptr: slices and packet pointers die if it is of a packet (types "skb", "skb-meta"). */
  | { readonly kind: "dynptr-write"; readonly param: number }
  /** Node ownership moves into the collection, the pointer becomes non-owning. */
  | { readonly kind: "graph-add"; readonly node: number; readonly lessCallback: number | undefined }
  /** Owned node out of the collection. */
  | { readonly kind: "graph-remove"; readonly node: number | undefined }
  | { readonly kind: "graph-peek" }
  | { readonly kind: "kptr-xchg"; readonly slot: number; readonly value: number }
  | { readonly kind: "rcu-lock" | "rcu-unlock" | "preempt-disable" | "preempt-enable" }
  | { readonly kind: "irq-save" | "irq-restore"; readonly param: number }
  | { readonly kind: "spin-lock" | "spin-unlock"; readonly param: number }
  /** Returns 0 with the lock held, or a negative error without it. */
  | {
      readonly kind: "res-spin-lock" | "res-spin-unlock";
      readonly param: number;
      readonly irqsave: boolean;
      readonly flag: number | undefined;
    }
  /** Calls `callback` on the spot 0..n times (or 0..1). `contextParam` is handed on. */
  | {
      readonly kind: "sync-callback";
      readonly callback: number;
      readonly contextParam: number | undefined;
      readonly shape: "loop" | "map-elem" | "find-vma" | "ringbuf-drain";
    }
  /** Callback runs later on its own: nothing is held there. */
  | { readonly kind: "async-callback"; readonly callback: number; readonly sleepable: boolean }
  | { readonly kind: "throw" }
  | { readonly kind: "tail-call" }
  | { readonly kind: "packet-change" }
  /** Reads the packet the old way: leaves the program when it cannot. */
  | { readonly kind: "packet-load" }
  /** Casts the argument: same reference, untrusted read-only for rdonly_cast. */
  | { readonly kind: "rdonly-cast" | "context-cast" };

export interface CallEffect {
  readonly name: string;
  readonly origin: "kfunc" | "helper";
  readonly params: readonly ParamEffect[];
  readonly returns: ReturnEffect;
  readonly protocol: Protocol;
  /** The result carries a new reference. */
  readonly acquires: boolean;
  /** Parameter whose reference is consumed; "referenced": whichever carries one (6.1, 6.12 kfuncs). */
  readonly releases: number | "referenced" | undefined;
  readonly sleepable: boolean;
  /** May only be called inside an RCU section (KF_RCU_PROTECTED; on 6.12 only iterator constructors, checked at next). */
  readonly needsRcu: boolean;
  /** May be called while a BPF spin lock is held. */
  readonly underLock: boolean;
  /** Only for programs whose type may write to packets. */
  readonly packetWriters?: true;
  readonly flags: readonly string[];
  readonly testOnly: boolean;
  /** Names of calls that release what this acquires, by object type; for messages and fixes. */
  readonly releasedBy: readonly string[];
}

/** All that one kernel gives programs. */
export interface KernelEffects {
  /** As in "6.12". */
  readonly kernel: string;
  /** Effect of calling `name` as the program declares it: like libbpf, the last flavour suffix `___x` is dropped first. */
  effect(name: string): CallEffect | undefined;
  /** Effect of the call that the kernel itself names so, suffixes such as `___v2` included. */
  kernelFunction(name: string): CallEffect | undefined;
  /** What it answers to a CO-RE question, put as the graph puts it; undefined: we do not know. */
  answer(question: string): number | undefined;
  /** A kfunc of another kernel we know that this one does not have. */
  isMissing(name: string): boolean;
  /** The kernel has a kfunc of this very name, suffix included; the one that the loader takes for an extern named so. */
  flavorTarget(name: string): string | undefined;
  /** The ending of a parameter's name that has meaning for this kernel: "__nullable". */
  parameterSuffix(parameter: string): string | undefined;
  /** Of a kfunc that this kernel lacks and another has. */
  absence(name: string): Absence | undefined;
  /** What the kernel's type information says of the kfunc for which an extern of this name stands. */
  prototype(name: string): KfuncPrototype | undefined;
  /**
   * Why this program may not call the kfunc of that name, and who may; undefined: it may, or nothing is known.
   * `freesUnsafely`: the call frees an object with members that cannot be freed in an NMI.
   */
  refusal(name: string, caller: Caller, freesUnsafely: boolean): Refusal | undefined;
  /** Effect of an inline function of libbpf whose body is assembly that makes one helper call. */
  inlineAssembly(name: string): CallEffect | undefined;
  /** Effect of a function that a declaration labels as one of the compiler's own instructions: asm("llvm.bpf.load.word"). */
  compilerIntrinsic(label: string): CallEffect | undefined;
  /** Program type and sleepability of a SEC() string (leading `?` ignored), as libbpf decides. */
  section(section: string): SectionInfo | undefined;
  /** Behaviour that differs between kernels and is not a matter of one call. */
  readonly rules: KernelRules;
  /** What a program may find behind `p->field` (VERIFIER_RULES 2.3). */
  walk(struct: string, field: string): WalkTrust;
  /** Has this kernel struct certainly no other struct in it? For files without headers. */
  holdsNoStruct(struct: string): boolean;
  /** Struct that a member of a kernel struct points to, where the kernel vouches for the member: for files without headers. */
  memberStruct(struct: string, field: string): string | undefined;
  /** Calls that take back a reference to `struct tag`, usual one first; [] when unknown. */
  releasersOf(struct: string | undefined): readonly string[];
  /** Types whose kptr may be loaded as rcu pointer in an RCU section. */
  isRcuSafeKptr(struct: string): boolean;
  /** Programs of this type may not use map values with locks, or with lists and trees. */
  isRefused(programType: string, what: "lock" | "collection"): boolean;
  /** Facts of a struct_ops stub argument: `__ref`, `__nullable`. */
  structOpsArgument(
    struct: string,
    member: string,
    index: number,
  ): { readonly ref: boolean; readonly nullable: boolean };
  /** Does the member own one of its arguments (`__ref`)? */
  structOpsOwns(struct: string, member: string): boolean;
  /** Tag of the struct to which a member returns a pointer; undefined when it returns something else. */
  structOpsReturns(struct: string, member: string): string | undefined;
  /** Struct that programs implementing `struct` see behind arguments the kernel declares as pointers to `declared`. */
  structOpsSees(struct: string, declared: string): string;
  /** A pointer member of a program's context: `ctx->task` of an iterator, `ctx->sk` ... undefined: nothing special. */
  contextField(struct: string, field: string): ContextField | undefined;
  /** Struct that programs of this type get as their context; "" when it is none of its own, undefined when we do not know. */
  contextStruct(programType: string): string | undefined;
  /** May memory of the program stand for this struct? Only if it has no pointers in it. */
  isPlainData(struct: string): boolean;
  /** May programs of this type write some members of kernel objects? */
  writesObjects(programType: string): boolean;
  /** Is this member certainly not the first of a program's context? For contexts that no header declares. */
  isLaterContextMember(struct: string, field: string): boolean;
  /** An argument of a tp_btf program. `scalar`: may be an error pointer, so the verifier gives a number. */
  tracepointArgument(tracepoint: string, index: number): { readonly maybeNull: boolean; readonly scalar: boolean };
  /** An argument of an LSM program. */
  lsmArgument(hook: string, index: number): { readonly maybeNull: boolean; readonly trusted: boolean };
}

/** Types as the kernel writes them; programs do not see the last `hidden` parameters of its function. */
export interface KfuncPrototype {
  readonly name: string;
  /** As a program declares it, without `extern` and `__ksym`. */
  readonly text: string;
  readonly testOnly: boolean;
  readonly returns: string;
  readonly params: readonly ParamFact[];
  readonly hidden: number;
}

/** A program, as far as it decides which kfuncs it may call. */
export interface Caller {
  readonly programType: string;
  readonly attachType: string;
  readonly target: string | undefined;
  readonly sleepable: boolean;
  /** struct_ops member it implements, if known. */
  readonly structOps: { readonly struct: string; readonly member: string } | undefined;
}

export interface Refusal {
  /**
   * "type": registered for other program types; "place": of the right type, but the wrong attach point or member;
   * "freeing": the program may run in an NMI, where what the call frees cannot be freed.
   */
  readonly why: "type" | "place" | "freeing";
  /** Who may call it, in the words of SEC(): "lsm", "iter", "sched_ext_ops.dispatch". */
  readonly who: readonly string[];
}

export interface ContextField {
  readonly kind: "object" | "memory";
  /** Struct of an object when the context's own declaration does not say it: `ctx->sk` is a bpf_sock. */
  readonly struct: string | undefined;
  readonly maybeNull: boolean;
  readonly trust: "trusted" | "plain";
}

/** Result of walking a member: "trusted"/"trusted-or-null" always; "rcu"/"rcu-or-null" inside an RCU section, else untrusted; "untrusted" otherwise. */
export type WalkTrust = "trusted" | "trusted-or-null" | "rcu" | "rcu-or-null" | "untrusted";

export interface SectionInfo {
  readonly programType: string;
  readonly attachType: string;
  readonly sleepable: boolean;
  /** Text after the prefix's slash, e.g. the hook's name. */
  readonly target: string | undefined;
}

export interface KernelRules {
  /** Trust is the default for every kfunc argument, NULL checked everywhere (7.0 on). */
  readonly trustByDefault: boolean;
  /** Synchronous callbacks are replayed 0..n times; else run once with their own books. */
  readonly callbacksReplayed: boolean;
  /** bpf_map_lookup_elem on ARRAY with a constant key in range is never NULL. */
  readonly constantKeyLookupNonNull: boolean;
  /** A struct_ops program may return an owned object. */
  readonly structOpsReturnsOwned: boolean;
  /** References know their parent (dynptr of a file). */
  readonly childReferences: boolean;
  /** Slices die with the dynptr whatever they are of, and an owning dynptr may be overwritten while a clone lives. */
  readonly dynptrsAreReferences: boolean;
  /** A non-sleepable program counts as an RCU section. */
  readonly implicitRcu: boolean;
  /** Only SYSCALL programs may pass their context as memory. */
  readonly contextIsNoMemory: boolean;
  /** What is read from a trusted object is untrusted unless the kernel says otherwise; else it is plain. */
  readonly walksLoseTrust: boolean;
  /** A tail call moves packets only for the callers of the function that makes it; else for everyone after it. */
  readonly tailCallReturns: boolean;
  /** A global function is checked once as each kind of caller runs, sleeping or not; else as the program runs. */
  readonly globalsByContext: boolean;
  /** The last lock to go can end an RCU section. */
  readonly unlockEndsRcu: boolean;
  /** Regions without preemption or interrupts are RCU sections, and only the last region of any kind ends one. */
  readonly regionsAreRcu: boolean;
  /** Parameters of global functions have meaning beyond their C types. */
  readonly argumentTags: boolean;
  /** Global functions may return nothing. */
  readonly globalsReturnVoid: boolean;
  /** A possible throw in a global function counts at its call. */
  readonly globalThrowChecked: boolean;
  /** Programs that may sleep can use maps with locks. */
  readonly locksInSleepable: boolean;
  /** Static functions may be called while a lock is held. */
  readonly staticCallsUnderLock: boolean;
  /** A region refuses calls of global functions that may sleep; before, one without preemption refused them all. */
  readonly globalSleepChecked: boolean;
  /** RCU sections nest. */
  readonly nestedRcu: boolean;
  /** Timer callbacks cannot sleep; before, they could where the program could. */
  readonly timersNeverSleep: boolean;
  /** Synchronous callbacks are entered again and again until nothing changes. */
  readonly callbacksRepeated: boolean;
}
