// Conditions and choices become edges.
import { describe, expect, it } from "vitest";
import { printed } from "../support/unit-of.ts";

describe("conditions", () => {
  it("tests each operand of && and || on an edge of its own", async () => {
    const graph = await printed(`
      int f(int a, int b, int c) { if (a && (b || c)) return 1; return 0; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32, b.1: s32, c.2: s32): s32
      b0:
        if a.0 then b1 else b4
      b1:
        if b.1 then b3 else b2
      b2:
        if c.2 then b3 else b4
      b3:
        return 1
      b4:
        return 0
      "
    `);
  });

  it("keeps ! in the test of a plain operand and turns the edges otherwise", async () => {
    const graph = await printed(`
      int f(int *p, int a) { if (!p) return 1; if (!(a && *p)) return 2; return 3; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: s32 *, a.1: s32): s32
      b0:
        if !p.0 then b1 else b2
      b1:
        return 1
      b2:
        if a.1 then b3 else b5
      b3:
        if *p.0 then b4 else b5
      b4:
        return 3
      b5:
        return 2
      "
    `);
  });

  it("materializes && only where a value is wanted", async () => {
    const graph = await printed(`
      int g(int x);
      int f(int a, int b) { int both = a && g(b); return both; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32, b.1: s32): s32
      b0:
        if a.0 then b1 else b3
      b1:
        t3 = call g(b.1)
        if t3 then b2 else b3
      b2:
        both.2 := 1
        goto b4
      b3:
        both.2 := 0
        goto b4
      b4:
        return both.2
      "
    `);
  });

  it("branches on the value of a statement expression and ends its variables on both ways", async () => {
    const graph = await printed(`
      int next(void);
      int f(void) { if (({ int v = next(); v > 2 && v < 9; })) return 1; return 0; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): s32
      b0:
        t1 = call next()
        v.0 := t1
        if v.0 > 2 then b1 else b3
      b1:
        if v.0 < 9 then b2 else b3
      b2:
        return 1
      b3:
        return 0
      "
    `);
  });

  it("sees through likely, double negation and comparison with zero", async () => {
    const graph = await printed(`
      int f(int *p, int *q) {
        if (__builtin_expect(!!(p && q), 1)) return 1;
        if ((p || q) == 0) return 2;
        return 3;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: s32 *, q.1: s32 *): s32
      b0:
        if p.0 then b1 else b3
      b1:
        if q.1 then b2 else b3
      b2:
        return 1
      b3:
        if p.0 then b5 else b4
      b4:
        if q.1 then b5 else b6
      b5:
        return 3
      b6:
        return 2
      "
    `);
  });

  it("evaluates GNU ?: once", async () => {
    const graph = await printed(`
      int g(void);
      int f(void) { int x = g() ?: 7; return x; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): s32
      b0:
        t1 = call g()
        if t1 then b1 else b2
      b1:
        t2 = t1
        goto b3
      b2:
        t2 = 7
        goto b3
      b3:
        x.0 := t2
        return x.0
      "
    `);
  });

  it("lets each arm of ?: assign for itself", async () => {
    const graph = await printed(`
      int *one(void); int *two(void);
      int *f(int c) { int *p = c ? one() : two(); return p; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(c.0: s32): s32 *
      b0:
        if c.0 then b1 else b2
      b1:
        t2 = call one()
        p.1 := t2
        goto b3
      b2:
        t3 = call two()
        p.1 := t3
        goto b3
      b3:
        return p.1
      "
    `);
  });

  it("decides what the compiler decides and drops the dead arm", async () => {
    const graph = await printed(`
      int g(int x); int h(int x);
      int f(int a) {
        if (0) g(1);
        if (sizeof(long) == 8) g(2); else h(2);
        if (__builtin_constant_p(a)) h(3);
        int t = __builtin_types_compatible_p(typeof(a), int);
        int s = _Generic(a, long: h(4), int: g(4));
        int k = __builtin_choose_expr(1, a, h(5));
        while (1) { if (g(6)) break; }
        return t + s + k;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): s32
      b0:
        t2 = call g(2)
        t.5 := 1
        t7 = call g(4)
        s.6 := t7
        k.8 := a.0
        goto b1
      b1: (loop)
        t9 = call g(6)
        if t9 then b2 else b1
      b2:
        return (t.5 + s.6) + k.8
      "
    `);
  });

  it("gives the reserved unknown value no meaning", async () => {
    const graph = await printed(`
      int g(void);
      int __kfunc_ls_unknown(void);
      void f(void) { while (__kfunc_ls_unknown()) g(); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): void
      b0: (loop)
        if unknown then b1 else b2
      b1:
        t0 = call g()
        goto b0
      b2:
        return
      "
    `);
  });

  it("joins a branch that leads one way", async () => {
    const graph = await printed(`
      int f(int *p) { if (p[3]) ; return 0; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: s32 *): s32
      b0:
        discard *(p.0 +[4] 3)
        return 0
      "
    `);
  });
});
