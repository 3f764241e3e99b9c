/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Paths by walking dentries and mounts up to the root of the mount namespace, since bpf_d_path is refused in tp_btf
 * programs. Names are put in front of each other, so the path ends at scratch.path + WALK_BYTES. Each step is a
 * global function: the verifier checks it once, not once per component.
 */
#ifndef RF_PATH_H
#define RF_PATH_H

#include "record.h"

#define WALK_STEPS 160
/* Results of a step. */
#define WALK_ON 0
#define WALK_DONE 1
/* scratch.flags */
#define WALK_DETACHED 1
#define WALK_TRUNCATED 2

/* Puts the name of the current dentry, or what it is mounted on, in front. */
__noinline int walk_step(__u32 key)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
	if (!s)
		return WALK_DONE;
	struct dentry *dentry = (void *)s->dentry;
	struct mount *mount = (void *)s->mount;

	if (s->dentry == s->root) {
		struct mount *parent = BPF_CORE_READ(mount, mnt_parent);
		if (!parent || parent == mount) {
			/* The root of a namespace, or of a mount that is in none. */
			if (!BPF_CORE_READ(mount, mnt_ns))
				s->flags |= WALK_DETACHED;
			return WALK_DONE;
		}
		s->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		s->mount = (__u64)parent;
		s->root = (__u64)BPF_CORE_READ(parent, mnt.mnt_root);
		return WALK_ON;
	}

	__u32 length = BPF_CORE_READ(dentry, d_name.len);
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	if (length > NAME_BYTES - 1)
		length = NAME_BYTES - 1;
	__u32 position = s->position;
	if (position < length + 1 || position > WALK_BYTES) {
		s->flags |= WALK_TRUNCATED;
		return WALK_DONE;
	}
	position -= length + 1;
	position &= WALK_BYTES - 1;
	s->path[position] = '/';
	bpf_probe_read_kernel(&s->path[position + 1], length & (NAME_BYTES - 1), name);
	s->position = position;

	struct dentry *up = BPF_CORE_READ(dentry, d_parent);
	if (up == dentry) /* in no directory: a memory file, a pipe, a socket */
		return WALK_DONE;
	s->dentry = (__u64)up;
	return WALK_ON;
}

/* Walks from a path up; afterwards scratch.position is where the text begins. Both arguments are kernel pointers. */
static __always_inline void walk_path(__u32 key, void *vfsmount, void *dentry)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
	if (!s)
		return;
	s->position = WALK_BYTES;
	s->flags = 0;
	if (!vfsmount || !dentry)
		return;
	s->dentry = (__u64)dentry;
	s->mount = (__u64)vfsmount - bpf_core_field_offset(struct mount, mnt);
	s->root = (__u64)BPF_CORE_READ((struct vfsmount *)vfsmount, mnt_root);
	/* Unlinked: no longer hashed, and not the root of its file system. */
	struct dentry *d = dentry;
	if (!BPF_CORE_READ(d, d_hash.pprev) && BPF_CORE_READ(d, d_parent) != d)
		s->flags |= WALK_DETACHED;

	int result = WALK_ON;
	for (int i = 0; i < WALK_STEPS && result == WALK_ON; i++)
		result = walk_step(key);
	s = bpf_map_lookup_elem(&scratches, &key);
	if (!s)
		return;
	if (result == WALK_ON)
		s->flags |= WALK_TRUNCATED;
	if (s->position == WALK_BYTES && result == WALK_DONE) {
		s->position = WALK_BYTES - 1;
		s->path[WALK_BYTES - 1] = '/';
	}
}

/* Copies the walked path to `to`; its length, at most WALK_BYTES. */
static __always_inline __u32 copy_walked(__u32 key, char *to)
{
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
	if (!s || s->position >= WALK_BYTES)
		return 0;
	__u32 position = s->position & (WALK_BYTES - 1);
	__u32 length = WALK_BYTES - position;
	if (length > WALK_BYTES)
		return 0;
	if (bpf_probe_read_kernel(to, length, &s->path[position]))
		return 0;
	return length;
}

#endif
