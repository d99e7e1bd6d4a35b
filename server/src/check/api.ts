// The product's centre: one BPF C file in, findings out. Command line, language
// server, corpus and benchmark all go through `Checker`, so they cannot disagree.
import type { Cancellation } from "../base/cancellation.ts";
import type { SourceSpan } from "../base/source.ts";
import type { CompileConfig, FileReader } from "../preprocess/unit.ts";
import type { Target } from "../registry/target.ts";

export type Severity = "error" | "warning" | "hint";

export interface RelatedPlace {
  readonly span: SourceSpan;
  readonly message: string;
}

/** What a quick fix needs to know; the text edit is made in features/ from the file's own style. */
export interface NullCheckFix {
  readonly kind: "insert-null-check";
  /** C text of the pointer to test, e.g. "t" or "v->task". */
  readonly pointer: string;
  /** The whole statement before which the test must stand (in the main file). */
  readonly statement: SourceSpan;
  /** Calls to make before leaving, innermost first, e.g. "bpf_task_release(p)". */
  readonly releases: readonly string[];
  /** C text to return on the early exit ("" for a void function): the function's own idiom is preferred by features/. */
  readonly returnType: "void" | "int" | "pointer";
}

/** What to change about a kernel function: its call, or the extern that declares it. */
export type KfuncFix =
  /** Call another function; `declaration` declares that one, put behind `after`. */
  | {
      readonly kind: "rename-call";
      readonly from: string;
      readonly to: string;
      readonly at: SourceSpan;
      readonly declaration: string | undefined;
      readonly after: SourceSpan | undefined;
    }
  /** `declaration` before the function that `at` is in. */
  | { readonly kind: "declare"; readonly name: string; readonly declaration: string; readonly at: SourceSpan }
  /** `at` is the whole declaration. */
  | { readonly kind: "correct"; readonly name: string; readonly declaration: string; readonly at: SourceSpan }
  | {
      readonly kind: "add-attribute";
      readonly attribute: "__weak" | "__ksym";
      readonly name: string;
      readonly at: SourceSpan;
    }
  /** `at` is the name in the call; `weaken` a declaration that is not weak yet. */
  | { readonly kind: "guard"; readonly name: string; readonly at: SourceSpan; readonly weaken: SourceSpan | undefined };

export type Fix = NullCheckFix | KfuncFix;

export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: SourceSpan;
  readonly related: readonly RelatedPlace[];
  /** SEC programs in which the finding occurs, sorted. */
  readonly programs: readonly string[];
  /** Target kernels for which it holds, in the order asked for. */
  readonly kernels: readonly string[];
  readonly fix: Fix | undefined;
}

export interface ProgramReport {
  readonly name: string;
  readonly section: string;
  readonly span: SourceSpan;
  readonly analyzed: boolean;
  /** Set when not analyzed: which function could not be read, or which cap was met. */
  readonly reason: string | undefined;
}

/** Counters for `--stats`. */
export interface CheckStats {
  readonly functions: number;
  readonly cleanFunctions: number;
  /** Blocks executed by the abstract machine, over all programs. */
  readonly steps: number;
  /** Cap name -> how often it was met. */
  readonly caps: Readonly<Record<string, number>>;
  readonly missingIncludes: readonly string[];
  readonly filesRead: number;
}

export interface FileCheck {
  readonly path: string;
  readonly programs: readonly ProgramReport[];
  readonly diagnostics: readonly Diagnostic[];
  readonly stats: CheckStats;
  /** Files the answer depends on (absolute), and files that were looked for in vain. */
  readonly files: readonly string[];
  readonly missing: readonly string[];
}

export interface CheckRequest {
  readonly path: string;
  readonly text: string;
  readonly config: CompileConfig;
  readonly cancellation?: Cancellation;
}

export interface CheckerOptions {
  readonly reader: FileReader;
  /** Whose verifiers to predict: names of built-in kernels such as "7.2", or facts from elsewhere. Names are unique. */
  readonly kernels: readonly (string | Target)[];
  /** Each file is checked once, as on the command line: nothing is kept for its next version. */
  readonly once?: boolean;
}

/** Keeps caches between calls (headers, parsed declarations, graphs). Results never depend on them. */
export interface Checker {
  check(request: CheckRequest): FileCheck;
  /** Forget what is known of a file on disk (it changed). */
  invalidate(path: string): void;
}

/** A rule as `kfunc-ls rules`, the docs generator and the editor see it. */
export interface RuleInfo {
  readonly code: string;
  readonly title: string;
  readonly severity: Severity;
  /** In the words Linux 7.3 prints, e.g. "Resource Lifetime Safety". */
  readonly category: string;
  /** Sources of regular expressions on the verifier's message. */
  readonly verifier: readonly string[];
}

// Made in check/checker.ts: `createChecker(options): Promise<Checker>` (loads the grammar once).
// Rules: rules/index.ts exports `rules: readonly RuleInfo[]`.
