// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The probes. They copy and filter, nothing else: no decision is made in the kernel. Each is a program of its own, so
 * that a kernel which lacks one loads the rest. Built by scripts/build-probes.ts.
 */
#include "kernel.h"
#include <bpf/bpf_tracing.h>
#include "record.h"
#include "start.h"
#include "life.h"
#include "network.h"
#include "capability.h"
#include "io_uring.h"
#include "open.h"
#include "calls.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
