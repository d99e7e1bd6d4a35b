// The facts of a kernel that is known by its BTF. A BTF says which kfuncs there are and with which prototypes, an image
// says their flags as well; which program types may call them, and all the rest, comes from the built-in kernel
// nearest to it. What the BTF says counts: distributions bring back kfuncs of later kernels.

import { type BtfKfunc, listKfuncs, type OpenBtf, prototypeOf } from "../btf/kernel-btf.ts";
import { kinds } from "../btf/kinds.ts";
import type { KernelFacts, KfuncFact } from "../registry/facts.ts";

export interface OpenModule {
  readonly name: string;
  readonly open: OpenBtf;
}

/** `known`: built-in kernels, the one whose tables count first. `version`: "6.6", else that of the nearest. */
export function factsOfBtf(
  kernel: OpenBtf,
  modules: readonly OpenModule[],
  known: readonly KernelFacts[],
  version?: string,
): KernelFacts {
  const [nearest] = known;
  if (nearest === undefined) throw new Error("no built-in kernel to join with");
  const factsByName = known.map((facts) => new Map(facts.kfuncs.map((fact) => [fact.name, fact])));
  const factOf = (name: string) => factsByName.map((facts) => facts.get(name)).find((fact) => fact !== undefined);
  const found = new Map<string, KfuncFact>();
  for (const fact of kfuncsOf(kernel, nearest, factOf)) found.set(fact.name, fact);
  for (const { name, open } of modules) {
    for (const fact of kfuncsOf(open, nearest, factOf)) {
      // By name the kernel comes first, then modules in their order.
      if (!found.has(fact.name)) found.set(fact.name, { ...fact, module: name });
    }
  }
  const given = new Set(modules.map((module) => module.name));
  for (const fact of nearest.kfuncs) {
    // A module nobody showed us may be loaded when the program is.
    if (fact.module !== undefined && !given.has(fact.module) && !found.has(fact.name)) found.set(fact.name, fact);
  }
  const kfuncs = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...nearest, kernel: version ?? nearest.kernel, kfuncs };
}

/** Built-in kernels by likeness to a BTF without a version: the newest whose own kfuncs are nearly all there comes first. */
export function orderByLikeness({ btf }: OpenBtf, known: readonly KernelFacts[]): readonly KernelFacts[] {
  const enough = 0.85;
  const shares = known.map((facts) => {
    const own = facts.kfuncs.filter((fact) => fact.module === undefined && fact.testOnly !== true);
    const there = own.filter((fact) => btf.findOwn(kinds.func, fact.name).length > 0).length;
    return { facts, share: own.length === 0 ? 0 : there / own.length };
  });
  const newestFirst = [...shares].reverse();
  const like = newestFirst.find(({ share }) => share >= enough) ?? newestFirst.sort((a, b) => b.share - a.share)[0];
  return like === undefined ? [] : [like.facts, ...known.filter((facts) => facts !== like.facts).reverse()];
}

function kfuncsOf(
  open: OpenBtf,
  nearest: KernelFacts,
  factOf: (name: string) => KfuncFact | undefined,
): readonly KfuncFact[] {
  const listed = listKfuncs(open);
  if (listed !== undefined) return listed.flatMap((kfunc) => joined(kfunc, factOf(kfunc.name)) ?? []);
  // Nothing in the file says which functions are kfuncs: those that the nearest kernel has under their names.
  return nearest.kfuncs.flatMap((fact) => {
    const [id] = open.btf.findOwn(kinds.func, fact.name);
    if (id === undefined) return [];
    const { returns, params } = prototypeOf(open.btf, id);
    return [
      { ...fact, ...withoutHidden(fact, params.length), returns, params: [...params, ...hiddenOf(fact, params)] },
    ];
  });
}

/** Undefined when neither the file nor a built-in kernel knows its flags: then nothing can be said of calls. */
function joined(kfunc: BtfKfunc, known: KfuncFact | undefined): KfuncFact | undefined {
  const flags = kfunc.flags ?? known?.flags;
  if (flags === undefined) return undefined;
  return {
    name: kfunc.name,
    returns: kfunc.returns,
    params: kfunc.params,
    ...(kfunc.hidden === undefined ? {} : { hidden: kfunc.hidden }),
    flags,
    sets: known?.sets ?? [],
    file: known?.file ?? "",
    line: known?.line ?? 0,
    ...(known?.config === undefined ? {} : { config: known.config }),
    ...(known?.testOnly === undefined ? {} : { testOnly: known.testOnly }),
  };
}

/** The parameters a fact has beyond those that programs pass. */
function hiddenOf(fact: KfuncFact, params: KfuncFact["params"]): KfuncFact["params"] {
  return fact.hidden === undefined || fact.params.length === params.length ? [] : fact.params.slice(params.length);
}

function withoutHidden(fact: KfuncFact, visible: number): { hidden?: number } {
  return fact.hidden === undefined ? {} : { hidden: Math.max(0, fact.params.length - visible) };
}
