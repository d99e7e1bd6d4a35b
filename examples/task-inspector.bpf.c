// SPDX-License-Identifier: MIT
/*
 * A small process inspector with mistakes in it: each of the first five programs is
 * refused by the kernel's verifier, each for another reason. The last one is right.
 *
 *     kfunc-ls check examples/task-inspector.bpf.c
 *
 * finds them from this text alone. To compile it, put a vmlinux.h (bpftool btf dump
 * file /sys/kernel/btf/vmlinux format c) and libbpf's headers on the include path:
 *
 *     clang -g -O2 -target bpf -D__TARGET_ARCH_x86 -c task-inspector.bpf.c
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define MAX_TASKS 1024

struct task_note {
	u64 started_ns;
	u64 cgroup_id;
	u32 parent_pid;
	u32 depth;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TASKS);
	__type(key, u32);
	__type(value, struct task_note);
} notes SEC(".maps");

struct event {
	u32 pid;
	u32 parent_pid;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* Set by user space: the process and the control group to look at. */
s32 watched_pid;
u64 watched_cgroup;

/* Read by user space. */
u32 watched_level;
u64 watched_runtime;

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

/* Who calls this owns the result and has to give it back, if there is one. */
static struct task_struct *find_watched(void)
{
	return bpf_task_from_pid(watched_pid);
}

/* Mistake 1: the task is not released when the map has no room for it. */
SEC("tp_btf/task_newtask")
int BPF_PROG(note_new_task, struct task_struct *task, u64 clone_flags)
{
	struct task_note note = { .started_ns = bpf_ktime_get_ns() };
	struct task_struct *parent;
	u32 pid = task->pid;

	parent = find_watched();
	if (!parent)
		return 0;

	note.parent_pid = parent->pid;
	if (bpf_map_update_elem(&notes, &pid, &note, BPF_ANY))
		return 0;

	bpf_task_release(parent);
	return 0;
}

/* Mistake 2: the control group may be gone, and then there is nothing to read. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(note_cgroup, struct cgroup *dst, const char *path, struct task_struct *task, bool threadgroup)
{
	struct cgroup *watched = bpf_cgroup_from_id(watched_cgroup);

	watched_level = watched->level;
	bpf_cgroup_release(watched);
	return 0;
}

/* Mistake 3: the early release and the one behind the label both run. */
SEC("tp_btf/sched_switch")
int BPF_PROG(note_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct task_struct *watched;
	struct task_note *note;
	u32 pid;

	watched = bpf_task_from_pid(watched_pid);
	if (!watched)
		return 0;

	pid = watched->pid;
	note = bpf_map_lookup_elem(&notes, &pid);
	if (!note) {
		bpf_task_release(watched);
		goto out;
	}
	note->depth++;
out:
	bpf_task_release(watched);
	return 0;
}

/* Mistake 4: `task` was lent by the kernel for the time of the call, not acquired. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(forget_task, struct task_struct *task)
{
	u32 pid = task->pid;

	bpf_map_delete_elem(&notes, &pid);
	bpf_task_release(task);
	return 0;
}

/* Mistake 5: the record of the ring buffer stays reserved when the parent is not found. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(report_fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_struct *watched;
	struct event *event;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;

	watched = find_watched();
	if (!watched)
		return 0;

	event->pid = child->pid;
	event->parent_pid = watched->pid;
	bpf_task_release(watched);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* Right: every path gives back exactly what it holds. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(report_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct task_struct *watched = NULL;
	struct task_struct *self;
	struct event *event;

	self = bpf_task_acquire(task);
	if (!self)
		return 0;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		goto release_self;

	watched = find_watched();
	if (!watched) {
		bpf_ringbuf_discard(event, 0);
		goto release_self;
	}

	watched_runtime = watched->se.sum_exec_runtime;
	event->pid = self->pid;
	event->parent_pid = watched->pid;
	bpf_ringbuf_submit(event, 0);
	bpf_task_release(watched);
release_self:
	bpf_task_release(self);
	return 0;
}

char _license[] SEC("license") = "GPL";
