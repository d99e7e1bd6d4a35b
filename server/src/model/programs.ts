// Finds the programs of a unit: functions with a body in a section that libbpf loads.
import type { Declaration, PreprocessedUnit } from "../preprocess/unit.ts";
import type { ParsedDeclarations } from "./parsed-declarations.ts";
import type { FunctionInfo, Program } from "./unit.ts";

/** In the order of their bodies. Bodies are parsed when `entry` is asked for. */
export function findPrograms(
  unit: PreprocessedUnit,
  source: ParsedDeclarations,
  functionOf: (name: string) => FunctionInfo | undefined,
): readonly Program[] {
  const programs: Program[] = [];
  const seen = new Set<string>();
  for (const declaration of unit.declarations) {
    for (const { name, kind, defined } of declaration.names) {
      if (kind !== "function" || !defined || seen.has(name)) continue;
      seen.add(name);
      const section = programSection(name, source);
      if (section === undefined) continue;
      const info = functionOf(name);
      if (info !== undefined && !info.static) programs.push(new SectionProgram(name, section, info));
    }
  }
  return programs;
}

class SectionProgram implements Program {
  readonly name: string;
  readonly section: string;
  readonly #info: FunctionInfo;

  constructor(name: string, section: string, info: FunctionInfo) {
    this.name = name;
    this.section = section;
    this.#info = info;
  }

  get entry() {
    return this.#info.decl;
  }

  /** The macros of libbpf hand the user's name on as an argument, so its token points at the user's text. */
  get nameSpan() {
    const { declaration, nameAt } = this.#info.decl;
    const { file, start, end } = declaration.tokens[nameAt.start]!;
    return { file, start, end };
  }
}

function programSection(name: string, source: ParsedDeclarations): string | undefined {
  let section: string | undefined;
  for (const declaration of source.functionDeclarations(name)) {
    if (!mentionsSection(declaration)) continue;
    for (const found of source.sections("programs", declaration)) {
      if (found.name === name && found.section !== undefined) section = found.section;
    }
  }
  return section !== undefined && isProgramSection(section) ? section : undefined;
}

/** libbpf takes every other section with code for programs; those with a dot are the compiler's and its own. */
export function isProgramSection(section: string): boolean {
  return section !== "" && !section.startsWith(".");
}

/** By content: an edit moves most declarations, and their tokens are then not at hand. */
const sectionsMentioned = new Map<string, boolean>();

/** A large unit declares some 2,000 functions; two such units stay warm. */
const maxMentions = 5_000;

/** Only then is a query worth its time. */
export function mentionsSection(declaration: Declaration): boolean {
  const { key } = declaration;
  let known = sectionsMentioned.get(key);
  if (known === undefined) {
    known = readsSection(declaration);
    if (sectionsMentioned.size >= maxMentions) sectionsMentioned.clear();
    sectionsMentioned.set(key, known);
  }
  return known;
}

function readsSection(declaration: Declaration): boolean {
  for (const { text } of declaration.tokens) {
    if (text === "{") return false;
    if (text === "section" || text === "__section__") return true;
  }
  return false;
}
