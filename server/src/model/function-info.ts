// One function over all its declarations. libbpf's macros spread a function over
// three of them, headers declare what the file defines: C counts them as one, and
// attributes of each hold for all.
import type { Declaration } from "../preprocess/unit.ts";
import type { Attribute, FunctionDecl, ParamSyntax, TypeSyntax } from "../syntax/ast.ts";
import type { ParsedDeclarations } from "./parsed-declarations.ts";
import type { Types } from "./type-queries.ts";
import type { CType } from "./types.ts";
import type { FunctionInfo } from "./unit.ts";

type FunctionType = Extract<CType, { kind: "function" }>;

/** Signatures are parsed at once, the body when `decl` or `problem` is asked for. */
export class MergedFunction implements FunctionInfo {
  readonly name: string;
  readonly hasBody: boolean;
  readonly inMainFile: boolean;
  readonly #source: ParsedDeclarations;
  readonly #types: Types;
  /** The declaration with the body, else the last one. */
  readonly #main: Declaration;
  readonly #signatures: readonly FunctionDecl[];
  readonly #attributes: readonly Attribute[];
  #whole: { readonly decl: FunctionDecl; readonly problem: string | undefined } | undefined;
  #type: FunctionType | undefined;

  private constructor(
    name: string,
    main: Declaration,
    hasBody: boolean,
    signatures: readonly FunctionDecl[],
    source: ParsedDeclarations,
    types: Types,
  ) {
    this.name = name;
    this.hasBody = hasBody;
    this.inMainFile = main.inMainFile;
    this.#main = main;
    this.#signatures = signatures;
    this.#attributes = signatures.flatMap((signature) => signature.attributes);
    this.#source = source;
    this.#types = types;
  }

  static of(name: string, source: ParsedDeclarations, types: Types): MergedFunction | undefined {
    const declarations = source.functionDeclarations(name);
    const body = declarations.find((declaration) => defines(declaration, name));
    const main = body ?? declarations.at(-1);
    if (main === undefined) return undefined;
    const signatures = declarations.flatMap((declaration) => [
      ...functionsOf(source.parseSignature(declaration).decls, name),
    ]);
    return new MergedFunction(name, main, body !== undefined, signatures, source, types);
  }

  get decl(): FunctionDecl {
    return this.#parse().decl;
  }

  get problem(): string | undefined {
    return this.#parse().problem;
  }

  get static(): boolean {
    return this.#signatures.some((signature) => signature.storage === "static");
  }

  get weak(): boolean {
    return this.#has("weak");
  }

  get naked(): boolean {
    return this.#has("naked");
  }

  get ksym(): boolean {
    return this.#attributes.some((attribute) => attribute.name === "section" && attribute.args[0] === ".ksyms");
  }

  get section(): string | undefined {
    return sectionOf(this.#attributes);
  }

  get declTags(): readonly string[] {
    return declTagsOf(this.#attributes);
  }

  get type(): FunctionType {
    if (this.#type === undefined) {
      const { params, returns, variadic } = this.#signature();
      const plain = { qualifiers: { const: false, volatile: false }, attributes: [] };
      const type = this.#types.resolve({ kind: "function", params, returns, variadic, ...plain });
      this.#type = type.kind === "function" ? type : { kind: "function", returns: type, params: [], variadic };
    }
    return this.#type;
  }

  #has(attribute: string): boolean {
    return this.#attributes.some(({ name }) => name === attribute);
  }

  /** The main declaration's signature, with parameters' attributes from all. */
  #signature(): FunctionDecl {
    const own = this.#signatures.find((signature) => signature.declaration === this.#main);
    const base = own ?? this.#signatures.at(-1) ?? nothingKnown(this.name, this.#main);
    return this.#merge(base);
  }

  #parse(): { readonly decl: FunctionDecl; readonly problem: string | undefined } {
    if (this.#whole === undefined) {
      const { decls, problem } = this.#source.parse(this.#main);
      const [found] = functionsOf(decls, this.name);
      const decl = found === undefined ? this.#signature() : this.#merge(found);
      const unread = found === undefined ? "syntax error" : undefined;
      this.#whole = { decl, problem: problem?.message ?? unread };
    }
    return this.#whole;
  }

  #merge(base: FunctionDecl): FunctionDecl {
    if (this.#signatures.length < 2 && base.attributes.length === this.#attributes.length) return base;
    const params = base.params.map((param, i): ParamSyntax => {
      const others = this.#signatures.filter((other) => other.declaration !== base.declaration);
      const more = others.flatMap((other) => other.params[i]?.attributes ?? []);
      return more.length === 0 ? param : { ...param, attributes: [...param.attributes, ...more] };
    });
    return {
      ...base,
      params,
      storage: this.static ? "static" : base.storage,
      inline: this.#signatures.some((signature) => signature.inline),
      attributes: this.#attributes,
    };
  }
}

/** Last SEC() wins, as for the compiler. */
export function sectionOf(attributes: readonly Attribute[]): string | undefined {
  return attributes.findLast((attribute) => attribute.name === "section")?.args[0];
}

export function declTagsOf(attributes: readonly Attribute[]): readonly string[] {
  return attributes.flatMap(({ name, args }) => (name === "btf_decl_tag" && args[0] !== undefined ? [args[0]] : []));
}

function defines(declaration: Declaration, name: string): boolean {
  return declaration.names.some(
    (declared) => declared.name === name && declared.kind === "function" && declared.defined,
  );
}

function* functionsOf(decls: readonly { readonly kind: string }[], name: string): Generator<FunctionDecl> {
  for (const decl of decls as readonly (FunctionDecl | { readonly kind: "other" })[]) {
    if (decl.kind === "function" && decl.name === name) yield decl;
  }
}

/** Not even the signature can be read: a name to report it under. */
function nothingKnown(name: string, declaration: Declaration): FunctionDecl {
  const at = Math.max(
    0,
    declaration.tokens.findIndex((token) => token.text === name),
  );
  const returns: TypeSyntax = { kind: "auto", qualifiers: { const: false, volatile: false }, attributes: [] };
  return {
    kind: "function",
    name,
    returns,
    params: [],
    variadic: true,
    storage: "none",
    inline: false,
    attributes: [],
    body: undefined,
    nameAt: { start: at, end: at + 1 },
    declaration,
  };
}
