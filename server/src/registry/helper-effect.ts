// Facts of one helper -> effect. A helper may have several prototypes, one a family of program types;
// where they differ the most lenient reading is taken, because the caller's program type is not asked.
import { applyOverrides } from "./apply-overrides.ts";
import type { CallEffect, ParamEffect, ParamKind, Protocol, ReturnEffect } from "./effect.ts";
import type { HelperArgFact, HelperFact, HelperProtoFact } from "./facts.ts";
import { helperOverrides } from "./overrides/helpers.ts";
import { isAllowedUnderLock } from "./under-lock.ts";

export function helperEffect(fact: HelperFact, kernel: string): CallEffect {
  const protos = fact.protos;
  const count = Math.max(fact.params.length, ...protos.map((proto) => proto.args.length));
  const effect: CallEffect = {
    name: fact.name,
    origin: "helper",
    params: Array.from({ length: count }, (_, index) => paramEffect(fact, index)),
    returns: returnEffect(protos[0]),
    protocol: protocolOf(fact),
    acquires: false,
    releases: releasedParam(protos[0]),
    sleepable: protos.length > 0 && protos.every((proto) => proto.mightSleep === true),
    needsRcu: false,
    underLock: isAllowedUnderLock(fact.name, kernel),
    flags: [],
    testOnly: false,
    releasedBy: [],
  };
  return applyOverrides(effect, helperOverrides, kernel);
}

function protocolOf(fact: HelperFact): Protocol {
  return fact.changesPacket === true ? { kind: "packet-change" } : { kind: "none" };
}

/** Release of a pointer; owning dynptrs and kptr slots have protocols of their own. */
function releasedParam(proto: HelperProtoFact | undefined): number | undefined {
  const index = proto?.args.findIndex(
    ({ type }) => hasWord(type, "OBJ_RELEASE") && !hasWord(type, "PTR_TO_DYNPTR") && !/BTF_ID_OR_NULL/.test(type),
  );
  return index === undefined || index === -1 ? undefined : index;
}

function paramEffect(fact: HelperFact, index: number): ParamEffect {
  const [type, name] = fact.params[index] ?? ["", ""];
  const readings = fact.protos.flatMap((proto) => {
    const arg = proto.args[index];
    return arg === undefined ? [] : [readArg(arg, proto.args[index + 1], index)];
  });
  const first = readings[0] ?? ANYTHING;
  const same = readings.every((reading) => reading.kind === first.kind);
  const kind = same ? first.kind : "anything";
  const nullable = kind === "anything" || readings.some((reading) => reading.nullable);
  return {
    name,
    kind,
    type,
    struct: first.struct ?? /\bstruct (\w+) \*$/.exec(type)?.[1],
    nullable,
    maybeNullAccepted: nullable,
    nullChecked: kind !== "anything" && kind !== "scalar" && kind !== "ignored",
    trust: first.owned ? "owned" : takesPlain(kind, readings) ? "plain" : "none",
    written: readings.some((reading) => reading.written),
    sizeParam: same ? first.sizeParam : undefined,
    constructs: first.constructs,
    ...(same && first.allocates ? { constant: true, sizesResult: true } : {}),
  };
}

/** Kernel objects of any standing but untrusted; per-CPU variables are a matter of their own. */
function takesPlain(kind: ParamKind, readings: readonly ArgReading[]): boolean {
  return kind === "pointer" && readings.every((reading) => !reading.percpu);
}

interface ArgReading {
  readonly kind: ParamKind;
  readonly struct: string | undefined;
  readonly nullable: boolean;
  readonly owned: boolean;
  readonly written: boolean;
  readonly sizeParam: number | undefined;
  readonly constructs: boolean;
  readonly percpu: boolean;
  /** Size of the memory that the call returns. */
  readonly allocates: boolean;
}

const ANYTHING: ArgReading = {
  kind: "anything",
  struct: undefined,
  nullable: true,
  owned: false,
  written: false,
  sizeParam: undefined,
  constructs: false,
  percpu: false,
  allocates: false,
};

