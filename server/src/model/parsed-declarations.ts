// The declarations of a unit by name, parsed when asked for: what the type resolver
// reads from, and where functions and variables are found.
import type { Declaration, DeclaredName, PreprocessedUnit } from "../preprocess/unit.ts";
import type { EnumeratorSyntax, FunctionDecl, ParsedDeclaration, TypeSyntax, VariableDecl } from "../syntax/ast.ts";
import type { SectionCapture, SyntaxParser } from "../syntax/parser.ts";
import type { DeclSource } from "./decl-source.ts";
import { isTypedefIn } from "./type-names.ts";
import type { UnitCache } from "./unit-cache.ts";

export class ParsedDeclarations implements DeclSource {
  readonly isTypedef: (name: string) => boolean;
  readonly namesKey: string;
  readonly #unit: PreprocessedUnit;
  readonly #parser: SyntaxParser;
  readonly #cache: UnitCache;
  readonly #parsed = new Map<Declaration, ParsedDeclaration>();
  readonly #signatures = new Map<Declaration, ParsedDeclaration>();

  constructor(unit: PreprocessedUnit, parser: SyntaxParser, cache: UnitCache) {
    this.#unit = unit;
    this.#parser = parser;
    this.#cache = cache;
    this.isTypedef = isTypedefIn(unit);
    this.namesKey = unit.namesKey;
  }

  /** With the body, if it is a function. */
  parse(declaration: Declaration): ParsedDeclaration {
    let parsed = this.#parsed.get(declaration);
    if (parsed === undefined) {
      parsed = this.#cache.parse(declaration, this.#parser, this);
      this.#parsed.set(declaration, parsed);
    }
    return parsed;
  }

  /** Without the body; cheaper where only the types matter. */
  parseSignature(declaration: Declaration): ParsedDeclaration {
    if (!declaration.names.some(hasBody)) return this.parse(declaration);
    let parsed = this.#parsed.get(declaration) ?? this.#signatures.get(declaration);
    if (parsed === undefined) {
      parsed = this.#cache.parseSignature(declaration, this.#parser, this);
      this.#signatures.set(declaration, parsed);
    }
    return parsed;
  }

  sections(query: "programs" | "ksyms", declaration: Declaration): readonly SectionCapture[] {
    return this.#cache.sections(query, declaration, this.#parser, this);
  }

  typedef(name: string): TypeSyntax | undefined {
    for (const declaration of this.#declarations(name, "typedef")) {
      for (const decl of this.parse(declaration).decls) {
        if (decl.kind === "typedef" && decl.name === name) return decl.type;
      }
    }
    return undefined;
  }

  record(tag: string, union: boolean): TypeSyntax | undefined {
    const found = this.#tag(tag, union ? "union" : "struct", (type) => type.kind === "record" && type.union === union);
    return found?.kind === "record" && found.fields !== undefined ? found : undefined;
  }

  enumeration(tag: string): TypeSyntax | undefined {
    return this.#tag(tag, "enum", (type) => type.kind === "enum" && type.enumerators !== undefined);
  }

  #tag(tag: string, kind: "struct" | "union" | "enum", fits: (type: TypeSyntax) => boolean): TypeSyntax | undefined {
    for (const declaration of this.#unit.declarationsOf(tag)) {
      if (!declaration.names.some((name) => name.name === tag && name.kind === kind && name.defined)) continue;
      for (const decl of this.parseSignature(declaration).decls) {
        if (decl.kind !== "tag" || !("tag" in decl.type) || decl.type.tag !== tag || !fits(decl.type)) continue;
        if (decl.type.kind !== "record" || decl.type.fields !== undefined) return decl.type;
      }
    }
    return undefined;
  }

  enumOf(enumerator: string): readonly EnumeratorSyntax[] | undefined {
    for (const declaration of this.#declarations(enumerator, "enumerator")) {
      for (const decl of this.parseSignature(declaration).decls) {
        if (decl.kind !== "tag" || decl.type.kind !== "enum") continue;
        const list = decl.type.enumerators;
        if (list?.some((candidate) => candidate.name === enumerator)) return list;
      }
    }
    return undefined;
  }

  /** All declarations of the variable, in order. */
  variables(name: string): readonly { readonly decl: VariableDecl; readonly declaration: Declaration }[] {
    return this.#declarations(name, "variable").flatMap((declaration) =>
      this.parse(declaration).decls.flatMap((decl) =>
        decl.kind === "variable" && decl.variable.name === name ? [{ decl: decl.variable, declaration }] : [],
      ),
    );
  }

  /** The one with an initializer, else one that is not `extern`, else the last. */
  variable(name: string): VariableDecl | undefined {
    const decls = this.variables(name).map(({ decl }) => decl);
    return (
      decls.find((decl) => decl.initializer !== undefined) ??
      decls.find((decl) => decl.storage !== "extern") ??
      decls.at(-1)
    );
  }

  /** Only the signature: no type depends on a body. */
  function(name: string): FunctionDecl | undefined {
    for (const declaration of this.functionDeclarations(name)) {
      for (const decl of this.parseSignature(declaration).decls) {
        if (decl.kind === "function" && decl.name === name) return decl;
      }
    }
    return undefined;
  }

  functionDeclarations(name: string): readonly Declaration[] {
    return this.#declarations(name, "function");
  }

  #declarations(name: string, kind: string): readonly Declaration[] {
    return this.#unit
      .declarationsOf(name)
      .filter((declaration) => declaration.names.some((declared) => declared.name === name && declared.kind === kind));
  }
}

function hasBody({ kind, defined }: DeclaredName): boolean {
  return kind === "function" && defined;
}
