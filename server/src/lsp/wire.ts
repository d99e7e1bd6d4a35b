// What travels between the protocol thread and the checking thread: plain data only, in
// the protocol's counting (0-based lines, UTF-16 units), so that nothing that belongs to
// the checker leaves its thread.
import type { Severity } from "../check/api.ts";

export interface Settings {
  /** Built-in kernels. With no target of any kind, .kfunc-ls.json decides, else it is the default kernel. */
  readonly kernels: readonly string[];
  /** Kernels by BTF: each the file of the kernel, then of modules; absolute. */
  readonly btf: readonly (readonly string[])[];
  /** Kernels by source tree; absolute. */
  readonly kernelSource: readonly string[];
  /** Kernels by registry file; absolute. */
  readonly registry: readonly string[];
  /** "auto": the kernel of this machine; undefined: only what is listed. */
  readonly target: "auto" | undefined;
  /** Absolute. */
  readonly includePaths: readonly string[];
  readonly defines: readonly string[];
  /** Folders the editor has open: headers are read from below them and from include paths, nowhere else. */
  readonly workspaceFolders: readonly string[];
}

export type ToChecker =
  | { readonly kind: "settings"; readonly settings: Settings }
  /** The editor's text of an open file; undefined when it was closed. */
  | { readonly kind: "text"; readonly path: string; readonly text: string | undefined }
  | { readonly kind: "changed-on-disk"; readonly paths: readonly string[] }
  | { readonly kind: "check"; readonly job: number; readonly path: string };

export type FromChecker =
  | { readonly kind: "checked"; readonly job: number; readonly result: WireResult }
  | { readonly kind: "cancelled"; readonly job: number }
  | { readonly kind: "failed"; readonly job: number; readonly message: string };

export interface WireResult {
  readonly findings: readonly WireFinding[];
  /** Files the result depends on, present or looked for in vain, by their real paths. */
  readonly dependsOn: readonly string[];
  /** For the user: targets that cannot be had, and what is wrong in .kfunc-ls.json. */
  readonly problems: readonly string[];
}

/** Settings before the client has said any. */
export const noSettings: Settings = {
  kernels: [],
  btf: [],
  kernelSource: [],
  registry: [],
  target: undefined,
  includePaths: [],
  defines: [],
  workspaceFolders: [],
};

export const nothingFound: WireResult = { findings: [], dependsOn: [], problems: [] };

export interface WireFinding extends WirePlace {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly related: readonly (WirePlace & { readonly message: string })[];
  readonly fixes: readonly WireFix[];
}

export interface WirePlace {
  readonly path: string;
  readonly range: WireRange;
}

export interface WireFix {
  readonly title: string;
  readonly path: string;
  readonly edits: readonly { readonly range: WireRange; readonly newText: string }[];
}

export interface WireRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** Handed to the checking thread when it starts: one cell, the number of the job that is no longer wanted. */
export interface CheckerThreadData {
  readonly cancelledJob: Int32Array;
}
