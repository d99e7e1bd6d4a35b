import { describe, expect, it } from "vitest";
import { spelling } from "../../server/src/preprocess/spellings.ts";

describe("a spelling", () => {
  it("is the text that was asked for, whatever is in it", () => {
    for (const text of ["x", "bpf_task_from_pid", '"Übermaß \u{1F980} of a string"', `"lone \ud800 surrogate"`]) {
      expect(spelling(` ${text} `.slice(1, -1))).toBe(text);
    }
  });
});
