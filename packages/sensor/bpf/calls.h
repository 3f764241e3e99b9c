/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The other calls of tier full. */
#ifndef RF_CALLS_H
#define RF_CALLS_H

#include "network.h"
#include "syscall.h"

#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_SETREGS 13
#define PTRACE_ATTACH 16
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206

SEC("tp_btf/sys_exit")
int BPF_PROG(call_ptrace, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	__u32 request = call.a[0];
	if (request != PTRACE_ATTACH && request != PTRACE_SEIZE && request != PTRACE_POKETEXT &&
	    request != PTRACE_POKEDATA && request != PTRACE_SETREGS && request != PTRACE_SETREGSET)
		return 0;
	struct rf_probe_ptrace r;
	__builtin_memset(&r, 0, sizeof(r));
	begin_call(&r, sizeof(r), RF_CLASS_PTRACE);
	r.ptrace_request = request;
	r.target_pid = call.a[1];
	r.result = result;
	emit(&calls, &r, sizeof(r), RF_CLASS_PTRACE);
	return 0;
}

/*
 * The effective id before is what the sensor's table has; it gets the real id after in that place. With process life,
 * not with calls: it changes who later events are by.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_credential, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	struct task_struct *task = (void *)bpf_get_current_task();
	struct rf_probe_credential_change r;
	__builtin_memset(&r, 0, sizeof(r));
	begin_call(&r, sizeof(r), RF_CLASS_CREDENTIAL_CHANGE);
	r.credential_syscall = call.number;
	r.credential_old_uid = BPF_CORE_READ(task, cred, uid.val);
	r.credential_new_uid = BPF_CORE_READ(task, cred, euid.val);
	r.result = result;
	emit(&life, &r, sizeof(r), RF_CLASS_CREDENTIAL_CHANGE);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_memfd, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	__u64 owner = bpf_get_current_pid_tgid();
	struct call_buffer *b = take_buffer(owner, RF_CLASS_MEMORY_FILE);
	if (!b)
		return 0;
	struct rf_probe_memory_file *r = (void *)b->bytes;
	begin_call(r, 0, RF_CLASS_MEMORY_FILE);
	r->result = result;
	__u64 at = sizeof(*r);
	at += read_text(b, at, call.a[0], RF_MAX_MEMORY_FILE_MEMORY_FILE_NAME, &r->memory_file_name);
	send_buffer(b, owner, at, RF_CLASS_MEMORY_FILE);
	return 0;
}

#define BPF_PROG_LOAD_COMMAND 5

/* The head of union bpf_attr for BPF_PROG_LOAD. */
struct load_attr {
	__u32 type, instructions;
	__u64 code, license;
	__u32 log_level, log_size;
	__u64 log;
	__u32 kernel_version, flags;
	char name[16];
};

SEC("tp_btf/sys_exit")
int BPF_PROG(call_bpf, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	__u64 owner = bpf_get_current_pid_tgid();
	if (call.a[0] != BPF_PROG_LOAD_COMMAND || is_own(owner >> 32))
		return 0;
	struct load_attr attr = {};
	bpf_probe_read_user(&attr, sizeof(attr), (void *)call.a[1]);
	struct call_buffer *b = take_buffer(owner, RF_CLASS_BPF_LOAD);
	if (!b)
		return 0;
	struct rf_probe_bpf_load *r = (void *)b->bytes;
	begin_call(r, 0, RF_CLASS_BPF_LOAD);
	r->bpf_program_type = attr.type;
	r->result = result;
	__u64 at = sizeof(*r);
	long n = bpf_probe_read_kernel_str(b->bytes + at, sizeof(attr.name), attr.name);
	r->bpf_program_name.offset = at;
	r->bpf_program_name.length = n > 1 ? n - 1 : 0;
	if (n > 1 && n <= 16)
		at += n - 1;
	send_buffer(b, owner, at, RF_CLASS_BPF_LOAD);
	return 0;
}

#define NR_MOUNT 165

SEC("tp_btf/sys_exit")
int BPF_PROG(call_mount, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	__u64 owner = bpf_get_current_pid_tgid();
	struct call_buffer *b = take_buffer(owner, RF_CLASS_MOUNT);
	if (!b)
		return 0;
	struct rf_probe_mount *r = (void *)b->bytes;
	begin_call(r, 0, RF_CLASS_MOUNT);
	r->result = result;
	bool old = call.number == NR_MOUNT; /* else move_mount(from_fd, from, to_fd, to, flags) */
	r->mount_flags = old ? call.a[3] : 0;
	__u64 at = sizeof(*r);
	at += read_text(b, at, old ? call.a[0] : call.a[1], 4096, &r->mount_source);
	at += read_text(b, at, old ? call.a[1] : call.a[3], 4096, &r->file_path);
	at += read_text(b, at, old ? call.a[2] : 0, RF_MAX_MOUNT_MOUNT_TYPE, &r->mount_type);
	send_buffer(b, owner, at, RF_CLASS_MOUNT);
	return 0;
}

#define NR_FINIT_MODULE 313

SEC("tp_btf/sys_exit")
int BPF_PROG(call_module, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	__u64 owner = bpf_get_current_pid_tgid();
	struct call_buffer *b = take_buffer(owner, RF_CLASS_MODULE_LOAD);
	if (!b)
		return 0;
	struct rf_probe_module_load *r = (void *)b->bytes;
	begin_call(r, 0, RF_CLASS_MODULE_LOAD);
	r->result = result;
	__u64 at = sizeof(*r);
	__u32 length = 0;
	struct file *file = call.number == NR_FINIT_MODULE ? file_of(call.a[0]) : NULL;
	if (file)
		length = put_walked(b, at, owner, BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry));
	r->file_path.offset = at;
	r->file_path.length = length;
	send_buffer(b, owner, at + length, RF_CLASS_MODULE_LOAD);
	return 0;
}

#define COMPAT_SOCKETCALL 102
#define SOCKETCALL_ACCEPT 5
#define SOCKETCALL_ACCEPT4 18

/* The process that accepted, where the state change knows only who listens. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_accept, struct pt_regs *regs, long result)
{
	struct call call;
	read_call(regs, &call);
	if (result < 0)
		return 0;
	if (call.compat && call.called == COMPAT_SOCKETCALL && call.a[0] != SOCKETCALL_ACCEPT &&
	    call.a[0] != SOCKETCALL_ACCEPT4)
		return 0;
	struct file *file = file_of(result);
	struct socket *socket = file ? BPF_CORE_READ(file, private_data) : NULL;
	struct sock *sk = socket ? BPF_CORE_READ(socket, sk) : NULL;
	if (!sk)
		return 0;
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	struct identity who;
	current_identity(&who);
	struct rf_probe_network_connect r;
	begin_network(&r, RF_CLASS_NETWORK_ACCEPT, &who, BPF_CORE_READ(sk, sk_protocol));
	r.net_source_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	r.net_destination_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (family == AF_INET6) {
		bpf_probe_read_kernel(&r.net_source_ip, 16, &sk->__sk_common.skc_v6_daddr);
		bpf_probe_read_kernel(&r.net_destination_ip, 16, &sk->__sk_common.skc_v6_rcv_saddr);
	} else {
		put_v4(&r.net_source_ip, BPF_CORE_READ(sk, __sk_common.skc_daddr));
		put_v4(&r.net_destination_ip, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
	}
	emit(&calls, &r, sizeof(r), RF_CLASS_NETWORK_ACCEPT);
	return 0;
}

#endif
