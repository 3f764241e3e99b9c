/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Connections. TCP by state changes: to SYN_SENT in the process that connects, to LISTEN in the process that listens.
 * SYN_RECV to ESTABLISHED happens in a softirq, where the current process is anybody: it is attributed to the process
 * that made the port listen. UDP by connect(2), in the cgroup hooks at the root.
 */
#ifndef RF_NETWORK_H
#define RF_NETWORK_H

#include "task.h"

#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_SYN_RECV 3
#define TCP_CLOSE 7
#define TCP_LISTEN 10
#define IPPROTO_UDP 17

struct listener_key {
	__u32 net; /* inode number of the network namespace */
	__u16 port, zero;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct listener_key);
	__type(value, struct identity);
} listeners SEC(".maps");

/* Set when the probe of accept(2) tells the acceptor itself, which is better than the listener. */
__u8 acceptor_is_seen;

static __always_inline void put_v4(struct rf_ip *to, __be32 address)
{
	__builtin_memset(to->bytes, 0, 10);
	to->bytes[10] = to->bytes[11] = 0xff;
	__builtin_memcpy(to->bytes + 12, &address, 4);
}

/* The three classes have one layout. */
static __always_inline void begin_network(struct rf_probe_network_connect *r, __u16 class_id, struct identity *who,
					  __u8 protocol)
{
	__builtin_memset(r, 0, sizeof(*r));
	begin(&r->header, sizeof(*r), class_id);
	r->process_pid = who->tgid;
	r->process_start_time = who->start_time;
	r->net_protocol = protocol;
}

/* Local and remote address of a socket. */
static __always_inline void read_addresses(const struct sock *sk, struct rf_ip *local, struct rf_ip *remote)
{
	if (sk->__sk_common.skc_family == AF_INET6) {
		bpf_probe_read_kernel(local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_probe_read_kernel(remote, 16, &sk->__sk_common.skc_v6_daddr);
	} else {
		put_v4(local, sk->__sk_common.skc_rcv_saddr);
		put_v4(remote, sk->__sk_common.skc_daddr);
	}
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_state, const struct sock *sk, int old_state, int new_state)
{
	bool to_listen = new_state == TCP_LISTEN;
	bool connects = new_state == TCP_SYN_SENT;
	bool accepts = new_state == TCP_ESTABLISHED && old_state == TCP_SYN_RECV;
	bool closes = old_state == TCP_LISTEN && new_state == TCP_CLOSE;
	if (!to_listen && !connects && !accepts && !closes)
		return 0;
	if (sk->sk_protocol > 255) /* MPTCP: its subflows are TCP and come by themselves */
		return 0;

	struct listener_key key = { .net = sk->__sk_common.skc_net.net->ns.inum, .port = sk->__sk_common.skc_num };
	struct identity who = {};
	if (closes) {
		bpf_map_delete_elem(&listeners, &key);
		return 0;
	}
	__u32 class_id;
	if (accepts) {
		if (acceptor_is_seen)
			return 0;
		class_id = RF_CLASS_NETWORK_ACCEPT;
		struct identity *listener = bpf_map_lookup_elem(&listeners, &key);
		if (listener)
			who = *listener;
	} else {
		class_id = to_listen ? RF_CLASS_NETWORK_LISTEN : RF_CLASS_NETWORK_CONNECT;
		current_identity(&who);
	}
	if (to_listen)
		bpf_map_update_elem(&listeners, &key, &who, BPF_ANY);
	if (!is_wanted(class_id))
		return 0;

	struct rf_probe_network_connect r;
	begin_network(&r, class_id, &who, sk->sk_protocol);
	__u16 local = sk->__sk_common.skc_num;
	__u16 remote = bpf_ntohs(sk->__sk_common.skc_dport);
	if (accepts) {
		r.net_source_port = remote;
		r.net_destination_port = local;
		read_addresses(sk, &r.net_destination_ip, &r.net_source_ip);
	} else {
		r.net_source_port = local;
		r.net_destination_port = to_listen ? 0 : remote;
		read_addresses(sk, &r.net_source_ip, &r.net_destination_ip);
	}
	emit(&life, &r, sizeof(r), class_id);
	return 0;
}

/* Always allows. TCP connects come here too and are left to the probe above. */
SEC("cgroup/connect4")
int udp_connect4(struct bpf_sock_addr *ctx)
{
	if (ctx->protocol != IPPROTO_UDP || !is_wanted(RF_CLASS_NETWORK_CONNECT))
		return 1;
	struct identity who;
	struct rf_probe_network_connect r;
	current_identity_by_reading(&who);
	begin_network(&r, RF_CLASS_NETWORK_CONNECT, &who, IPPROTO_UDP);
	r.net_destination_port = bpf_ntohs(ctx->user_port);
	put_v4(&r.net_source_ip, 0);
	put_v4(&r.net_destination_ip, ctx->user_ip4);
	emit(&life, &r, sizeof(r), RF_CLASS_NETWORK_CONNECT);
	return 1;
}

SEC("cgroup/connect6")
int udp_connect6(struct bpf_sock_addr *ctx)
{
	if (ctx->protocol != IPPROTO_UDP || !is_wanted(RF_CLASS_NETWORK_CONNECT))
		return 1;
	struct identity who;
	struct rf_probe_network_connect r;
	current_identity_by_reading(&who);
	begin_network(&r, RF_CLASS_NETWORK_CONNECT, &who, IPPROTO_UDP);
	r.net_destination_port = bpf_ntohs(ctx->user_port);
	__u32 *to = (__u32 *)r.net_destination_ip.bytes;
	to[0] = ctx->user_ip6[0];
	to[1] = ctx->user_ip6[1];
	to[2] = ctx->user_ip6[2];
	to[3] = ctx->user_ip6[3];
	emit(&life, &r, sizeof(r), RF_CLASS_NETWORK_CONNECT);
	return 1;
}

#endif
