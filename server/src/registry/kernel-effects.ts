// What one kernel gives programs: facts turned into effects on first use, one immutable effect a name.
import { absenceOf } from "./absence.ts";
import type { CallEffect, ContextField, KernelEffects, KernelRules, ParamEffect, WalkTrust } from "./effect.ts";
import { externTarget } from "./extern-target.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { helperEffect } from "./helper-effect.ts";
import { inRange } from "./kernel-version.ts";
import { kfuncAccess } from "./kfunc-access.ts";
import { kfuncEffect, kfuncTraits, visibleParams } from "./kfunc-effect.ts";
import { isKnownKfunc } from "./load.ts";
import { contextFields, contextFirstMembers, programContexts, promotedArguments } from "./overrides/contexts.ts";
import { programsWithout } from "./overrides/locks.ts";
import { compilerIntrinsics, inlineAssembly } from "./overrides/names.ts";
import { ruleSwitches } from "./overrides/rule-switches.ts";
import { flatStructs, objectWriters, plainData, vouchedMembers } from "./overrides/structs.ts";
import { prototypeText } from "./prototype-text.ts";
import { findReleasers, releasersFor } from "./releasers.ts";
import { lookUpSection } from "./section-lookup.ts";
import { suffixOf } from "./words.ts";

/** `name`: what findings call the kernel; its version where it is built in. */
export function kernelEffects(facts: KernelFacts, name: string = facts.kernel): KernelEffects {
  const { kernel } = facts;
  const traits = kfuncTraits(kernel);
  const kfuncs = new Map(facts.kfuncs.map((fact) => [fact.name, fact]));
  const helpers = new Map(facts.helpers.map((fact) => [fact.name, fact]));
  const releasers = findReleasers(facts);
  const walks = new Map(facts.safeWalks.map(({ struct, field, trust }) => [`${struct}.${field}`, trust]));
  const rcuSafe = new Set(facts.rcuSafeKptrs);
  const stubs = new Map(facts.structOps.map((fact) => [`${fact.struct}.${fact.member}`, fact]));
  const iterators = new Map(facts.iterContexts.map(({ struct, field, type }) => [`${struct}.${field}`, type]));
  const tracepoints = new Map(facts.tracepoints.map((fact) => [fact.tracepoint, fact]));
  const lsmArguments = new Map(facts.lsmArguments.map(({ hook, maybeNull }) => [hook, maybeNull]));
  const untrustedHooks = new Set(facts.untrustedLsmHooks);
  const known = new Map<string, CallEffect | undefined>();
  const access = kfuncAccess(facts);

  /** An iterator whose constructor needs an RCU section hands out RCU pointers. */
  const withIterator = (effect: CallEffect): CallEffect => {
    const { protocol } = effect;
    if (protocol.kind !== "iterator-next") return effect;
    const flags = kfuncs.get(`bpf_iter_${protocol.iterator}_new`)?.flags ?? [];
    return flags.includes("KF_RCU_PROTECTED") ? { ...effect, protocol: { ...protocol, nextIsRcu: true } } : effect;
  };

  const compute = (name: string): CallEffect | undefined => {
    const kfunc = kfuncs.get(name);
    if (kfunc !== undefined) return withIterator(kfuncEffect(kfunc, traits, releasersFor(kfunc, releasers)));
    const helper = helpers.get(name);
    if (helper !== undefined) return helperEffect(helper, kernel);
    const long = kfuncs.get(`${name}_impl`);
    if (long !== undefined) return shortForm(name, long);
    // The other way round: a header of an older kernel calls `..._impl`, which this one gave its short name.
    const short = name.endsWith("_impl") && isKnownKfunc(name) ? kfuncs.get(name.slice(0, -"_impl".length)) : undefined;
    return short === undefined ? undefined : { ...kfuncEffect(short, traits, releasersFor(short, releasers)), name };
  };

  /** Headers of older kernels give `bpf_obj_new` and friends as macros over `..._impl` with ignored arguments at the end. */
  const shortForm = (name: string, long: KfuncFact): CallEffect => {
    const effect = kfuncEffect(long, traits, releasersFor(long, releasers));
    const firstIgnored = effect.params.findIndex((param) => param.kind === "ignored");
    const params = firstIgnored === -1 ? effect.params : effect.params.slice(0, firstIgnored);
    return { ...effect, name, params };
  };

  const kernelFunction = (name: string): CallEffect | undefined => {
    if (!known.has(name)) known.set(name, freeze(compute(name)));
    return known.get(name);
  };

  return {
    kernel: name,
    rules: rulesOf(kernel),
    effect: (name) => kernelFunction(externTarget(name)),
    kernelFunction,
    answer(question) {
      const helper = helperQuestion.exec(question)?.[1];
      if (helper === undefined || helpers.size === 0) return undefined;
      return helper === "unspec" || helpers.has(`bpf_${helper}`) ? 1 : 0;
    },
    isMissing(name) {
      return this.effect(name) === undefined && isKnownKfunc(externTarget(name));
    },
    flavorTarget(name) {
      const target = externTarget(name);
      return target !== name && kfuncs.has(name) ? target : undefined;
    },
    parameterSuffix: (parameter) => suffixOf(parameter, kernel),
    absence: (name) => absenceOf(name, facts),
    prototype(name) {
      const fact = kfuncs.get(externTarget(name));
      if (fact === undefined) return undefined;
      const params = visibleParams(fact);
      return {
        name: fact.name,
        text: prototypeText(name, fact.returns, params),
        testOnly: fact.testOnly === true,
        returns: fact.returns,
        params,
        hidden: fact.hidden ?? 0,
      };
    },
    refusal(name, caller, freesUnsafely) {
      const target = externTarget(name);
      const fact = kfuncs.get(target) ?? kfuncs.get(`${target}_impl`);
      return fact === undefined ? undefined : access(fact, caller, freesUnsafely);
    },
    inlineAssembly(name) {
      const helper = inlineAssembly.find((entry) => entry.name === name)?.helper;
      return helper === undefined ? undefined : this.effect(helper);
    },
    compilerIntrinsic: (label) => (compilerIntrinsics.includes(label) ? packetLoad(label) : undefined),
    section: (written) => lookUpSection(facts.sections, written),
    walk: (struct, field): WalkTrust => walks.get(`${struct}.${field}`) ?? "untrusted",
    holdsNoStruct: (struct) => flatStructs.has(struct),
    memberStruct: (struct, field) => vouchedMembers[`${struct}.${field}`],
    isRefused: (programType, what) => programsWithout[what].has(programType),
    isRcuSafeKptr: (struct) => rcuSafe.has(struct),
    structOpsArgument(struct, member, index) {
      const stub = stubs.get(`${struct}.${member}`);
      const name = stub?.params[index]?.[1] ?? "";
      const nullable = name.endsWith("__nullable") || stub?.maybeNull?.includes(index) === true;
      return { ref: name.endsWith("__ref"), nullable };
    },
    structOpsOwns: (struct, member) =>
      stubs.get(`${struct}.${member}`)?.params.some(([, name]) => name.endsWith("__ref")) === true,
    structOpsReturns: (struct, member) =>
      /^struct (\w+) \*$/.exec(stubs.get(`${struct}.${member}`)?.returns ?? "")?.[1],
    structOpsSees: (struct, declared) => promotedArguments[`${struct}.${declared}`] ?? declared,
    releasersOf: (struct) => (struct === undefined ? [] : (releasers.get(struct) ?? [])),
    contextField(struct, field) {
      const type = iterators.get(`${struct}.${field}`);
      if (type !== undefined) return iteratorField(type);
      return struct.startsWith("bpf_iter__") && field === "meta" ? iteratorMeta : contextFields[`${struct}.${field}`];
    },
    contextStruct: (programType) => programContexts[programType],
    isPlainData: (struct) => plainData.has(struct),
    writesObjects: (programType) => objectWriters.has(programType),
    isLaterContextMember(struct, field) {
      const first = contextFirstMembers[struct];
      return first !== undefined && first !== field;
    },
    tracepointArgument(tracepoint, index) {
      const fact = tracepoints.get(tracepoint);
      return {
        maybeNull: fact?.maybeNull.includes(index) === true,
        scalar: fact?.scalar.includes(index) === true,
      };
    },
    lsmArgument(hook, index) {
      return {
        maybeNull: lsmArguments.get(hook)?.includes(index) === true,
        trusted: !untrustedHooks.has(hook),
      };
    },
  };
}

