// The translation unit over preprocessed declarations. Holds nothing but lazy
// answers: what nobody asks for is never parsed.
import type { PreprocessedUnit } from "../preprocess/unit.ts";
import type { Expression, TypeSyntax, VariableDecl } from "../syntax/ast.ts";
import type { SyntaxParser } from "../syntax/parser.ts";
import { byContent } from "./by-content.ts";
import { dataSectionOf } from "./data-section.ts";
import { declTagsOf, MergedFunction, sectionOf } from "./function-info.ts";
import { isKernelHeader, LocalRecords } from "./local-records.ts";
import { readMap } from "./map-decl.ts";
import { ParsedDeclarations } from "./parsed-declarations.ts";
import { findPrograms, mentionsSection } from "./programs.ts";
import { indexStructOps, type StructOpsMember } from "./struct-ops.ts";
import type { Types } from "./type-queries.ts";
import { createTypes } from "./type-resolver.ts";
import type { CType, FieldPath, RecordLayout } from "./types.ts";
import type { FunctionInfo, GlobalVariable, MapDecl, Program, TranslationUnit } from "./unit.ts";
import { UnitCache } from "./unit-cache.ts";

export type { UnitCache } from "./unit-cache.ts";

/** `once`: each file is checked once. */
export function createUnitCache(once = false): UnitCache {
  return new UnitCache(once);
}

export function buildUnit(unit: PreprocessedUnit, parser: SyntaxParser, cache: UnitCache): TranslationUnit {
  return new LazyUnit(unit, parser, cache);
}

class LazyUnit implements TranslationUnit {
  readonly main;
  readonly complete;
  readonly types: Types;
  readonly #unit: PreprocessedUnit;
  readonly #source: ParsedDeclarations;
  readonly #localRecords: LocalRecords;
  readonly #functions = new Map<string, FunctionInfo | undefined>();
  readonly #globals = new Map<string, GlobalVariable | undefined>();
  readonly #maps = new Map<string, MapDecl | undefined>();
  #programs: readonly Program[] | undefined;
  #mainFunctions: readonly FunctionInfo[] | undefined;
  #ksyms: readonly string[] | undefined;
  #sections: Map<string, readonly string[]> | undefined;
  #structOps: ReadonlyMap<string, StructOpsMember> | undefined;
  /** null: not looked for yet. */
  #license: GlobalVariable | undefined | null = null;

