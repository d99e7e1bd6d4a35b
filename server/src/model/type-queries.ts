// Questions about the types of one translation unit. Every answer may be "not
// known": a header that was not found must never be an exception.
import type { Expression, TypeSyntax } from "../syntax/ast.ts";
import type { Scope } from "./scope.ts";
import type { CType, FieldPath, RecordLayout } from "./types.ts";

/** A constant with the type it has in C. */
export interface TypedConstant {
  readonly value: bigint;
  readonly type: CType;
}

export interface Types {
  /** With `scope` given, records and enums that `syntax` defines are declared in it. */
  resolve(syntax: TypeSyntax, scope?: Scope): CType;
  /** By tag, or by the id of an anonymous or local record; undefined when not defined. */
  record(id: string): RecordLayout | undefined;
  /** Looks through anonymous members. */
  field(record: CType, name: string): FieldPath | undefined;
  /** Bytes. */
  sizeOf(type: CType): number | undefined;
  alignOf(type: CType): number | undefined;
  /** Integer constant expression; undefined also when a double cannot hold it. */
  constant(expression: Expression, scope?: Scope): number | undefined;
  exactConstant(expression: Expression, scope?: Scope): TypedConstant | undefined;
  /** Enumerators of file scope. */
  enumerator(name: string): number | undefined;
  /** Type of a file-scope variable, its array length counted from the initializer if need be. */
  variable(name: string): CType | undefined;
  /** Before decay: an array stays an array. */
  typeOf(expression: Expression, scope?: Scope): CType;
  /** The chosen arm of `_Generic`; undefined when that cannot be told. */
  genericArm(expression: Extract<Expression, { kind: "generic" }>, scope?: Scope): Expression | undefined;
  /** `type` with the length an initializer gives it, if it is an array without one. */
  completeArray(type: CType, initializer: Expression | undefined, scope?: Scope): CType;
}
