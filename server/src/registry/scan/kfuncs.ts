// Finds the kfuncs of a kernel tree: BTF sets, their registrations, and the definitions
// whose parameter names carry the verifier's suffixes.
import type { KfuncFact, KfuncSetFact, ParamFact } from "../facts.ts";
import { type CFunction, CText, findFunction, initializers, splitTopLevel } from "./c-text.ts";
import { moduleOf } from "./kbuild.ts";
import type { SourceTree } from "./source-tree.ts";

/** Where kernel code lives that may define kfuncs. */
export const CODE_FOLDERS = [
  "kernel",
  "net",
  "mm",
  "fs",
  "io_uring",
  "security",
  "block",
  "lib",
  "ipc",
  "drivers",
  "arch",
  "tools/testing/selftests/bpf",
];

/** Kfuncs defined here exist only in kernels that load the test modules. */
export const TEST_FOLDER = "tools/testing/selftests/bpf/";

const SET_WORDS = [
  "BTF_KFUNCS_START(",
  "BTF_SET8_START(",
  "register_btf_kfunc_id_set(",
  "register_btf_fmodret_id_set(",
];
const MARK = "__bpf_kfunc";

/** Test programs of user space use the set macros as well, on functions that no kernel has. */
const USER_SPACE = /^tools\/testing\/selftests\/bpf\/(?:progs|prog_tests)\//;

export function scanKfuncs(tree: SourceTree): readonly KfuncFact[] {
  const marked = tree
    .filesContaining([...SET_WORDS, `${MARK} `, `${MARK}\n`], CODE_FOLDERS)
    .filter((path) => !USER_SPACE.test(path));
  const files = marked.map((path) => new CText(path, tree.read(path) ?? ""));
  const entries = files.flatMap((file) => readSets(file, tree));
  const registrations = readRegistrations(files);
  const definitions = findDefinitions(entries, files, tree);
  return mergeEntries(entries, registrations, definitions, tree);
}

interface SetEntry {
  readonly name: string;
  readonly flags: readonly string[];
  readonly set: string;
  readonly file: string;
  readonly config: readonly string[];
}

interface Definition {
  readonly file: CText;
  readonly function: CFunction;
}

function readSets(file: CText, tree: SourceTree): readonly SetEntry[] {
  const entries: SetEntry[] = [];
  const { text } = file;
  for (const start of text.matchAll(/^BTF_(?:KFUNCS|SET8)_START\(\s*(\w+)\s*\)/gm)) {
    const from = start.index + start[0].length;
    const end = new RegExp(`^BTF_(?:KFUNCS|SET8)_END\\(\\s*${start[1]}\\s*\\)`, "gm");
    end.lastIndex = from;
    const to = end.exec(text)?.index ?? from;
    const body = text.slice(from, to);
    const add = (name: string, flags: string | undefined, offset: number): void => {
      entries.push({
        name,
        flags: readFlags(flags),
        set: start[1]!,
        file: file.path,
        config: file.conditionsAt(from + offset),
      });
    };
    for (const entry of body.matchAll(/^[ \t]*BTF_ID_FLAGS\(\s*func\s*,\s*(\w+)\s*(?:,([^)]*))?\)/gm)) {
      add(entry[1]!, entry[2], entry.index);
    }
    for (const entry of generatedEntries(body, tree)) add(entry.name, entry.flags, entry.offset);
  }
  return entries;
}

/** Flags are joined with `|`; a comma separates them as well in some trees. */
function readFlags(text: string | undefined): readonly string[] {
  return [...new Set(text?.match(/KF_\w+/g) ?? [])].sort();
}

/** A local `#define M(a, b) BTF_ID_FLAGS(func, b)` followed by the name of a list of M() uses. */
function* generatedEntries(
  body: string,
  tree: SourceTree,
): Generator<{ name: string; flags: string | undefined; offset: number }> {
  for (const define of body.matchAll(
    /^#define\s+(\w+)\(([^)]*)\)\s+BTF_ID_FLAGS\(\s*func\s*,\s*(\w+)\s*(?:,([^)]*))?\)/gm,
  )) {
    const position = define[2]!.split(",").findIndex((param) => param.trim() === define[3]);
    const use = /^(\w+)\s*$/m.exec(body.slice(define.index + define[0].length));
    if (position === -1 || use === null) continue;
    const list = listMacro(use[1]!, tree);
    for (const item of list.matchAll(new RegExp(`\\b${define[1]}\\(([^()]*)\\)`, "g"))) {
      const name = splitTopLevel(item[1]!)[position]?.replace(/\\\n/g, " ").trim();
      if (name !== undefined && /^\w+$/.test(name)) yield { name, flags: define[4], offset: define.index };
    }
  }
}

function listMacro(name: string, tree: SourceTree): string {
  for (const path of tree.filesContaining([`#define ${name}`], ["include", "net", "kernel"])) {
    const text = tree.read(path) ?? "";
    const define = new RegExp(`^#define ${name}\\b((?:[^\\n\\\\]|\\\\[^\\n]|\\\\\\n)*)`, "m").exec(text);
    if (define !== null) return define[1]!;
  }
  return "";
}

interface Registration {
  readonly type: string;
  readonly filter: string | undefined;
}

