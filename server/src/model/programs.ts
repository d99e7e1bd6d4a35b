// Finds the programs of a unit: functions with a body in a section that libbpf loads.
import type { PreprocessedUnit } from "../preprocess/unit.ts";
import { byContent } from "./by-content.ts";
import type { ParsedDeclarations } from "./parsed-declarations.ts";
import type { FunctionInfo, Program } from "./unit.ts";

/** In the order of their bodies. Bodies are parsed when `entry` is asked for. */
export function findPrograms(
  unit: PreprocessedUnit,
  source: ParsedDeclarations,
  functionOf: (name: string) => FunctionInfo | undefined,
): readonly Program[] {
  const defined = new Set<string>();
  for (const { names } of unit.declarations) {
    for (const { name, kind, defined: isBody } of names) if (kind === "function" && isBody) defined.add(name);
  }
  const sections = sectionsOf(defined, unit, source);
  const programs: Program[] = [];
  for (const name of defined) {
    const section = sections.get(name);
    if (section === undefined || !isProgramSection(section)) continue;
    const info = functionOf(name);
    if (info !== undefined && !info.static) programs.push(new SectionProgram(name, section, info));
  }
  return programs;
}

/** The last section that is stated for each of these functions. */
function sectionsOf(
  functions: ReadonlySet<string>,
  unit: PreprocessedUnit,
  source: ParsedDeclarations,
): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  for (const declaration of unit.declarations) {
    const declares = declaration.names.some(({ name, kind }) => kind === "function" && functions.has(name));
    if (!declares || !mentionsSection(declaration)) continue;
    for (const { name, section } of source.sections("programs", declaration)) {
      if (section !== undefined) sections.set(name, section);
    }
  }
  return sections;
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

/** libbpf takes every other section with code for programs; those with a dot are the compiler's and its own. */
export function isProgramSection(section: string): boolean {
  return section !== "" && !section.startsWith(".");
}

/** Only then is a query worth its time. */
export const mentionsSection = byContent(({ tokens }) => {
  for (const { text } of tokens) {
    if (text === "{") return false;
    if (text === "section" || text === "__section__") return true;
  }
  return false;
});
