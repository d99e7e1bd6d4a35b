// Places and what they hold: members, zero fills, copies, unknown indexes, lost loads.
import { describe, expect, it } from "vitest";
import {
  type Address,
  clobber,
  copyUnder,
  fillZero,
  forgetShared,
  forgetUnder,
  store,
  stored,
} from "../../server/src/verifier/memory.ts";
import { State } from "../../server/src/verifier/state.ts";
import { one, pointerTo, zero } from "../../server/src/verifier/value.ts";
import { parts } from "./machine-parts.ts";

const at = (base: string, path = ""): Address => ({ base, path });

describe("stores", () => {
  it("are found again, and only there", () => {
    const state = new State();
    store(state, at("f1", ".a"), one);
    expect(stored(state, at("f1", ".a"))).toEqual(one);
    expect(stored(state, at("f1", ".ab"))).toBeUndefined();
    expect(stored(state, at("f1"))).toBeUndefined();
    expect(stored(state, at("f11", ".a"))).toBeUndefined();
  });

  it("of a whole take its members away", () => {
    const state = new State();
    store(state, at("f1", ".a.x"), one);
    store(state, at("f1", ".b"), one);
    store(state, at("f1", ".a"), undefined);
    expect(stored(state, at("f1", ".a.x"))).toBeUndefined();
    expect(stored(state, at("f1", ".b"))).toEqual(one);
  });

  it("of something unknown hide a zero fill below, not beside", () => {
    const state = new State();
    fillZero(state, at("f1"));
    store(state, at("f1", ".a"), undefined);
    expect(stored(state, at("f1", ".a"))).toBeUndefined();
    expect(stored(state, at("f1", ".a.x"))).toBeUndefined();
    expect(stored(state, at("f1", ".b.y"))).toEqual(zero);
  });

  it("to an element nobody knows take all elements of that array", () => {
    const state = new State();
    store(state, at("f1", "[0]"), pointerTo(7));
    store(state, at("f1", "[1]"), pointerTo(8));
    store(state, at("f2"), one);
    store(state, at("f1", "[?]"), zero);
    expect(stored(state, at("f1", "[0]"))).toBeUndefined();
    expect(stored(state, at("f1", "[1]"))).toBeUndefined();
    expect(stored(state, at("f2"))).toEqual(one);
  });

  it("to one array leave its neighbor in the struct alone", () => {
    const state = new State();
    store(state, at("f1", ".b[0]"), pointerTo(7));
    store(state, at("f1", ".a[?]"), zero);
    expect(stored(state, at("f1", ".b[0]"))).toEqual(pointerTo(7));
  });
});

describe("fills", () => {
  it("reach all that has no store of its own", () => {
    const state = new State();
    fillZero(state, at("f1"));
    store(state, at("f1", ".a"), one);
    expect(stored(state, at("f1", ".a"))).toEqual(one);
    expect(stored(state, at("f1", ".b[3].c"))).toEqual(zero);
  });

  it("replace older stores", () => {
    const state = new State();
    store(state, at("f1", ".a"), one);
    fillZero(state, at("f1"));
    expect(stored(state, at("f1", ".a"))).toEqual(zero);
  });

  it("end where a callee wrote", () => {
    const state = new State();
    fillZero(state, at("f1"));
    clobber(state, at("f1", ".buffer"));
    expect(stored(state, at("f1", ".buffer[0]"))).toBeUndefined();
    expect(stored(state, at("f1", ".length"))).toEqual(zero);
  });
});

describe("copies", () => {
  it("carry members and fills", () => {
    const state = new State();
    fillZero(state, at("f1"));
    store(state, at("f1", ".a"), pointerTo(7));
    store(state, at("f2", ".old"), one);
    copyUnder(state, at("f2"), at("f1"));
    expect(stored(state, at("f2", ".a"))).toEqual(pointerTo(7));
    expect(stored(state, at("f2", ".b"))).toEqual(zero);
    expect(stored(state, at("f2", ".old"))).toEqual(zero);
  });

  it("do not carry what another variable of a longer name holds", () => {
    const state = new State();
    store(state, at("f1", ".a"), one);
    store(state, at("f1", ".ab"), one);
    copyUnder(state, at("f2", ".x"), at("f1", ".a"));
    expect(stored(state, at("f2", ".x"))).toEqual(one);
    expect(stored(state, at("f2", ".xb"))).toBeUndefined();
  });

  it("of a thing to itself change nothing", () => {
    const state = new State();
    store(state, at("f1", ".a"), one);
    copyUnder(state, at("f1"), at("f1"));
    expect(stored(state, at("f1", ".a"))).toEqual(one);
  });
});

describe("a call", () => {
  it("makes us forget objects and globals, but neither locals nor constants", () => {
    const { machine, state } = parts(["settled"]);
    store(state, at("f1"), one);
    store(state, at("o3", ".prio"), one);
    store(state, at("y4", ".x"), one);
    store(state, at("g:limit"), one);
    store(state, at("g:settled"), one);
    forgetShared(machine, state);
    expect([...state.memory.keys()].sort()).toEqual(["f1|", "g:settled|"]);
  });
});

it("forgets at and below a place", () => {
  const state = new State();
  store(state, at("f1", ".a"), one);
  store(state, at("f1", ".a[1].x"), one);
  store(state, at("f1", ".ab"), one);
  forgetUnder(state, at("f1", ".a"));
  expect([...state.memory.keys()]).toEqual(["f1|.ab"]);
});
