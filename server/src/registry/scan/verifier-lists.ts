// Reads the lists that the verifier keeps by name: members safe to walk, kptr types safe under RCU,
// special kfuncs, tracepoints and hooks whose arguments are not plain trusted pointers, iterator contexts.
import type { IterContextFact, LsmArgumentFact, SafeWalkFact, TracepointFact } from "../facts.ts";
import { CText, functionAt, readParams, splitTopLevel } from "./c-text.ts";
import { TEST_FOLDER } from "./folders.ts";
import type { SourceTree } from "./source-tree.ts";

const VERIFIER = "kernel/bpf/verifier.c";

export function scanSafeWalks(tree: SourceTree): readonly SafeWalkFact[] {
  const { code } = new CText(VERIFIER, tree.read(VERIFIER) ?? "");
  const walks: SafeWalkFact[] = [];
  for (const list of code.matchAll(
    /^BTF_TYPE_SAFE_(RCU|RCU_OR_NULL|TRUSTED|TRUSTED_OR_NULL)\(struct (\w+)\)\s*\{([^}]*)\}/gm,
  )) {
    const trust = list[1]!.toLowerCase().replaceAll("_", "-") as SafeWalkFact["trust"];
    for (const member of list[3]!.split(";")) {
      const field = /(\w+)\s*$/.exec(member)?.[1];
      if (field !== undefined) walks.push({ struct: list[2]!, field, trust });
    }
  }
  return walks.sort((a, b) => (`${a.struct}.${a.field}` < `${b.struct}.${b.field}` ? -1 : 1));
}

export function scanRcuSafeKptrs(tree: SourceTree): readonly string[] {
  return idSet(tree.read(VERIFIER) ?? "", "BTF_SET", "rcu_protected_types");
}

export function scanUntrustedLsmHooks(tree: SourceTree): readonly string[] {
  const hooks = idSet(tree.read("kernel/bpf/bpf_lsm.c") ?? "", "BTF_SET", "untrusted_lsm_hooks");
  return hooks.map((hook) => hook.replace(/^bpf_lsm_/, ""));
}

/** Kfuncs the verifier singles out; older trees keep some of them in a set as well. */
export function scanSpecialKfuncs(tree: SourceTree): readonly string[] {
  const text = tree.read(VERIFIER) ?? "";
  const names = [...idSet(text, "BTF_SET", "special_kfunc_set"), ...idList(text, "special_kfunc_list")];
  return [...new Set(names)].sort();
}

function idSet(text: string, macro: string, name: string): readonly string[] {
  const start = text.indexOf(`${macro}_START(${name})`);
  const end = text.indexOf(`${macro}_END(${name})`);
  if (start === -1 || end === -1) return [];
  return idsIn(text.slice(start, end));
}

function idList(text: string, name: string): readonly string[] {
  const start = text.indexOf(`BTF_ID_LIST(${name})`);
  if (start === -1) return [];
  const lines = text.slice(start).split("\n").slice(1);
  const end = lines.findIndex((line) => !/^(?:#|BTF_ID)/.test(line));
  return idsIn(lines.slice(0, end).join("\n"));
}

function idsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/^\s*BTF_ID\(\s*\w+\s*,\s*(\w+)\s*\)/gm)].map((match) => match[1]!))].sort();
}

