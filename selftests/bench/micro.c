// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx bench - what operations of a task cost, in instructions
 *
 * usage: micro CONDITION DIRECTORY [OPERATION...]
 *
 * DIRECTORY is on a tmpfs. Prints for each operation, all without, a line
 *
 *	micro CONDITION OPERATION INSTRUCTIONS
 *
 * with the median of some rounds, each the mean of many operations: what the kernel
 * does once for many of them is in it, what comes now and then from elsewhere is not.
 * The guest's time stamp counter has to count instructions, as for hookbench.
 */
#include <err.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "hookops.h"

#define PAGE 4096ul
#define ROUNDS 5
#define CHUNK 32768
#define SELF "/proc/self/exe"

extern char **environ;

static const char *directory;
static char chunk[2 * CHUNK];
/* Both ends of what goes to the partner and of what comes back. */
static int to_partner, from_partner;

/* Everything between the stamps; the middle is of no interest here. */
#define TIMED(s, what) ({				\
	(s)->begin = now();				\
	what;						\
	(s)->end = now();				\
})

static bool do_vfork(struct stamps *s)
{
	pid_t pid;

	s->begin = now();
	pid = vfork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	s->end = now();
	return pid > 0;
}

static bool do_spawn(struct stamps *s)
{
	char *argv[] = { "micro", "--exit", NULL };
	int ret, status = -1;
	pid_t pid;

	TIMED(s, {
		ret = posix_spawn(&pid, SELF, NULL, NULL, argv, environ);
		if (!ret)
			waitpid(pid, &status, 0);
	});
	return !ret && !status;
}

static bool do_open_proc(struct stamps *s)
{
	int fd, ret;

	TIMED(s, fd = open("/proc/self/comm", O_RDONLY); ret = close(fd));
	return fd >= 0 && !ret;
}

static bool do_creat(struct stamps *s)
{
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/micro.file", directory);
	TIMED(s, fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
		 ret = unlink(path); ret |= close(fd));
	return fd >= 0 && !ret;
}

static bool map(struct stamps *s, unsigned int pages, unsigned int touched)
{
	char *p;
	int ret;

	TIMED(s, {
		p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		for (unsigned int i = 0; i < touched; i++)
			p[i * PAGE] = 1;
		ret = munmap(p, pages * PAGE);
	});
	return p != MAP_FAILED && !ret;
}

static bool do_map(struct stamps *s)
{
	return map(s, 16, 0);
}

static bool do_map1(struct stamps *s)
{
	return map(s, 1, 1);
}

static bool do_map256(struct stamps *s)
{
	return map(s, 256, 256);
}

static bool do_brk(struct stamps *s)
{
	char *p = (char *)(((uintptr_t)sbrk(0) + PAGE - 1) & -PAGE), *end;

	TIMED(s, {
		end = (char *)syscall(SYS_brk, p + 16 * PAGE);
		for (unsigned int i = 0; i < 16; i++)
			p[i * PAGE] = 1;
		syscall(SYS_brk, p);
	});
	return end == p + 16 * PAGE;
}

static bool do_tmpfs(struct stamps *s)
{
	static int fd = -1;
	ssize_t n;
	int ret;

	if (fd < 0)
		fd = open(directory, O_RDWR | O_TMPFILE, 0600);
	TIMED(s, n = pwrite(fd, chunk, sizeof(chunk), 0); ret = ftruncate(fd, 0));
	return n == sizeof(chunk) && !ret;
}

static bool inet(struct stamps *s, int type)
{
	int fd, ret;

	TIMED(s, fd = socket(AF_INET, type, 0); ret = close(fd));
	return fd >= 0 && !ret;
}

static bool do_udp(struct stamps *s)
{
	return inet(s, SOCK_DGRAM);
}

static bool do_tcp(struct stamps *s)
{
	return inet(s, SOCK_STREAM);
}

static bool do_socketpair(struct stamps *s)
{
	int fd[2], ret;

	TIMED(s, ret = socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
		 ret |= close(fd[0]); ret |= close(fd[1]));
	return !ret;
}

static bool do_eventfd(struct stamps *s)
{
	int fd, ret;

	TIMED(s, fd = eventfd(0, 0); ret = close(fd));
	return fd >= 0 && !ret;
}

static bool do_dup(struct stamps *s)
{
	int fd, ret;

	TIMED(s, fd = dup(0); ret = close(fd));
	return fd >= 0 && !ret;
}

