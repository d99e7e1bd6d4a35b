import { expect, it } from "vitest";
import { covers, type Fact, union } from "../../server/src/verifier/fact.ts";

const from = (low: number, high: number, ...not: number[]): Fact => ({ low, high, not });

it("covers what it allows and no more", () => {
  expect(covers(from(0, 10), from(2, 3))).toBe(true);
  expect(covers(from(2, 3), from(0, 10))).toBe(false);
  expect(covers(from(0, 10, 5), from(6, 8))).toBe(true);
  expect(covers(from(0, 10, 5), from(4, 6))).toBe(false);
  expect(covers(from(0, 10, 5), from(4, 6, 5))).toBe(true);
});

it("joins ranges that meet", () => {
  expect(union(from(0, 4), from(5, 9))).toEqual(from(0, 9));
  expect(union(from(5, 9), from(0, 6))).toEqual(from(0, 9));
  expect(union(from(0, 4), from(6, 9))).toBeUndefined();
});

it("fills a hole with the value that was missing", () => {
  expect(union(from(0, 10, 5), from(5, 5))).toEqual(from(0, 10));
  expect(union(from(5, 5), from(0, 10, 5))).toEqual(from(0, 10));
  expect(union(from(0, 10, 3, 5), from(0, 10, 5))).toEqual(from(0, 10, 5));
});

it("keeps a hole that neither fills", () => {
  expect(union(from(0, 10, 5), from(8, 20))).toEqual(from(0, 20, 5));
  expect(union(from(0, 6), from(4, 20, 15))).toEqual(from(0, 20, 15));
});

it("allows just what one of both allows", () => {
  const allows = ({ low, high, not }: Fact, n: number) => n >= low && n <= high && !not.includes(n);
  const bounds = [0, 1, 2, 3, 4, 5];
  const facts = bounds.flatMap((low) =>
    bounds.filter((high) => high >= low).flatMap((high) => [from(low, high), from(low, high, ...insideOf(low, high))]),
  );
  for (const a of facts) {
    for (const b of facts) {
      const both = union(a, b);
      if (both === undefined) continue;
      for (const n of [-1, ...bounds, 6]) expect(allows(both, n)).toBe(allows(a, n) || allows(b, n));
    }
  }
});

function insideOf(low: number, high: number): number[] {
  return high - low < 2 ? [] : [low + 1];
}
