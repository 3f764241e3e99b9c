// SPDX-License-Identifier: Apache-2.0
/* The types of an imaginary kernel, against which core.bpf.c is relocated. */
typedef unsigned long long __u64;

enum color { GREEN = 20, RED = 10, PURPLE = 4 };
enum big { HUGE = 0x700000000ULL, SMALL = 1 };
enum negative { MINUS = -7 };

struct inner {
	long pad; /* 0 */
	int y;    /* 8 */
	int x;    /* 12 */
}; /* 16 */

struct widget {
	long pad;                    /* 0 */
	int renamed;                 /* 8 */
	int first;                   /* 12 */
	union {                      /* 16 */
		struct {
			long other;
			struct {
				int anonymous_a; /* 24 */
				short anonymous_b; /* 28 */
			};
		};
		long anonymous_c;
	};
	int list[8];                 /* 32 */
	struct inner nested;         /* 64 */
	struct inner grid[4][5];     /* 80 */
	unsigned int unused : 7;     /* 400 */
	unsigned int flags : 3;      /* bits 7…9 of 400 */
	int level : 5;
	enum color color;            /* 404 */
	char *name;                  /* 408 */
	unsigned int grows;          /* 416 */
	int grows_signed;            /* 420 */
	void *turned_pointer;        /* 424 */
	int tail[];                  /* 432 */
};

typedef struct {
	long counter;
} counter_t;

struct exact {
	char *b;
	int a;
	int more;
};

struct twice {
	int a;
};
struct twice___again {
	long pad;
	int a;
};

struct widget a;
counter_t b;
struct exact c;
enum color d;
enum big e;
enum negative f;
struct twice g;
struct twice___again h;
