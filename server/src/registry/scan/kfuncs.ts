// Finds the kfuncs of a kernel tree, or of module sources: BTF sets, their registrations, and the definitions
// whose parameter names carry the verifier's suffixes.
import type { KfuncFact, KfuncSetFact, ParamFact } from "../facts.ts";
import { CText } from "./c-text.ts";
import { type Definition, findDefinitions } from "./definitions.ts";
import { CODE_FOLDERS, EVERYWHERE, TEST_FOLDER, USER_SPACE } from "./folders.ts";
import { ownerOf } from "./kbuild.ts";
import { readFlagSets, readPlainSet, type SetEntry } from "./kfunc-sets.ts";
import { type MacroLookup, macroLookup } from "./macros.ts";
import { type Registrations, readRegistrations } from "./registrations.ts";
import type { SourceTree } from "./source-tree.ts";
import { type Unreadable, UnreadableList } from "./unreadable.ts";

export interface KfuncScan {
  /** Sorted by name. */
  readonly kfuncs: readonly KfuncFact[];
  readonly unreadable: readonly Unreadable[];
}

const SET_WORDS = [
  "BTF_KFUNCS_START(",
  "BTF_SET8_START(",
  "btf_kfunc_id_set ",
  "register_btf_kfunc_id_set(",
  "register_btf_fmodret_id_set(",
];
const MARK = "__bpf_kfunc";

/** Kfuncs of a kernel tree. */
export function scanKfuncs(tree: SourceTree): KfuncScan {
  const paths = tree.filesContaining([...SET_WORDS, `${MARK} `, `${MARK}\n`], CODE_FOLDERS, ".c");
  return scanFiles(tree, paths, CODE_FOLDERS, macroLookup(tree));
}

/** Kfuncs of modules that are built outside of a kernel tree. */
export function scanModules(tree: SourceTree): KfuncScan {
  const paths = tree.filesContaining([...SET_WORDS, `${MARK} `, `${MARK}\n`], EVERYWHERE);
  return scanFiles(tree, paths, EVERYWHERE, macroLookup(tree, EVERYWHERE));
}

function scanFiles(
  tree: SourceTree,
  paths: readonly string[],
  folders: readonly string[],
  macros: MacroLookup,
): KfuncScan {
  const problems = new UnreadableList();
  const files = paths.filter((path) => !USER_SPACE.test(path)).map((path) => new CText(path, tree.read(path) ?? ""));
  const registrations = readRegistrations(files, problems);
  const entries = [
    ...files.flatMap((file) => readFlagSets(file, macros, problems)),
    ...roleEntries(registrations, macros, problems),
  ];
  const definitions = findDefinitions(entries, files, tree, folders);
  const kfuncs = mergeEntries(entries, registrations, definitions, tree);
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const { name, set, file } of entries) {
    const text = byPath.get(file);
    if (text === undefined || definitions.has(name)) continue;
    problems.add(text, text.text.indexOf(name), `no definition of ${name}, which is in the set ${set}`);
  }
  for (const { name, sets, file, line } of kfuncs) {
    const text = byPath.get(file);
    if (text === undefined || sets.some(({ types }) => types.length > 0)) continue;
    problems.add(text, text.offsetOf(line), `${name} is in a set that is registered for no program type`);
  }
  return { kfuncs, unreadable: problems.all() };
}

/** Sets of 5.18 and 5.19 as entries with flags. */
function roleEntries({ roles }: Registrations, macros: MacroLookup, problems: UnreadableList): readonly SetEntry[] {
  const seen = new Set<string>();
  return roles.flatMap(({ file, check, flags }) => {
    const key = `${file.path}\0${check}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const members = [...flags].map(
      ([flag, set]) => [flag, new Set(readPlainSet(file, set, macros, problems).map(({ name }) => name))] as const,
    );
    return readPlainSet(file, check, macros, problems).map((entry) => ({
      ...entry,
      flags: members.flatMap(([flag, names]) => (names.has(entry.name) ? [flag] : [])).sort(),
    }));
  });
}

function mergeEntries(
  entries: readonly SetEntry[],
  registrations: Registrations,
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
    const owner = ownerOf(definition.file.path, tree);
    const config = [...new Set([...commonConditions(all), ...owner.configs])];
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
      ...(owner.module !== undefined ? { module: owner.module } : {}),
      ...(definition.file.path.startsWith(TEST_FOLDER) ? { testOnly: true as const } : {}),
    });
  }
  return facts.sort((a, b) => compare(a.name, b.name));
}

function setFact(entry: SetEntry, first: SetEntry, registrations: Registrations): KfuncSetFact {
  const registered = registrations.of(entry.file, entry.set);
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