  constructor(unit: PreprocessedUnit, parser: SyntaxParser, cache: UnitCache) {
    this.main = unit.main;
    // A file without any header is a part of another one.
    this.complete = unit.problems.length === 0 && unit.files.length > 1;
    this.#unit = unit;
    this.#source = new ParsedDeclarations(unit, parser, cache);
    this.types = createTypes(this.#source);
    this.#localRecords = new LocalRecords(unit);
  }

  get programs(): readonly Program[] {
    this.#programs ??= findPrograms(this.#unit, this.#source, (name) => this.function(name));
    return this.#programs;
  }

  get mainFunctions(): readonly FunctionInfo[] {
    if (this.#mainFunctions === undefined) {
      const names = new Set<string>();
      for (const declaration of this.#unit.declarations) {
        if (!declaration.inMainFile) continue;
        for (const { name, kind } of declaration.names) if (kind === "function") names.add(name);
      }
      this.#mainFunctions = [...names].flatMap((name) => this.function(name) ?? []);
    }
    return this.#mainFunctions;
  }

  get ksyms(): readonly string[] {
    if (this.#ksyms === undefined) {
      const names = new Set<string>();
      for (const declaration of this.#unit.declarations) {
        const declares = declaration.names.some(({ kind }) => kind === "function" || kind === "variable");
        if (!declares || !mentionsSection(declaration)) continue;
        for (const { name } of this.#source.sections("ksyms", declaration)) names.add(name);
      }
      this.#ksyms = [...names];
    }
    return this.#ksyms;
  }

  get license(): GlobalVariable | undefined {
    if (this.#license === null) this.#license = this.#findLicense();
    return this.#license;
  }

  #findLicense(): GlobalVariable | undefined {
    for (const declaration of this.#unit.declarations) {
      for (const { name, kind } of declaration.names) {
        if (kind !== "variable" || !mentionsLicense(declaration)) continue;
        const variable = this.global(name);
        if (variable?.section === "license") return variable;
      }
    }
    return undefined;
  }

  function(name: string): FunctionInfo | undefined {
    return remember(this.#functions, name, () => MergedFunction.of(name, this.#source, this.types));
  }

  global(name: string): GlobalVariable | undefined {
    return remember(this.#globals, name, () => this.#readGlobal(name));
  }

  map(name: string): MapDecl | undefined {
    // Two maps may name each other as inner maps.
    if (!this.#maps.has(name)) this.#maps.set(name, undefined);
    else return this.#maps.get(name);
    const variables = this.#source.variables(name);
    const section = sectionOf(variables.flatMap(({ decl }) => decl.attributes));
    if (section !== ".maps" && section !== "maps") return undefined;
    const variable = this.#source.variable(name);
    const reader = { source: this.#source, types: this.types, map: (inner: string) => this.map(inner) };
    const map = variable === undefined ? undefined : readMap(name, variable, reader);
    this.#maps.set(name, map);
    return map;
  }

  dataSection(global: string): string | undefined {
    const variable = this.global(global);
    return variable && dataSectionOf(variable);
  }

  globalsIn(section: string): readonly string[] {
    if (this.#sections === undefined) {
      this.#sections = new Map();
      for (const name of this.#variableNames()) {
        const place = this.dataSection(name);
        if (place !== undefined) this.#sections.set(place, [...(this.#sections.get(place) ?? []), name]);
      }
    }
    return this.#sections.get(section) ?? [];
  }

  /** Variables that are declared here. */
  #variableNames(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const declaration of this.#unit.declarations) {
      for (const { name, kind } of declaration.names) if (kind === "variable") names.add(name);
    }
    return names;
  }

  structOpsMember(functionName: string): StructOpsMember | undefined {
    this.#structOps ??= indexStructOps(this.#unit, this.#source);
    return this.#structOps.get(functionName);
  }

  enumerator(name: string): number | undefined {
    return this.types.enumerator(name);
  }

  resolveType(syntax: TypeSyntax): CType {
    return this.types.resolve(syntax);
  }

  record(id: string): RecordLayout | undefined {
    return this.types.record(id);
  }

  field(record: CType, name: string): FieldPath | undefined {
    return this.types.field(record, name);
  }

  sizeOf(type: CType): number | undefined {
    return this.types.sizeOf(type);
  }

  constant(expression: Expression): number | undefined {
    return this.types.constant(expression);
  }

  isTypedef(name: string): boolean {
    return this.#source.isTypedef(name);
  }

  isLocalRecord(tag: string): boolean {
    return this.#localRecords.has(tag);
  }

  isFromKernelHeader(fn: FunctionInfo): boolean {
    return this.#source.functionDeclarations(fn.name).every(({ file }) => isKernelHeader(file.path));
  }

  #readGlobal(name: string): GlobalVariable | undefined {
    const all = this.#source.variables(name).map(({ decl }) => decl);
    const decl = this.#source.variable(name);
    if (decl === undefined) return undefined;
    const attributes = all.flatMap((variable) => variable.attributes);
    const qualifiers = valueQualifiers(decl.type);
    const type = this.types.variable(name) ?? this.types.resolve(decl.type);
    const extern = all.every((variable) => variable.storage === "extern");
    return {
      name,
      type,
      decl,
      section: sectionOf(attributes),
      const: qualifiers.const,
      volatile: qualifiers.volatile,
      extern,
      static: all.some((variable) => variable.storage === "static"),
      weak: attributes.some((attribute) => attribute.name === "weak"),
      declTags: declTagsOf(attributes),
      initialValue: extern ? undefined : this.#initialValue(decl, type),
    };
  }

  #initialValue({ initializer }: VariableDecl, type: CType): number | undefined {
    if (type.kind !== "int" && type.kind !== "enum" && type.kind !== "pointer") return undefined;
    if (initializer === undefined) return 0;
    // `int x = {}` and `int x = {3}`
    if (initializer.kind === "initializer-list") {
      const [first] = initializer.items;
      return first === undefined ? 0 : this.types.constant(first.value);
    }
    return this.types.constant(initializer);
  }
}

const mentionsLicense = byContent(({ tokens }) =>
  tokens.some(({ kind, text }) => kind === "string" && text === '"license"'),
);

/** Qualifiers of what the variable holds: of the elements, if it is an array. */
function valueQualifiers(type: TypeSyntax): TypeSyntax["qualifiers"] {
  let at = type;
  while (at.kind === "array") at = at.of;
  return at.qualifiers;
}

function remember<T>(known: Map<string, T | undefined>, name: string, make: () => T | undefined): T | undefined {
  if (known.has(name)) return known.get(name);
  const made = make();
  known.set(name, made);
  return made;
}