static bool do_pingpong(struct stamps *s)
{
	char byte = 'x';
	ssize_t n;

	TIMED(s, n = write(to_partner, &byte, 1); n += read(from_partner, &byte, 1));
	return n == 2;
}

/* To and from a socket nobody else holds, so both halves are this task's. */
static bool do_transfer(struct stamps *s)
{
	static int fd[2] = { -1, -1 };
	size_t got = 0;
	ssize_t n, m;

	if (fd[0] < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		return false;
	TIMED(s, {
		n = write(fd[0], chunk, CHUNK);
		while (got < CHUNK && (m = read(fd[1], chunk, CHUNK)) > 0)
			got += m;
	});
	return n == CHUNK && got == CHUNK;
}

/* A child that sends back what it gets, until there is no more. */
static pid_t partner(int out[2], int in[2])
{
	pid_t pid = fork();
	char byte;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		close(out[1]);
		close(in[0]);
		while (read(out[0], &byte, 1) == 1 && write(in[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	to_partner = out[1];
	from_partner = in[0];
	close(out[0]);
	close(in[1]);
	return pid;
}

static pid_t pipe_partner(void)
{
	int out[2], in[2];

	if (pipe(out) || pipe(in))
		err(1, "pipe");
	return partner(out, in);
}

static pid_t unix_partner(void)
{
	int out[2], in[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, out) || socketpair(AF_UNIX, SOCK_STREAM, 0, in))
		err(1, "socketpair");
	return partner(out, in);
}

/** struct row - an operation, how often in a round, and who takes the other side */
struct row {
	const char *name;
	bool (*run)(struct stamps *s);
	unsigned int times;
	pid_t (*partner)(void);
};

static const struct row rows[] = {
	{ "getppid", do_getppid, 4000 },
	{ "fork_exit", do_fork, 60 },
	{ "vfork_exit", do_vfork, 150 },
	{ "spawn_exec", do_spawn, 25 },
	{ "open_close_null", do_open, 1000 },
	{ "open_close_proc", do_open_proc, 800 },
	{ "creat_unlink_tmpfs", do_creat, 500 },
	{ "mmap_munmap_untouched", do_map, 600 },
	{ "mmap_touch1_munmap", do_map1, 400 },
	{ "mmap_touch256_munmap", do_map256, 12 },
	{ "brk_touch16", do_brk, 120 },
	{ "tmpfs_write64k_trunc", do_tmpfs, 120 },
	{ "socket_udp_close", do_udp, 800 },
	{ "socket_tcp_close", do_tcp, 800 },
	{ "socketpair_close", do_socketpair, 500 },
	{ "pipe_close", do_pipe, 800 },
	{ "eventfd_close", do_eventfd, 1500 },
	{ "dup_close", do_dup, 4000 },
	{ "pipe_pingpong", do_pingpong, 600, pipe_partner },
	{ "unix_pingpong", do_pingpong, 400, unix_partner },
	{ "unix_xfer32k", do_transfer, 400 },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

static double mean(const struct row *row)
{
	struct stamps s;
	uint64_t sum = 0;

	for (unsigned int n = 0; n < row->times; n++) {
		if (!row->run(&s))
			err(1, "%s", row->name);
		sum += s.end - s.begin;
	}
	return (double)sum / row->times;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The first round finds caches empty. */
static void measure(const char *condition, const struct row *row)
{
	pid_t pid = row->partner ? row->partner() : 0;
	double round[ROUNDS];

	mean(row);
	for (int i = 0; i < ROUNDS; i++)
		round[i] = mean(row);
	qsort(round, ROUNDS, sizeof(*round), by_size);
	printf("micro %s %s %.1f\n", condition, row->name, round[ROUNDS / 2]);
	if (pid) {
		close(to_partner);
		close(from_partner);
		waitpid(pid, NULL, 0);
	}
}

static bool asked_for(const char *name, char **list)
{
	if (!*list)
		return true;
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--exit"))
		return 0;
	if (argc < 3)
		errx(2, "usage: micro CONDITION DIRECTORY [OPERATION...]");
	directory = argv[2];
	/* What is printed is kept until the end, so nothing else is in the rounds. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	memset(chunk, 1, sizeof(chunk));
	for (unsigned int i = 0; i < NR_ROWS; i++)
		if (asked_for(rows[i].name, argv + 3))
			measure(argv[1], &rows[i]);
	return 0;
}
