import { describe, expect, it } from "vitest";
import { keystrokes } from "../../server/scripts/bench/edits.ts";
import { timesOf } from "../../server/scripts/bench/statistics.ts";

describe("keystrokes", () => {
  const text = "int x;\nint f(void)\n{\n\tint a = 1;\n\treturn a;\n}\nint y;\n";

  it("fall inside functions and end with the text they began with", () => {
    const steps = keystrokes(text, 2);
    expect(steps).toHaveLength(6);
    expect(steps[0]?.text).toBe(text.replace("a = 1;", "a = 1;\n\tu"));
    expect(steps[4]?.text).toBe(text.replace("return a;", "return a;\n\tunsigned int typed_1 = 1;"));
    expect(steps[5]?.text).toBe(text);
  });

  it("are none where there is no function", () => {
    expect(keystrokes("int x;\n", 3)).toEqual([]);
  });
});

describe("times", () => {
  it("are nearest ranks", () => {
    const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(timesOf(samples)).toEqual({ count: 100, p50: 50, p95: 95, max: 100 });
    expect(timesOf([])).toEqual({ count: 0, p50: 0, p95: 0, max: 0 });
  });
});
