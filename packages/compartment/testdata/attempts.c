/*
 * An engine that a publisher might bring, and that tries to get out. A batch's records are one line of text,
 * "NAME ARGUMENT ARGUMENT"; the answer is one finding whose `outcome` is "done" or the errno's name.
 *
 *   attempts                      the engine, on descriptor 3 (see PROTOCOL.md)
 *   attempts --report ID          what an exec ends in: reports "done" for batch ID
 *   attempts --victim             a process to attack: holds `secret`, a key, System V and POSIX objects
 *
 * Build: gcc -O1 -static -no-pie -pthread. Not a position-independent program, so that `secret` has the same
 * address in the victim and here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEY 0x52464e43
#define NAME "ringfence-attempt"
static volatile char secret[16] = "plain";
static uint64_t batch;
static char *self;
/* what a success came to, for the table */
static char detail[64];

/* --- the protocol, as little of it as this needs --------------------------------------------------------- */

static void put(int type, const void *payload, uint32_t length)
{
	unsigned char header[8] = { length, length >> 8, length >> 16, length >> 24, type };
	struct iovec parts[2] = { { header, 8 }, { (void *)payload, length } };
	if (writev(3, parts, 2) != (ssize_t)(8 + length))
		_exit(2);
}

static void fill(void *into, size_t length)
{
	for (char *at = into; length > 0;) {
		ssize_t got = read(3, at, length);
		if (got <= 0)
			_exit(0);
		at += got;
		length -= got;
	}
}

static void report(const char *outcome)
{
	struct { uint64_t batch; uint32_t index, zero; char json[512]; } finding = { batch, 0, 0, "" };
	struct { uint64_t batch; uint32_t findings, zero; } ack = { batch, 1, 0 };
	int length = snprintf(finding.json, sizeof finding.json,
		"{\"rule\":{\"id\":\"a\",\"title\":\"a\",\"level\":\"low\",\"tags\":[]},\"matched\":{\"outcome\":\"%s\"}}",
		outcome);
	put(0x83, &finding, 16 + length);
	put(0x82, &ack, 16);
}

/* --- attempts: each returns 0 when it got what it wanted, else -1 with errno ------------------------------ */

static int connect_to(int family, int type, const void *address, socklen_t length, int talk)
{
	char reply[8];
	struct timeval second = { 1, 0 };
	int s = syscall(SYS_socket, family, type, 0);
	if (s < 0 || connect(s, address, length) < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
	return !talk || (send(s, "hi", 2, 0) == 2 && recv(s, reply, sizeof reply, 0) > 0) ? 0 : -1;
}

static int to_loopback(int type, const char *port)
{
	struct sockaddr_in a = { AF_INET, htons(atoi(port)), { htonl(INADDR_LOOPBACK) }, { 0 } };
	return connect_to(AF_INET, type, &a, sizeof a, type == SOCK_DGRAM);
}

static int tcp(char **v) { return to_loopback(SOCK_STREAM, v[0]); }
static int udp(char **v) { return to_loopback(SOCK_DGRAM, v[0]); }

/* v[0] is a path, or an abstract name after an @ */
static int unix_socket(char **v)
{
	struct sockaddr_un a = { AF_UNIX, "" };
	strncpy(a.sun_path, v[0], sizeof a.sun_path - 1);
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(a.sun_path);
	if (a.sun_path[0] == '@')
		a.sun_path[0] = 0;
	return connect_to(AF_UNIX, SOCK_STREAM, &a, length, 0);
}

/* every family that the kernel might have; those that it has not are no success and no failure */
static int any_socket(char **v)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET };
	int error = EAFNOSUPPORT, opened = 0;
	for (int family = 0; family < AF_MAX; family++)
		for (int i = 0; i < 4; i++) {
			int s = syscall(SYS_socket, family, types[i], 0);
			if (s >= 0) {
				close(s);
				opened++;
				break;
			}
			if (errno != EAFNOSUPPORT && errno != EINVAL && errno != ESOCKTNOSUPPORT && errno != EPROTONOSUPPORT)
				error = errno;
		}
	snprintf(detail, sizeof detail, "%d of %d families", opened, AF_MAX);
	errno = error;
	return opened > 0 ? 0 : -1;
}

static int sysv_memory(char **v)
{
	int id = shmget(KEY, 16, 0);
	if (id < 0)
		return -1;
	const char *seen = shmat(id, NULL, SHM_RDONLY);
	return seen != (void *)-1 && strcmp(seen, "victim") == 0 ? 0 : -1;
}

