// How a path got here, as a list that shares its past.
import type { Site } from "./value.ts";

/** One decision on the path, newest first through `before`. */
export interface TraceNode {
  readonly before: TraceNode | undefined;
  readonly site: Site;
  readonly kind: "branch" | "call";
  readonly taken: boolean;
  /** Number of decisions so far. */
  readonly depth: number;
}

export function decided(before: TraceNode | undefined, site: Site, taken: boolean): TraceNode {
  return { before, site, kind: "branch", taken, depth: (before?.depth ?? 0) + 1 };
}
