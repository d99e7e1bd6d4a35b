// The contract of a call in plain words, as structured data: what comes back and who owes the release,
// what the arguments must be, who may call it, and in which kernels it exists.
import type { CallEffect, ParamEffect } from "./effect.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { kernelEffects } from "./kernel-effects.ts";
import { compareKernels } from "./kernel-version.ts";
import { visibleParams } from "./kfunc-effect.ts";
import { loadKernel } from "./load.ts";
import { prototypeText } from "./prototype-text.ts";
import { filterMeaning, flagMeaning, suffixMeaning, suffixOf } from "./words.ts";

export interface ParameterContract {
  readonly name: string;
  readonly type: string;
  /** "__nullable" and the like, if the name ends in one this kernel knows. */
  readonly suffix: string | undefined;
  readonly notes: readonly string[];
}

export interface CallContract {
  readonly name: string;
  readonly origin: "kfunc" | "helper";
  /** C prototype as a program declares it, without `extern` and `__ksym`. */
  readonly prototype: string;
  /** The kernel that the contract is told for: the newest of those asked that has the call. */
  readonly kernel: string;
  /** Kernels asked for that have it, and that do not. */
  readonly presentIn: readonly string[];
  readonly missingIn: readonly string[];
  /** Sentences, most important first. */
  readonly lines: readonly string[];
  /** That of `lines` which tells who may call it. Helpers: undefined. */
  readonly callersLine: string | undefined;
  /** Calls that end what this one begins, usual one first. */
  readonly releasedBy: readonly string[];
  /** Kfuncs whose reference, iterator or object this one ends. */
  readonly acquiredBy: readonly string[];
  readonly parameters: readonly ParameterContract[];
  readonly flags: readonly { readonly flag: string; readonly meaning: string }[];
  /** Program types that may call it; [] stands for every type. Helpers: undefined. */
  readonly programTypes: readonly string[] | undefined;
  /** Where the kernel defines it. Helpers: undefined. */
  readonly definition: { readonly file: string; readonly line: number } | undefined;
  readonly module: string | undefined;
  readonly config: readonly string[];
  readonly testOnly: boolean;
}

/** Contract of a kfunc or helper for the kernels named; undefined if none of them has it. */
export function describeKfunc(name: string, kernels: readonly string[]): CallContract | undefined {
  const newestFirst = [...kernels].sort(compareKernels).reverse();
  const presentIn = kernels.filter((kernel) => effectIn(name, kernel) !== undefined);
  const kernel = newestFirst.find((candidate) => presentIn.includes(candidate));
  if (kernel === undefined) return undefined;
  const effect = effectIn(name, kernel)!;
  const facts = loadKernel(kernel);
  const kfunc =
    facts.kfuncs.find((fact) => fact.name === name) ?? facts.kfuncs.find((fact) => fact.name === `${name}_impl`);
  const helper = effect.origin === "helper" ? facts.helpers.find((fact) => fact.name === name) : undefined;
  const params = effect.origin === "helper" ? (helper?.params ?? []) : kfunc === undefined ? [] : visibleParams(kfunc);
  const shown = params.slice(0, effect.params.length);
  return {
    name,
    origin: effect.origin,
    prototype: prototypeText(name, helper?.returns ?? kfunc?.returns ?? "void", shown),
    kernel,
    presentIn,
    missingIn: kernels.filter((candidate) => !presentIn.includes(candidate)),
    lines: contractLines(effect, kfunc, facts),
    callersLine: kfunc === undefined ? undefined : callersLine(kfunc, facts),
    releasedBy: effect.releasedBy,
    acquiredBy: facts.kfuncs
      .filter((fact) => effectIn(fact.name, kernel)?.releasedBy.includes(name) === true)
      .map((fact) => fact.name),
    parameters: effect.params.map((param) => parameterContract(param, kernel, effect.origin)),
    flags: effect.flags.map((flag) => ({ flag, meaning: flagMeaning(flag, kernel) ?? "" })),
    programTypes: kfunc === undefined ? undefined : programTypesOf(kfunc, facts),
    definition: kfunc === undefined ? undefined : { file: kfunc.file, line: kfunc.line },
    module: kfunc?.module,
    config: kfunc?.config ?? [],
    testOnly: effect.testOnly,
  };
}

const effects = new Map<string, ReturnType<typeof kernelEffects>>();

function effectIn(name: string, kernel: string): CallEffect | undefined {
  let known = effects.get(kernel);
  if (known === undefined) {
    known = kernelEffects(loadKernel(kernel));
    effects.set(kernel, known);
  }
  return known.kernelFunction(name);
}

function contractLines(effect: CallEffect, kfunc: KfuncFact | undefined, facts: KernelFacts): readonly string[] {
  const lines = [resultLine(effect), releaseLine(effect), protocolLine(effect), sleepLine(effect)];
  if (effect.needsRcu) lines.push("Call it inside an RCU section (bpf_rcu_read_lock, or a program that cannot sleep).");
  if (kfunc !== undefined) lines.push(callersLine(kfunc, facts));
  if (effect.testOnly) lines.push("Exists only where the kernel's BPF test modules are loaded.");
  return lines.filter((line) => line !== undefined);
}

