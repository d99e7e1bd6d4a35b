// What a place of the program can hold, as the abstract machine sees it.
// Values are immutable; what changes along a path (nullness, ownership, ranges)
// hangs on the identity inside the value and lives in the state, so that every
// copy of a pointer learns of a NULL test at once, as the verifier's `reg->id` does.
import type { CType } from "../model/types.ts";
import type { At, FunctionDecl } from "../syntax/ast.ts";

/** A place in the source: token range in a function's declaration, and the call through which the function was entered. */
export interface Site {
  readonly fn: FunctionDecl;
  readonly at: At;
  readonly via?: Site | undefined;
}

/** Names a place whichever version of the text its function was read from. */
export function placeName({ fn, at }: Site): string {
  return `${fn.name}:${tokenName(fn, at.start)}`;
}

export function tokenName({ positions }: FunctionDecl, index: number): number {
  return positions === undefined ? index : positions.name(index);
}

export type Value =
  /** `from`: the read-only variable whose initial value decided it; the loader may have set another. */
  | { readonly kind: "number"; readonly value: number; readonly from?: string | undefined }
  /** Scalar or pointer nothing is known of but what the path's tests taught. */
  | { readonly kind: "symbol"; readonly id: number }
  /** Into object `o<id>`, local `f<frame>:<local>`, global `g:<name>` or behind symbol `y<id>`; path as in memory.ts. */
  | { readonly kind: "pointer"; readonly base: string; readonly path: string }
  | { readonly kind: "function"; readonly name: string }
  /** Iterator, dynptr or saved interrupt state living in a stack slot. */
  | { readonly kind: "slot"; readonly slot: StackObject };

export type StackObject =
  /** `rcu`: made inside an RCU section, and whether that section still lasts; absent: needs none. */
  | { readonly kind: "iterator"; readonly iterator: string; readonly ref: number; readonly rcu?: "inside" | "ended" }
  /** A variable that holds saved interrupt state: that of `region`. */
  | { readonly kind: "irq-flag"; readonly region: number; readonly ref?: undefined }
  | {
      readonly kind: "dynptr";
      readonly type: string;
      readonly id: number;
      readonly ref: number | undefined;
      /** Reference of what it is a view of, for one that owns nothing: it ends with that. */
      readonly parent: number | undefined;
    }
  | EmptySlot;

/** Room for an iterator or dynptr that certainly holds none. Where we do not know, there is no slot at all. */
export interface EmptySlot {
  readonly kind: "empty";
  readonly why: "never" | "ended" | "overwritten";
  /** The call that ended it. */
  readonly by: string | undefined;
  /** Of an iterator that was written over: still owed, and impossible to pay. */
  readonly ref: number | undefined;
}

export const zero: Value = { kind: "number", value: 0 };
export const one: Value = { kind: "number", value: 1 };

/** "unknown": the verifier may know better than we do, so nothing is claimed. */
export type Nullness = "maybe" | "non-null" | "null" | "unknown";

/**
 * The kernel's word for a pointer: PTR_TRUSTED, MEM_RCU, PTR_UNTRUSTED, or no word ("plain"). "expired": untrusted
 * since the RCU section in which it was read has ended.
 */
export type Trust = "trusted" | "rcu" | "untrusted" | "expired" | "plain" | "unknown";

export type ObjectClass =
  | "btf" // kernel object
  | "local" // bpf_obj_new
  | "map-value"
  | "memory"
  | "slice" // of a dynptr
  | "packet"
  | "context"
  | "map"
  | "dynptr" // handed to a callback or global function: may be used, not ended or made anew
  | "unknown";

/** Something a pointer points to that is not a variable. Replaced, never patched. */
export interface ObjectInfo {
  readonly class: ObjectClass;
  /** Struct tag, when known. */
  readonly struct: string | undefined;
  /** Pointee type for walks, when known. */
  readonly type: CType | undefined;
  readonly nullness: Nullness;
  readonly trust: Trust;
  /** Reference it carries. */
  readonly ref: number | undefined;
  /** Reference or dynptr with which it dies (memory of an object, slice of a dynptr). */
  readonly tiedToRef: number | undefined;
  readonly tiedToDynptr: number | undefined;
  /** After list or rbtree add, or peeked at: usable until unlock. */
  readonly nonOwning: boolean;
  /** Memory that the program may read and not write. */
  readonly readOnly: boolean;
  /** undefined: not known, as for what came out of an untyped slot. */
  readonly percpu: boolean | undefined;
  /** Bytes from the start of memory to its end, when the verifier and we know them. */
  readonly size: number | undefined;
  /** Name of the map that a value was found in. */
  readonly map: string | undefined;
  /** Set once the verifier would see a scalar here. */
  readonly dead: Death | undefined;
  readonly origin: Origin;
  /** Path of the pointer that the call returned: a NULL test is one of this very pointer. */
  readonly anchor: string;
  /** Set after a finding on it: nothing more is said. */
  readonly poisoned: boolean;
  /** Dereferenced while it might be NULL: a test that follows comes too late. */
  readonly usedUntested: UntestedUse | undefined;
}

export interface UntestedUse {
  readonly site: Site;
  readonly epoch: number;
  /** A load from the very start of the object: clang concludes that the pointer is valid and drops the test. */
  readonly atStart: boolean;
  /** The local that took what was loaded. */
  readonly local: number | undefined;
}

export interface Death {
  readonly reason: "released" | "transferred" | "unlocked" | "packet-changed" | "owner-gone" | "overwritten";
  readonly by: string;
  readonly site: Site;
}

export interface Origin {
  /** Where it came from, for dedup and messages. */
  readonly site: Site;
  /** Call that made it, or undefined for arguments and walked members. */
  readonly call: string | undefined;
  /** "call", "argument", "field", "lookup" ... in the words of messages. */
  readonly what: "call" | "argument" | "member" | "kptr" | "map" | "iterator" | "packet";
  /** C text of the first named place that held it. */
  readonly name: string | undefined;
}

/** One entry of the path's reference table. */
export interface Reference {
  readonly id: number;
  readonly kind: "object" | "iterator" | "dynptr";
  /** The object that carries it; undefined for stack objects. */
  readonly object: number | undefined;
  /** For stack objects: base of the slot. */
  readonly slot: string | undefined;
  readonly site: Site;
  readonly call: string;
  readonly releasedBy: readonly string[];
  /** Reference that must outlive this one. */
  readonly parent: number | undefined;
  /** Depth of the callback it was taken in; 0 outside. */
  readonly callbackDepth: number;
  /** Name of the variable for iterators and dynptrs. */
  readonly name: string | undefined;
}

export function isNumber(value: Value, n: number): boolean {
  return value.kind === "number" && value.value === n;
}

/** The object a pointer value points into, if its base is one. */
export function objectIdOf(value: Value): number | undefined {
  return value.kind === "pointer" && value.base.charCodeAt(0) === letterO ? idOfBase(value.base) : undefined;
}

const letterO = 0x6f;
const digit0 = 0x30;

/**
 * The number behind the first letter of a base or memory key, -1 for none. Asked for all the time: nothing is cut out
 * of the text.
 */
export function idOfBase(base: string): number {
  let id = 0;
  for (let i = 1; ; i++) {
    const digit = base.charCodeAt(i) - digit0;
    if (!(digit >= 0 && digit <= 9)) return i === 1 ? -1 : id;
    id = id * 10 + digit;
  }
}

export function pointerTo(object: number, path = ""): Value {
  return { kind: "pointer", base: `o${object}`, path };
}