static int message_queue(char **v) { return mq_open("/" NAME, O_RDWR) < 0 ? -1 : 0; }

static int write_to(const char *path, int flags)
{
	int fd = open(path, flags, 0600);
	return fd >= 0 && write(fd, "x", 1) == 1 ? close(fd) : -1;
}

static int write_file(char **v) { return write_to(v[0], O_WRONLY); }

/* every folder of the arguments, then some that are often writable */
static int create_file(char **v)
{
	static const char *more[] = { "/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/release", "/dev", "/proc", "." };
	int error = 0;
	for (int i = 0; i < 10; i++) {
		char path[4200];
		snprintf(path, sizeof path, "%s/" NAME "-created", i ? more[i - 1] : v[0]);
		if (write_to(path, O_WRONLY | O_CREAT) == 0)
			return unlink(path);
		if (i == 0)
			error = errno;
		unlink(path);
	}
	errno = error;
	return -1;
}

static int read_file(char **v)
{
	char byte;
	int fd = open(v[0], O_RDONLY);
	return fd >= 0 && read(fd, &byte, 1) == 1 ? close(fd) : -1;
}

/* writes back what is there, so that a success changes nothing */
static int rewrite_file(char **v)
{
	char text[256];
	int fd = open(v[0], O_RDWR);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text);
	return length > 0 && pwrite(fd, text, length, 0) == length ? close(fd) : -1;
}

static int delete_file(char **v) { return unlink(v[0]); }
static int make_setuid(char **v) { return chmod(v[0], 04755); }

/* v[0] is the path of a file, v[1] a file handle of another one on the same file system, in hexadecimal */
static int open_by_handle(char **v)
{
	struct { struct file_handle h; unsigned char bytes[128]; } handle;
	int type, mount = open(v[0], O_RDONLY);
	if (mount < 0)
		return -1;
	char *at = strchr(v[1], ':');
	sscanf(v[1], "%d", &type);
	handle.h.handle_type = type;
	handle.h.handle_bytes = strlen(at + 1) / 2;
	for (unsigned i = 0; i < handle.h.handle_bytes; i++)
		sscanf(at + 1 + 2 * i, "%2hhx", &handle.h.f_handle[i]);
	return open_by_handle_at(mount, &handle.h, O_RDONLY) < 0 ? -1 : 0;
}

static int fork_child(char **v)
{
	pid_t child = syscall(SYS_fork);
	if (child == 0)
		_exit(0);
	return child > 0 && waitpid(child, NULL, 0) == child ? 0 : -1;
}

static void exec_form(int fd, const char *path, int flags)
{
	char id[32];
	snprintf(id, sizeof id, "%llu", (unsigned long long)batch);
	char *argv[] = { self, "--report", id, NULL };
	char *none[] = { NULL };
	if (fd < 0)
		syscall(SYS_execve, path, argv, none);
	else
		syscall(SYS_execveat, fd, path, argv, none, flags);
}

static int exec_file(char **v)
{
	exec_form(-1, v[0], 0);
	return -1;
}

/* the program that runs already, by the one form that the launcher's filter lets through */
static int exec_self(char **v)
{
	int number = atoi(v[1]), fd = open(v[0], O_RDONLY);
	if (fd < 0 || dup2(fd, number) != number)
		return -1;
	exec_form(number, "", AT_EMPTY_PATH);
	return -1;
}

static int exec_memory(char **v)
{
	static char bytes[1 << 16];
	int from = open(v[0], O_RDONLY), fd = syscall(SYS_memfd_create, "x", 0);
	if (from < 0 || fd < 0)
		return -1;
	for (ssize_t got; (got = read(from, bytes, sizeof bytes)) > 0;)
		if (write(fd, bytes, got) != got)
			return -1;
	exec_form(fd, "", AT_EMPTY_PATH);
	return -1;
}