/** Is there a helper of this number? As bpf_core_enum_value_exists(enum bpf_func_id, ...) asks, with libbpf's header or without. */
const helperQuestion = /^__builtin_preserve_enum_value .*\bBPF_FUNC_(\w+) (?:0|BPF_ENUMVAL_EXISTS)$/s;

function rulesOf(kernel: string): KernelRules {
  const on = (name: keyof KernelRules): boolean => inRange(kernel, ruleSwitches[name].from, undefined);
  return {
    trustByDefault: on("trustByDefault"),
    callbacksReplayed: on("callbacksReplayed"),
    constantKeyLookupNonNull: on("constantKeyLookupNonNull"),
    structOpsReturnsOwned: on("structOpsReturnsOwned"),
    childReferences: on("childReferences"),
    dynptrsAreReferences: on("dynptrsAreReferences"),
    implicitRcu: on("implicitRcu"),
    walksLoseTrust: on("walksLoseTrust"),
    contextIsNoMemory: on("contextIsNoMemory"),
    argumentTags: on("argumentTags"),
    globalsReturnVoid: on("globalsReturnVoid"),
    globalThrowChecked: on("globalThrowChecked"),
    globalsByContext: on("globalsByContext"),
    unlockEndsRcu: on("unlockEndsRcu"),
    regionsAreRcu: on("regionsAreRcu"),
    tailCallReturns: on("tailCallReturns"),
    locksInSleepable: on("locksInSleepable"),
    staticCallsUnderLock: on("staticCallsUnderLock"),
    globalSleepChecked: on("globalSleepChecked"),
    nestedRcu: on("nestedRcu"),
    timersNeverSleep: on("timersNeverSleep"),
    callbacksRepeated: on("callbacksRepeated"),
  };
}

function packetLoad(name: string): CallEffect {
  return {
    name,
    origin: "helper",
    params: [],
    returns: { kind: "scalar" },
    protocol: { kind: "packet-load" },
    underLock: true,
    acquires: false,
    releases: undefined,
    sleepable: false,
    needsRcu: false,
    flags: [],
    testOnly: false,
    releasedBy: [],
  };
}

/** Every iterator's context begins with it. */
const iteratorMeta: ContextField = { kind: "object", struct: "bpf_iter_meta", maybeNull: false, trust: "trusted" };

function iteratorField(type: string): ContextField {
  const words = type.split("|");
  return {
    kind: words[0] === "PTR_TO_BUF" ? "memory" : "object",
    struct: undefined,
    maybeNull: words.includes("PTR_MAYBE_NULL") || words[0] === "PTR_TO_BTF_ID_OR_NULL",
    trust: words.includes("PTR_TRUSTED") ? "trusted" : "plain",
  };
}

function freeze(effect: CallEffect | undefined): CallEffect | undefined {
  if (effect === undefined) return undefined;
  effect.params.forEach((param: ParamEffect) => {
    Object.freeze(param);
  });
  Object.freeze(effect.params);
  return Object.freeze(effect);
}
