// From C text to its translation unit and graphs, through the real pipeline and
// without any header.
import { buildCfg, type CfgUnit } from "../../server/src/cfg/build.ts";
import type { ControlFlowGraph } from "../../server/src/cfg/ir.ts";
import { printGraph } from "../../server/src/cfg/print.ts";
import { buildUnit, createUnitCache } from "../../server/src/model/build-unit.ts";
import type { TranslationUnit } from "../../server/src/model/unit.ts";
import { createHeaderCache, preprocess } from "../../server/src/preprocess/preprocess.ts";
import { loadParser } from "../../server/src/syntax/parser.ts";

const parser = loadParser();

export async function unitOf(text: string): Promise<TranslationUnit> {
  const config = { includeDirs: [], defines: [], undefines: [], forcedIncludes: [] };
  const reader = { read: () => undefined };
  const preprocessed = preprocess({ path: "/project/prog.bpf.c", text, config, reader }, createHeaderCache());
  return buildUnit(preprocessed, await parser, createUnitCache());
}

/** The graph of the last function with a body, or of `name`. */
export async function graphOf(text: string, name?: string): Promise<ControlFlowGraph> {
  const unit = await unitOf(text);
  const wanted = name ?? unit.mainFunctions.filter((fn) => fn.hasBody).at(-1)?.name;
  const fn = wanted === undefined ? undefined : unit.function(wanted);
  if (fn === undefined) throw new Error(`no function ${wanted}`);
  if (fn.problem !== undefined) throw new Error(`unreadable: ${fn.problem}`);
  return buildCfg(fn.decl, unit satisfies CfgUnit);
}

export async function printed(text: string, name?: string): Promise<string> {
  return printGraph(await graphOf(text, name));
}
