// Variables end on every way out of their scope.
import { describe, expect, it } from "vitest";
import { printed } from "../support/unit-of.ts";

describe("scopes", () => {
  it("calls cleanup functions in reverse order on every way out", async () => {
    const graph = await printed(`
      struct g { int x; }; void drop(struct g *g); int work(int i);
      int f(int n) {
        struct g a __attribute__((cleanup(drop))) = {};
        for (int i = 0; i < n; i++) {
          struct g b __attribute__((cleanup(drop))) = {};
          if (work(1)) break;
          if (work(2)) continue;
          if (work(3)) return b.x;
          if (work(4)) goto out;
        }
        work(5);
      out:
        return a.x;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(n.0: s32): s32
      b0:
        zero a.1
        i.2 := 0
        goto b1
      b1: (loop)
        if i.2 < n.0 then b2 else b12
      b2:
        zero b.3
        t4 = call work(1)
        if t4 then b3 else b4
      b3:
        cleanup drop(&b.3)
        forget b.3
        goto b12
      b4:
        t5 = call work(2)
        if t5 then b5 else b6
      b5:
        cleanup drop(&b.3)
        forget b.3
        goto b11
      b6:
        t6 = call work(3)
        if t6 then b7 else b8
      b7:
        t7 = b.3.x
        cleanup drop(&b.3)
        cleanup drop(&a.1)
        return t7
      b8:
        t8 = call work(4)
        if t8 then b9 else b10
      b9:
        cleanup drop(&b.3)
        forget b.3
        forget i.2
        goto b13
      b10:
        cleanup drop(&b.3)
        forget b.3
        goto b11
      b11:
        i.2 = i.2 + 1
        goto b1
      b12:
        forget i.2
        t9 = call work(5)
        goto b13
      b13:
        t10 = a.1.x
        cleanup drop(&a.1)
        return t10
      "
    `);
  });

  it("takes the return value before the cleanup", async () => {
    const graph = await printed(`
      void put(int **p); int *get(void);
      int *f(void) { int *p __attribute__((cleanup(put))) = get(); return p; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): s32 *
      b0:
        t1 = call get()
        p.0 := t1
        t2 = p.0
        cleanup put(&p.0)
        return t2
      "
    `);
  });

  it("cleans up an iterator in the head of a for loop", async () => {
    const graph = await printed(`
      struct it { long v; }; int it_new(struct it *i, int n); int *it_next(struct it *i); void it_destroy(struct it *i); void g(int v);
      void f(int n) {
        for (struct it it __attribute__((cleanup(it_destroy))), *p = (it_new(&it, n), (void *)0);
             ({ int *t = it_next(&it); t; }); )
          g(1);
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(n.0: s32): void
      b0:
        declare it.1
        t3 = call it_new(&it.1, n.0)
        p.2 := 0
        goto b1
      b1: (loop)
        t5 = call it_next(&it.1)
        t.4 := t5
        if t.4 then b2 else b3
      b2:
        forget t.4
        call g(1)
        goto b1
      b3:
        forget t.4
        cleanup it_destroy(&it.1)
        return
      "
    `);
  });

  it("does not clean up a variable whose own initializer leaves", async () => {
    const graph = await printed(`
      void put(int **p); int *get(void);
      int f(int c) { int *p __attribute__((cleanup(put))) = ({ if (c) return 1; get(); }); return 0; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(c.0: s32): s32
      b0:
        if c.0 then b1 else b2
      b1:
        return 1
      b2:
        t2 = call get()
        p.1 := t2
        cleanup put(&p.1)
        return 0
      "
    `);
  });

  it("ends and begins variables at jumps backward and into blocks", async () => {
    const graph = await printed(`
      void put(int *p); int g(int *p);
      int f(int n) {
      again:;
        int x __attribute__((cleanup(put))) = 1;
        if (g(&x)) goto again;
        goto in;
        { int y; y = 2;
      in:
          return g(&y); }
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(n.0: s32): s32
      b0: (loop)
        x.1 := 1
        t2 = call g(&x.1)
        if t2 then b1 else b2
      b1:
        cleanup put(&x.1)
        forget x.1
        goto b0
      b2:
        declare y.3
        t4 = call g(&y.3)
        cleanup put(&x.1)
        return t4
      "
    `);
  });
});
