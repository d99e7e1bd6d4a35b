// The kfuncs of one kernel tree, or of module sources, as a file: what `kfunc-ls registry scan` writes
// and a target can be made from. Its shape is published as schemas/registry.schema.json.
import type { KfuncFact, Provenance } from "./facts.ts";
import type { Unreadable } from "./scan/unreadable.ts";
import { suffixOf } from "./words.ts";

export interface RegistryFile {
  /** Series: "6.6". Of module sources, the kernel they are meant for. */
  readonly kernel: string;
  readonly provenance: RegistryProvenance;
  /** One entry for each place of a kfunc in a BTF set, sorted by name and set. */
  readonly kfuncs: readonly RegistryEntry[];
}

export interface RegistryProvenance extends Provenance {
  /** "modules": only what these sources add to a kernel. */
  readonly source: "kernel" | "modules";
  /** What looks like a part of a registration and could not be understood. */
  readonly unreadable: readonly Unreadable[];
}

export interface RegistryEntry {
  readonly name: string;
  readonly flags: readonly string[];
  readonly params: readonly RegistryParam[];
  readonly returns: string;
  readonly registrations: readonly RegistryRegistration[];
  readonly file: string;
  readonly line: number;
  /** Conditions that must hold for the kernel to have it, joined with " && ". */
  readonly config?: string;
  readonly module?: string;
}

export interface RegistryParam {
  readonly name: string;
  readonly type: string;
  readonly suffixes: readonly string[];
}

export interface RegistryRegistration {
  readonly set: string;
  /**
   * Without BPF_PROG_TYPE_. "UNSPEC" is every type; "FMODRET": programs may attach, not call; "NONE": the set
   * is registered for nothing, and only filters look into it.
   */
  readonly programType: string;
  readonly filter?: string;
}

export const NO_TYPE = "NONE";

/** Facts of kfuncs as entries of a file. */
export function registryEntries(kfuncs: readonly KfuncFact[], kernel: string): readonly RegistryEntry[] {
  return kfuncs.flatMap((fact) => {
    const params = fact.params.map(([type, name]): RegistryParam => {
      const suffix = suffixOf(name, kernel);
      return { name, type, suffixes: suffix === undefined ? [] : [suffix] };
    });
    return fact.sets.map(
      ({ set, types, filter, flags }): RegistryEntry => ({
        name: fact.name,
        flags: flags ?? fact.flags,
        params,
        returns: fact.returns,
        registrations: (types.length === 0 ? [NO_TYPE] : types).map((programType) => ({
          set,
          programType,
          ...(filter !== undefined ? { filter } : {}),
        })),
        file: fact.file,
        line: fact.line,
        ...(fact.config !== undefined ? { config: fact.config.map(bracketed).join(AND) } : {}),
        ...(fact.module !== undefined ? { module: fact.module } : {}),
      }),
    );
  });
}

const AND = " && ";

/** "A && !B" -> its conditions, outside brackets. */
export function splitConditions(config: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < config.length; at++) {
    if (config[at] === "(") depth++;
    else if (config[at] === ")") depth--;
    else if (depth === 0 && config.startsWith(AND, at)) {
      parts.push(config.slice(from, at));
      from = at + AND.length;
    }
  }
  parts.push(config.slice(from));
  return parts.map((part) => /^\(([^()]*)\)$/.exec(part)?.[1] ?? part);
}

function bracketed(condition: string): string {
  return /^!?[\w]+$|^!?\(.*\)$/.test(condition) ? condition : `(${condition})`;
}

/** One entry a line, so that two kernels compare as a plain diff. */
export function writeRegistryFile(file: RegistryFile): string {
  const { unreadable, ...origin } = file.provenance;
  const provenance = `${JSON.stringify(origin).slice(0, -1)},"unreadable":${lines(unreadable)}}`;
  return `{\n"kernel": ${JSON.stringify(file.kernel)},\n"provenance": ${provenance},\n"kfuncs": ${lines(file.kfuncs)}\n}\n`;
}

function lines(list: readonly unknown[]): string {
  return list.length === 0 ? "[]" : `[\n${list.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`;
}
