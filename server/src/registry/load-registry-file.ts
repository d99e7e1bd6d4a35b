// From a registry file to the facts of a kernel. Such a file knows kfuncs only: helpers, section names and the
// verifier's lists are those of the nearest built-in kernel. A file of module sources adds to that kernel's kfuncs.
import type { KernelFacts, KfuncFact, KfuncSetFact } from "./facts.ts";
import { nearestKernel } from "./kernel-version.ts";
import { builtinKernels, loadKernel } from "./load.ts";
import { NO_TYPE, type RegistryEntry, type RegistryFile, splitConditions } from "./registry-file.ts";
import { TEST_FOLDER } from "./scan/folders.ts";
import { hiddenParams } from "./scan/kfuncs.ts";

/** The file is not a registry. The message names the file, the place in it and what should be there. */
export class RegistryFileError extends Error {}

/** Facts of the kernel that the text of a registry file describes. Throws RegistryFileError. */
export function factsFromRegistryFile(text: string, path: string): KernelFacts {
  return factsFromRegistry(readRegistryFile(text, path));
}

/** Facts of a kernel by its kfuncs. `kernel` keeps the file's own name, so that rules are those of its version. */
export function factsFromRegistry(file: RegistryFile): KernelFacts {
  const base = loadKernel(nearestKernel(file.kernel, builtinKernels()));
  const own = mergeSets(file.kfuncs);
  const names = new Set(own.map(({ name }) => name));
  const kfuncs =
    file.provenance.source === "modules"
      ? [...base.kfuncs.filter(({ name }) => !names.has(name)), ...own].sort((a, b) => (a.name < b.name ? -1 : 1))
      : own;
  const { package: source, version, tree, scanner } = file.provenance;
  return { ...base, kernel: file.kernel, provenance: { package: source, version, tree, scanner }, kfuncs };
}

/** Entries of one name become one fact with several sets. */
function mergeSets(entries: readonly RegistryEntry[]): readonly KfuncFact[] {
  const byName = new Map<string, RegistryEntry[]>();
  for (const entry of entries) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry]);
  return [...byName.values()].map((all) => {
    const first = all[0]!;
    const params = first.params.map(({ type, name }) => [type, name] as const);
    const hidden = first.flags.includes("KF_IMPLICIT_ARGS") ? hiddenParams(params) : 0;
    return {
      name: first.name,
      returns: first.returns,
      params,
      ...(hidden > 0 ? { hidden } : {}),
      flags: first.flags,
      sets: all.map((entry) => setFact(entry, first)),
      file: first.file,
      line: first.line,
      ...(first.config !== undefined ? { config: splitConditions(first.config) } : {}),
      ...(first.module !== undefined ? { module: first.module } : {}),
      ...(first.file.startsWith(TEST_FOLDER) ? { testOnly: true as const } : {}),
    };
  });
}

function setFact(entry: RegistryEntry, first: RegistryEntry): KfuncSetFact {
  const { registrations, flags } = entry;
  const filter = registrations.find((registration) => registration.filter !== undefined)?.filter;
  return {
    set: registrations[0]?.set ?? "",
    types: [...new Set(registrations.map(({ programType }) => programType))].filter((type) => type !== NO_TYPE),
    ...(filter !== undefined ? { filter } : {}),
    ...(flags.join() !== first.flags.join() ? { flags } : {}),
  };
}

function readRegistryFile(text: string, path: string): RegistryFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RegistryFileError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const root = new Node(value, path, "");
  const origin = root.member("provenance");
  const kernel = root.member("kernel").string();
  if (!/^\d+\.\d+$/.test(kernel)) root.member("kernel").wrong('a version such as "6.6"');
  const source = origin.member("source").string();
  if (source !== "kernel" && source !== "modules") origin.member("source").wrong('"kernel" or "modules"');
  return {
    kernel,
    provenance: {
      source: source === "modules" ? "modules" : "kernel",
      package: origin.member("package").string(),
      version: origin.member("version").string(),
      tree: origin.member("tree").string(),
      scanner: origin.member("scanner").number(),
      unreadable: [],
    },
    kfuncs: root.member("kfuncs").items(readEntry),
  };
}

function readEntry(entry: Node): RegistryEntry {
  const config = entry.optional("config")?.string();
  const module = entry.optional("module")?.string();
  return {
    name: entry.member("name").string(),
    flags: entry.member("flags").items((flag) => flag.string()),
    params: entry.member("params").items((param) => ({
      name: param.member("name").string(),
      type: param.member("type").string(),
      suffixes: [],
    })),
    returns: entry.member("returns").string(),
    registrations: entry.member("registrations").items((registration) => {
      const filter = registration.optional("filter")?.string();
      return {
        set: registration.member("set").string(),
        programType: registration.member("programType").string(),
        ...(filter !== undefined ? { filter } : {}),
      };
    }),
    file: entry.member("file").string(),
    line: entry.member("line").number(),
    ...(config !== undefined ? { config } : {}),
    ...(module !== undefined ? { module } : {}),
  };
}

/** A value in the file and where it stands: "kfuncs[3].params[0].name". */
class Node {
  readonly #value: unknown;
  readonly #file: string;
  readonly #place: string;

  constructor(value: unknown, file: string, place: string) {
    this.#value = value;
    this.#file = file;
    this.#place = place;
  }

  member(name: string): Node {
    const found = this.optional(name);
    return found ?? this.wrong(`an object with "${name}"`);
  }

  optional(name: string): Node | undefined {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.wrong("an object");
    if (!Object.hasOwn(value, name)) return undefined;
    const place = this.#place === "" ? name : `${this.#place}.${name}`;
    return new Node((value as Readonly<Record<string, unknown>>)[name], this.#file, place);
  }

  items<T>(read: (item: Node) => T): readonly T[] {
    if (!Array.isArray(this.#value)) return this.wrong("a list");
    return this.#value.map((item: unknown, index) => read(new Node(item, this.#file, `${this.#place}[${index}]`)));
  }

  string(): string {
    return typeof this.#value === "string" ? this.#value : this.wrong("a string");
  }

  number(): number {
    return typeof this.#value === "number" ? this.#value : this.wrong("a number");
  }

  wrong(expected: string): never {
    const place = this.#place === "" ? "the file" : this.#place;
    throw new RegistryFileError(
      `${this.#file} is not a registry: ${place} should be ${expected}; make one with \`kfunc-ls registry scan\``,
    );
  }
}
