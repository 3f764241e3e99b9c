/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Facts about a task. */
#ifndef RF_TASK_H
#define RF_TASK_H

#include "record.h"

struct identity {
	__u64 start_time;
	__u32 tgid;
};

/* Who runs now: 5.11 has a helper that gives a typed pointer, which is read without calls. */
static __always_inline void current_identity(struct identity *out)
{
	out->tgid = bpf_get_current_pid_tgid() >> 32;
	if (bpf_core_enum_value_exists(enum bpf_func_id___probe, BPF_FUNC_get_current_task_btf___probe)) {
		struct task_struct *task = bpf_get_current_task_btf();
		out->start_time = task->group_leader->start_boottime;
	} else {
		struct task_struct *task = (void *)bpf_get_current_task();
		out->start_time = BPF_CORE_READ(task, group_leader, start_boottime);
	}
}

/* As above, for programs that have no bpf_get_current_pid_tgid on old kernels (cgroup). */
static __always_inline void current_identity_by_reading(struct identity *out)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	out->tgid = BPF_CORE_READ(task, tgid);
	out->start_time = BPF_CORE_READ(task, group_leader, start_boottime);
}

#define CGROUP_NAMES 4
#define CGROUP_NAME_BYTES 128

/* Names of a cgroup and what holds it, the innermost first, each ended by '/'; returns the length. */
static __always_inline __u32 cgroup_names(struct cgroup *cgroup, char *to)
{
	struct kernfs_node *node = BPF_CORE_READ(cgroup, kn);
	__u32 length = 0;
	for (int i = 0; i < CGROUP_NAMES && node; i++) {
		const char *name = BPF_CORE_READ(node, name);
		long n = bpf_probe_read_kernel_str(to + bounded(length, (CGROUP_NAMES - 1) * CGROUP_NAME_BYTES),
						   CGROUP_NAME_BYTES, name);
		if (n <= 1 || n > CGROUP_NAME_BYTES)
			break;
		length += n;
		to[bounded(length - 1, CGROUP_NAMES * CGROUP_NAME_BYTES - 1)] = '/';
		if (bpf_core_field_exists(struct kernfs_node, __parent)) {
			node = BPF_CORE_READ(node, __parent);
		} else {
			struct kernfs_node___old *old = (void *)node;
			node = (void *)BPF_CORE_READ(old, parent);
		}
	}
	return length;
}

/* The cgroup that tells the container: v2, or where a hybrid host leaves processes in its root, a v1 hierarchy's. */
static __always_inline struct cgroup *telling_cgroup(struct css_set *set)
{
	struct cgroup *cgroup = BPF_CORE_READ(set, dfl_cgrp);
	if (BPF_CORE_READ(cgroup, level) > 0)
		return cgroup;
	struct cgroup_subsys_state *css = NULL;
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
		int i = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
		bpf_core_read(&css, sizeof(css), &set->subsys[i]);
	} else if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		int i = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
		bpf_core_read(&css, sizeof(css), &set->subsys[i]);
	}
	return css ? BPF_CORE_READ(css, cgroup) : cgroup;
}

#endif
