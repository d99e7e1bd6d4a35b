// Names as the user writes them: headers give `bpf_obj_drop(p)` as a macro over
// `bpf_obj_drop_impl(p, NULL)`, which is what the compiler, and so we, see.

/** `source`: the user's file; what stands in it is left as it is. */
export function asWritten(text: string, source = ""): string {
  return text.replace(
    /\b(bpf_(?:obj_new|obj_drop|percpu_obj_new|percpu_obj_drop|refcount_acquire|list_push_front|list_push_back|rbtree_add|wq_set_callback|stream_vprintk|task_work_schedule_\w+?))_impl\b/g,
    (long, short: string) => (source.includes(long) ? long : short),
  );
}
