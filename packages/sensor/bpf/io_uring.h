/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* io_uring requests that do what a system call would, unseen by system-call probes. The thread is the submitter or the
 * ring's own polling thread; both are of the process that owns the ring. */
#ifndef RF_IO_URING_H
#define RF_IO_URING_H

#include "task.h"

/* Bit n: opcode n is told. */
const volatile __u64 told_opcodes = 0;

static __always_inline int tell_request(struct io_kiocb *req)
{
	__u8 opcode = req->opcode;
	if (opcode > 63 || !((told_opcodes >> opcode) & 1) || !is_wanted(RF_CLASS_IO_URING_REQUEST))
		return 0;
	struct identity who;
	current_identity(&who);
	struct rf_probe_io_uring_request r;
	__builtin_memset(&r, 0, sizeof(r));
	begin(&r.header, sizeof(r), RF_CLASS_IO_URING_REQUEST);
	r.process_pid = who.tgid;
	r.process_start_time = who.start_time;
	r.io_uring_opcode = opcode;
	emit(&life, &r, sizeof(r), RF_CLASS_IO_URING_REQUEST);
	return 0;
}

/* Since 6.3. */
SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(io_uring_req, struct io_kiocb *req)
{
	return tell_request(req);
}

/* Its name from 5.19 to 6.2; before that the arguments were others. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(io_uring_sqe, struct io_kiocb *req)
{
	return tell_request(req);
}

#endif
