/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Capabilities that the kernel checked and found. It is a check, not an act, and each is told once per program that
 * a process runs. CAP_SYS_ADMIN is never asked for: the kernel checks it at every private writable mmap.
 */
#ifndef RF_CAPABILITY_H
#define RF_CAPABILITY_H

#include "task.h"

/* Bit n: CAP number n is told. */
const volatile __u64 told_capabilities = 0;

struct capability_key {
	__u64 start_time, exec;
	__u32 tgid, capability;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct capability_key);
	__type(value, __u8);
} capabilities_told SEC(".maps");

SEC("tp_btf/cap_capable")
int BPF_PROG(capability_check, const struct cred *cred, struct user_namespace *target,
	     const struct user_namespace *capable, int capability, int result)
{
	if (result != 0 || !((told_capabilities >> (capability & 63)) & 1))
		return 0;
	/* In a user namespace of one's own everybody has every capability. */
	if (target->level != 0 || !is_wanted(RF_CLASS_CAPABILITY_CHECK))
		return 0;
	struct task_struct *task = bpf_get_current_task_btf(); /* the tracepoint is younger than the helper */
	if (task->flags & PF_KTHREAD || is_own(task->tgid))
		return 0;
	struct capability_key key = {
		.start_time = task->group_leader->start_boottime,
		.exec = task->self_exec_id,
		.tgid = task->tgid,
		.capability = capability,
	};
	if (bpf_map_lookup_elem(&capabilities_told, &key))
		return 0;
	__u8 told = 1;
	bpf_map_update_elem(&capabilities_told, &key, &told, BPF_ANY);

	struct rf_probe_capability_check r;
	__builtin_memset(&r, 0, sizeof(r));
	begin(&r.header, sizeof(r), RF_CLASS_CAPABILITY_CHECK);
	r.process_pid = key.tgid;
	r.process_start_time = key.start_time;
	r.capability_number = capability;
	emit(&life, &r, sizeof(r), RF_CLASS_CAPABILITY_CHECK);
	return 0;
}

#endif
