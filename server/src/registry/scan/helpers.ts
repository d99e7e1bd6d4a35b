// Finds the helper functions of a kernel tree: ids and documented prototypes in the uapi header,
// argument and return types in the `struct bpf_func_proto` tables, and which table serves which id.
import type { HelperArgFact, HelperFact, HelperProtoFact, ParamFact } from "../facts.ts";
import { CText, designators, initializers, readParams, typeText } from "./c-text.ts";
import type { SourceTree } from "./source-tree.ts";

const UAPI = "include/uapi/linux/bpf.h";
const FOLDERS = ["kernel", "net", "security", "fs", "drivers"];

export function scanHelpers(tree: SourceTree): readonly HelperFact[] {
  const files = tree
    .filesContaining(["struct bpf_func_proto "], FOLDERS)
    .filter((path) => path.endsWith(".c"))
    .map((path) => new CText(path, tree.read(path) ?? ""));
  const btf = readBtfLists(files, tree);
  const protos = readProtos(files, btf);
  const served = readServed(files);
  const uapi = tree.read(UAPI) ?? "";
  const documented = readDocumented(uapi);
  const changers = readPacketChangers(tree);
  return readIds(uapi).map(({ name, id }) => {
    const prototype = documented.get(`bpf_${name}`);
    const names = new Set([...(served.get(name) ?? []), `bpf_${name}_proto`]);
    return {
      name: `bpf_${name}`,
      id,
      returns: prototype?.returns ?? "long",
      params: prototype?.params ?? [],
      protos: distinct([...names].sort().flatMap((proto) => protos.get(proto) ?? [])),
      ...(changers.has(name) ? { changesPacket: true as const } : {}),
    };
  });
}

function readIds(uapi: string): readonly { name: string; id: number }[] {
  const list = /^#define _{2,3}BPF_FUNC_MAPPER\(FN[^\n]*\)((?:[^\n\\]|\\[^\n]|\\\n)*)/m.exec(uapi)?.[1] ?? "";
  const ids: { name: string; id: number }[] = [];
  for (const [index, entry] of [...list.matchAll(/\bFN\((\w+)(?:,\s*(\d+))?/g)].entries()) {
    if (entry[1] !== "unspec") ids.push({ name: entry[1]!, id: entry[2] === undefined ? index : Number(entry[2]) });
  }
  return ids;
}

/** Prototypes as the documentation comment lists them, one a paragraph: ` * long bpf_x(type name, ...)`. */
function readDocumented(uapi: string): ReadonlyMap<string, { returns: string; params: readonly ParamFact[] }> {
  const found = new Map<string, { returns: string; params: readonly ParamFact[] }>();
  for (const line of uapi.matchAll(/^ \* ((?:[\w*]+ )+\**)(bpf_\w+)\((.*)\)$/gm)) {
    found.set(line[2]!, { returns: typeText(line[1]!), params: readParams(line[3]!) });
  }
  return found;
}

function readProtos(files: readonly CText[], btf: BtfLists): ReadonlyMap<string, HelperProtoFact> {
  const found = new Map<string, HelperProtoFact>();
  for (const file of files) {
    for (const { name, body } of initializers(file, /\bstruct bpf_func_proto\s+(\w+)/)) {
      const members = designators(body);
      const args: HelperArgFact[] = [];
      for (let i = 1; i <= 5; i++) {
        const type = members.get(`arg${i}_type`);
        if (type === undefined) break;
        const struct = btf(file.path, members.get(`arg${i}_btf_id`));
        const size = members.get(`arg${i}_size`);
        args.push({
          type: words(type, "ARG_"),
          ...(struct !== undefined ? { btf: struct } : {}),
          ...(size !== undefined ? { size } : {}),
        });
      }
      const returnsBtf = btf(file.path, members.get("ret_btf_id"));
      found.set(name, {
        proto: name,
        returns: words(members.get("ret_type") ?? "RET_INTEGER", "RET_"),
        ...(returnsBtf !== undefined ? { returnsBtf } : {}),
        args,
        ...(members.get("might_sleep") === "true" ? { mightSleep: true as const } : {}),
        ...(members.get("pkt_access") === "true" ? { pktAccess: true as const } : {}),
      });
    }
  }
  return found;
}

function words(type: string, prefix: string): string {
  return type
    .replace(/[()]/g, " ")
    .split("|")
    .map((word) => word.trim().replace(prefix, ""))
    .join("|");
}

/** Helper name -> protos that some `case BPF_FUNC_name:` returns. */
function readServed(files: readonly CText[]): ReadonlyMap<string, ReadonlySet<string>> {
  const served = new Map<string, Set<string>>();
  for (const { code } of files) {
    for (const group of code.matchAll(/((?:\bcase BPF_FUNC_\w+:\s*)+)((?:(?!\b(?:case|default)\b)[^}])*)/g)) {
      const protos = [...group[2]!.matchAll(/&\s*(\w+)/g)].map((match) => match[1]!);
      for (const label of group[1]!.matchAll(/BPF_FUNC_(\w+)/g)) {
        const known = served.get(label[1]!) ?? new Set<string>();
        for (const proto of protos) known.add(proto);
        served.set(label[1]!, known);
      }
    }
  }
  return served;
}

