import { expect, test } from "vitest";
import { LineIndex } from "../../server/src/base/source.ts";

test.each([
  ["a\nbc\n\nd", [0, 2, 5, 6]],
  ["a\r\nbc\r\n", [0, 3, 7]],
  ["a\rb\nc\r\nd", [0, 2, 4, 7]],
  ["", [0]],
  ["\n", [0, 1]],
])("lines of %j", (text, starts) => {
  const lines = new LineIndex(text);
  expect(Array.from({ length: lines.lineCount }, (_, line) => lines.startOf(line))).toEqual(starts);
  for (const [line, start] of starts.entries()) {
    expect(lines.positionAt(start)).toEqual({ line, column: 0 });
  }
});
