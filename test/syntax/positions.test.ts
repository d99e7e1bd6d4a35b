import { expect, it } from "vitest";
import { Positions } from "../../server/src/syntax/positions.ts";

const words = (text: string) => text.split(" ");

it("names each token by its index before any edit", () => {
  const first = Positions.first(words("a b c"));
  expect([0, 1, 2].map((index) => first.name(index))).toEqual([0, 1, 2]);
  expect(first.index(2)).toBe(2);
});

it("keeps the names of what stands before and behind an edit", () => {
  const before = Positions.first(words("a b c d"));
  const after = before.after(words("a b x y c d"))!;
  expect([0, 1, 4, 5].map((index) => after.name(index))).toEqual([0, 1, 2, 3]);
  expect(after.index(2)).toBe(4);
  for (let index = 1; index < 6; index++) expect(after.name(index)).toBeGreaterThan(after.name(index - 1));
  const gone = after.after(words("a c d"))!;
  expect([0, 1, 2].map((index) => gone.name(index))).toEqual([0, 2, 3]);
});

it("finds each token by its name, and the next one for a name that is gone", () => {
  const after = Positions.first(words("a b c d")).after(words("a x d"))!;
  for (let index = 0; index < 3; index++) expect(after.index(after.name(index))).toBe(index);
  expect(after.index(2)).toBe(2);
});

it("has names for what is typed at the end and for the end itself", () => {
  const after = Positions.first(words("a b")).after(words("a b c d"))!;
  expect(after.name(1)).toBe(1);
  expect(after.name(3)).toBeGreaterThan(after.name(2));
  expect(after.name(4)).toBe(after.name(3) + 1);
});

it("says so when no names are left between two tokens", () => {
  let positions: Positions | undefined = Positions.first(words("a b"));
  const typed: string[] = [];
  for (let i = 0; i < 100 && positions !== undefined; i++) {
    typed.push(`t${i}`);
    positions = positions.after(["a", ...typed, "b"]);
  }
  expect(positions).toBeUndefined();
});
