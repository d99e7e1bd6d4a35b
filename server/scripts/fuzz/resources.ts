// The protocols that generated programs speak: how a resource comes to life, what is done with
// it, how it ends, and where it may be used. C text with holes: $v is the variable, $n a number
// that is unique in the file.
import type { Section } from "./tree.ts";

export interface Resource {
  readonly name: string;
  /** Declaration of the variable. */
  readonly declare: string;
  /** Further declarations, e.g. a map value that the resource lives in. */
  readonly also?: readonly string[];
  /** Alternatives; `needs` names an argument that the section must have. */
  readonly acquire: readonly { readonly text: string; readonly needs?: keyof Section["arguments"] }[];
  /** Must be tested against NULL before it is used. */
  readonly maybeNull: boolean;
  readonly uses: readonly string[];
  readonly release: readonly string[];
  /** Tracing programs may not use it. */
  readonly notTracing?: boolean;
  /** Programs of the network may not use it. */
  readonly notNetwork?: boolean;
  /** Release needs the value even when the acquire failed (ring buffer dynptr, iterators). */
  readonly releaseAlways?: boolean;
}

export const resources: readonly Resource[] = [
  {
    name: "task",
    declare: "struct task_struct *$v;",
    acquire: [
      { text: "bpf_task_from_pid(watched)" },
      { text: "bpf_task_from_pid(bpf_get_prandom_u32() & 0xff)" },
      { text: "bpf_task_acquire(task)", needs: "task" },
      { text: "find_task(watched)" },
    ],
    maybeNull: true,
    uses: ["sum += $v->pid;", "note_task($v);", "count += $v->prio > 100;"],
    release: ["bpf_task_release($v);", "put_task($v);"],
  },
  {
    name: "cgroup",
    declare: "struct cgroup *$v;",
    acquire: [
      { text: "bpf_cgroup_from_id(cgroup_id)" },
      { text: "bpf_cgroup_acquire(cgrp)", needs: "cgroup" },
      { text: "bpf_cgroup_ancestor(cgrp, 1)", needs: "cgroup" },
      { text: "find_cgroup(cgroup_id + 1)" },
    ],
    maybeNull: true,
    uses: ["sum += $v->level;", "note_cgroup($v);"],
    release: ["bpf_cgroup_release($v);"],
  },
  {
    name: "cpumask",
    declare: "struct bpf_cpumask *$v;",
    acquire: [{ text: "bpf_cpumask_create()" }],
    maybeNull: true,
    uses: ["bpf_cpumask_set_cpu(1, $v);", "sum += bpf_cpumask_test_cpu(2, (const struct cpumask *)$v);"],
    release: ["bpf_cpumask_release($v);"],
    notNetwork: true,
  },
  {
    name: "record",
    declare: "struct note *$v;",
    acquire: [{ text: "bpf_ringbuf_reserve(&events, sizeof(struct note), 0)" }],
    maybeNull: true,
    uses: ["$v->first = sum;", "$v->second = watched;"],
    release: ["bpf_ringbuf_submit($v, 0);", "bpf_ringbuf_discard($v, 0);"],
  },
  {
    name: "object",
    declare: "struct entry_item *$v;",
    acquire: [{ text: "bpf_obj_new(typeof(struct entry_item))" }],
    maybeNull: true,
    uses: ["$v->key = sum;", "sum += $v->data;"],
    release: ["bpf_obj_drop($v);"],
    notTracing: true,
  },
  {
    name: "socket",
    declare: "struct bpf_sock *$v;",
    also: ["struct bpf_sock_tuple tuple = {};"],
    acquire: [
      { text: "bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0)", needs: "skb" },
      { text: "bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0)", needs: "skb" },
    ],
    maybeNull: true,
    uses: ["sum += $v->family;", "sum += $v->state;"],
    release: ["bpf_sk_release($v);"],
  },
  {
    name: "ring buffer dynptr",
    declare: "struct bpf_dynptr $v;",
    acquire: [{ text: "!bpf_ringbuf_reserve_dynptr(&events, 32, 0, &$v)" }],
    maybeNull: false,
    uses: ["bpf_dynptr_write(&$v, 0, &sum, sizeof(sum), 0);", "bpf_dynptr_read(&sum, sizeof(sum), &$v, 8, 0);"],
    release: ["bpf_ringbuf_submit_dynptr(&$v, 0);", "bpf_ringbuf_discard_dynptr(&$v, 0);"],
    releaseAlways: true,
  },
];

