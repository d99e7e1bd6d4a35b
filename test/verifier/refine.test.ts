// What a test teaches, and which paths it closes.
import { describe, expect, it } from "vitest";
import { assume, isKnownNull, known, rangeOf } from "../../server/src/verifier/refine.ts";
import { anyRange } from "../../server/src/verifier/symbols.ts";
import { one, pointerTo, type Value, zero } from "../../server/src/verifier/value.ts";
import { object, owned, type Parts, parts } from "./machine-parts.ts";

const bool = { low: 0, high: 1 };
const number = (value: number): Value => ({ kind: "number", value });

function binary(
  p: Parts,
  op: "==" | "!=" | "<" | "<=" | ">" | ">=" | "&" | "|" | "+" | "-",
  left: Value,
  right: Value,
  unsigned = false,
): Value {
  const arithmetic = op === "+" || op === "-";
  return p.symbols.defined({ kind: "binary", op, left, right, unsigned }, arithmetic ? anyRange : bool);
}

describe("a NULL test", () => {
  it("decides every copy, for they share the object", () => {
    const { machine, state } = parts();
    const pointer = object(state, 1);
    expect(assume(machine, state, pointer, true)).toBe(true);
    expect(state.object(1)?.nullness).toBe("non-null");
    expect(assume(machine, state, pointerTo(1), false)).toBe(false);
  });

  it("drops the reference on the branch where there is nothing", () => {
    const { machine, state } = parts();
    const pointer = owned(state, 1, 5);
    expect(assume(machine, state, pointer, false)).toBe(true);
    expect(state.references).toEqual([]);
    expect(isKnownNull(machine, state, pointer)).toBe(true);
  });

  it("of a cast leaves the reference with what was cast", () => {
    const { machine, state } = parts();
    owned(state, 1, 5);
    const cast = owned(state, 2, 5, 1);
    expect(assume(machine, state, cast, false)).toBe(true);
    expect(state.references).toHaveLength(1);
    expect(state.object(1)?.ref).toBe(5);
  });

  it("says nothing new of a pointer nobody doubts", () => {
    const { machine, state } = parts();
    const pointer = object(state, 1, { nullness: "non-null" });
    expect(assume(machine, state, pointer, true)).toBe(true);
    expect(assume(machine, state, pointer, false)).toBe(false);
  });

  it("of a variable's address is always true", () => {
    const { machine, state } = parts();
    const address: Value = { kind: "pointer", base: "f3", path: "" };
    expect(assume(machine, state, address, true)).toBe(true);
    expect(assume(machine, state, address, false)).toBe(false);
  });

  it("works through comparison with 0 and negation", () => {
    for (const truth of [true, false]) {
      const p = parts();
      const isNull = binary(p, "==", object(p.state, 1), zero);
      const notNull = p.symbols.defined({ kind: "not", operand: isNull }, bool);
      expect(assume(p.machine, p.state, notNull, truth)).toBe(true);
      expect(p.state.object(1)?.nullness).toBe(truth ? "non-null" : "null");
    }
  });

  it("works when the stored condition is compared with 1", () => {
    const p = parts();
    const found = binary(p, "!=", object(p.state, 1), zero);
    expect(assume(p.machine, p.state, binary(p, "==", found, one), true)).toBe(true);
    expect(p.state.object(1)?.nullness).toBe("non-null");
  });

  it("teaches both of two conditions joined by &, and none when their join is false", () => {
    const p = parts();
    const both = binary(p, "&", binary(p, "!=", object(p.state, 1), zero), binary(p, "!=", object(p.state, 2), zero));
    const other = p.state.clone();
    expect(assume(p.machine, p.state, both, true)).toBe(true);
    expect(p.state.object(1)?.nullness).toBe("non-null");
    expect(p.state.object(2)?.nullness).toBe("non-null");
    expect(assume(p.machine, other, both, false)).toBe(true);
    expect(other.object(1)?.nullness).toBe("maybe");
  });

  it("teaches both of two conditions joined by | when their join is false", () => {
    const p = parts();
    const none = binary(p, "|", binary(p, "==", object(p.state, 1), zero), binary(p, "==", object(p.state, 2), zero));
    expect(assume(p.machine, p.state, none, false)).toBe(true);
    expect(p.state.object(1)?.nullness).toBe("non-null");
    expect(p.state.object(2)?.nullness).toBe("non-null");
  });

  it("is not made by comparing kernel objects, but by comparing memory", () => {
    const p = parts();
    const test = (kind: "btf" | "map-value", id: number) => {
      const maybe = object(p.state, id, { class: kind });
      const certain = object(p.state, id + 1, { class: kind, nullness: "non-null" });
      assume(p.machine, p.state, binary(p, "==", maybe, certain), true);
      return p.state.object(id)?.nullness;
    };
    expect(test("btf", 1)).toBe("maybe");
    expect(test("map-value", 3)).toBe("non-null");
  });
});

describe("numbers", () => {
  it("are narrowed by order, until one is left", () => {
    const p = parts();
    const n = p.symbols.fresh({ low: 0, high: 10 });
    expect(assume(p.machine, p.state, binary(p, ">=", n, number(4)), true)).toBe(true);
    expect(rangeOf(p.machine, p.state, n)).toMatchObject({ low: 4, high: 10 });
    expect(assume(p.machine, p.state, binary(p, "<", n, number(5)), true)).toBe(true);
    expect(known(p.machine, p.state, n)).toEqual(number(4));
    expect(assume(p.machine, p.state, binary(p, "==", n, number(4)), false)).toBe(false);
  });

  it("learn from the other side of a comparison as well", () => {
    const p = parts();
    const n = p.symbols.fresh({ low: 0, high: 10 });
    expect(assume(p.machine, p.state, binary(p, "<", number(7), n), true)).toBe(true);
    expect(rangeOf(p.machine, p.state, n).low).toBe(8);
  });

  it("remember what they are not, and move their bounds over it", () => {
    const p = parts();
    const n = p.symbols.fresh({ low: 0, high: 2 });
    assume(p.machine, p.state, binary(p, "==", n, number(1)), false);
    assume(p.machine, p.state, binary(p, "==", n, number(0)), false);
    expect(known(p.machine, p.state, n)).toEqual(number(2));
  });

  it("learn through a sum with a constant", () => {
    const p = parts();
    const n = p.symbols.fresh({ low: 0, high: 100 });
    const next = p.symbols.defined(
      { kind: "binary", op: "+", left: n, right: one, unsigned: false },
      { low: 1, high: 101 },
    );
    assume(p.machine, p.state, binary(p, "<=", next, number(10)), true);
    expect(rangeOf(p.machine, p.state, n)).toMatchObject({ low: 0, high: 9 });
  });

  it("that may be negative learn nothing from an unsigned comparison", () => {
    const p = parts();
    const n = p.symbols.fresh({ low: -5, high: 5 });
    expect(assume(p.machine, p.state, binary(p, "<", n, number(3), true), true)).toBe(true);
    expect(rangeOf(p.machine, p.state, n)).toMatchObject({ low: -5, high: 5 });
  });

  it("close a path that contradicts an earlier test of the same question", () => {
    const p = parts();
    const question = binary(p, ">", p.symbols.fresh(anyRange), p.symbols.fresh(anyRange));
    expect(assume(p.machine, p.state, question, true)).toBe(true);
    expect(assume(p.machine, p.state, question, false)).toBe(false);
  });
});