const KINDS: Readonly<Record<string, ParamKind>> = {
  CONST_MAP_PTR: "map",
  PTR_TO_MAP_KEY: "map-key",
  PTR_TO_MAP_VALUE: "map-value-memory",
  PTR_TO_MEM: "memory",
  PTR_TO_UNINIT_MEM: "memory",
  PTR_TO_FIXED_SIZE_MEM: "memory",
  CONST_SIZE: "scalar",
  CONST_SIZE_OR_ZERO: "scalar",
  MEM_SIZE: "scalar",
  MEM_SIZE_OR_ZERO: "scalar",
  CONST_ALLOC_SIZE_OR_ZERO: "scalar",
  SCALAR: "scalar",
  ANYTHING: "anything",
  PTR_TO_CTX: "context",
  PTR_TO_SPIN_LOCK: "spin-lock",
  PTR_TO_SOCK_COMMON: "socket",
  PTR_TO_SOCKET: "socket",
  PTR_TO_BTF_ID_SOCK_COMMON: "socket",
  PTR_TO_BTF_ID: "pointer",
  PTR_TO_PERCPU_BTF_ID: "pointer",
  PTR_TO_RINGBUF_MEM: "ringbuf-memory",
  PTR_TO_ALLOC_MEM: "ringbuf-memory",
  PTR_TO_FUNC: "callback",
  PTR_TO_STACK: "callback-context",
  PTR_TO_CONST_STR: "const-string",
  PTR_TO_TIMER: "timer",
  PTR_TO_KPTR: "kptr-slot",
  KPTR_XCHG_DEST: "kptr-slot",
  PTR_TO_DYNPTR: "dynptr",
};

function readArg(arg: HelperArgFact, next: HelperArgFact | undefined, index: number): ArgReading {
  const words = arg.type.split("|");
  const orNull = /_OR_NULL$/.test(words[0]!);
  const kind = KINDS[words[0]!.replace(/_OR_NULL$/, "")] ?? "anything";
  const sized = kind === "memory" && next !== undefined && /^(?:CONST|MEM)_SIZE/.test(next.type);
  const uninit = words.includes("MEM_UNINIT") || words[0] === "PTR_TO_UNINIT_MEM";
  return {
    kind,
    struct: arg.btf,
    nullable: kind === "anything" || kind === "scalar" || orNull || words.includes("PTR_MAYBE_NULL"),
    owned: words.includes("OBJ_RELEASE") && kind !== "dynptr",
    written: (kind === "memory" || kind === "map-value-memory") && (uninit || words.includes("MEM_WRITE")),
    sizeParam: sized ? index + 1 : undefined,
    constructs: kind === "dynptr" && uninit,
    percpu: words[0] === "PTR_TO_PERCPU_BTF_ID",
    allocates: words[0] === "CONST_ALLOC_SIZE_OR_ZERO",
  };
}

function returnEffect(proto: HelperProtoFact | undefined): ReturnEffect {
  const type = proto?.returns ?? "INTEGER";
  const maybeNull = /_OR_NULL\b/.test(type) || hasWord(type, "PTR_MAYBE_NULL");
  const base = type.split("|")[0]!.replace(/_OR_NULL$/, "");
  const object = (struct: string | undefined, trust: "trusted" | "plain"): ReturnEffect => ({
    kind: "object",
    struct,
    maybeNull,
    trust,
    sameAs: undefined,
  });
  switch (base) {
    case "VOID":
      return { kind: "void" };
    case "PTR_TO_MAP_VALUE":
      return { kind: "map-value", maybeNull, mapParam: 0 };
    case "PTR_TO_SOCKET":
    case "PTR_TO_SOCK_COMMON":
      return object("bpf_sock", "trusted");
    case "PTR_TO_TCP_SOCK":
      return object("bpf_tcp_sock", "trusted");
    case "PTR_TO_BTF_ID_TRUSTED":
      return object(proto?.returnsBtf, "trusted");
    case "PTR_TO_BTF_ID":
    case "PTR_TO_MEM_OR_BTF_ID":
      return object(proto?.returnsBtf, "plain");
    case "PTR_TO_RINGBUF_MEM":
    case "PTR_TO_ALLOC_MEM":
    case "PTR_TO_DYNPTR_MEM":
      return { kind: "memory", maybeNull, readOnly: false, tiedTo: undefined };
    default:
      return { kind: "scalar" };
  }
}

function hasWord(type: string, word: string): boolean {
  return type.split("|").includes(word);
}
