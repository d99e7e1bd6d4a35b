// What is known of a call beyond its flags and types: the form of an entry, with its reason
// and the place in the kernel that decides it.
import type { ParamEffect, Protocol, ReturnEffect } from "../effect.ts";

export interface Override {
  readonly names: readonly string[];
  /** First kernel it holds for, and the first it no longer holds for. */
  readonly from?: string;
  readonly before?: string;
  readonly protocol?: Protocol;
  readonly returns?: ReturnEffect;
  readonly params?: Readonly<Record<number, Partial<ParamEffect>>>;
  readonly acquires?: boolean;
  readonly releasedBy?: readonly string[];
  readonly needsRcu?: boolean;
  readonly packetWriters?: true;
  readonly why: string;
  /** Function or table of the kernel that decides. */
  readonly source: string;
}
