// First values of variables.
import { describe, expect, it } from "vitest";
import { printed } from "../support/unit-of.ts";

describe("initializers", () => {
  it("zeroes an aggregate and assigns what is given", async () => {
    const graph = await printed(`
      struct in { int a, b; }; struct s { int x; struct in in; int m[3]; union { int u; long w; }; char *name; };
      void use(struct s *s);
      void f(int v) { struct s s = { 1, { .b = v }, { [1] = 4, 5 }, .u = 6, "n" }; use(&s); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(v.0: s32): void
      b0:
        zero s.1
        s.1.x := 1
        s.1.in.b := v.0
        s.1.m[1] := 4
        s.1.m[2] := 5
        s.1.u := 6
        s.1.name := "n"
        call use(&s.1)
        return
      "
    `);
  });

  it("sets named members of a type whose header is missing", async () => {
    const graph = await printed(`
      void use(missing_t *a);
      void f(int v) { missing_t a = { .lock = (void *)1, .in.b = v }, b = {}, c = { v }; use(&a); use(&b); use(&c); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(v.0: s32): void
      b0:
        zero a.1
        a.1.lock := 1
        a.1.in.b := v.0
        zero b.2
        declare c.3
        call use(&a.1)
        call use(&b.2)
        call use(&c.3)
        return
      "
    `);
  });

  it("follows left-out braces", async () => {
    const graph = await printed(`
      struct p { int a, b; };
      int f(int v) { struct p m[2] = { 1, 2, v }; int n[] = { 1, [3] = v, 5 }; return m[0].a + sizeof(n); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(v.0: s32): s32
      b0:
        zero m.1
        m.1[0].a := 1
        m.1[0].b := 2
        m.1[1].a := v.0
        zero n.2
        n.2[0] := 1
        n.2[3] := v.0
        n.2[4] := 5
        return m.1[0].a + 20
      "
    `);
  });

  it("skips zeros unless they overwrite", async () => {
    const graph = await printed(`
      int f(void) { int a[2] = { 0, 0 }; int b[3] = { [0 ... 2] = 1, [1] = 0 }; return a[0] + b[1]; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): s32
      b0:
        zero a.0
        zero b.1
        b.1[0] := 1
        b.1[1] := 1
        b.1[2] := 1
        b.1[1] := 0
        return a.0[0] + b.1[1]
      "
    `);
  });

  it("gives a compound literal a place of its own", async () => {
    const graph = await printed(`
      struct s { int a; }; void use(struct s *s, int *m);
      void f(int v) { use(&(struct s){ .a = v }, (int[]){ 1, v }); struct s d = (struct s){ v }; use(&d, 0); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(v.0: s32): void
      b0:
        zero t1
        t1.a := v.0
        zero t2
        t2[0] := 1
        t2[1] := v.0
        call use(&t1, &t2)
        zero d.3
        d.3.a := v.0
        call use(&d.3, 0)
        return
      "
    `);
  });

  it("claims nothing of an aggregate it cannot follow", async () => {
    const graph = await printed(`
      int f(int v) { int big[1000] = { [0 ... 999] = v }; struct never_seen s = { 1, v }; return big[3]; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(v.0: s32): s32
      b0:
        declare big.1
        declare s.2
        return big.1[3]
      "
    `);
  });

  it("puts static locals beside the unit's globals", async () => {
    const graph = await printed(`
      int f(void) { static int n = 3; static const char s[] = "x"; { static int n; n++; } extern int e; return n++ + e + sizeof(s); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): s32
      b0:
        @f.n.1 = @f.n.1 + 1
        t0 = @f.n
        @f.n = t0 + 1
        return (t0 + @e) + 2
      "
    `);
  });

  it("knows types and constants declared inside the function", async () => {
    const graph = await printed(`
      int f(void) { struct l { char c; long v; }; enum { A = 3, B }; typedef struct l t; t x = { .v = B }; struct { int q; } y = { A }; return sizeof(struct l) + x.v + y.q; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): s32
      b0:
        zero x.0
        x.0.v := 4
        zero y.1
        y.1.q := 3
        return (16 + x.0.v) + y.1.q
      "
    `);
  });
});
