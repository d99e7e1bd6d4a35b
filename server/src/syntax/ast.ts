// The tree of one top-level declaration after lowering from tree-sitter: casts told
// from calls, attributes put back where they belong, no types worked out yet.
// Positions are token indexes of the declaration, so a tree can be kept when text
// before it moves.
import type { Declaration } from "../preprocess/unit.ts";
import type { Positions } from "./positions.ts";

/** Half-open range of token indexes in the declaration's `tokens`. */
export interface At {
  readonly start: number;
  readonly end: number;
}

/** `__attribute__((name(args)))`; string arguments without quotes, others as source text. Leading and trailing `__` of the name removed. */
export interface Attribute {
  readonly name: string;
  readonly args: readonly string[];
}

export interface Qualifiers {
  readonly const: boolean;
  readonly volatile: boolean;
}

/** A type as written. `attributes` are those written on this very level (`btf_type_tag` of `struct t __kptr *p` sits on the struct). */
export type TypeSyntax = TypeShape & { readonly qualifiers: Qualifiers; readonly attributes: readonly Attribute[] };

export type TypeShape =
  /** Canonical C name: "void", "_Bool", "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "long", "unsigned long", "long long", "unsigned long long", "__int128", "unsigned __int128", "float", "double". */
  | { readonly kind: "base"; readonly name: string }
  | { readonly kind: "typedef"; readonly name: string }
  | {
      readonly kind: "record";
      readonly union: boolean;
      readonly tag: string | undefined;
      readonly fields: readonly FieldSyntax[] | undefined;
    }
  | {
      readonly kind: "enum";
      readonly tag: string | undefined;
      readonly enumerators: readonly EnumeratorSyntax[] | undefined;
    }
  | { readonly kind: "typeof"; readonly operand: Expression }
  | { readonly kind: "typeof-type"; readonly operand: TypeSyntax }
  | { readonly kind: "auto" }
  | { readonly kind: "pointer"; readonly to: TypeSyntax }
  | { readonly kind: "array"; readonly of: TypeSyntax; readonly length: Expression | undefined }
  | {
      readonly kind: "function";
      readonly returns: TypeSyntax;
      readonly params: readonly ParamSyntax[];
      readonly variadic: boolean;
    };

/** `name` undefined: an anonymous struct or union whose members belong to the parent, or an unnamed bit-field. */
export interface FieldSyntax {
  readonly name: string | undefined;
  readonly type: TypeSyntax;
  readonly bits: Expression | undefined;
  readonly attributes: readonly Attribute[];
}

export interface EnumeratorSyntax {
  readonly name: string;
  readonly value: Expression | undefined;
}

export interface ParamSyntax {
  readonly name: string | undefined;
  readonly type: TypeSyntax;
  readonly attributes: readonly Attribute[];
  readonly at: At;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "<<"
  | ">>"
  | "&"
  | "|"
  | "^"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">=";

export type Expression = { readonly at: At } & (
  | { readonly kind: "name"; readonly name: string }
  /** value undefined: floating point, or too large for an exact double. */
  | { readonly kind: "number"; readonly value: number | undefined; readonly unsigned: boolean; readonly long: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "unary"; readonly op: "-" | "+" | "!" | "~"; readonly operand: Expression }
  | { readonly kind: "address"; readonly operand: Expression }
  | { readonly kind: "deref"; readonly operand: Expression }
  | { readonly kind: "step"; readonly op: "++" | "--"; readonly prefix: boolean; readonly operand: Expression }
  | { readonly kind: "binary"; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "logical"; readonly op: "&&" | "||"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "comma"; readonly left: Expression; readonly right: Expression }
  /** op undefined: plain assignment. */
  | {
      readonly kind: "assign";
      readonly op: BinaryOperator | undefined;
      readonly target: Expression;
      readonly value: Expression;
    }
  /** whenTrue undefined: GNU `a ?: b`. */
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly whenTrue: Expression | undefined;
      readonly whenFalse: Expression;
    }
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Expression[] }
  | { readonly kind: "member"; readonly object: Expression; readonly name: string; readonly arrow: boolean }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression }
  | { readonly kind: "cast"; readonly type: TypeSyntax; readonly operand: Expression }
  | { readonly kind: "compound"; readonly type: TypeSyntax; readonly initializer: InitializerList }
  | { readonly kind: "sizeof-type"; readonly op: "sizeof" | "alignof"; readonly type: TypeSyntax }
  | { readonly kind: "sizeof"; readonly op: "sizeof" | "alignof"; readonly operand: Expression }
  | { readonly kind: "offsetof"; readonly type: TypeSyntax; readonly path: readonly Designator[] }
  | { readonly kind: "statement"; readonly body: Block }
  /** `type` undefined: the default association. */
  | {
      readonly kind: "generic";
      readonly control: Expression;
      readonly associations: readonly { readonly type: TypeSyntax | undefined; readonly value: Expression }[];
    }
  | { readonly kind: "types-compatible"; readonly left: TypeSyntax; readonly right: TypeSyntax }
  | InitializerList
  /** Readable C without a meaning for us (label address, va_arg ...): an unknown value. */
  | { readonly kind: "opaque"; readonly operands: readonly Expression[] }
);

