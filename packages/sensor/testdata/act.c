/*
 * Does one thing that the sensor must see, then ends. `act NAME [ARGUMENTS]`; see main for the names.
 * Exit status 77: this kernel refuses it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
#define CHECK(x) do { if ((long)(x) < 0) { perror(#x); exit(1); } } while (0)

static int burst(char *self, int n) {
	char *argv[] = {self, "nothing", NULL};
	for (int i = 0; i < n; i++) {
		pid_t pid;
		if (posix_spawn(&pid, self, NULL, NULL, argv, environ)) exit(1);
		waitpid(pid, NULL, 0);
	}
	return 0;
}

/* Runs its own image from a memory file. */
static int memory_exec(char *self) {
	int in = open(self, O_RDONLY), out = memfd_create("act-memory", MFD_CLOEXEC);
	char buffer[65536];
	ssize_t n;
	CHECK(in); CHECK(out);
	while ((n = read(in, buffer, sizeof buffer)) > 0) CHECK(write(out, buffer, n));
	char *argv[] = {"from-memory", "nothing", NULL};
	fexecve(out, argv, environ);
	return 1;
}

static char *exec_self;
static void *exec_in_thread(void *unused) {
	char *argv[] = {exec_self, "nothing", "from-a-thread", NULL};
	execv(exec_self, argv);
	exit(1);
}
static int thread_exec(char *self) {
	pthread_t thread;
	exec_self = self;
	pthread_create(&thread, NULL, exec_in_thread, NULL);
	pause();
	return 1;
}

/* A child without exec writes the file. */
static int fork_write(const char *path) {
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(path, O_CREAT | O_WRONLY, 0600);
		CHECK(fd);
		close(fd);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("%d\n", pid);
	return 0;
}

/* Argument lists that no shell would make. */
static int odd_argv(char *self, const char *kind) {
	char *none[] = {NULL};
	char *empty[] = {"", "nothing", "", "", "end", NULL};
	char *hostile[] = {"\x1b[31mred\r\n", "nothing", "\xff\xfe", "tab\there", NULL};
	char *long_[] = {"long", "nothing", malloc(40001), NULL};
	memset(long_[2], 'x', 40000);
	long_[2][40000] = 0;
	char **argv = strcmp(kind, "none") == 0 ? none : strcmp(kind, "empty") == 0 ? empty
		: strcmp(kind, "hostile") == 0 ? hostile : long_;
	execv(self, argv);
	return 1;
}

/* Listens, connects, accepts; prints the ports of the listener and of the client. */
static int tcp(int family) {
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *a = family == AF_INET6 ? (void *)&a6 : (void *)&a4;
	socklen_t size = family == AF_INET6 ? sizeof a6 : sizeof a4;
	int listener = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0);
	CHECK(bind(listener, a, size)); CHECK(listen(listener, 1)); CHECK(getsockname(listener, a, &size));
	CHECK(connect(client, a, size)); CHECK(accept(listener, NULL, NULL));
	struct sockaddr_in6 own;
	socklen_t own_size = sizeof own;
	CHECK(getsockname(client, (void *)&own, &own_size));
	printf("%d %d\n", ntohs(a6.sin6_port | a4.sin_port), ntohs(own.sin6_port));
	return 0;
}

static int udp(int family) {
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = htons(5353)};
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(5353)};
	int s = socket(family, SOCK_DGRAM, 0);
	CHECK(family == AF_INET6 ? connect(s, (void *)&a6, sizeof a6) : connect(s, (void *)&a4, sizeof a4));
	return 0;
}

