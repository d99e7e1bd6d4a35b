// Symbols are interned by what defines them, so one question has one answer.
import { describe, expect, it } from "vitest";
import { rangeOfType, Symbols, valueKey } from "../../server/src/verifier/symbols.ts";
import { pointerTo, zero } from "../../server/src/verifier/value.ts";

const bool = { low: 0, high: 1 };

describe("symbols", () => {
  it("are new each time they are asked for without a definition", () => {
    const symbols = new Symbols();
    expect(symbols.fresh(bool)).not.toEqual(symbols.fresh(bool));
  });

  it("are the same for the same operator on the same operands", () => {
    const symbols = new Symbols();
    const left = symbols.fresh(bool);
    const right = symbols.fresh(bool);
    const less = () => symbols.defined({ kind: "binary", op: "<", left, right, unsigned: false }, bool);
    expect(less()).toEqual(less());
    expect(symbols.defined({ kind: "binary", op: "<", left: right, right: left, unsigned: false }, bool)).not.toEqual(
      less(),
    );
    expect(symbols.defined({ kind: "binary", op: "<", left, right, unsigned: true }, bool)).not.toEqual(less());
    expect(symbols.defined({ kind: "binary", op: "<=", left, right, unsigned: false }, bool)).not.toEqual(less());
  });

  it("tell casts of different widths apart", () => {
    const symbols = new Symbols();
    const operand = symbols.fresh(bool);
    const cast = (bits: number, signed: boolean) => symbols.defined({ kind: "cast", operand, bits, signed }, bool);
    expect(cast(32, true)).toEqual(cast(32, true));
    expect(cast(32, true)).not.toEqual(cast(32, false));
    expect(cast(16, true)).not.toEqual(cast(32, true));
  });

  it("keep named constants apart from everything else", () => {
    const symbols = new Symbols();
    expect(symbols.named("field exists", bool)).toEqual(symbols.named("field exists", bool));
    expect(symbols.named("field exists", bool)).not.toEqual(symbols.named("other", bool));
  });

  it("know nothing of an id that was never handed out", () => {
    const symbols = new Symbols();
    expect(symbols.definition(7)).toBeUndefined();
    expect(symbols.range(-1).low).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("ranges of types", () => {
  it("follow width and sign", () => {
    expect(rangeOfType({ kind: "int", bits: 8, signed: true, bool: false, name: "char" } as never)).toEqual({
      low: -128,
      high: 127,
    });
    expect(rangeOfType({ kind: "int", bits: 32, signed: false, bool: false, name: "u32" } as never)).toEqual({
      low: 0,
      high: 2 ** 32 - 1,
    });
    expect(rangeOfType({ kind: "int", bits: 8, signed: false, bool: true, name: "bool" } as never)).toEqual(bool);
  });

  it("are open for what has no width", () => {
    expect(rangeOfType({ kind: "unknown" } as never).high).toBe(Number.POSITIVE_INFINITY);
  });
});

it("gives values keys that tell them apart", () => {
  const keys = [
    zero,
    pointerTo(1),
    pointerTo(1, ".a"),
    pointerTo(11),
    { kind: "symbol", id: 1 } as const,
    { kind: "function", name: "f" } as const,
  ].map(valueKey);
  expect(new Set(keys).size).toBe(keys.length);
});