export interface InitializerList {
  readonly kind: "initializer-list";
  readonly items: readonly { readonly designators: readonly Designator[]; readonly value: Expression }[];
  readonly at: At;
}

export type Designator =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: Expression; readonly last: Expression | undefined };

export type Statement = { readonly at: At } & (
  | Block
  | { readonly kind: "expression"; readonly expression: Expression }
  | {
      readonly kind: "declaration";
      readonly declarators: readonly VariableDecl[];
      /** Records and enums defined without a declarator: `struct s { ... };` inside a function. */
      readonly tags?: readonly TypeSyntax[];
    }
  | { readonly kind: "if"; readonly test: Expression; readonly then: Statement; readonly else: Statement | undefined }
  | {
      readonly kind: "for";
      readonly init: Statement | undefined;
      readonly test: Expression | undefined;
      readonly step: Expression | undefined;
      readonly body: Statement;
    }
  | { readonly kind: "while"; readonly test: Expression; readonly body: Statement }
  | { readonly kind: "do"; readonly body: Statement; readonly test: Expression }
  | { readonly kind: "switch"; readonly value: Expression; readonly body: Statement }
  | {
      readonly kind: "case";
      readonly low: Expression;
      readonly high: Expression | undefined;
      readonly body: Statement | undefined;
    }
  | { readonly kind: "default"; readonly body: Statement | undefined }
  | { readonly kind: "label"; readonly name: string; readonly body: Statement | undefined }
  | { readonly kind: "goto"; readonly label: string }
  | { readonly kind: "goto-computed"; readonly target: Expression }
  | { readonly kind: "break" }
  | { readonly kind: "continue" }
  | { readonly kind: "return"; readonly value: Expression | undefined }
  | {
      readonly kind: "asm";
      readonly template: string;
      readonly outputs: readonly { readonly constraint: string; readonly place: Expression }[];
      readonly inputs: readonly { readonly constraint: string; readonly value: Expression }[];
      readonly clobbers: readonly string[];
      /** Labels of `asm goto`. */
      readonly labels: readonly string[];
    }
  | { readonly kind: "empty" }
);

export interface Block {
  readonly kind: "block";
  readonly statements: readonly Statement[];
  readonly at: At;
}

export interface VariableDecl {
  readonly name: string;
  readonly type: TypeSyntax;
  readonly storage: "auto" | "static" | "extern" | "typedef";
  readonly attributes: readonly Attribute[];
  readonly initializer: Expression | undefined;
  /** The declarator with its initializer; `nameAt` the name alone. */
  readonly at: At;
  readonly nameAt: At;
}

export interface FunctionDecl {
  readonly kind: "function";
  readonly name: string;
  readonly returns: TypeSyntax;
  readonly params: readonly ParamSyntax[];
  readonly variadic: boolean;
  readonly storage: "none" | "static" | "extern";
  readonly inline: boolean;
  readonly attributes: readonly Attribute[];
  readonly body: Block | undefined;
  readonly nameAt: At;
  /** Where the tokens of every `at` live. */
  readonly declaration: Declaration;
  /** Names of its tokens, when the function has been edited. */
  readonly positions?: Positions | undefined;
}

export type TopLevelDecl =
  | FunctionDecl
  | { readonly kind: "variable"; readonly variable: VariableDecl; readonly declaration: Declaration }
  | { readonly kind: "typedef"; readonly name: string; readonly type: TypeSyntax; readonly declaration: Declaration }
  /** `struct s { ... };` alone, or the record or enum that a variable or typedef declaration defines. */
  | { readonly kind: "tag"; readonly type: TypeSyntax; readonly declaration: Declaration };

/** Result of parsing one declaration. `problem` set: ERROR or MISSING nodes, or C we cannot lower; then nothing of it may be trusted. */
export interface ParsedDeclaration {
  readonly declaration: Declaration;
  readonly decls: readonly TopLevelDecl[];
  readonly problem: { readonly message: string; readonly at: At } | undefined;
}