/* Opens a file by an io_uring request. */
static int uring(const char *path) {
	struct io_uring_params p = {0};
	int ring = syscall(SYS_io_uring_setup, 4, &p);
	if (ring < 0) return 77;
	char *sq = mmap(0, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqe = mmap(0, p.sq_entries * sizeof *sqe, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (sq == MAP_FAILED || sqe == MAP_FAILED) return 1;
	memset(sqe, 0, sizeof *sqe);
	sqe->opcode = IORING_OP_OPENAT;
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)path;
	sqe->open_flags = O_RDONLY;
	((uint32_t *)(sq + p.sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	CHECK(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
	return 0;
}

static int attach(void) {
	pid_t pid = fork();
	if (pid == 0) { pause(); _exit(0); }
	CHECK(ptrace(PTRACE_ATTACH, pid, 0, 0));
	waitpid(pid, NULL, 0);
	kill(pid, SIGKILL);
	printf("%d\n", pid);
	return 0;
}

static int credentials(void) {
	CHECK(setresgid(65534, 65534, 65534));
	CHECK(setresuid(65534, 65534, 65534));
	if (setuid(0) == 0) return 1;
	return 0;
}

static int load_bpf(void) {
	struct bpf_insn code[] = {{.code = 0xb7, .dst_reg = 0}, {.code = 0x95}};
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2, .insns = (uintptr_t)code, .license = (uintptr_t)"GPL"};
	strcpy(attr.prog_name, "act_program");
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr) < 0 ? 77 : 0;
}

/* Opens in each way: absolute, relative, by a folder, missing, for writing. */
static int opens(const char *folder) {
	char path[4096];
	snprintf(path, sizeof path, "%s/absolute", folder);
	CHECK(open(path, O_CREAT | O_RDWR, 0600));
	CHECK(chdir(folder));
	CHECK(open("absolute", O_RDONLY));
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	CHECK(mkdirat(fd, "sub", 0700));
	CHECK(openat(fd, "sub/../sub/file", O_CREAT | O_WRONLY, 0600));
	open("missing/file", O_RDONLY);
	struct { uint64_t flags, mode, resolve; } how = {O_RDONLY, 0, 0};
	syscall(437, fd, "sub/file", &how, sizeof how);
	return 0;
}

/* Opens the same file many times. */
static int open_loop(int n, const char *path) {
	for (int i = 0; i < n; i++) {
		int fd = open(path, O_RDONLY);
		CHECK(fd);
		close(fd);
	}
	return 0;
}

/* Creates and deletes many files. */
static int create_loop(int n, const char *folder) {
	char path[4096];
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/n%d", folder, i);
		CHECK(mknod(path, S_IFREG | 0600, 0));
	}
	return 0;
}

int main(int argc, char **argv) {
	const char *name = argc > 1 ? argv[1] : "nothing";
	const char *argument = argc > 2 ? argv[2] : "";
#define IS(x) (strcmp(name, x) == 0)
	if (IS("nothing")) return 0;
	if (IS("exit")) return atoi(argument);
	if (IS("signal")) return raise(atoi(argument));
	if (IS("sleep")) return usleep(atoi(argument) * 1000);
	if (IS("burst")) return burst("/proc/self/exe", atoi(argument));
	if (IS("memory-exec")) return memory_exec("/proc/self/exe");
	if (IS("thread-exec")) return thread_exec(argv[0]);
	if (IS("fork-write")) return fork_write(argument);
	if (IS("argv")) return odd_argv(argv[0], argument);
	if (IS("tcp4")) return tcp(AF_INET);
	if (IS("tcp6")) return tcp(AF_INET6);
	if (IS("udp4")) return udp(AF_INET);
	if (IS("udp6")) return udp(AF_INET6);
	if (IS("io_uring")) return uring(argument);
	if (IS("ptrace")) return attach();
	if (IS("credentials")) return credentials();
	if (IS("memfd")) return memfd_create(argument, 0) < 0;
	if (IS("bpf")) return load_bpf();
	if (IS("mount")) return mount("act-source", argument, "tmpfs", MS_NOSUID, NULL) == 0;
	if (IS("module")) { syscall(SYS_finit_module, open(argument, O_RDONLY), "", 0); return 0; }
	if (IS("chroot")) return chroot("/") != 0;
	if (IS("opens")) return opens(argument);
	if (IS("open-loop")) return open_loop(atoi(argument), argv[3]);
	if (IS("create-loop")) return create_loop(atoi(argument), argv[3]);
	return 2;
}
