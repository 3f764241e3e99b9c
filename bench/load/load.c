// The load for `npm run bench -- sensor`: does one thing many times and prints how often and how long.
//   load exec N          posix_spawn of itself ("load exit") and wait, N times
//   load open N FILE     open for reading and close, N times
//   load getppid N       the system call, N times
//   load opens SECONDS THREADS FILE   open+close as fast as it goes
// Output: "COUNT NANOSECONDS".
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void once_exec(char *self) {
  char *argv[] = {self, "exit", NULL};
  char *env[] = {NULL};
  pid_t pid;
  int status;
  if (posix_spawn(&pid, self, NULL, NULL, argv, env) != 0 || waitpid(pid, &status, 0) != pid) exit(1);
}

static void once_open(const char *file) {
  int fd = open(file, O_RDONLY);
  if (fd < 0) exit(1);
  close(fd);
}

struct opener {
  const char *file;
  uint64_t until, count;
};

static void *opens(void *arg) {
  struct opener *o = arg;
  while (now() < o->until)
    for (int i = 0; i < 64; i++, o->count++) once_open(o->file);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc >= 2 && strcmp(argv[1], "exit") == 0) return 0;
  if (argc < 3) return 2;
  uint64_t n = strtoull(argv[2], NULL, 10), start = now(), count = n;
  if (strcmp(argv[1], "exec") == 0) {
    for (uint64_t i = 0; i < n; i++) once_exec(argv[0]);
  } else if (strcmp(argv[1], "open") == 0 && argc == 4) {
    for (uint64_t i = 0; i < n; i++) once_open(argv[3]);
  } else if (strcmp(argv[1], "getppid") == 0) {
    for (uint64_t i = 0; i < n; i++) syscall(SYS_getppid);
  } else if (strcmp(argv[1], "opens") == 0 && argc == 5) {
    int threads = atoi(argv[3]);
    if (threads < 1 || threads > 64) return 2;
    pthread_t ids[64];
    struct opener openers[64];
    count = 0;
    for (int i = 0; i < threads; i++) {
      openers[i] = (struct opener){argv[4], start + n * 1000000000ull, 0};
      if (pthread_create(&ids[i], NULL, opens, &openers[i]) != 0) return 1;
    }
    for (int i = 0; i < threads; i++) {
      pthread_join(ids[i], NULL);
      count += openers[i].count;
    }
  } else {
    return 2;
  }
  printf("%llu %llu\n", (unsigned long long)count, (unsigned long long)(now() - start));
  return 0;
}
