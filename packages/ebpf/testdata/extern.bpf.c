// SPDX-License-Identifier: Apache-2.0
/* Externs, maps of maps and programs, tags, and functions as values. */
#include "common.h"

char LICENSE[] SEC("license") = "GPL";

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void no_such_kfunc(void) __ksym __weak;
extern void missing_kfunc(void) __ksym;
extern const void schedule __ksym;
extern const int no_such_variable __ksym __weak;
extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;
extern int CONFIG_SURELY_NOT_THERE __kconfig;

struct inner_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner_map);
} outer SEC(".maps") = {
	.values = { [0] = &inner_a, [2] = &inner_b },
};

int callee(__u64 *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(void *));
} programs SEC(".maps") = {
	.values = { [1] = (void *)&callee },
};

struct tagged {
	int __attribute__((btf_type_tag("percpu"))) *pointer;
	float ratio;
} __attribute__((btf_decl_tag("a tag")));

struct tagged tagged_value = { .ratio = 1.5f };
volatile __u64 address = 0;
volatile __u32 found[3] = {};
volatile __u32 wrapper = 0;
const char names[2][8] = { "one", "two" };
volatile __u32 picked = 1;

SEC("raw_tp")
int callee(__u64 *ctx)
{
	return 7;
}

SEC("raw_tp")
int kernel_symbols(__u64 *ctx)
{
	address = (__u64)&schedule;
	if (&no_such_variable)
		found[0] = no_such_variable;
	wrapper = LINUX_HAS_SYSCALL_WRAPPER;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int kernel_functions(__u64 *ctx)
{
	bpf_rcu_read_lock();
	found[1]++;
	bpf_rcu_read_unlock();
	if (no_such_kfunc)
		no_such_kfunc();
	return 0;
}

SEC("tp_btf/sched_process_exec")
int needs_missing_kfunc(__u64 *ctx)
{
	missing_kfunc();
	return 0;
}

SEC("raw_tp")
int missing_config(__u64 *ctx)
{
	return CONFIG_SURELY_NOT_THERE;
}

__hidden __noinline int hidden_function(char *text)
{
	return text ? text[0] : 0;
}

SEC("raw_tp")
int strings(__u64 *ctx)
{
	char copy[8];

	__builtin_memcpy(copy, (const void *)names[picked & 1], sizeof(copy));
	return hidden_function(copy);
}
