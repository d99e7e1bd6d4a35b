// The translation unit as later rooms see it: programs, functions, externs,
// globals, maps and types, each worked out on first use.
import type { SourceFile, SourceSpan } from "../base/source.ts";
import type { Expression, FunctionDecl, TypeSyntax, VariableDecl } from "../syntax/ast.ts";
import type { Types } from "./type-queries.ts";
import type { CType, FieldPath, RecordLayout } from "./types.ts";

/** A function in a program section. */
export interface Program {
  /** The ELF symbol the kernel sees, e.g. `foo` of `BPF_PROG(foo, ...)`. */
  readonly name: string;
  /** As written in SEC(), with a leading `?` if there is one. */
  readonly section: string;
  /** The function the kernel enters. With libbpf's BPF_PROG it calls `____name`. */
  readonly entry: FunctionDecl;
  /** Where the user wrote the name. */
  readonly nameSpan: SourceSpan;
}

export interface GlobalVariable {
  readonly name: string;
  readonly type: CType;
  readonly decl: VariableDecl;
  /** Last SEC() string, e.g. ".maps", ".ksyms", "license", ".data.A", ".struct_ops.link". */
  readonly section: string | undefined;
  readonly const: boolean;
  readonly volatile: boolean;
  readonly extern: boolean;
  readonly static: boolean;
  readonly weak: boolean;
  readonly declTags: readonly string[];
  /** Constant the loader starts from when it is a scalar: the initializer, else 0; undefined if not constant. */
  readonly initialValue: number | undefined;
}

/** What a `SEC(".maps")` variable declares, as far as written: `type` is the BPF_MAP_TYPE_* name. */
export interface MapDecl {
  readonly name: string;
  readonly type: string | undefined;
  readonly maxEntries: number | undefined;
  readonly key: CType | undefined;
  readonly value: CType | undefined;
  /** The inner map of a map-in-map (`__array(values, struct inner)` or `.values`). */
  readonly inner: MapDecl | undefined;
}

export interface FunctionInfo {
  readonly name: string;
  /** Merged over redeclarations: attributes and section are the union of all. */
  readonly decl: FunctionDecl;
  readonly hasBody: boolean;
  readonly static: boolean;
  readonly weak: boolean;
  readonly naked: boolean;
  /** In section `.ksyms`: a kfunc declared by the program. */
  readonly ksym: boolean;
  readonly section: string | undefined;
  readonly declTags: readonly string[];
  readonly type: Extract<CType, { kind: "function" }>;
  /** Why the body cannot be trusted: ERROR or MISSING nodes, unsupported C. */
  readonly problem: string | undefined;
  readonly inMainFile: boolean;
}

export interface TranslationUnit {
  readonly main: SourceFile;
  readonly programs: readonly Program[];
  /** Functions of the main file, with or without a body (for statistics). */
  readonly mainFunctions: readonly FunctionInfo[];
  /** Kernel functions and variables that the file and its headers declare in `.ksyms` (large generated headers left out). */
  readonly ksyms: readonly string[];
  /** There are headers, and all were found: what is not declared is not there. */
  readonly complete: boolean;
  /** The variable in section "license", if the file has one. */
  readonly license: GlobalVariable | undefined;
  /** For questions that need a local scope. */
  readonly types: Types;
  function(name: string): FunctionInfo | undefined;
  global(name: string): GlobalVariable | undefined;
  map(name: string): MapDecl | undefined;
  /** Section of the executable that holds a global: what SEC() says, else by how it starts. undefined when that is not known. */
  dataSection(global: string): string | undefined;
  /** The globals that dataSection() puts there. */
  globalsIn(section: string): readonly string[];
  /** Programs and callbacks that a `SEC(".struct_ops")` initializer names: function -> [struct type, member]. */
  structOpsMember(functionName: string): { readonly struct: string; readonly member: string } | undefined;
  enumerator(name: string): number | undefined;
  /** Local types: the type-name scope of a function body is the unit's. */
  resolveType(syntax: TypeSyntax): CType;
  /** By tag or anonymous id; undefined when only forward-declared or never seen. */
  record(id: string): RecordLayout | undefined;
  field(record: CType, name: string): FieldPath | undefined;
  sizeOf(type: CType): number | undefined;
  /** Integer constant expressions: numbers, enumerators, sizeof, offsetof, operators, casts, `?:`. */
  constant(expression: Expression): number | undefined;
  isTypedef(name: string): boolean;
  /** A struct or union that the program's own files define: not from vmlinux.h or another kernel header. */
  isLocalRecord(tag: string): boolean;
  /** Declared by a header that describes a kernel, such as vmlinux.h, and nowhere else. */
  isFromKernelHeader(fn: FunctionInfo): boolean;
}
