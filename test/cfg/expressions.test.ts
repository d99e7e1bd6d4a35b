// Values, order of evaluation, places.
import { describe, expect, it } from "vitest";
import { printed } from "../support/unit-of.ts";

describe("expressions", () => {
  it("gives every call an instruction and a temporary, from left to right", async () => {
    const graph = await printed(`
      int g(int x); void v(void);
      int f(int a) { v(); g(1); return g(g(a) + g(2)); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): s32
      b0:
        call v()
        t1 = call g(1)
        t2 = call g(a.0)
        t3 = call g(2)
        t4 = call g(t2 + t3)
        return t4
      "
    `);
  });

  it("keeps an operand that a later operand changes", async () => {
    const graph = await printed(`
      int g(int *p); int glob;
      int f(int a, int *p) { int x = 1; int r = glob + g(&x); r += a + (a = 5); return g(p) + r + *p * g(p); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32, p.1: s32 *): s32
      b0:
        x.2 := 1
        t5 = @glob
        t4 = call g(&x.2)
        r.3 := t5 + t4
        t6 = a.0
        a.0 = 5
        r.3 = r.3 + (t6 + a.0)
        t7 = call g(p.1)
        t9 = *p.1
        t8 = call g(p.1)
        return (t7 + r.3) + (t9 * t8)
      "
    `);
  });

  it("does not keep a plain local that a call cannot change", async () => {
    const graph = await printed(`
      int g(int a, int b); int h(void);
      int f(int a) { return g(a, h()); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): s32
      b0:
        t1 = call h()
        t2 = call g(a.0, t1)
        return t2
      "
    `);
  });

  it("sequences steps and assignments inside expressions", async () => {
    const graph = await printed(`
      int f(int *p, int n) { int i = 0; while (i++ < n) *p++ = --n; return p[i = 2]; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: s32 *, n.1: s32): s32
      b0:
        i.2 := 0
        goto b1
      b1: (loop)
        t3 = i.2
        i.2 = t3 + 1
        if t3 < n.1 then b2 else b3
      b2:
        t4 = n.1 - 1
        n.1 = t4
        t5 = p.0
        p.0 = t5 +[4] 1
        *t5 = t4
        goto b1
      b3:
        i.2 = 2
        return *(p.0 +[4] i.2)
      "
    `);
  });

  it("uses the value of an assignment in a condition", async () => {
    const graph = await printed(`
      struct s { int *next; }; int *get(void);
      int f(struct s *s) { int *p; if ((p = get())) return *p; if (!(s->next = get())) return 1; return 2; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(s.0: struct s *): s32
      b0:
        declare p.1
        t2 = call get()
        p.1 = t2
        if p.1 then b1 else b2
      b1:
        return *p.1
      b2:
        t3 = call get()
        s.0->next = t3
        if !t3 then b3 else b4
      b3:
        return 1
      b4:
        return 2
      "
    `);
  });

  it("tells pointer arithmetic from integers", async () => {
    const graph = await printed(`
      struct s { int a, b; };
      long f(struct s *p, char *c, void *v, unsigned i) { p += i; p--; c = c + 1; v = v - 4; return (p + i) - p; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: struct s *, c.1: s8 *, v.2: void *, i.3: u32): s64
      b0:
        p.0 = p.0 +[8] i.3
        p.0 = p.0 -[8] 1
        c.1 = c.1 +[1] 1
        v.2 = v.2 -[1] 4
        return (p.0 +[8] i.3) - p.0
      "
    `);
  });

  it("takes back detours through addresses", async () => {
    const graph = await printed(`
      struct s { int a; int m[4]; };
      int f(struct s *p, int i) { struct s x = {}; (&x)->a = 1; *&x.a = 2; *(x.m + i) = 3; i[x.m] = 4; (*p).a = *&p->a; return x.a; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: struct s *, i.1: s32): s32
      b0:
        zero x.2
        x.2.a = 1
        x.2.a = 2
        x.2.m[i.1] = 3
        x.2.m[i.1] = 4
        p.0->a = p.0->a
        return x.2.a
      "
    `);
  });

  it("does not count a local as address-taken for a detour", async () => {
    const graph = await printed(`
      int f(int a) { return *&a; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): s32
      b0:
        return a.0
      "
    `);
  });

  it("marks volatile reads", async () => {
    const graph = await printed(`
      int f(int a, int *p) { volatile int v = 1; int r = *(volatile int *)&a; r += *(volatile int *)p; return r + v; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32, p.1: s32 *): s32
      b0:
        v.2 := 1
        r.3 := volatile a.0
        r.3 = r.3 + volatile *p.1
        return r.3 + volatile v.2
      "
    `);
  });

  it("keeps offsets by name", async () => {
    const graph = await printed(`
      struct in { int x; int node; }; struct out { long pad; struct in in; };
      struct out *f(void *n) {
        unsigned long classic = (unsigned long)&((struct out *)0)->in.node;
        void *m = n;
        struct out *o = (struct out *)(m - __builtin_offsetof(struct out, in.node));
        return classic ? o : 0;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(n.0: void *): struct out *
      b0:
        classic.1 := offsetof(struct out, in.node)
        m.2 := n.0
        o.3 := (struct out *)(m.2 -[1] offsetof(struct out, in.node))
        if classic.1 then b1 else b2
      b1:
        t4 = o.3
        goto b3
      b2:
        t4 = 0
        goto b3
      b3:
        return t4
      "
    `);
  });

  it("reads a struct from a call, a choice and a compound literal", async () => {
    const graph = await printed(`
      struct s { int a, b; }; struct s make(void);
      int f(int c) { struct s x = make(); struct s y; y = c ? x : make(); return make().b + ((struct s){ .b = 3 }).b + y.a; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(c.0: s32): s32
      b0:
        t2 = call make()
        copy x.1 = t2
        declare y.3
        if c.0 then b1 else b2
      b1:
        copy y.3 = x.1
        goto b3
      b2:
        t4 = call make()
        copy y.3 = t4
        goto b3
      b3:
        t5 = call make()
        zero t6
        t6.b := 3
        return (t5.b + t6.b) + y.3.a
      "
    `);
  });

  it("wraps constants as their types do", async () => {
    const graph = await printed(`
      unsigned f(void) { unsigned char c = (unsigned char)300; unsigned u = -1; return (unsigned)-1 + (1u << 31) + c + u + (7 / 2) * -3; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): u32
      b0:
        c.0 := 44
        u.1 := 4294967295
        return ((2147483647 + c.0) + u.1) + -9
      "
    `);
  });

  it("names what a missing header would have declared", async () => {
    const graph = await printed(`
      int f(int x) { return x & SOME_FLAG; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(x.0: s32): s32
      b0:
        return x.0 & unknown<SOME_FLAG>
      "
    `);
  });
});
