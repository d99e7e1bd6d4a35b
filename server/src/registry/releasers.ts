// Which calls end a reference to an object of a given struct. The verifier accepts any release of the right
// type; for messages and fixes the one that belongs to the acquire comes first.
import { shapeOf } from "./c-type.ts";
import type { KernelFacts, KfuncFact } from "./facts.ts";
import { preferredReleases } from "./overrides/names.ts";

export type Releasers = ReadonlyMap<string, readonly string[]>;

/** Struct -> kfuncs that release it; those of test modules last. */
export function findReleasers(facts: KernelFacts): Releasers {
  const found = new Map<string, KfuncFact[]>();
  for (const kfunc of facts.kfuncs) {
    if (!kfunc.flags.includes("KF_RELEASE")) continue;
    const struct = releasedStruct(kfunc);
    if (struct !== undefined) found.set(struct, [...(found.get(struct) ?? []), kfunc]);
  }
  const order = (kfunc: KfuncFact): number => (kfunc.testOnly === true ? 1 : 0);
  return new Map(
    [...found].map(([struct, kfuncs]) => [
      struct,
      kfuncs.sort((a, b) => order(a) - order(b)).map((kfunc) => kfunc.name),
    ]),
  );
}

export function releasersFor(kfunc: KfuncFact, releasers: Releasers): readonly string[] {
  if (!kfunc.flags.includes("KF_ACQUIRE")) return [];
  const returned = shapeOf(kfunc.returns);
  if (returned.kind !== "struct-pointer") return [];
  const all = releasers.get(returned.struct) ?? [];
  const preferred = preferredReleases[kfunc.name];
  const rank = (name: string): number =>
    name === preferred ? Number.MAX_SAFE_INTEGER : commonPrefix(name, kfunc.name);
  return [...all].sort((a, b) => rank(b) - rank(a));
}

function releasedStruct(kfunc: KfuncFact): string | undefined {
  for (const [type] of kfunc.params) {
    const shape = shapeOf(type);
    if (shape.kind === "struct-pointer") return shape.struct;
  }
  return undefined;
}

/** Length of the common start: bpf_cgroup_acquire goes with bpf_cgroup_release. */
function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
