/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx bench - operations that are measured, those that both benches have
 *
 * Nothing but the calls is between the stamps.
 */
#ifndef _BENCH_HOOKOPS_H
#define _BENCH_HOOKOPS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_SAMPLES 1000

/** struct stamps - the counter before, between and after the calls of an operation */
struct stamps {
	uint64_t begin, middle, end;
};

/**
 * struct op - one operation
 * @name: as printed
 * @run: does it once; false if it did not do what it should
 * @warmup: how often first
 * @samples: how often then, each measured alone
 * @parts: whether its two halves are of interest
 */
struct op {
	const char *name;
	bool (*run)(struct stamps *s);
	unsigned int warmup;
	unsigned int samples;
	bool parts;
};

static inline __attribute__((always_inline)) uint64_t now(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline bool do_nothing(struct stamps *s)
{
	s->begin = now();
	s->middle = now();
	s->end = now();
	return true;
}

static inline bool do_getppid(struct stamps *s)
{
	s->begin = now();
	syscall(SYS_getppid);
	s->middle = now();
	s->end = now();
	return true;
}

static inline bool do_open(struct stamps *s)
{
	int fd, err;

	s->begin = now();
	fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);
	s->middle = now();
	err = syscall(SYS_close, fd);
	s->end = now();
	return fd >= 0 && !err;
}

static inline bool do_pipe(struct stamps *s)
{
	int fd[2], err;

	s->begin = now();
	err = syscall(SYS_pipe2, fd, 0);
	s->middle = now();
	err |= syscall(SYS_close, fd[0]);
	err |= syscall(SYS_close, fd[1]);
	s->end = now();
	return !err;
}

static inline bool do_socket(struct stamps *s)
{
	int fd, err;

	s->begin = now();
	fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	s->middle = now();
	err = syscall(SYS_close, fd);
	s->end = now();
	return fd >= 0 && !err;
}

/*
 * A thread whose tid is taken: the kernel notices that soon after it has asked
 * the security hook, and takes everything back at once.
 */
static inline bool do_clone_fail(struct stamps *s)
{
	pid_t taken = syscall(SYS_gettid);
	struct clone_args args = {
		.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			 CLONE_THREAD | CLONE_SYSVSEM,
		.set_tid = (uintptr_t)&taken,
		.set_tid_size = 1,
	};
	long ret;

	s->begin = now();
	ret = syscall(SYS_clone3, &args, sizeof(args));
	s->middle = now();
	s->end = now();
	return ret < 0 && errno == EEXIST;
}

static inline bool do_fork(struct stamps *s)
{
	pid_t pid, waited;

	s->begin = now();
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		syscall(SYS_exit_group, 0);
	s->middle = now();
	waited = syscall(SYS_wait4, pid, NULL, 0, NULL);
	s->end = now();
	return pid > 0 && waited == pid;
}

#endif /* _BENCH_HOOKOPS_H */
