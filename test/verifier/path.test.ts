// Paths inside objects: members, elements, pointer arithmetic, container_of.
import { describe, expect, it } from "vitest";
import {
  advance,
  ancestors,
  containerOf,
  element,
  isInexact,
  member,
  nodeMember,
} from "../../server/src/verifier/path.ts";

describe("member and containerOf", () => {
  it("are each other's inverse, in both orders", () => {
    expect(containerOf(member("", "node"), ["node"])).toBe("");
    expect(member(containerOf("", ["node"]), "node")).toBe("");
    expect(containerOf(member(".items[2]", "node"), ["node"])).toBe(".items[2]");
  });

  it("go back over several members at once", () => {
    expect(containerOf(".a.b", ["a", "b"])).toBe("");
    expect(member(member(containerOf("", ["a", "b"]), "a"), "b")).toBe("");
  });

  it("keep going back from a member that is not the one", () => {
    const back = containerOf("", ["node"]);
    expect(member(back, "key")).toBe(`${back}.key`);
    expect(containerOf(".other", ["node"])).toBe(".other-node");
  });

  it("take the node that a collection hands out for whatever member is asked", () => {
    expect(containerOf(nodeMember, ["link"])).toBe("");
  });

  it("do not take a name for another that ends like it", () => {
    expect(containerOf(".linked", ["ed"])).toBe(".linked-ed");
    expect(containerOf(".a.xb", ["b"])).toBe(".a.xb-b");
  });
});

describe("pointer arithmetic", () => {
  it("stays where it is for 0", () => {
    expect(advance(".a", 0)).toBe(".a");
    expect(advance("[3]", 0)).toBe("[3]");
  });

  it("adds to the last index", () => {
    expect(advance("[3]", 2)).toBe("[5]");
    expect(advance(".a[3]", -3)).toBe(".a[0]");
    expect(advance("", 1)).toBe("[1]");
  });

  it("gives up the index when the program computes it", () => {
    expect(advance("[3]", "?")).toBe("[?]");
    expect(advance("[?]", 1)).toBe("[?]");
  });

  it("remembers that it was us who lost the index", () => {
    expect(advance("[~]", "?")).toBe("[~]");
    expect(advance("[?]", "~")).toBe("[~]");
  });

  it("names such paths inexact", () => {
    expect(isInexact(member(element("", "?"), "a"))).toBe(true);
    expect(isInexact(element(".a", "~"))).toBe(true);
    expect(isInexact(element(".a", 7))).toBe(false);
  });
});

it("lists ancestors from near to far", () => {
  expect(ancestors(".a.b[2].c")).toEqual([".a.b[2]", ".a.b", ".a", ""]);
  expect(ancestors("")).toEqual([]);
  expect(ancestors("-node.key")).toEqual(["-node", ""]);
});
