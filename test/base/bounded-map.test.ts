import { expect, test } from "vitest";
import { BoundedMap } from "../../server/src/base/bounded-map.ts";

test("what is asked for again and again stays, what nobody asks for goes", () => {
  const map = new BoundedMap<string, number>(3);
  map.set("asked", 1);
  map.set("not asked", 2);
  for (let i = 0; i < 20; i++) {
    map.set(`passing ${i}`, i);
    expect(map.get("asked")).toBe(1);
  }
  expect(map.get("not asked")).toBeUndefined();
  expect(map.get("passing 19")).toBe(19);
});

test("heavy values push out more", () => {
  const map = new BoundedMap<string, string>(10, (text) => text.length);
  map.set("short", "a");
  map.set("long", "b".repeat(11));
  map.set("longer", "c".repeat(12));
  expect(map.get("short")).toBeUndefined();
  expect(map.get("longer")).toHaveLength(12);
});
