// Who is called.
import { describe, expect, it } from "vitest";
import { printed } from "../support/unit-of.ts";

describe("calls", () => {
  it("strips casts from a called name", async () => {
    const graph = await printed(`
      void *obj_new_impl(unsigned long id, void *meta);
      struct n { int a; };
      struct n *f(void) {
        return ((struct n *(*)(unsigned long, void *))obj_new_impl)(__builtin_btf_type_id(*(struct n *)0, 0), 0);
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(): struct n *
      b0:
        t0 = call obj_new_impl(type-id(struct n), 0)
        return t0
      "
    `);
  });

  it("takes constant function pointers for functions", async () => {
    const graph = await printed(`
      static long (*bpf_helper)(int a) = (void *) 6;
      static void *(* const bpf_other)(void) = (void *) 7;
      int g(int); int (*dynamic)(int);
      struct ops { int (*run)(int); };
      int f(struct ops *ops, int (*cb)(int)) {
        bpf_helper(1); bpf_other(); (*g)(2); (&g)(3); dynamic(4); cb(5); return ops->run(6);
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(ops.0: struct ops *, cb.1: s32 (s32) *): s32
      b0:
        t2 = call bpf_helper(1)
        t3 = call bpf_other()
        t4 = call g(2)
        t5 = call g(3)
        t6 = call *(@dynamic)(4)
        t7 = call *(cb.1)(5)
        t8 = call *(ops.0->run)(6)
        return t8
      "
    `);
  });

  it("evaluates compiler builtins where it can", async () => {
    const graph = await printed(`
      struct t { int x; };
      int f(struct t *p, int v, unsigned short h) {
        if (__builtin_preserve_type_info(*(typeof(struct t) *)0, 0)) v++;
        if (__builtin_preserve_field_info(p->x, 2)) v++;
        __builtin_memset(p, 0, sizeof(*p));
        __sync_fetch_and_add(&p->x, 1);
        if (h == __builtin_bswap16(0x0800)) v += __builtin_preserve_access_index(p->x);
        if (v > 9) __builtin_unreachable();
        return v;
      }
    `);
    expect(graph).toMatchInlineSnapshot(`
      "f(p.0: struct t *, v.1: s32, h.2: u16): s32
      b0:
        if unknown<__builtin_preserve_type_info * ( typeof ( struct t ) * ) 0 0> then b1 else b2
      b1:
        v.1 = v.1 + 1
        goto b2
      b2:
        if unknown<__builtin_preserve_field_info t.x 2> then b3 else b4
      b3:
        v.1 = v.1 + 1
        goto b4
      b4:
        t3 = call __builtin_memset(p.0, 0, 4)
        t4 = call __sync_fetch_and_add(&p.0->x, 1)
        if h.2 == 8 then b5 else b6
      b5:
        v.1 = v.1 + p.0->x
        goto b6
      b6:
        if v.1 > 9 then b7 else b8
      b7:
        unreachable
      b8:
        return v.1
      "
    `);
  });
});
