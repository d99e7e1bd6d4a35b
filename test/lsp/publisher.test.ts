// What the client sees of a file is the union of what all checked files found there.
import { expect, it } from "vitest";
import type { Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver/node";
import { Publisher } from "../../server/src/lsp/publisher.ts";

const versions = new Map([
  ["a.c", 0],
  ["b.c", 7],
]);

function finding(line: number): Diagnostic {
  return { range: { start: { line, character: 0 }, end: { line, character: 3 } }, message: `finding ${line}` };
}

function setUp() {
  const sent: PublishDiagnosticsParams[] = [];
  const publisher = new Publisher(
    (params) => sent.push(params),
    (uri) => versions.get(uri),
  );
  const lines = (uri: string) =>
    sent.findLast((params) => params.uri === uri)?.diagnostics.map((found) => found.range.start.line);
  return { sent, publisher, lines };
}

it("sends the version, also when it is 0, and none for closed files", () => {
  const { sent, publisher } = setUp();
  publisher.replace("a.c", new Map([["h.h", [finding(1)]]]));
  expect(sent).toEqual([
    { uri: "a.c", diagnostics: [], version: 0 },
    { uri: "h.h", diagnostics: [finding(1)] },
  ]);
});

it("joins the findings of several files in one header, each once", () => {
  const { publisher, lines } = setUp();
  publisher.replace("a.c", new Map([["h.h", [finding(1), finding(2)]]]));
  publisher.replace("b.c", new Map([["h.h", [finding(2), finding(3)]]]));
  expect(lines("h.h")).toEqual([1, 2, 3]);
  publisher.replace("a.c", new Map([["a.c", [finding(9)]]]));
  expect(lines("h.h")).toEqual([2, 3]);
  expect(lines("a.c")).toEqual([9]);
});

it("takes the findings of a closed file back, everywhere", () => {
  const { publisher, lines } = setUp();
  publisher.replace(
    "a.c",
    new Map([
      ["a.c", [finding(1)]],
      ["h.h", [finding(1)]],
    ]),
  );
  publisher.withdraw("a.c");
  expect(lines("a.c")).toEqual([]);
  expect(lines("h.h")).toEqual([]);
});
