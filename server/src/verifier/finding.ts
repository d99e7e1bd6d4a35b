// What the machine found, before rules turn it into words. Collected while paths
// are explored; one mistake is one entry, whichever and however many paths show it.
import type { TraceNode } from "./trace.ts";
import { type Origin, placeName, type Reference, type Site, tokenName } from "./value.ts";

export interface Subject {
  readonly origin: Origin;
  readonly struct: string | undefined;
  /** Identity in the state where it was found. */
  readonly object: number | undefined;
}

export type RawFinding = (
  | {
      readonly kind: "leak";
      readonly reference: Reference;
      /** Last name that held it. */
      readonly name: string | undefined;
      readonly exit: Site;
      readonly how: "return" | "throw" | "tail-call" | "load" | "callback-return" | "child";
      readonly exitName: string | undefined;
      readonly trace: TraceNode | undefined;
    }
  | {
      readonly kind: "null";
      readonly site: Site;
      readonly use: NullUse;
      /** undefined: the constant NULL. */
      readonly subject: Subject | undefined;
      readonly held: readonly HeldForFix[];
      /** A lock or region is open: leaving here would need more than releases. */
      readonly inRegion: boolean;
      readonly trace: TraceNode | undefined;
    }
  | {
      readonly kind: "use-after-release";
      readonly site: Site;
      readonly use: "dereferenced" | "passed" | "released";
      readonly callee: string | undefined;
      readonly subject: Subject;
      readonly released: { readonly by: string; readonly site: Site; readonly reason: string };
      readonly trace: TraceNode | undefined;
    }
  | {
      readonly kind: "release-unowned";
      readonly site: Site;
      readonly callee: string;
      readonly why:
        | "not-acquired"
        | "offset"
        | "stack"
        | "argument"
        | "kptr"
        | "member"
        | "percpu"
        | "not-percpu"
        | "callback"
        | "non-owning"
        | "wrong-type"
        | "global-argument";
      readonly subject: Subject | undefined;
      readonly text: string;
      /** Calls that would take what was passed. */
      readonly releasers: readonly string[];
      readonly trace: TraceNode | undefined;
    }
  | {
      readonly kind: "late-null-check";
      readonly site: Site;
      readonly subject: Subject;
      readonly use: Site;
      /** Nothing between use and test keeps clang from moving the load below the test. */
      readonly movable: boolean;
    }
  | Breach
) & {
  /** Set when it needs another value of a read-only variable than the object file has. */
  readonly assuming?: { readonly variable: string; readonly words: string } | undefined;
};

/** A condition of the kernel that does not hold at one place. The rule it names has the words for it. */
export interface Breach {
  readonly kind: "breach";
  /** Code of the rule that is broken. */
  readonly rule: string;
  /** Which of the rule's conditions; a key of the rule's own table of messages. */
  readonly why: string;
  readonly site: Site;
  /** Function whose call it is about. */
  readonly callee: string | undefined;
  /** Parameter of the callee, as the kernel names it. */
  readonly param: string | undefined;
  /** C text of the expression concerned, "" when there is none. */
  readonly text: string;
  /** What the words need besides: names, numbers, types. */
  readonly words: Readonly<Record<string, string>>;
  readonly subject: Subject | undefined;
  /** Where the cause is, with what is said of it: "the lock is taken here". */
  readonly related: readonly { readonly site: Site; readonly message: string }[];
  /** Where the program leaves while what `site` opened is still open. */
  readonly exit?: Site | undefined;
  readonly trace: TraceNode | undefined;
}

/** A call of a kernel function on a path that exists: judged by who runs it, when that is known. */
export interface ReachedCall {
  readonly callee: string;
  readonly site: Site;
  /** The path is only for kernels that gave a certain answer: `bpf_ksym_exists`, `bpf_core_type_exists` and the like. */
  readonly guarded: boolean;
  /** Member of the object it frees that cannot be freed in an NMI. */
  readonly frees: string | undefined;
}

/** A block that is entered only when the loader sets a constant otherwise: the verifier drops it, the loader does not. */
export interface SkippedBlock {
  /** The condition before it, and what it would have to be. */
  readonly site: Site;
  readonly when: boolean;
  /** Of the branches that stand at the very same place, which one. */
  readonly ordinal: number;
}

export interface NullUse {
  readonly how: "dereferenced" | "passed" | "arithmetic";
  readonly callee: string | undefined;
  readonly param: string | undefined;
  /** 0-based. */
  readonly index: number | undefined;
  /** C text of the expression that may be NULL. */
  readonly text: string;
  /** The instruction's statement, where a check must go before. */
  readonly statement: Site;
  readonly nullableButUntested: boolean;
}

/** A reference held at the place of a missing NULL test, for the quick fix. */
export interface HeldForFix {
  readonly name: string;
  readonly releasedBy: string;
}

export class FindingSink {
  readonly #byKey = new Map<string, RawFinding>();

  add(finding: RawFinding): void {
    const key = findingKey(finding);
    const known = this.#byKey.get(key);
    // What happens in any case is not said of the loader's choice.
    if (known === undefined || (known.assuming !== undefined && finding.assuming === undefined))
      this.#byKey.set(key, finding);
  }

  all(): readonly RawFinding[] {
    return [...this.#byKey.values()];
  }
}

function findingKey(finding: RawFinding): string {
  switch (finding.kind) {
    case "leak":
      return `leak ${siteKey(finding.reference.site)}`;
    case "null":
      return finding.subject === undefined
        ? `null ${siteKey(finding.site)}`
        : `null ${siteKey(finding.subject.origin.site)} ${finding.subject.origin.call ?? finding.use.text}`;
    case "use-after-release":
      return `uar ${siteKey(finding.subject.origin.site)} ${siteKey(finding.released.site)}`;
    case "release-unowned":
      return `unowned ${siteKey(finding.site)}`;
    case "late-null-check":
      return `late ${siteKey(finding.site)}`;
    case "breach":
      return `${finding.rule} ${siteKey(finding.site)}`;
  }
}

export function siteKey(site: Site): string {
  return `${placeName(site)}:${tokenName(site.fn, Math.max(site.at.start, site.at.end - 1))}`;
}
