// SPDX-License-Identifier: Apache-2.0
/* Every kind of CO-RE relocation; the answers against core-target.c go to `results`. */
#include "common.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum color { RED = 1, GREEN = 2, BLUE = 3 };
enum big { SMALL = 1, HUGE = 0x100000001ULL };
enum negative { MINUS = -1 };

struct inner {
	int x;
	int y;
} CO_RE;

struct widget {
	int first;
	struct {
		int anonymous_a;
		union {
			short anonymous_b;
			long anonymous_c;
		};
	};
	struct inner nested;
	int list[4];
	struct inner grid[2][3];
	unsigned int flags : 3;
	int level : 5;
	enum color color;
	char *name;
	int gone;
	unsigned char grows;
	signed char grows_signed;
	int turned_pointer;
	int tail[];
} CO_RE;

struct widget___old {
	int renamed;
} CO_RE;

struct widget___two {
	int first;
} CO_RE;

struct missing {
	int a;
} CO_RE;

typedef struct {
	int counter;
} counter_t;

struct exact {
	int a;
	char *b;
} CO_RE;

struct exact___less {
	char *b;
} CO_RE;

struct exact___other {
	long a;
} CO_RE;

volatile __u64 results[64] = {};

SEC("raw_tp")
int core(__u64 *ctx)
{
	struct widget *w = (void *)ctx;
	struct widget___old *old = (void *)ctx;
	struct missing *missing = (void *)ctx;
	int i = 0;

	results[i++] = field_info(w->first, BPF_FIELD_BYTE_OFFSET); /* 0 */
	results[i++] = field_info(w->anonymous_a, BPF_FIELD_BYTE_OFFSET);
	results[i++] = field_info(w->anonymous_b, BPF_FIELD_BYTE_OFFSET);
	results[i++] = field_info(w->nested.y, BPF_FIELD_BYTE_OFFSET);
	results[i++] = field_info(w->list[2], BPF_FIELD_BYTE_OFFSET);
	results[i++] = field_info(w->grid[1][2].x, BPF_FIELD_BYTE_OFFSET); /* 5 */
	results[i++] = field_info(w->list, BPF_FIELD_BYTE_SIZE);
	results[i++] = field_info(w->first, BPF_FIELD_BYTE_SIZE);
	results[i++] = field_info(w->flags, BPF_FIELD_BYTE_OFFSET);
	results[i++] = field_info(w->flags, BPF_FIELD_LSHIFT_U64);
	results[i++] = field_info(w->flags, BPF_FIELD_RSHIFT_U64); /* 10 */
	results[i++] = field_info(w->level, BPF_FIELD_SIGNED);
	results[i++] = field_info(w->flags, BPF_FIELD_SIGNED);
	results[i++] = field_exists(w->gone);
	results[i++] = field_exists(w->name);
	results[i++] = field_exists(old->renamed); /* 15 */
	results[i++] = field_info(old->renamed, BPF_FIELD_BYTE_OFFSET);
	results[i++] = field_exists(missing->a);
	results[i++] = field_exists(w->turned_pointer);
	results[i++] = type_exists(struct widget);
	results[i++] = type_exists(struct missing); /* 20 */
	results[i++] = type_size(struct widget);
	results[i++] = type_size(struct missing);
	results[i++] = type_exists(counter_t);
	results[i++] = type_matches(struct exact);
	results[i++] = type_matches(struct exact___less); /* 25 */
	results[i++] = type_matches(struct exact___other);
	results[i++] = enum_value(enum color, RED);
	results[i++] = enum_value_exists(enum color, BLUE);
	results[i++] = enum_value_exists(enum color, GREEN);
	results[i++] = enum_value(enum big, HUGE); /* 30 */
	results[i++] = enum_value(enum negative, MINUS);
	results[i++] = type_id_local(struct widget) != 0;
	results[i++] = type_id_kernel(struct widget);
	results[i++] = type_id_kernel(struct missing);
	results[i++] = field_info(w->tail[3], BPF_FIELD_BYTE_OFFSET); /* 35 */
	return 0;
}

SEC("raw_tp")
int loads(__u64 *ctx)
{
	struct widget___two *flavoured = (void *)ctx;
	struct widget *w = (void *)ctx;

	return flavoured->first + w->grows + w->list[1];
}

SEC("raw_tp")
int unsafe_resize(__u64 *ctx)
{
	struct widget *w = (void *)ctx;

	return w->grows_signed;
}

SEC("raw_tp")
int absent(__u64 *ctx)
{
	struct widget *w = (void *)ctx;

	return w->gone;
}

struct twice {
	int a;
} CO_RE;

SEC("raw_tp")
int ambiguous(__u64 *ctx)
{
	struct twice *t = (void *)ctx;

	return field_info(t->a, BPF_FIELD_BYTE_OFFSET);
}
