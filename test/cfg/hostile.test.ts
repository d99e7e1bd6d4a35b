// What cannot be lowered is the graph's problem, never an exception and never an
// overflowing stack. Trees are made by hand: the parser would stop some of these.
import { describe, expect, it } from "vitest";
import { buildCfg } from "../../server/src/cfg/build.ts";
import { maxBlocks, maxNesting } from "../../server/src/cfg/limits.ts";
import type { Block, Expression, FunctionDecl, Statement } from "../../server/src/syntax/ast.ts";
import { graphOf, unitOf } from "../support/unit-of.ts";

const at = { start: 0, end: 1 };
const one: Expression = { kind: "number", value: 1, unsigned: false, long: false, at };

async function withBody(statements: readonly Statement[]): Promise<ReturnType<typeof buildCfg>> {
  const unit = await unitOf("int g(int x); int f(int a) { return 0; }");
  const fn: FunctionDecl = { ...unit.function("f")!.decl, body: { kind: "block", statements, at } };
  return buildCfg(fn, unit);
}

describe("hostile trees", () => {
  it("stops at blocks nested too deep", async () => {
    let block: Block = { kind: "block", statements: [], at };
    for (let i = 0; i < 10_000; i++) block = { kind: "block", statements: [block], at };
    const graph = await withBody([block]);
    expect(graph.problem?.message).toBe(`nested more than ${maxNesting} levels deep`);
    expect(graph.blocks).toHaveLength(1);
  });

  it.each<[string, (inner: Expression) => Expression]>([
    ["unary", (operand) => ({ kind: "unary", op: "-", operand, at })],
    ["logical", (left) => ({ kind: "logical", op: "&&", left, right: { kind: "name", name: "a", at }, at })],
    ["deref", (operand) => ({ kind: "deref", operand, at })],
    ["call", (arg) => ({ kind: "call", callee: { kind: "name", name: "g", at }, args: [arg], at })],
    ["conditional", (test) => ({ kind: "conditional", test, whenTrue: one, whenFalse: one, at })],
    ["sizeof", (operand) => ({ kind: "sizeof", op: "sizeof", operand, at })],
    ["list", (value) => ({ kind: "initializer-list", items: [{ designators: [], value }], at })],
  ])("survives 10,000 nested %s expressions", async (_, wrap) => {
    let expression: Expression = { kind: "name", name: "a", at };
    for (let i = 0; i < 10_000; i++) expression = wrap(expression);
    const graph = await withBody([{ kind: "expression", expression, at }]);
    expect(graph.problem === undefined || graph.problem.message.startsWith("nested")).toBe(true);
  });

  it("walks a chain of 5,000 else ifs without nesting", async () => {
    let chain: Statement | undefined;
    const test: Expression = { kind: "name", name: "a", at };
    // biome-ignore lint/suspicious/noThenProperty: the arm of an if statement, as the AST names it
    for (let i = 0; i < 5_000; i++) chain = { kind: "if", test, then: { kind: "empty", at }, else: chain, at };
    const graph = await withBody([chain!]);
    expect(graph.problem).toBeUndefined();
  });

  it("gives up on a function with too many blocks", async () => {
    const statements = Array.from(
      { length: maxBlocks },
      (): Statement => ({ kind: "label", name: "l", body: undefined, at }),
    );
    expect((await withBody(statements)).problem?.message).toBe(`more than ${maxBlocks} basic blocks`);
  });

  it("names jumps that lead nowhere", async () => {
    expect((await withBody([{ kind: "goto", label: "nowhere", at }])).problem?.message).toBe("no label nowhere");
    expect((await withBody([{ kind: "break", at }])).problem?.message).toBe("break or continue outside a loop");
    const stray: Statement = { kind: "case", low: one, high: undefined, body: undefined, at };
    expect((await withBody([stray])).problem?.message).toBe("case label outside a switch");
  });

  it("does not mind what is wrong in dead code", async () => {
    const stray: Statement = { kind: "goto", label: "nowhere", at };
    expect((await withBody([{ kind: "return", value: one, at }, stray])).problem).toBeUndefined();
  });

  it("makes do without any header", async () => {
    const graph = await graphOf(`
      int f(struct never_seen *p) {
        struct other x = { .a = 1, 2 };
        unknown_t *q = (unknown_t *)p->next[2].field;
        typeof(nothing) n = nothing(q, sizeof(*q), &x.a);
        return __builtin_offsetof(struct other, a) + n + *q + p->x;
      }
    `);
    expect(graph.problem).toBeUndefined();
  });
});
