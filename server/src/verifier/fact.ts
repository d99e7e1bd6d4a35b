// What a path knows of one scalar: a range of integers without some of them.
import type { Range } from "./symbols.ts";

export interface Fact extends Range {
  /** Single values known not to be taken; few. */
  readonly not: readonly number[];
}

/** Is every value that `narrow` allows one that `wide` allows? */
export function covers(wide: Fact, narrow: Fact): boolean {
  if (wide === narrow) return true;
  return wide.low <= narrow.low && wide.high >= narrow.high && wide.not.every((n) => !allows(narrow, n));
}

/** The fact that allows what either allows and nothing else; undefined when no fact says just that. */
export function union(a: Fact, b: Fact): Fact | undefined {
  if (a.high + 1 < b.low || b.high + 1 < a.low) return undefined;
  const not = [...a.not.filter((n) => !allows(b, n)), ...b.not.filter((n) => !inRange(a, n))];
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), not };
}

function allows(fact: Fact, n: number): boolean {
  return inRange(fact, n) && !fact.not.includes(n);
}

function inRange(range: Range, n: number): boolean {
  return n >= range.low && n <= range.high;
}
