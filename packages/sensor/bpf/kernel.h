/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The few kernel types and fields that the probes read. Offsets are relocated at load (CO-RE), so only names and
 * types matter here. `___old` flavors are the same structs on older kernels.
 */
#ifndef RF_KERNEL_H
#define RF_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { int counter; } atomic_t;
typedef struct { __u32 val; } kuid_t;
typedef struct { __u32 val; } kgid_t;

struct hlist_bl_node { struct hlist_bl_node *next, **pprev; };

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount { struct dentry *mnt_root; };

struct mnt_namespace;
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct inode {
	__u32 i_nlink;
	unsigned long i_ino;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
};

struct fs_struct { struct path pwd; };

struct mm_struct {
	unsigned long arg_start, arg_end;
	struct file *exe_file;
};

struct user_namespace { int level; };

struct cred {
	kuid_t uid, euid;
	kgid_t gid;
};

struct upid { int nr; };
struct pid { struct upid numbers[1]; };

struct tty_struct { char name[64]; };

struct signal_struct {
	atomic_t live;
	int group_exit_code;
	struct pid *pids[4];
	struct tty_struct *tty;
};

struct kernfs_node {
	struct kernfs_node *__parent; /* since 6.15 */
	const char *name;
	__u64 id;
};
struct kernfs_node___old { struct kernfs_node___old *parent; };

struct cgroup {
	int level;
	struct kernfs_node *kn;
};
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct { struct fdtable *fdt; };

struct thread_info { __u32 status; };

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int pid, tgid;
	int exit_code;
	struct task_struct *real_parent, *group_leader;
	__u64 start_boottime, self_exec_id;
	struct mm_struct *mm;
	const struct cred *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	struct css_set *cgroups;
	kuid_t loginuid;
};

struct linux_binprm;

struct ns_common { unsigned int inum; };
struct net { struct ns_common ns; };
typedef struct { struct net *net; } possible_net_t;
struct in6_addr { union { __u8 u6_addr8[16]; } in6_u; };
struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};
struct socket { struct sock *sk; };

struct io_kiocb { __u8 opcode; };

struct pt_regs {
	unsigned long bp, bx, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
};

struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };
enum cgroup_subsys_id { memory_cgrp_id = 4, pids_cgrp_id = 11 };
/* Of enum bpf_func_id: says whether the kernel has the helper. */
enum bpf_func_id___probe { BPF_FUNC_get_current_task_btf___probe = 158 };

#pragma clang attribute pop

#define AF_INET 2
#define AF_INET6 10
#define PF_KTHREAD 0x00200000

#endif
