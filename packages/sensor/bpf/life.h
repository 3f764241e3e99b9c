/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Fork and exit of processes, not of threads. */
#ifndef RF_LIFE_H
#define RF_LIFE_H

#include "task.h"

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	if (child->pid != child->tgid) /* a thread */
		return 0;
	struct task_struct *real_parent = child->real_parent; /* not the caller with CLONE_PARENT */
	struct rf_probe_process_fork r;
	begin(&r.header, sizeof(r), RF_CLASS_PROCESS_FORK);
	r.process_pid = child->tgid;
	r.process_start_time = child->start_boottime;
	r.parent_pid = real_parent->tgid;
	r.parent_start_time = real_parent->group_leader->start_boottime;
	emit(&life, &r, sizeof(r), FORK_CLASS);
	return 0;
}

/*
 * signal->live counts the threads that have not begun to exit, so the old leader that a thread's exec ends is not the
 * end of the process. Two threads that exit at once may both see 0: the sensor takes the first.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	if (signal->live.counter != 0)
		return 0;
	/* exit_group(2) or a fatal signal leaves its code with the group, a last thread's own exit with the thread. */
	int code = task->exit_code;
	struct rf_probe_process_exit r;
	__builtin_memset(&r, 0, sizeof(r));
	begin(&r.header, sizeof(r), RF_CLASS_PROCESS_EXIT);
	r.process_pid = task->tgid;
	r.process_start_time = task->group_leader->start_boottime;
	r.exit_code = (code >> 8) & 0xff;
	r.exit_signal = code & 0x7f;
	emit(&life, &r, sizeof(r), RF_CLASS_PROCESS_EXIT);
	return 0;
}

#endif
