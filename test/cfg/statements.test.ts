// Loops, jumps, switches, inline assembly.
import { describe, expect, it } from "vitest";
import { printed } from "../support/unit-of.ts";

describe("statements", () => {
  it("falls through cases, with default in the middle and ranges", async () => {
    const graph = await printed(`
      int g(int x);
      int f(int x) {
        switch (x) { case 1: g(1); default: g(0); break; case 2 ... 4: g(2); case 5: return 5; }
        return 0;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(x.0: s32): s32
      b0:
        switch x.0 {1: b1, 2...4: b2, 5: b3, default: b4}
      b1:
        t1 = call g(1)
        goto b4
      b2:
        t3 = call g(2)
        goto b3
      b3:
        return 5
      b4:
        t2 = call g(0)
        return 0
      "
    `);
  });

  it("enters a loop through case labels as Duff does", async () => {
    const graph = await printed(`
      void g(int x);
      void f(int n, int k) { switch (k) { case 0: do { g(0); case 1: g(1); } while (--n > 0); } }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(n.0: s32, k.1: s32): void
      b0:
        switch k.1 {0: b2, 1: b1, default: b3}
      b1: (loop)
        call g(1)
        t2 = n.0 - 1
        n.0 = t2
        if t2 > 0 then b2 else b3
      b2:
        call g(0)
        goto b1
      b3:
        return
      "
    `);
  });

  it("decides a switch over a constant", async () => {
    const graph = await printed(`
      int f(int x) { switch (sizeof(x)) { case 8: return 8; case 4: return 4; } return 0; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(x.0: s32): s32
      b0:
        return 4
      "
    `);
  });

  it("leaves loops by break, continue and goto", async () => {
    const graph = await printed(`
      int g(int i);
      int f(int n) {
        for (int i = 0; i < n; i++) { int x = g(i); if (x == 1) continue; if (x == 2) break; if (x == 3) goto out; g(x); }
        return 1;
      out:
        return 2;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(n.0: s32): s32
      b0:
        i.1 := 0
        goto b1
      b1: (loop)
        if i.1 < n.0 then b2 else b10
      b2:
        t3 = call g(i.1)
        x.2 := t3
        if x.2 == 1 then b3 else b4
      b3:
        forget x.2
        goto b9
      b4:
        if x.2 == 2 then b5 else b6
      b5:
        forget x.2
        goto b10
      b6:
        if x.2 == 3 then b7 else b8
      b7:
        return 2
      b8:
        t4 = call g(x.2)
        forget x.2
        goto b9
      b9:
        i.1 = i.1 + 1
        goto b1
      b10:
        return 1
      "
    `);
  });

  it("runs do ... while (0) once", async () => {
    const graph = await printed(`
      void g(void);
      void f(int a) { do { if (a) break; g(); } while (0); g(); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): void
      b0:
        if a.0 then b2 else b1
      b1:
        call g()
        goto b2
      b2:
        call g()
        return
      "
    `);
  });

  it("keeps an endless loop", async () => {
    const graph = await printed(`
      void f(void) { for (;;) ; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): void
      b0: (loop)
        goto b0
      "
    `);
  });

  it("takes the labels of asm goto and the next statement for possible ways", async () => {
    const graph = await printed(`
      int f(int a) { asm volatile goto("x %l[out]" :::: out); a++; out: return a; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): s32
      b0:
        asm "x %l[out]" out() in()
        any b1, b2
      b1:
        a.0 = a.0 + 1
        goto b2
      b2:
        return a.0
      "
    `);
  });

  it("keeps what inline assembly touches", async () => {
    const graph = await printed(`
      int f(int a, int *p) { asm volatile("" : "+r"(a)); asm volatile("%0 = %1" : "=r"(a) : "r"(p) : "memory"); asm volatile("" ::: "memory"); return a; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32, p.1: s32 *): s32
      b0:
        asm "%0 = %1" out(a.0) in(p.1) memory
        asm "" out() in() memory
        return a.0
      "
    `);
  });

  it("lets a computed goto reach every label", async () => {
    const graph = await printed(`
      int f(int a) { void *l[] = { &&x, &&y }; goto *l[a]; x: return 1; y: return 2; }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32): s32
      b0:
        zero l.1
        l.1[0] := unknown
        l.1[1] := unknown
        any b1, b2
      b1:
        return 1
      b2:
        return 2
      "
    `);
  });

  it("means the nearest local label when a macro repeats its name", async () => {
    const graph = await printed(`
      void g(int i);
      #define STEP(i) ({ __label__ l_next; if (i) goto l_next; g(i); l_next: (void)0; })
      void f(int a, int b) { STEP(a); STEP(b); }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(a.0: s32, b.1: s32): void
      b0:
        if a.0 then b2 else b1
      b1:
        call g(a.0)
        goto b2
      b2:
        if b.1 then b4 else b3
      b3:
        call g(b.1)
        goto b4
      b4:
        return
      "
    `);
  });
});