/** Struct named by `&list[index]`. */
type BtfLists = (file: string, reference: string | undefined) => string | undefined;

function readBtfLists(files: readonly CText[], tree: SourceTree): BtfLists {
  const lists = new Map<string, readonly string[]>();
  for (const file of files) {
    for (const list of file.text.matchAll(
      /^BTF_ID_LIST(?:_GLOBAL)?(_SINGLE|_GLOBAL_SINGLE)?\(\s*(\w+)\s*(?:,\s*struct\s*,\s*(\w+))?[^)]*\)/gm,
    )) {
      const items = list[3] === undefined ? followingIds(file.text, list.index + list[0].length) : [list[3]];
      lists.set(`${file.path}\0${list[2]}`, items);
      if (!lists.has(list[2]!)) lists.set(list[2]!, items);
    }
  }
  const named = new Map<string, string>();
  for (const item of (tree.read("include/linux/btf_ids.h") ?? "").matchAll(
    /\bBTF_(?:SOCK|TRACING)_TYPE\(\s*(\w+)\s*,\s*(\w+)\s*\)/g,
  )) {
    named.set(item[1]!, item[2]!);
  }
  return (file, reference) => {
    const parts = /&\s*(\w+)\s*(?:\[\s*(\w+)\s*\])?/.exec(reference ?? "");
    if (parts === null) return undefined;
    const index = parts[2] ?? "0";
    if (!/^\d+$/.test(index)) return named.get(index);
    const items = lists.get(`${file}\0${parts[1]}`) ?? lists.get(parts[1]!);
    return items?.[Number(index)];
  };
}

function followingIds(text: string, from: number): readonly string[] {
  const ids =
    /^(?:\s*(?:#[^\n]*|BTF_ID_UNUSED|BTF_ID\(\s*\w+\s*,\s*\w+\s*\))\s*?\n)*/.exec(text.slice(from))?.[0] ?? "";
  return [...ids.matchAll(/BTF_ID\(\s*\w+\s*,\s*(\w+)\s*\)/g)].map((match) => match[1]!);
}

function readPacketChangers(tree: SourceTree): ReadonlySet<string> {
  const code = new CText("net/core/filter.c", tree.read("net/core/filter.c") ?? "").code;
  const start = /\bbool bpf_helper_changes_pkt_data\([^)]*\)\s*\{/.exec(code);
  if (start === null) return new Set();
  const body = code.slice(start.index, code.indexOf("\n}", start.index));
  const names = [...body.matchAll(/\bBPF_FUNC_(\w+)|\bfunc == bpf_(\w+)/g)].map((match) => match[1] ?? match[2]!);
  return new Set(names);
}

function distinct(protos: readonly HelperProtoFact[]): readonly HelperProtoFact[] {
  const seen = new Map<string, HelperProtoFact>();
  for (const proto of protos) {
    const { proto: _, ...signature } = proto;
    const key = JSON.stringify(signature);
    if (!seen.has(key)) seen.set(key, proto);
  }
  return [...seen.values()];
}
