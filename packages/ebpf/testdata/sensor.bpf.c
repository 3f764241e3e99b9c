// SPDX-License-Identifier: Apache-2.0
/* Every kind of program, map and global that the loader's kernel tests use. */
#include "common.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
} CO_RE;

struct task_struct___nowhere {
	int no_such_field;
} CO_RE;

struct linux_binprm {
	const char *filename;
} CO_RE;

struct event {
	__u32 pid;
	__u32 ppid;
	__u32 uid;
	char comm[16];
	char path[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16);
	__uint(key_size, 4);
	__uint(value_size, 8);
} recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} shared SEC(".maps");

const volatile __u32 only_pid = 0;
const volatile bool enabled = 1;
volatile __u64 threshold = 7;
volatile __s32 signed_value = -5;
volatile __u64 execs = 0;
volatile __u32 table[4] = {};
static volatile __u64 hidden_count = 0;

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned long CONFIG_NO_SUCH_OPTION __kconfig __weak;
volatile __u32 kernel_version = 0;

__noinline int count(__u32 key)
{
	__u64 one = 1, *value;

	value = bpf_map_lookup_elem(&counts, &key);
	if (value)
		__sync_fetch_and_add(value, 1);
	else
		bpf_map_update_elem(&counts, &key, &one, 0);
	return 0;
}

static __noinline __u32 parent_of(struct task_struct *task)
{
	struct task_struct *parent;
	__u32 tgid = 0;

	parent = task->real_parent;
	tgid = parent->tgid;
	hidden_count++;
	return tgid;
}

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct linux_binprm *bprm = (void *)ctx[2];
	struct event *event;

	if (!enabled || (only_pid && task->tgid != only_pid))
		return 0;
	execs++;
	kernel_version = LINUX_KERNEL_VERSION + CONFIG_NO_SUCH_OPTION;
	count(1);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = task->tgid;
	event->ppid = parent_of(task);
	event->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_probe_read_kernel_str(event->path, sizeof(event->path), bprm->filename);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

static long add_step(__u32 index, __u64 *sum)
{
	*sum += index;
	return 0;
}

/* Pushes ctx[0] numbered records, for tests of the reader; run by BPF_PROG_TEST_RUN. */
static long push(__u32 index, __u32 *next)
{
	__u32 *record;

	if (index % 7 == 3) {
		record = bpf_ringbuf_reserve(&events, 24, 0);
		if (record)
			bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	}
	record = bpf_ringbuf_reserve(&events, 20, 0);
	if (!record)
		return 1;
	record[0] = *next;
	record[1] = ~*next;
	record[4] = 0xabcd;
	(*next)++;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

volatile __u32 next_record = 0;
volatile __u64 loop_sum = 0;

SEC("raw_tp/sys_exit")
int produce(__u64 *ctx)
{
	__u32 next = next_record;
	__u64 sum = 0;

	bpf_loop(ctx[0], push, &next, 0);
	bpf_loop(10, add_step, &sum, 0);
	next_record = next;
	loop_sum = sum;
	return next;
}

/* Moves the ring's positions on by ctx[0] discarded records of 1 MiB. */
static long skip_megabyte(__u32 index, void *unused)
{
	void *record = bpf_ringbuf_reserve(&events, (1 << 20) - 8, 0);

	if (!record)
		return 1;
	bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("raw_tp/sys_exit")
int advance(__u64 *ctx)
{
	return bpf_loop(ctx[0], skip_megabyte, (void *)0, 0);
}

SEC("tp_btf/no_such_tracepoint")
int on_nothing(__u64 *ctx)
{
	return 0;
}

SEC("tp_btf/sched_process_exit")
int needs_missing_field(__u64 *ctx)
{
	struct task_struct___nowhere *task = (void *)ctx[0];

	return task->no_such_field;
}

SEC("tp_btf/sched_process_exit")
int guards_missing_field(__u64 *ctx)
{
	struct task_struct___nowhere *task = (void *)ctx[0];
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&percpu, &key);

	if (value)
		(*value)++;
	if (field_exists(task->no_such_field))
		return task->no_such_field;
	return 0;
}

SEC("tp_btf/sched_process_exit")
int refused(__u64 *ctx)
{
	return *(volatile int *)(ctx[0] + (ctx[1] & 0xff));
}

SEC("fentry/do_exit")
int not_permitted(__u64 *ctx)
{
	return 0;
}

SEC("cgroup/connect4")
int on_connect(void *ctx)
{
	count(2);
	return 1;
}

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
} CO_RE;
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} CO_RE;

SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 ids[2];

	if (!task)
		return 0;
	ids[0] = task->pid;
	ids[1] = task->tgid;
	bpf_seq_write(ctx->meta->seq, ids, sizeof(ids));
	return 0;
}

SEC("tp/sched/sched_process_exit")
int on_exit_tracepoint(void *ctx)
{
	count(3);
	return 0;
}

SEC("?raw_tp/sched_process_fork")
int only_when_chosen(void *ctx)
{
	count(4);
	return 0;
}
