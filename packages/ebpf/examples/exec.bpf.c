// SPDX-License-Identifier: Apache-2.0
/* Sends one record for each program that is started. */
#include "common.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} CO_RE;

struct linux_binprm {
	const char *filename;
} CO_RE;

struct event {
	__u32 pid;
	__u32 parent;
	__u32 uid;
	char path[128];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} events SEC(".maps");

const volatile __u32 min_uid = 0;
volatile __u64 dropped = 0;

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct linux_binprm *bprm = (void *)ctx[2];
	__u32 uid = bpf_get_current_uid_gid();
	struct event *event;

	if (uid < min_uid)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	event->pid = task->tgid;
	event->parent = task->real_parent->tgid;
	event->uid = uid;
	bpf_probe_read_kernel_str(event->path, sizeof(event->path), bprm->filename);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}
