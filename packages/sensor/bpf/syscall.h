/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tier full: system calls, at their exit. Hooking any puts every system call of every process on the kernel's slow
 * path, so there is one hook, which leaves at once for numbers that nobody asked for, and else jumps to the program of
 * that call. Numbers of 32-bit programs mean other calls: they are translated to those of x86-64.
 */
#ifndef RF_SYSCALL_H
#define RF_SYSCALL_H

#include "path.h"
#include "task.h"

#define NUMBERS 512
#define TOLD_NATIVE 1
#define TOLD_COMPAT 2
#define TS_COMPAT 2
#define NO_CALL 0xffff

/* By number as called: who is told of it. The sensor changes it while the probe runs. */
__u8 told_numbers[NUMBERS];
/* The x86-64 number of a call of 32-bit programs. */
const volatile __u16 native_number[NUMBERS] = {};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, NUMBERS);
	__uint(key_size, 4);
	__uint(value_size, 4);
} by_number SEC(".maps");

struct call {
	__u64 a[5];
	__u32 number; /* of x86-64 */
	__u32 called; /* as called */
	bool compat;
};

/* Does the current thread make a 32-bit call? */
static __always_inline bool is_compat(void)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id___probe, BPF_FUNC_get_current_task_btf___probe)) {
		struct task_struct *task = bpf_get_current_task_btf();
		return task->thread_info.status & TS_COMPAT;
	}
	struct task_struct *task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

static __always_inline void read_call(struct pt_regs *regs, struct call *call)
{
	call->called = regs->orig_ax & (NUMBERS - 1);
	call->compat = is_compat();
	if (call->compat) {
		call->number = native_number[call->called];
		call->a[0] = (__u32)regs->bx;
		call->a[1] = (__u32)regs->cx;
		call->a[2] = (__u32)regs->dx;
		call->a[3] = (__u32)regs->si;
		call->a[4] = (__u32)regs->di;
	} else {
		call->number = call->called;
		call->a[0] = regs->di;
		call->a[1] = regs->si;
		call->a[2] = regs->dx;
		call->a[3] = regs->r10;
		call->a[4] = regs->r8;
	}
}

SEC("tp_btf/sys_exit")
int BPF_PROG(syscall_exit, struct pt_regs *regs, long result)
{
	__u64 called = regs->orig_ax;
	if (called >= NUMBERS)
		return 0;
	__u8 told = told_numbers[called];
	if (!told)
		return 0;
	__u32 number = called;
	if (is_compat()) {
		if (!(told & TOLD_COMPAT))
			return 0;
		number = native_number[called];
	} else if (!(told & TOLD_NATIVE)) {
		return 0;
	}
	bpf_tail_call(ctx, &by_number, number);
	return 0;
}

/* Records of calls are built here; see record.h on owners. */
#define CALL_BYTES 13056

struct call_buffer {
	__u64 owner;
	char bytes[CALL_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_BUFFERS);
	__type(key, __u32);
	__type(value, struct call_buffer);
} call_buffers SEC(".maps");

/* A free buffer of this CPU; counts a loss when there is none. */
static __always_inline struct call_buffer *take_buffer(__u64 owner, __u32 class_id)
{
	for (__u32 i = 0; i < SCRATCH_BUFFERS; i++) {
		__u32 key = i;
		struct call_buffer *b = bpf_map_lookup_elem(&call_buffers, &key);
		if (b && b->owner == 0) {
			b->owner = owner;
			return b;
		}
	}
	count_lost(class_id);
	return NULL;
}

/* Sends `end` bytes, rounded up, and frees the buffer. */
static __always_inline void send_buffer(struct call_buffer *b, __u64 owner, __u64 end, __u32 class_id)
{
	struct rf_header *header = (void *)b->bytes;
	end = bounded(end, CALL_BYTES - 8);
	__builtin_memset(b->bytes + end, 0, 8);
	end = (end + 7) & ~7ull;
	header->size = end;
	if (b->owner == owner)
		emit(&calls, b->bytes, bounded(end, CALL_BYTES), class_id);
	else
		count_lost(class_id);
	b->owner = 0;
}

/* What opens each record. */
static __always_inline void begin_call(void *record, __u64 size, __u16 class_id)
{
	struct rf_probe_file_write *r = record; /* header, process, nothing else */
	struct identity who;
	current_identity(&who);
	begin(&r->header, size, class_id);
	r->process_pid = who.tgid;
	*(__u32 *)r->pad0 = 0;
	r->process_start_time = who.start_time;
}

/* A text from user memory at `at` of the record; its length without the NUL. `most` counts the NUL. */
static __always_inline __u32 read_text(struct call_buffer *b, __u64 at, __u64 from, __u32 most, struct rf_string *string)
{
	string->offset = at;
	string->length = 0;
	if (!from)
		return 0;
	long n = bpf_probe_read_user_str(b->bytes + bounded(at, CALL_BYTES - 4096 - 8), most, (void *)from);
	if (n <= 1 || n > most)
		return 0;
	__u64 length = bounded(n - 1, most);
	string->length = length;
	return length;
}

/* The open file behind a descriptor of the current process, or NULL. */
static __always_inline struct file *file_of(int fd)
{
	if (fd < 0)
		return NULL;
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	if ((__u32)fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	struct file **slot = BPF_CORE_READ(table, fd);
	struct file *file = NULL;
	bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	return file;
}

/* The path of a kernel path at `at` of the record; its length. */
static __always_inline __u32 put_walked(struct call_buffer *b, __u64 at, __u64 owner, void *mount, void *dentry)
{
	int key = take_scratch(owner);
	if (key < 0)
		return 0;
	walk_path(key, mount, dentry);
	__u32 length = copy_walked(key, b->bytes + bounded(at, CALL_BYTES - 4096 - 8));
	if (!still_mine(key, owner))
		length = 0;
	free_scratch(key);
	return length;
}

#endif
