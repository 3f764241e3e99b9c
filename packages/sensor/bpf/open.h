/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * open, creat, openat, openat2, failed ones too. An absolute path is told as it was given (the program may have changed
 * it since: what was really opened is known for relative paths only, which are told as the path of the file).
 */
#ifndef RF_OPEN_H
#define RF_OPEN_H

#include "syscall.h"

#define NR_OPEN 2
#define NR_CREAT 85
#define NR_OPENAT 257
#define NR_OPENAT2 437
#define AT_FDCWD -100
#define O_ACCMODE 3
#define CREAT_FLAGS 01101 /* O_WRONLY | O_CREAT | O_TRUNC */

/* Only opens for writing are told. */
const volatile __u8 open_for_write_only = 0;

SEC("tp_btf/sys_exit")
int BPF_PROG(call_open, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	__u64 path = call.a[0];
	__u32 flags = call.a[1];
	int folder = AT_FDCWD;
	if (call.number == NR_OPENAT || call.number == NR_OPENAT2) {
		folder = call.a[0];
		path = call.a[1];
		flags = call.a[2];
		if (call.number == NR_OPENAT2) {
			__u64 how = 0;
			bpf_probe_read_user(&how, sizeof(how), (void *)call.a[2]);
			flags = how;
		}
	} else if (call.number == NR_CREAT) {
		flags = CREAT_FLAGS;
	}
	bool write = (flags & O_ACCMODE) != 0;
	if (open_for_write_only && !write)
		return 0;
	__u64 owner = bpf_get_current_pid_tgid();
	if (is_own(owner >> 32))
		return 0;
	struct call_buffer *b = take_buffer(owner, RF_CLASS_FILE_OPEN);
	if (!b)
		return 0;
	struct rf_probe_file_open *r = (void *)b->bytes;
	begin_call(r, 0, RF_CLASS_FILE_OPEN);
	r->file_flags = flags;
	r->result = result;
	r->file_write = write;
	__builtin_memset(r->pad1, 0, sizeof(r->pad1));

	__u64 at = sizeof(*r);
	__u32 length = read_text(b, at, path, 4096, &r->file_path);
	if (length > 0 && b->bytes[sizeof(*r)] != '/') {
		/* Relative: the file's own path, or where nothing was opened the folder's and the name. */
		struct task_struct *task = (void *)bpf_get_current_task();
		struct file *opened = file_of(result);
		if (opened) {
			__u32 n = put_walked(b, at, owner, BPF_CORE_READ(opened, f_path.mnt),
					     BPF_CORE_READ(opened, f_path.dentry));
			if (n > 0)
				length = n;
		} else {
			void *mount, *dentry;
			if (folder == AT_FDCWD) {
				mount = BPF_CORE_READ(task, fs, pwd.mnt);
				dentry = BPF_CORE_READ(task, fs, pwd.dentry);
			} else {
				struct file *base = file_of(folder);
				mount = base ? BPF_CORE_READ(base, f_path.mnt) : NULL;
				dentry = base ? BPF_CORE_READ(base, f_path.dentry) : NULL;
			}
			if (dentry) {
				__u32 n = put_walked(b, at, owner, mount, dentry);
				struct rf_string name;
				if (n > 1)
					b->bytes[bounded(at + n, CALL_BYTES - 1)] = '/';
				__u32 slash = n > 1;
				length = n + slash + read_text(b, at + n + slash, path, 4096, &name);
			}
		}
		if (length > RF_MAX_FILE_OPEN_FILE_PATH) {
			length = RF_MAX_FILE_OPEN_FILE_PATH;
			r->header.truncated |= 1ull << RF_SLOT_FILE_OPEN_FILE_PATH;
		}
		r->file_path.length = length;
	}
	send_buffer(b, owner, at + length, RF_CLASS_FILE_OPEN);
	return 0;
}

#endif
