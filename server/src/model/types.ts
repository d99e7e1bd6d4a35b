// Resolved C types. A type that depends on a header nobody found is `unknown`,
// and whoever meets it claims nothing.

export type CType =
  | { readonly kind: "void" }
  /** `bits` 8..128; `_Bool` has bits 1 wide values in 8 bits: `bool` true. */
  | { readonly kind: "int"; readonly bits: number; readonly signed: boolean; readonly bool: boolean }
  | { readonly kind: "float"; readonly bits: number }
  | { readonly kind: "enum"; readonly tag: string | undefined }
  | {
      readonly kind: "pointer";
      readonly to: CType;
      /** `btf_type_tag` strings of the pointee, as clang emits them: "kptr", "kptr_untrusted", "percpu_kptr", "uptr", "rcu", "user", "percpu". */
      readonly tags: readonly string[];
    }
  | {
      readonly kind: "array";
      readonly of: CType;
      readonly length: number | undefined;
      /** A length is written but not known: no initializer tells it. */
      readonly uncounted?: true;
    }
  /** Members are looked up by `id` when needed: recursive types never loop. `id` is the tag, or a key unique in the unit for anonymous records. */
  | { readonly kind: "record"; readonly union: boolean; readonly tag: string | undefined; readonly id: string }
  | {
      readonly kind: "function";
      readonly returns: CType;
      readonly params: readonly ParamType[];
      readonly variadic: boolean;
    }
  | { readonly kind: "unknown" };

export interface ParamType {
  readonly name: string | undefined;
  readonly type: CType;
  /** btf_decl_tag strings: "arg:ctx", "arg:nonnull", "arg:trusted" ... */
  readonly declTags: readonly string[];
}

export interface RecordField {
  /** undefined: anonymous record whose members belong to the parent as well. */
  readonly name: string | undefined;
  readonly type: CType;
  /** Bit width of a bit-field. */
  readonly bits: number | undefined;
  /** btf_decl_tag strings, such as "contains:node_data:node". */
  readonly declTags: readonly string[];
  readonly offset: number | undefined;
}

export interface RecordLayout {
  readonly fields: readonly RecordField[];
  /** Bytes; undefined when a member's size is not known. */
  readonly size: number | undefined;
}

/** One member access resolved through anonymous records: every step named or anonymous, the last is the member. */
export interface FieldPath {
  readonly steps: readonly RecordField[];
  readonly type: CType;
  /** Byte offset from the start of the record, if all on the way is known. */
  readonly offset: number | undefined;
}

export const unknownType: CType = { kind: "unknown" };
export const voidType: CType = { kind: "void" };
export const intType: CType = { kind: "int", bits: 32, signed: true, bool: false };
export const u64Type: CType = { kind: "int", bits: 64, signed: false, bool: false };