export interface Region {
  readonly name: string;
  readonly declare?: string;
  readonly begin: string;
  readonly end: string;
  /** `begin` is the condition of an if: the region holds when it is false. */
  readonly mayFail?: boolean;
  /** Only plain statements inside. */
  readonly noCalls?: boolean;
  readonly notTracing?: boolean;
  /** Kernels that know it, from this one on. */
  readonly since?: string;
}

export const regions: readonly Region[] = [
  { name: "rcu", begin: "bpf_rcu_read_lock();", end: "bpf_rcu_read_unlock();" },
  { name: "preempt", begin: "bpf_preempt_disable();", end: "bpf_preempt_enable();" },
  {
    name: "irq",
    declare: "unsigned long $v;",
    begin: "bpf_local_irq_save(&$v);",
    end: "bpf_local_irq_restore(&$v);",
    since: "7.2",
  },
  {
    name: "spin lock",
    begin: "bpf_spin_lock(&plain_lock);",
    end: "bpf_spin_unlock(&plain_lock);",
    noCalls: true,
    notTracing: true,
  },
  {
    name: "resilient lock",
    begin: "bpf_res_spin_lock(&resilient_lock)",
    end: "bpf_res_spin_unlock(&resilient_lock);",
    mayFail: true,
    noCalls: true,
    since: "7.2",
  },
];

export const sections: readonly Section[] = [
  {
    section: "tp_btf/task_newtask",
    head: (name) => `int BPF_PROG(${name}, struct task_struct *task, u64 clone_flags)`,
    tracing: true,
    sleepable: false,
    arguments: { task: "task" },
  },
  {
    section: "tp_btf/cgroup_mkdir",
    head: (name) => `int BPF_PROG(${name}, struct cgroup *cgrp, const char *path)`,
    tracing: true,
    sleepable: false,
    arguments: { cgroup: "cgrp" },
  },
  {
    section: "syscall",
    head: (name) => `int ${name}(void *ctx)`,
    tracing: false,
    sleepable: true,
    arguments: {},
  },
  {
    section: "tc",
    head: (name) => `int ${name}(struct __sk_buff *skb)`,
    tracing: false,
    sleepable: false,
    arguments: { skb: "skb" },
  },
];

/** What stands before the programs of every file. */
export const prelude = `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
extern struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgrp, int level) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;
extern bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *cpumask) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;

struct note {
	u64 first;
	u64 second;
};

struct entry_item {
	u64 key;
	u64 data;
};

struct task_slot {
	struct task_struct __kptr *task;
	struct cgroup __kptr *cgroup;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, struct task_slot);
} slots SEC(".maps");

s32 watched;
u64 cgroup_id;
u64 sum, count, limit;
bool wanted, again;

static __noinline struct task_struct *find_task(s32 pid)
{
	return bpf_task_from_pid(pid);
}

static __always_inline void put_task(struct task_struct *p)
{
	if (wanted)
		count++;
	bpf_task_release(p);
}

static __noinline int note_task(struct task_struct *p)
{
	sum += p->tgid;
	return 0;
}

static struct cgroup *find_cgroup(u64 id)
{
	return bpf_cgroup_from_id(id);
}

static __always_inline void note_cgroup(struct cgroup *cgrp)
{
	if (cgrp->level > 1)
		sum++;
}
`;

/** Of newer kernels only, and then what the locks need. */
export const preludeOf = (kernel: string): string =>
  kernel === "6.12"
    ? `private(A) struct bpf_spin_lock plain_lock;\n`
    : `private(A) struct bpf_spin_lock plain_lock;
private(B) struct bpf_res_spin_lock resilient_lock;
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym;
`;