static int trace(char **v)
{
	pid_t pid = atoi(v[0]);
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
		return -1;
	waitpid(pid, NULL, __WALL);
	return ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static int read_memory(char **v)
{
	char seen[16] = "";
	struct iovec local = { seen, 16 }, remote = { (void *)secret, 16 };
	return process_vm_readv(atoi(v[0]), &local, 1, &remote, 1, 0) == 16 && strcmp(seen, "victim") == 0 ? 0 : -1;
}

static int steal_descriptor(char **v)
{
	int fd = syscall(SYS_pidfd_open, atoi(v[0]), 0);
	return fd < 0 || syscall(SYS_pidfd_getfd, fd, 0, 0) < 0 ? -1 : 0;
}

static int send_signal(char **v) { return kill(atoi(v[0]), SIGURG); }

static int read_key(char **v)
{
	return syscall(SYS_keyctl, 10 /* SEARCH */, -4 /* USER_KEYRING */, "user", NAME, 0) < 0 ? -1 : 0;
}

static int mount_tmpfs(char **v) { return mount("tmpfs", v[0], "tmpfs", 0, NULL); }
static int user_namespace(char **v) { return unshare(CLONE_NEWUSER); }
static int other_namespaces(char **v) { return unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUTS) == 0 ? 0 : -1; }
static int domain_name(char **v) { return setdomainname(v[0], strlen(v[0])); }

static int load_bpf(char **v)
{
	struct bpf_insn program[] = { { 0xb7, 0, 0, 0, 0 }, { 0x95, 0, 0, 0, 0 } }; /* r0 = 0; exit */
	union bpf_attr a = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2 };
	a.insns = (uintptr_t)program;
	a.license = (uintptr_t)"GPL";
	return syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof a) < 0 ? -1 : 0;
}

static int io_uring(char **v)
{
	char parameters[256] = { 0 };
	return syscall(SYS_io_uring_setup, 1, parameters) < 0 ? -1 : 0;
}

/* getpid by the 32-bit entry, whose numbers are others */
static int foreign_abi(char **v)
{
	long result = -ENOSYS;
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
#endif
	errno = -result;
	return result > 0 ? 0 : -1;
}

static int raise_limits(char **v)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_max += 1;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static int realtime(char **v)
{
	struct sched_param parameter = { 1 }, normal = { 0 };
	if (syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter) < 0)
		return -1;
	return syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &normal);
}

static int use_memory(char **v)
{
	size_t size = strtoull(v[0], NULL, 10);
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; bytes != MAP_FAILED && i < size; i += 4096)
		bytes[i] = 1;
	return bytes == MAP_FAILED ? -1 : 0;
}

