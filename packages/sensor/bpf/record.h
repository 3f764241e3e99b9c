/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where records go, what is counted when they cannot, and memory to build long ones in. */
#ifndef RF_RECORD_H
#define RF_RECORD_H

#include "kernel.h"
#include "generated/ringfence_events.h"

/* Process life, network, capabilities. A flood of system calls cannot push these out: they have a ring of their own. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} life SEC(".maps");

/* System calls (tier full). The sensor sets the size before the load. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} calls SEC(".maps");

#define CLASSES 32
#define FORK_CLASS 31 /* place of the internal fork record in the tables below */

/* Records that found no room, and those that met a half-written scratch buffer, by class. */
__u64 lost[CLASSES];
/* Classes that somebody wants. The sensor's own table needs exec, fork and exit always. */
__u8 wanted[CLASSES];
/* Set by the reader before it sleeps: it wants to be woken by the next record. */
volatile __u32 reader_sleeps;
/* Our own processes: what they do is not reported as system calls or capability checks. 0 is none. */
__u32 own_tgids[4];

static __always_inline void count_lost(__u32 class_id)
{
	__sync_fetch_and_add(&lost[class_id & (CLASSES - 1)], 1);
}

static __always_inline bool is_wanted(__u32 class_id)
{
	return wanted[class_id & (CLASSES - 1)];
}

static __always_inline bool is_own(__u32 tgid)
{
	return tgid == own_tgids[0] || tgid == own_tgids[1] || tgid == own_tgids[2] || tgid == own_tgids[3];
}

/*
 * A length or offset that helpers returned, with its bound told again where it is used: the verifier loses it when
 * the compiler compares one copy and uses another, and up to 5.15 whenever the value was on the stack.
 */
static __always_inline __u64 bounded(__u64 value, __u64 most)
{
	barrier_var(value);
	return value > most ? most : value;
}

static __always_inline void begin(struct rf_header *header, __u32 size, __u16 class_id)
{
	header->size = size;
	header->class_id = class_id;
	header->flags = 0;
	header->time = bpf_ktime_get_boot_ns();
	header->sequence = 0;
	header->truncated = 0;
}

/*
 * Wakes the reader, which waits for this ring, by a record that it skips. Several CPUs may do so at once; it does no
 * harm. Without room for the record there is much in the ring, and the reader is on its way.
 */
static __always_inline void wake_reader(void)
{
	reader_sleeps = 0;
	void *record = bpf_ringbuf_reserve(&life, 8, 0);
	if (record)
		bpf_ringbuf_discard(record, BPF_RB_FORCE_WAKEUP);
}

/*
 * While the reader polls nothing wakes it: wake-ups cost more than all the rest. Whether it sleeps is asked after the
 * record is in the ring, and the reader looks into the rings after it has said that it sleeps, so one of the two sees
 * the other (bpf_ringbuf_output ends with a full barrier): no record waits for the end of a sleep.
 */
static __always_inline void emit(void *ring, void *record, __u64 size, __u32 class_id)
{
	if (bpf_ringbuf_output(ring, record, size, BPF_RB_NO_WAKEUP))
		count_lost(class_id);
	if (reader_sleeps)
		wake_reader();
}

/*
 * Process start records have up to RECORD_BYTES. A per-CPU buffer can be met half-written where the kernel preempts
 * tracing programs (7.x): a buffer names its owner, there are two, and whoever finds its buffer changed hands counts
 * a loss instead of sending a mixture.
 */
#define RECORD_BYTES 29696
#define WALK_BYTES 4096
#define NAME_BYTES 256
#define SCRATCH_BUFFERS 2

struct scratch {
	__u64 owner; /* pid and tgid of the user, 0 when free */
	/* State of path.h. */
	__u64 dentry, mount, root;
	__u32 position, flags;
	char path[WALK_BYTES + NAME_BYTES];
};

struct buffer { char bytes[RECORD_BYTES]; };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_BUFFERS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_BUFFERS);
	__type(key, __u32);
	__type(value, struct buffer);
} buffers SEC(".maps");

/* Takes a free buffer of this CPU; its number, or -1. */
static __always_inline int take_scratch(__u64 owner)
{
	for (__u32 i = 0; i < SCRATCH_BUFFERS; i++) {
		__u32 key = i;
		struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
		if (s && s->owner == 0) {
			s->owner = owner;
			return i;
		}
	}
	return -1;
}

static __always_inline bool still_mine(__u32 key, __u64 owner)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
	return s && s->owner == owner;
}

static __always_inline void free_scratch(__u32 key)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
	if (s)
		s->owner = 0;
}

#endif
