/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Process start: at exec, and for what already runs when the sensor starts (the same record from a task iterator). */
#ifndef RF_START_H
#define RF_START_H

#include "path.h"
#include "task.h"

struct start_record {
	struct rf_probe_process_start start;
	/* For the sensor alone, so after the public layout. */
	__u64 parent_start_time;
	struct rf_string cgroup; /* names, see cgroup_names */
	__u32 unused;
};

#define ARGV_BYTES RF_MAX_PROCESS_START_PROCESS_ARGV
#define PAGE 4096
#define NAMES_AT (sizeof(struct start_record) + RF_MAX_PROCESS_START_PROCESS_TTY)
#define PATHS_AT (NAMES_AT + CGROUP_NAMES * CGROUP_NAME_BYTES)
#define ARGV_AT (PATHS_AT + 2 * WALK_BYTES)

/* argv as it lies in the new image, read page by page: what an absent page hides is said to be cut. */
static __always_inline __u32 read_argv(struct start_record *r, char *to, unsigned long from, unsigned long end)
{
	__u64 total = end - from;
	if (end <= from)
		return 0;
	if (total > ARGV_BYTES) {
		total = ARGV_BYTES;
		r->start.header.truncated |= 1ull << RF_SLOT_PROCESS_START_PROCESS_ARGV;
	}
	__u32 done = 0;
	for (int i = 0; i < ARGV_BYTES / PAGE + 1; i++) {
		__u32 part = PAGE - ((from + done) & (PAGE - 1));
		if (done >= total)
			break;
		if (part > total - done)
			part = total - done;
		if (part > PAGE)
			break;
		if (bpf_probe_read_user(to + bounded(done, ARGV_BYTES), bounded(part, PAGE), (void *)(from + done))) {
			r->start.header.truncated |= 1ull << RF_SLOT_PROCESS_START_PROCESS_ARGV;
			break;
		}
		done += part;
	}
	/* The last NUL ends the list; in front of it nothing needs an end. */
	if (done > 0 && done == total && total < ARGV_BYTES)
		done--;
	return done;
}

static __always_inline __u32 walked(struct start_record *r, __u32 key, char *bytes, __u32 at, struct rf_string *string,
				    __u32 slot)
{
	__u32 length = copy_walked(key, bytes + bounded(at, ARGV_AT));
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
	if (s && s->flags & WALK_TRUNCATED)
		r->start.header.truncated |= 1ull << slot;
	if (s && s->flags & WALK_DETACHED)
		r->start.header.flags |= RF_FLAG_PATH_DETACHED;
	string->offset = at;
	string->length = length;
	return length;
}

/* Fills all but argv; returns where the next string begins. */
static __always_inline __u32 fill_start(struct task_struct *task, __u32 key, struct start_record *r)
{
	char *bytes = (void *)r;
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct css_set *set = BPF_CORE_READ(task, cgroups);

	begin(&r->start.header, 0, RF_CLASS_PROCESS_START);
	r->start.process_pid = BPF_CORE_READ(task, tgid);
	r->start.process_ppid = BPF_CORE_READ(parent, tgid);
	r->start.process_start_time = BPF_CORE_READ(task, group_leader, start_boottime);
	r->start.process_uid = BPF_CORE_READ(cred, uid.val);
	r->start.process_gid = BPF_CORE_READ(cred, gid.val);
	r->start.process_euid = BPF_CORE_READ(cred, euid.val);
	r->start.process_login_uid = -1;
	if (bpf_core_field_exists(task->loginuid))
		r->start.process_login_uid = BPF_CORE_READ(task, loginuid.val);
	r->start.process_session = BPF_CORE_READ(task, signal, pids[PIDTYPE_SID], numbers[0].nr);
	r->start.process_cgroup = BPF_CORE_READ(set, dfl_cgrp, kn, id);
	r->start.file_links = BPF_CORE_READ(inode, i_nlink);
	r->start.file_inode = BPF_CORE_READ(inode, i_ino);
	r->parent_start_time = BPF_CORE_READ(parent, group_leader, start_boottime);
	*(__u32 *)r->start.pad0 = 0;
	*(__u32 *)r->start.pad1 = 0;
	r->unused = 0;

	__u32 at = sizeof(*r);
	struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
	r->start.process_tty.offset = at;
	r->start.process_tty.length = 0;
	if (tty) {
		long n = bpf_probe_read_kernel_str(bytes + at, RF_MAX_PROCESS_START_PROCESS_TTY, &tty->name);
		if (n > 1 && n <= RF_MAX_PROCESS_START_PROCESS_TTY) {
			r->start.process_tty.length = n - 1;
			at += n - 1;
		}
	}
	__u32 names = cgroup_names(telling_cgroup(set), bytes + bounded(at, NAMES_AT));
	r->cgroup.offset = at;
	r->cgroup.length = names;
	at += names;

	walk_path(key, BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry));
	at += walked(r, key, bytes, at, &r->start.process_path, RF_SLOT_PROCESS_START_PROCESS_PATH);
	walk_path(key, BPF_CORE_READ(task, fs, pwd.mnt), BPF_CORE_READ(task, fs, pwd.dentry));
	at += walked(r, key, bytes, at, &r->start.process_cwd, RF_SLOT_PROCESS_START_PROCESS_CWD);
	r->start.process_argv.offset = at;
	r->start.process_argv.length = 0;
	return at;
}

/* Rounds the record up and clears the rest of its last word. */
static __always_inline __u32 finish_start(struct start_record *r, __u32 end)
{
	if (end > RECORD_BYTES - 8)
		return 0;
	__builtin_memset((char *)r + bounded(end, RECORD_BYTES - 8), 0, 8);
	end = (end + 7) & ~7;
	r->start.header.size = end;
	return end;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u64 owner = bpf_get_current_pid_tgid();
	int taken = take_scratch(owner);
	if (taken < 0) {
		count_lost(RF_CLASS_PROCESS_START);
		return 0;
	}
	__u32 key = taken;
	struct start_record *r = bpf_map_lookup_elem(&buffers, &key);
	if (!r)
		return 0;
	__u32 at = fill_start(task, key, r);
	__u32 length = read_argv(r, (char *)r + bounded(at, ARGV_AT), BPF_CORE_READ(task, mm, arg_start), BPF_CORE_READ(task, mm, arg_end));
	r->start.process_argv.length = length;
	__u32 size = finish_start(r, at + length);
	if (size == 0 || size > RECORD_BYTES || !still_mine(key, owner))
		count_lost(RF_CLASS_PROCESS_START);
	else
		emit(&life, r, bounded(size, RECORD_BYTES), RF_CLASS_PROCESS_START);
	free_scratch(key);
	return 0;
}

/* What runs already. argv comes from /proc: another process's memory cannot be read here. */
SEC("iter/task")
int running_tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	if (!task || task->pid != task->tgid)
		return 0;
	__u64 owner = bpf_get_current_pid_tgid();
	int taken = take_scratch(owner);
	if (taken < 0)
		return 0;
	__u32 key = taken;
	struct start_record *r = bpf_map_lookup_elem(&buffers, &key);
	if (!r)
		return 0;
	__u32 size = finish_start(r, fill_start(task, key, r));
	if (size > 0 && size <= RECORD_BYTES && still_mine(key, owner))
		bpf_seq_write(seq, r, bounded(size, RECORD_BYTES));
	free_scratch(key);
	return 0;
}

#endif
