// bpf_experimental.h: local objects, graph nodes, exceptions, guards, bounded loops.
import type { MacroTable } from "./table.ts";

export const experimentalMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
__contains(type, member) __attribute__((btf_decl_tag("contains:" #type ":" #member)))
__exception_cb(function) __attribute__((btf_decl_tag("exception_callback:" #function)))
can_loop (__kfunc_ls_unknown() != 0)
cond_break ({ if (__kfunc_ls_unknown()) break; })
`,
  },
  {
    use: "declaration",
    text: `
private(name) __attribute__((section(".data." #name), used, visibility("hidden"), aligned(8)))
`,
  },
  {
    use: "expression",
    text: `
cond_break_label(label) ({ if (__kfunc_ls_unknown()) goto label; })
bpf_obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))
bpf_obj_drop(object) bpf_obj_drop_impl(object, NULL)
bpf_percpu_obj_new(type) ((type __percpu_kptr *)bpf_percpu_obj_new_impl(bpf_core_type_id_local(type), NULL))
bpf_percpu_obj_drop(object) bpf_percpu_obj_drop_impl(object, NULL)
bpf_refcount_acquire(object) bpf_refcount_acquire_impl(object, NULL)
bpf_list_push_front(head, node) bpf_list_push_front_impl(head, node, NULL, 0)
bpf_list_push_back(head, node) bpf_list_push_back_impl(head, node, NULL, 0)
bpf_rbtree_add(root, node, less) bpf_rbtree_add_impl(root, node, less, NULL, 0)
bpf_wq_set_callback(work, callback, flags) bpf_wq_set_callback_impl(work, callback, flags, NULL)
bpf_guard_preempt() int __kfunc_ls_join(___guard, __COUNTER__)
  __attribute__((unused, cleanup(bpf_preempt_enable))) = (bpf_preempt_disable(), 0)
bpf_assert(condition) if (!(condition)) bpf_throw(0);
bpf_assert_with(condition, cookie) if (!(condition)) bpf_throw(cookie);
bpf_assert_eq(left, right) ({ if ((left) != (right)) bpf_throw(0); })
bpf_assert_ne(left, right) ({ if ((left) == (right)) bpf_throw(0); })
bpf_assert_lt(left, right) ({ if ((left) >= (right)) bpf_throw(0); })
bpf_assert_gt(left, right) ({ if ((left) <= (right)) bpf_throw(0); })
bpf_assert_le(left, right) ({ if ((left) > (right)) bpf_throw(0); })
bpf_assert_ge(left, right) ({ if ((left) < (right)) bpf_throw(0); })
bpf_assert_eq_with(left, right, cookie) ({ if ((left) != (right)) bpf_throw(cookie); })
bpf_assert_ne_with(left, right, cookie) ({ if ((left) == (right)) bpf_throw(cookie); })
bpf_assert_lt_with(left, right, cookie) ({ if ((left) >= (right)) bpf_throw(cookie); })
bpf_assert_gt_with(left, right, cookie) ({ if ((left) <= (right)) bpf_throw(cookie); })
bpf_assert_le_with(left, right, cookie) ({ if ((left) > (right)) bpf_throw(cookie); })
bpf_assert_ge_with(left, right, cookie) ({ if ((left) < (right)) bpf_throw(cookie); })
bpf_assert_range(value, low, high) ({ if ((value) < (low) || (value) > (high)) bpf_throw(0); })
bpf_assert_range_with(value, low, high, cookie) ({ if ((value) < (low) || (value) > (high)) bpf_throw(cookie); })
bpf_cmp_likely(left, op, right) ((left) op (right))
bpf_cmp_unlikely(left, op, right) ((left) op (right))
bpf_nop_mov(variable) ((void)(variable))
bpf_addr_space_cast(variable, to, from) ((void)(variable))
`,
  },
];
