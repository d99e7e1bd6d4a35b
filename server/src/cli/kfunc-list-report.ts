// The answer of `kfuncs list`. The JSON is an interface: fields are added, never renamed.

import type { KernelFacts, KfuncFact } from "../registry/facts.ts";
import { callersOf, prototypeOf } from "../registry/index.ts";
import type { Colors } from "./colors.ts";

export interface KfuncList {
  readonly version: string;
  readonly facts: KernelFacts;
  readonly kfuncs: readonly KfuncFact[];
  /** Kfuncs of test modules that would fit. */
  readonly leftOut: number;
}

export function listJson({ version, facts, kfuncs }: KfuncList): string {
  const list = kfuncs.map((fact) => ({
    name: fact.name,
    prototype: prototypeOf(fact),
    flags: fact.flags,
    callers: callersOf(fact, facts),
    module: fact.module ?? null,
    config: fact.config ?? [],
    testOnly: fact.testOnly === true,
    definition: { file: fact.file, line: fact.line },
  }));
  return `${JSON.stringify({ version, kernel: facts.kernel, kfuncs: list }, undefined, 2)}\n`;
}

export function listText({ facts, kfuncs, leftOut }: KfuncList, colors: Colors): string {
  const rows = kfuncs.map((fact) => ({
    name: fact.name,
    flags: fact.flags.map((flag) => flag.replace(/^KF_/, "").toLowerCase()).join(" "),
    callers: callersInShort(fact, facts),
  }));
  const width = (column: "name" | "flags", most: number): number =>
    Math.min(most, Math.max(0, ...rows.map((row) => row[column].length)));
  const [names, flags] = [width("name", 40), width("flags", 34)];
  const lines = rows.map((row) =>
    `${colors.bold(row.name.padEnd(names))}  ${colors.cyan(row.flags.padEnd(flags))}  ${row.callers}`.trimEnd(),
  );
  const tests = leftOut === 0 ? "" : `; ${leftOut} of the kernel's test modules left out, --all lists them`;
  const count = `${kfuncs.length} ${kfuncs.length === 1 ? "kfunc" : "kfuncs"} of Linux ${facts.kernel}${tests}`;
  return `${[...lines, colors.dim(count)].join("\n")}\n`;
}

/** Types that share a hook as one word, "CGROUP*"; "some LSM" where not all programs of the type may. */
function callersInShort(fact: KfuncFact, facts: KernelFacts): string {
  const { everyType, types } = callersOf(fact, facts);
  if (everyType) return "every type";
  if (types.length === 0) return "attach only";
  const whole = new Set(types.flatMap(({ programType, only }) => (only === undefined ? [programType] : [])));
  const byHook = (type: string): string => {
    const hook = facts.hooks[type];
    const sharers = Object.keys(facts.hooks).filter((other) => facts.hooks[other] === hook);
    return hook !== undefined && sharers.length > 1 && sharers.every((other) => whole.has(other)) ? `${hook}*` : type;
  };
  const words = types.map(({ programType, only }) =>
    only === undefined ? byHook(programType) : `some ${programType}`,
  );
  return [...new Set(words)].join(" ");
}