static double seconds(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/*
 * v[0] is the limit in per cent of a core; done when any of three times two seconds gave over one and a half times that.
 * Less than two seconds may well give that much: they can begin with what was saved for a burst and with the rest of a
 * period of 0.25 s, and end with the begin of another.
 */
static int use_cpu(char **v)
{
	for (int i = 0; i < 3; i++) {
		double from = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall;
		while ((wall = seconds(CLOCK_MONOTONIC) - from) < 2)
			;
		if ((seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / wall * 100 > 1.5 * atoi(v[0]))
			return 0;
	}
	errno = EDQUOT;
	return -1;
}

static int use_descriptors(char **v)
{
	for (int i = 0; i < atoi(v[0]); i++)
		if (dup(3) < 0)
			return -1;
	return 0;
}

/* not pause(), which the wall's filter does not let through */
static void *wait_forever(void *unused)
{
	for (;;)
		sleep(1000);
	return unused;
}

static int use_threads(char **v)
{
	pthread_t thread;
	pthread_attr_t small;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	for (int i = 0; i < atoi(v[0]); i++)
		if ((errno = pthread_create(&thread, &small, wait_forever, NULL)) != 0)
			return -1;
	return 0;
}

/* the dump is the kernel's doing; the test looks for it in the folder */
static int dump_core(char **v)
{
	struct rlimit limit;
	getrlimit(RLIMIT_CORE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_CORE, &limit);
	if (chdir(v[0]) == 0)
		report("done");
	signal(SIGABRT, SIG_DFL);
	abort();
}

static int hang(char **v)
{
	report("done");
	wait_forever(NULL);
	return 0;
}

/* a descriptor that nobody gave on purpose */
static int inherited(char **v)
{
	for (int fd = 4; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 0;
	errno = EBADF;
	return -1;
}

/* writes to standard error until it cannot; the agent must not care */
static int shout(char **v)
{
	static char line[4096];
	memset(line, 'x', sizeof line);
	report("done");
	for (;;)
		if (write(2, line, sizeof line) < 0)
			_exit(errno);
}

static const struct { const char *name; int (*run)(char **); } attempts[] = {
	{ "socket", any_socket }, { "tcp", tcp }, { "udp", udp }, { "unix", unix_socket }, { "sysv", sysv_memory },
	{ "mqueue", message_queue }, { "write", write_file }, { "create", create_file }, { "read", read_file },
	{ "rewrite", rewrite_file }, { "delete", delete_file }, { "chmod", make_setuid }, { "handle", open_by_handle },
	{ "fork", fork_child }, { "exec", exec_file }, { "exec-self", exec_self }, { "exec-memory", exec_memory },
	{ "trace", trace }, { "read-memory", read_memory }, { "steal", steal_descriptor }, { "signal", send_signal },
	{ "key", read_key }, { "mount", mount_tmpfs }, { "user-namespace", user_namespace },
	{ "namespaces", other_namespaces }, { "domain-name", domain_name }, { "bpf", load_bpf }, { "io_uring", io_uring },
	{ "foreign-abi", foreign_abi }, { "raise-limits", raise_limits }, { "realtime", realtime },
	{ "memory", use_memory }, { "cpu", use_cpu }, { "descriptors", use_descriptors }, { "threads", use_threads },
	{ "inherited", inherited }, { "shout", shout }, { "core", dump_core }, { "hang", hang },
};

static void run(char *line)
{
	char *words[8] = { 0 };
	for (int i = 0; i < 7; i++)
		words[i] = strtok(i ? NULL : line, " ");
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		if (strcmp(attempts[i].name, words[0]) == 0) {
			errno = 0;
			detail[0] = 0;
			char done[80] = "done";
			int result = attempts[i].run(words + 1);
			if (detail[0])
				snprintf(done, sizeof done, "done: %s", detail);
			report(result == 0 ? done : strerrorname_np(errno));
			return;
		}
	report("unknown attempt");
}

/* --- modes ------------------------------------------------------------------------------------------------ */

static int victim(void)
{
	strcpy((char *)secret, "victim");
	syscall(SYS_add_key, "user", NAME, "x", 1, -4 /* USER_KEYRING */);
	int id = shmget(KEY, 16, IPC_CREAT | 0666);
	char *memory = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
	if (memory != (void *)-1)
		strcpy(memory, "victim");
	struct mq_attr small = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	umask(0);
	mqd_t queue = mq_open("/" NAME, O_CREAT | O_RDWR, 0666, &small);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	if (queue >= 0)
		mq_unlink("/" NAME);
	return 0;
}

/* prints the handle of a file as open_by_handle takes it */
static int print_handle(const char *path)
{
	struct { struct file_handle h; unsigned char bytes[128]; } handle;
	int mount;
	handle.h.handle_bytes = sizeof handle.bytes;
	if (name_to_handle_at(AT_FDCWD, path, &handle.h, &mount, 0) < 0)
		return 1;
	printf("%d:", handle.h.handle_type);
	for (unsigned i = 0; i < handle.h.handle_bytes; i++)
		printf("%02x", handle.h.f_handle[i]);
	return 0;
}

int main(int argc, char **argv)
{
	static const char ready[] = "{\"protocol\":1,\"engine\":\"attempts\",\"version\":\"1\",\"subscriptions\":[],"
				    "\"rules\":{\"loaded\":0,\"skipped\":[],\"unfed\":[]}}";
	static unsigned char payload[1 << 20];
	self = argv[0];
	if (argc == 2 && strcmp(argv[1], "--victim") == 0)
		return victim();
	if (argc == 3 && strcmp(argv[1], "--handle") == 0)
		return print_handle(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--report") == 0) {
		char outcome[64] = "done";
		batch = strtoull(argv[2], NULL, 10);
		if (geteuid() != getuid())
			snprintf(outcome, sizeof outcome, "done as %d", geteuid());
		report(outcome);
	}
	signal(SIGXFSZ, SIG_IGN); /* a write past the file-size limit then fails with EFBIG */
	for (;;) {
		unsigned char header[8];
		uint32_t length;
		fill(header, 8);
		memcpy(&length, header, 4);
		if (length >= sizeof payload)
			return 3;
		fill(payload, length);
		payload[length] = 0;
		if (header[4] == 0x01)
			put(0x81, ready, sizeof ready - 1);
		if (header[4] == 0x05) {
			memcpy(&batch, payload, 8);
			run((char *)payload + 16);
		}
		if (header[4] == 0x08)
			return 0;
	}
}
