// What became of a name. The verdicts and the JSON made from them are an interface: scripts decide by them.

export type Loader = "libbpf" | "prog-btf";

export type Verdict =
  /** Found and compatible. */
  | "resolved"
  /** In no BTF given; for prog-btf: not in that of vmlinux. */
  | "not-found"
  /** Found, but the prototype or type does not fit. */
  | "incompatible"
  /** The object declares it without type information, or as something that is not extern. */
  | "no-declaration"
  /** Declared outside of .ksyms: libbpf gives up on the object. */
  | "not-a-ksym"
  /** A variable without a type: its address comes from /proc/kallsyms of the running kernel, not from BTF. */
  | "not-judged"
  /** prog-btf: the object has no BTF, or the instruction's offset is not 0. */
  | "requires-prog-btf"
  /** prog-btf: the immediate is no FUNC of the object's BTF. For libbpf: a fixed call whose id is no FUNC of vmlinux. */
  | "not-a-func"
  /** prog-btf. */
  | "no-name";

export interface Resolution {
  /** As declared; empty for a call that names nothing. */
  readonly name: string;
  /** What is searched for: without the last `___suffix`, where the loader drops it. */
  readonly lookedUp: string;
  readonly kind: "func" | "var";
  readonly weak: boolean;
  /** The declaration in C; undefined when the object has none. */
  readonly declared?: string;
  readonly calls: readonly { readonly section: string; readonly instruction: number; readonly function?: string }[];
  readonly addressTaken: number;
  readonly verdict: Verdict;
  /** Does the loader refuse the whole object for this? Weak externs are let go, with a few exceptions. */
  readonly fails: boolean;
  readonly found?: FoundIn;
  /** Later BTFs that define the name as well; resolution by name takes the first. */
  readonly alsoIn: readonly FoundIn[];
  /** In words: why it is not resolved. */
  readonly reason?: string;
  /** What else one should know: how to declare it, that the verifier will refuse it, ... */
  readonly notes: readonly string[];
}

export interface FoundIn {
  /** "vmlinux" or the module. */
  readonly btf: string;
  readonly id: number;
  /** The kernel's declaration. */
  readonly declaration: string;
}
