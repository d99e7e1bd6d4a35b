// One kfunc as the sources declare it and as the binary has it: where do they differ? C has several spellings for a
// type and BTF keeps less than the source; what is taken for equal stands here.
import type { BtfKfunc } from "../../src/btf/kernel-btf.ts";
import type { KfuncFact } from "../../src/registry/facts.ts";

/** What differs, in words; empty when nothing does. */
export function compareKfunc(fact: KfuncFact, built: BtfKfunc): readonly string[] {
  const differences: string[] = [];
  const differ = (what: string, source: string, binary: string) => {
    if (source !== binary) differences.push(`${what}: source has "${source}", binary has "${binary}"`);
  };
  differ("return type", plainType(fact.returns), plainType(built.returns));
  differ("hidden parameters", `${fact.hidden ?? 0}`, `${built.hidden ?? 0}`);
  differ("parameter names", names(fact), names(built));
  differ("parameter types", types(fact), types(built));
  // The image has no names of sets, so the distinct combinations of flags are compared.
  differ("flags", flagSets(fact.flags, fact.sets), flagSets(built.flags ?? [], built.sets));
  return differences;
}

/** Why the binary rightly lacks a kfunc; undefined when there is no reason. */
export function reasonForAbsence(fact: KfuncFact, config: string | undefined): string | undefined {
  if (fact.testOnly) return "it is in a test module";
  if (fact.sets.every(({ types }) => types.length > 0 && types.every((type) => type === "FMODRET"))) {
    return "programs attach to it (fmod_ret), they do not call it, and its set is not marked as one of kfuncs";
  }
  const architecture = /^arch\/([^/]+)\//.exec(fact.file)?.[1];
  if (architecture !== undefined && architecture !== "x86") return `it is for ${architecture}`;
  if (config === undefined) return undefined;
  const conditions = [
    ...(fact.config ?? []),
    ...optionsOfFolders.filter(([path]) => fact.file.startsWith(path)).flat(),
  ];
  const missed = conditions
    .flatMap((condition) => condition.match(/!?CONFIG_\w+/g) ?? [])
    .filter((option) => {
      const isOn = new RegExp(`^${option.replace("!", "")}=[ym]$`, "m").test(config);
      return option.startsWith("!") ? isOn : !isOn;
    });
  return missed.length > 0 ? `the kernel was configured without ${missed.join(", ")}` : undefined;
}

/** The facts know conditions around the entry of a set, not those of Kbuild or of an #include around a whole file. */
const optionsOfFolders: readonly (readonly [path: string, option: string])[] = [
  ["kernel/sched/ext", "CONFIG_SCHED_CLASS_EXT"],
  ["drivers/hid/bpf/", "CONFIG_HID_BPF"],
];

interface Declared {
  readonly params: readonly (readonly [type: string, name: string])[];
  readonly hidden?: number;
}

/** Names of hidden parameters come from the other FUNC of the kfunc, which may be older than it. */
function names({ params, hidden = 0 }: Declared): string {
  return params
    .slice(0, params.length - hidden)
    .map(([, name]) => name)
    .join(", ");
}

function types({ params, hidden = 0 }: Declared): string {
  return params
    .slice(0, params.length - hidden)
    .map(([type]) => plainType(type))
    .join(", ");
}

function plainType(type: string): string {
  return (
    type
      // gcc writes no type tags; the macros stand for nothing then.
      .replace(/ ?__(user|rcu|arena|percpu)\b/g, "")
      // gcc writes no names for parameters of function pointers.
      .replace(
        /\(\*\)\((.*)\)$/,
        (_, params: string) => `(*)(${params.replace(/([ *])\w+(?=,|$)/g, "$1").replace(/ (?=,|$)/g, "")})`,
      )
  );
}

function flagSets(first: readonly string[], sets: readonly { readonly flags?: readonly string[] }[]): string {
  const all = sets.length === 0 ? [first] : sets.map(({ flags }) => flags ?? first);
  return [...new Set(all.map((flags) => [...flags].sort().join("|")))].sort().join(" / ");
}
