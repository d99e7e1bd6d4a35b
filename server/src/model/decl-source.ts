// What type resolution needs from the unit: declarations by name, already parsed.
// Made by the unit, used by the type resolver; both sides lazy.
import type { EnumeratorSyntax, FunctionDecl, TypeSyntax, VariableDecl } from "../syntax/ast.ts";

export interface DeclSource {
  /** The syntax of the typedef's type, or undefined if there is none of this name. */
  typedef(name: string): TypeSyntax | undefined;
  /** The defining record syntax (with fields) of `struct tag` or `union tag`. */
  record(tag: string, union: boolean): TypeSyntax | undefined;
  /** All enumerators of the enum that declares `name`, for counting up to it. */
  enumOf(enumerator: string): readonly EnumeratorSyntax[] | undefined;
  /** The defining enum syntax (with enumerators) of `enum tag`; for its size. */
  enumeration?(tag: string): TypeSyntax | undefined;
  variable(name: string): VariableDecl | undefined;
  function(name: string): FunctionDecl | undefined;
}