function resultLine(effect: CallEffect): string | undefined {
  const { returns } = effect;
  const owed = effect.acquires ? `; release it with ${names(effect.releasedBy)}` : "";
  const nullText = (maybeNull: boolean): string => (maybeNull ? ", or NULL" : ", never NULL");
  switch (returns.kind) {
    case "void":
    case "scalar":
      return undefined;
    case "object": {
      const what = returns.struct === undefined ? "a kernel object" : `a struct ${returns.struct}`;
      const owner = effect.acquires ? "Returns an owned reference to" : "Returns";
      const rcu = returns.trust === "rcu" ? ", valid until the RCU section ends" : "";
      const loose = returns.trust === "untrusted" ? "; it may be read but not passed on" : "";
      const same = returns.sameAs === undefined ? "" : "; it shares the reference of the argument";
      return `${owner} ${what}${nullText(returns.maybeNull)}${owed}${rcu}${loose}${same}.`;
    }
    case "local-object":
      return `Returns an owned new object${returns.percpu ? ", one copy for each CPU" : ""}${nullText(returns.maybeNull)}${owed}.`;
    case "same-object-type":
      return `Returns one more owned reference to the object${owed}. It cannot be NULL when the argument is owned.`;
    case "node":
      return returns.owned
        ? `Returns a node that the program now owns${nullText(returns.maybeNull)}; release the object around it with ${names(effect.releasedBy)}.`
        : `Returns a node that the collection keeps${nullText(returns.maybeNull)}; it is valid until the lock is released.`;
    case "memory": {
      const access = returns.readOnly ? "read-only memory" : "memory";
      return `Returns ${access}${nullText(returns.maybeNull)}${owed}.`;
    }
    case "slice":
      return `Returns memory inside the dynptr${nullText(returns.maybeNull)}; it is gone with the dynptr.`;
    case "map-value":
      return `Returns memory of the map's value${nullText(returns.maybeNull)}.`;
    case "kptr-old":
      return "Returns what the slot held before: an owned reference or NULL. Test it, then release it or store it again.";
  }
}

function releaseLine(effect: CallEffect): string | undefined {
  if (effect.releases === undefined) return undefined;
  if (effect.acquires) return "The reference passed in is used up, whether the call succeeds or not.";
  const param = typeof effect.releases === "number" ? effect.params[effect.releases] : effect.params[0];
  return `Releases the reference of \`${param?.name ?? "its argument"}\`; the pointer must not be used after the call.`;
}

function protocolLine(effect: CallEffect): string | undefined {
  const { protocol, params } = effect;
  const named = (index: number): string => `\`${params[index]?.name ?? `argument ${index + 1}`}\``;
  switch (protocol.kind) {
    case "iterator-new":
      return `Makes an iterator; end it with ${names(effect.releasedBy)} on every path, also when the call fails.`;
    case "dynptr-new":
      return protocol.owning
        ? `Makes a dynptr that must be ended with ${names(effect.releasedBy)}, also when the call fails.`
        : "Makes a dynptr that needs no release.";
    case "dynptr-release":
      return "Ends the dynptr with all its clones and slices.";
    case "graph-add":
      return `${capital(named(protocol.node))} belongs to the collection after the call, whether it succeeds or not.`;
    case "kptr-xchg":
      return `The slot takes over the reference of ${named(protocol.value)}.`;
    case "res-spin-lock":
      return "The lock is held only when the result is 0, so the result must be tested.";
    case "sync-callback":
      return `Runs ${named(protocol.callback)} before it returns.`;
    case "async-callback":
      return `${capital(named(protocol.callback))} runs later${protocol.sleepable ? " and may sleep" : ""}; nothing held here is held there.`;
    case "throw":
      return "Ends the program at once: no reference, lock or region may be open in any of its frames.";
    case "tail-call":
      return "Continues in another program: no reference, lock or region may be open.";
    case "packet-change":
      return "Packet pointers and slices taken before are not valid after it.";
    default:
      return undefined;
  }
}

function sleepLine(effect: CallEffect): string | undefined {
  return effect.sleepable
    ? "May sleep: for sleepable programs only, outside RCU, preemption, interrupt and lock regions."
    : undefined;
}

function callersLine(kfunc: KfuncFact, facts: KernelFacts): string {
  const types = programTypesOf(kfunc, facts);
  const filters = [...new Set(kfunc.sets.flatMap((set) => set.filter ?? []))];
  const limits = filters.map((filter) => filterMeaning(filter) ?? `the kernel's ${filter} decides further`);
  const limit = limits.length > 0 ? ` (${limits.join("; ")})` : "";
  if (kfunc.sets.every((set) => set.types.every((type) => type === "FMODRET"))) {
    return "Not callable: programs may only attach to it.";
  }
  return `${types.length === 0 ? "Any program type may call it" : `Program types: ${types.join(", ")}`}${limit}.`;
}

/** A set registered for one type serves every type of the same hook. [] stands for all. */
function programTypesOf(kfunc: KfuncFact, facts: KernelFacts): readonly string[] {
  const registered = new Set(kfunc.sets.flatMap((set) => set.types));
  if (registered.has("UNSPEC")) return [];
  const hooks = new Set([...registered].map((type) => facts.hooks[type]));
  return Object.entries(facts.hooks)
    .filter(([, hook]) => hooks.has(hook))
    .map(([type]) => type)
    .sort();
}

function parameterContract(param: ParamEffect, kernel: string, origin: "kfunc" | "helper"): ParameterContract {
  const suffix = origin === "kfunc" ? suffixOf(param.name, kernel) : undefined;
  const notes: string[] = [];
  if (suffix !== undefined) notes.push(suffixMeaning(suffix, kernel) ?? "");
  if (param.trust === "owned") notes.push("Must be a reference that the program owns.");
  else if (param.trust === "trusted")
    notes.push("Must be trusted: owned, or given by the kernel and not read out of another object.");
  else if (param.trust === "rcu") notes.push("Must be trusted or RCU-protected.");
  if (param.nullChecked && !param.nullable) notes.push("Must not be NULL.");
  return { name: param.name, type: param.type, suffix, notes };
}

function names(list: readonly string[]): string {
  if (list.length === 0) return "the matching release call";
  return list
    .slice(0, 2)
    .map((name) => `${name}()`)
    .join(" or ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