/** "file\0set" or "set" -> program types. Sets are file-local; the plain key serves sets made elsewhere. */
function readRegistrations(files: readonly CText[]): ReadonlyMap<string, readonly Registration[]> {
  const idSets = new Map<string, { set: string; file: string; filter: string | undefined }>();
  for (const file of files) {
    for (const { name, body } of initializers(file, /\bbtf_kfunc_id_set\s+(\w+)/)) {
      const set = /\.set\s*=\s*&\s*(\w+)/.exec(body)?.[1];
      const filter = /\.filter\s*=\s*&?\s*(\w+)/.exec(body)?.[1];
      if (set === undefined) continue;
      idSets.set(`${file.path}\0${name}`, { set, file: file.path, filter });
      if (!idSets.has(name)) idSets.set(name, { set, file: file.path, filter });
    }
  }
  const bySet = new Map<string, Registration[]>();
  for (const file of files) {
    const calls = file.code.matchAll(
      /\bregister_btf_(?:kfunc_id_set\(\s*BPF_PROG_TYPE_(\w+)\s*,|fmodret_id_set\()\s*&\s*(\w+)\s*\)/g,
    );
    for (const call of calls) {
      const idSet = idSets.get(`${file.path}\0${call[2]}`) ?? idSets.get(call[2]!);
      if (idSet === undefined) continue;
      const key = `${idSet.file}\0${idSet.set}`;
      const known = bySet.get(key) ?? [];
      bySet.set(key, [...known, { type: call[1] ?? "FMODRET", filter: idSet.filter }]);
    }
  }
  return bySet;
}

function findDefinitions(
  entries: readonly SetEntry[],
  files: readonly CText[],
  tree: SourceTree,
): ReadonlyMap<string, Definition> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = new Map<string, Definition>();
  const search = (name: string, candidates: readonly CText[], onlyMarked: boolean): void => {
    if (found.has(name)) return;
    for (const file of candidates) {
      if (!file.text.includes(name)) continue;
      const definition = findFunction(file, name);
      if (definition !== undefined && (definition.marked || !onlyMarked)) {
        found.set(name, { file, function: definition });
        return;
      }
    }
  };
  for (const { name, file } of entries) search(name, [byPath.get(file)!], true);
  for (const { name } of entries) search(name, files, true);
  for (const { name, file } of entries) search(name, [byPath.get(file)!], false);
  for (const { name } of entries) search(name, files, false);
  const missing = [...new Set(entries.map((entry) => entry.name))].filter((name) => !found.has(name));
  if (missing.length > 0) {
    // Old kernels do not mark kfuncs, and some stand far from their set.
    const needles = missing.map((name) => `${name}(`);
    const more = tree.filesContaining(needles, CODE_FOLDERS).map((path) => new CText(path, tree.read(path) ?? ""));
    for (const name of missing) search(name, more, false);
  }
  return found;
}

function mergeEntries(
  entries: readonly SetEntry[],
  registrations: ReadonlyMap<string, readonly Registration[]>,
  definitions: ReadonlyMap<string, Definition>,
  tree: SourceTree,
): readonly KfuncFact[] {
  const byName = new Map<string, SetEntry[]>();
  for (const entry of entries) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry]);
  const facts: KfuncFact[] = [];
  for (const [name, all] of byName) {
    const definition = definitions.get(name);
    if (definition === undefined) continue; // declared for a configuration whose code is gone
    const first = all[0]!;
    const params: readonly ParamFact[] = definition.function.params;
    const flags = first.flags;
    const hidden = flags.includes("KF_IMPLICIT_ARGS") ? hiddenParams(params) : 0;
    const config = commonConditions(all);
    const module = moduleOf(definition.file.path, tree);
    facts.push({
      name,
      returns: definition.function.returns,
      params,
      ...(hidden > 0 ? { hidden } : {}),
      flags,
      sets: all.map((entry) => setFact(entry, first, registrations)),
      file: definition.file.path,
      line: definition.function.line,
      ...(config.length > 0 ? { config } : {}),
      ...(module !== undefined ? { module } : {}),
      ...(definition.file.path.startsWith(TEST_FOLDER) ? { testOnly: true as const } : {}),
    });
  }
  return facts.sort((a, b) => compare(a.name, b.name));
}

function setFact(
  entry: SetEntry,
  first: SetEntry,
  registrations: ReadonlyMap<string, readonly Registration[]>,
): KfuncSetFact {
  const registered = registrations.get(`${entry.file}\0${entry.set}`) ?? [];
  const filter = registered.find((registration) => registration.filter !== undefined)?.filter;
  return {
    set: entry.set,
    types: [...new Set(registered.map((registration) => registration.type))].sort(compare),
    ...(filter !== undefined ? { filter } : {}),
    ...(entry.flags.join() !== first.flags.join() ? { flags: entry.flags } : {}),
  };
}

/** The verifier supplies everything from the first parameter of one of two types on. */
export function hiddenParams(params: readonly ParamFact[]): number {
  const first = params.findIndex(([type]) => /\bstruct (?:bpf_prog_aux|btf_struct_meta) \*$/.test(type));
  return first === -1 ? 0 : params.length - first;
}

function commonConditions(entries: readonly SetEntry[]): readonly string[] {
  const [first, ...others] = entries;
  return (first?.config ?? []).filter((condition) => others.every((entry) => entry.config.includes(condition)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