export function scanTracepoints(tree: SourceTree): readonly TracepointFact[] {
  const facts = new Map<string, TracepointFact>();
  const { code } = new CText("btf.c", tree.read("kernel/bpf/btf.c") ?? "");
  const table = /\braw_tp_null_args\[\]\s*=\s*\{([\s\S]*?)\n\};/.exec(code)?.[1] ?? "";
  for (const entry of table.matchAll(/\{\s*"(\w+)"\s*,\s*(0x[0-9a-fA-F]+|\d+)(?:ULL)?\s*\}/g)) {
    // One hexadecimal digit an argument: bit 0 may be NULL, bit 1 may be an error pointer.
    const digits = [...BigInt(entry[2]!).toString(16)].reverse().map((digit) => Number.parseInt(digit, 16));
    facts.set(entry[1]!, {
      tracepoint: entry[1]!,
      maybeNull: indexesWhere(digits, (digit) => (digit & 1) !== 0),
      scalar: indexesWhere(digits, (digit) => (digit & 2) !== 0),
    });
  }
  const suffix = /\b__DECLARE_TRACE\(name##_tp\b/.test(tree.read("include/linux/tracepoint.h") ?? "") ? "_tp" : "";
  for (const path of tree.filesContaining(["__nullable)", "__nullable,"], ["include/trace", TESTS])) {
    for (const fact of eventsIn(new CText(path, tree.read(path) ?? ""), suffix)) facts.set(fact.tracepoint, fact);
  }
  return [...facts.values()].sort((a, b) => (a.tracepoint < b.tracepoint ? -1 : 1));
}

const TESTS = TEST_FOLDER.replace(/\/$/, "");

/** Trace events with arguments that may be NULL. `suffix` is what DECLARE_TRACE adds to the name. */
function* eventsIn(file: CText, suffix: string): Generator<TracepointFact> {
  for (const event of file.code.matchAll(
    /\b(DECLARE_TRACE|TRACE_EVENT|DEFINE_EVENT)(?:_\w+)?\(([^()]*?)\bTP_PROTO\(([^()]*)\)/g,
  )) {
    const name = event[2]!
      .split(",")
      .map((part) => part.trim())
      .filter((part) => /^\w+$/.test(part))
      .at(-1);
    const params = readParams(event[3]!);
    // Other arguments of module events are refused or not by rules we could not confirm on a real kernel: no claim.
    const maybeNull = indexesWhere(params, ([, param]) => param.endsWith("__nullable"));
    if (name === undefined || maybeNull.length === 0) continue;
    yield { tracepoint: event[1] === "DECLARE_TRACE" ? `${name}${suffix}` : name, maybeNull, scalar: [] };
  }
}

export function scanLsmArguments(tree: SourceTree): readonly LsmArgumentFact[] {
  const facts: LsmArgumentFact[] = [];
  for (const path of tree.filesContaining(["__nullable"], ["kernel/bpf"])) {
    const file = new CText(path, tree.read(path) ?? "");
    for (const match of file.code.matchAll(/\bbpf_lsm_(\w+)(?=\()/g)) {
      const definition = functionAt(file, match.index, match[0].length);
      const maybeNull = nullableIndexes(definition?.params ?? []);
      if (maybeNull.length > 0) facts.push({ hook: match[1]!, maybeNull });
    }
  }
  return facts;
}

export function scanIterContexts(tree: SourceTree): readonly IterContextFact[] {
  const facts = new Map<string, IterContextFact>();
  const folders = ["kernel", "net", "fs", "mm", "drivers", TESTS];
  for (const path of tree.filesContaining([".ctx_arg_info"], folders)) {
    const { code } = new CText(path, tree.read(path) ?? "");
    for (const entry of code.matchAll(/\{\s*offsetof\(struct (bpf_iter__\w+),\s*(\w+)\),\s*([\w|\s]+?)\s*,?\s*\}/g)) {
      const type = splitTopLevel(entry[3]!)[0]!
        .split("|")
        .map((word) => word.trim())
        .join("|");
      facts.set(`${entry[1]}.${entry[2]}`, { struct: entry[1]!, field: entry[2]!, type });
    }
  }
  return [...facts.values()].sort((a, b) => (`${a.struct}.${a.field}` < `${b.struct}.${b.field}` ? -1 : 1));
}

function nullableIndexes(params: readonly (readonly [string, string])[]): readonly number[] {
  return indexesWhere(params, ([, name]) => name.endsWith("__nullable"));
}

function indexesWhere<T>(items: readonly T[], test: (item: T) => boolean): readonly number[] {
  return items.flatMap((item, index) => (test(item) ? [index] : []));
}
