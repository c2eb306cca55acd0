/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - random things a process of a container may do
 *
 * Each is done to one of a worker's slots, and may be refused: that is counted.
 */
#ifndef _SELFTESTS_MIXEDOPS_H
#define _SELFTESTS_MIXEDOPS_H

#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/un.h>

#include "help/nftmsg.h"

#define SLOTS 48
#define FILES 6
#define HUGE (2UL << 20)

/* What a worker has open and mapped. */
static int fd[SLOTS];
static struct {
	void *at;
	size_t len;
} map[SLOTS];
static timer_t timers[8];
static int nr_timers;
static unsigned int seed;
static volatile long *refused;

static int any(int below)
{
	return rand_r(&seed) % below;
}

static void keep(int new)
{
	int i = any(SLOTS);

	if (new < 0) {
		++*refused;
		return;
	}
	if (fd[i] > 0)
		close(fd[i]);
	fd[i] = new;
}

static int some_fd(void)
{
	return fd[any(SLOTS)];
}

static void op_open(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/tmp/mixed%d", any(FILES));
	keep(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644));
}

static void op_close(void)
{
	int i = any(SLOTS);

	if (fd[i] > 0)
		close(fd[i]);
	fd[i] = 0;
}

static void op_dup(void)
{
	int from = some_fd();

	if (from > 0)
		keep(dup(from));
}

static void keep_pair(int err, const int *pair)
{
	keep(err ? -1 : pair[0]);
	if (!err)
		keep(pair[1]);
}

static void op_pipe(void)
{
	int pair[2];

	keep_pair(pipe2(pair, O_NONBLOCK | O_CLOEXEC), pair);
}

static void op_socketpair(void)
{
	int pair[2], type = any(2) ? SOCK_DGRAM : SOCK_STREAM;

	keep_pair(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair), pair);
}

static void op_socket(void)
{
	static const int kind[][2] = {
		{ AF_INET, SOCK_STREAM }, { AF_INET, SOCK_DGRAM },
		{ AF_UNIX, SOCK_STREAM }, { AF_NETLINK, SOCK_RAW },
		{ AF_INET6, SOCK_DGRAM }, { AF_PACKET, SOCK_RAW },
	};
	int k = any(6);

	keep(socket(kind[k][0], kind[k][1] | SOCK_NONBLOCK, 0));
}

static void op_anon_file(void)
{
	switch (any(3)) {
	case 0:
		keep(memfd_create("m", 0));
		break;
	case 1:
		keep(eventfd(0, EFD_NONBLOCK));
		break;
	default:
		keep(epoll_create1(0));
	}
}

/* A connection over loopback and something on its way through it. */
static void op_connect(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	static char buf[32768];
	int l, c;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (l < 0) {
		++*refused;
		return;
	}
	c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c >= 0 && !bind(l, (void *)&a, len) && !listen(l, 4) &&
	    !getsockname(l, (void *)&a, &len) &&
	    (!connect(c, (void *)&a, len) || errno == EINPROGRESS)) {
		send(c, buf, 1 + any(sizeof(buf)), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (any(2))
			keep(accept(l, NULL, NULL));
	}
	close(l);
	keep(c);
}

static void op_write(void)
{
	static char buf[4096];
	int to = some_fd();

	if (to > 0)
		send(to, buf, 1 + any(sizeof(buf)),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A descriptor on its way through a socket nobody reads. */
static void op_pass(void)
{
	char buf[CMSG_SPACE(sizeof(int))] = {}, byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = buf, .msg_controllen = sizeof(buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int what = some_fd(), to = some_fd();

	if (what <= 0 || to <= 0)
		return;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(what));
	memcpy(CMSG_DATA(c), &what, sizeof(what));
	sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void op_posix_lock(void)
{
	static const int type[] = { F_RDLCK, F_WRLCK, F_UNLCK };
	struct flock fl = {
		.l_type = type[any(3)],
		.l_start = any(40),
		.l_len = 1 + any(12),
	};
	int on = some_fd();

	if (on > 0 && fcntl(on, any(2) ? F_SETLK : F_OFD_SETLK, &fl) &&
	    errno == ENOLCK)
		++*refused;
}

static void op_flock(void)
{
	static const int how[] = { LOCK_SH, LOCK_EX, LOCK_UN };
	int on = some_fd();

	if (on > 0 && flock(on, how[any(3)] | LOCK_NB) && errno == ENOLCK)
		++*refused;
}

static void op_lease(void)
{
	static const int type[] = { F_RDLCK, F_UNLCK };
	int on = some_fd();

	if (on > 0)
		fcntl(on, F_SETLEASE, type[any(2)]);
}

static void op_pty(void)
{
	int zero = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	keep(master);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &zero))
		return;
	if (any(2))
		keep(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
}

static void op_signal(void)
{
	union sigval v = {};

	if (sigqueue(getpid(), SIGRTMIN + any(5), v))
		++*refused;
}

static void op_take_signal(void)
{
	struct timespec none = {};
	sigset_t all;
	int n = any(10);

	sigfillset(&all);
	while (n-- && sigtimedwait(&all, NULL, &none) > 0)
		;
}

static void op_timer(void)
{
	struct sigevent ev = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 7,
	};
	struct itimerspec soon = { .it_value.tv_nsec = 1000 };

	if (nr_timers == 8 || (nr_timers && any(2))) {
		timer_delete(timers[--nr_timers]);
		return;
	}
	if (timer_create(CLOCK_MONOTONIC, &ev, &timers[nr_timers])) {
		++*refused;
		return;
	}
	timer_settime(timers[nr_timers++], 0, &soon, NULL);
}

static void op_map(void)
{
	size_t len = 4096UL * (1 + any(64));
	int i = any(SLOTS);
	void *at;

	if (map[i].at)
		munmap(map[i].at, map[i].len);
	at = mmap(NULL, len, PROT_READ | PROT_WRITE,
		  MAP_ANONYMOUS | (any(4) ? MAP_PRIVATE : MAP_SHARED), -1, 0);
	map[i].at = at == MAP_FAILED ? NULL : at;
	map[i].len = len;
	if (at == MAP_FAILED)
		++*refused;
	else if (!any(4))
		*(char *)at = 1;
	else if (!any(6))
		mlock(at, len);
}

static void op_shm(void)
{
	int id = shmget(IPC_PRIVATE, 4096 * (1 + any(16)), 0600);
	void *at;

	if (id < 0) {
		++*refused;
		return;
	}
	at = shmat(id, NULL, 0);
	if (!any(3))
		shmctl(id, SHM_LOCK, NULL);
	shmctl(id, IPC_RMID, NULL);
	if (at != (void *)-1) {
		*(char *)at = 1;
		shmdt(at);
	}
}

/* Pages of a memfd or of a file on a tmpfs. */
static void op_fill(void)
{
	static const char page[4096];
	int to = some_fd();

	if (to > 0 && pwrite(to, page, sizeof(page), 4096L * any(64)) < 0 &&
	    errno == EDQUOT)
		++*refused;
}

static void op_truncate(void)
{
	int on = some_fd();

	if (on > 0 && !ftruncate(on, 4096L * any(16)))
		return;
}

/* Datagrams to itself, which nobody reads. */
static void op_udp(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), n = any(8);
	socklen_t len = sizeof(a);
	char buf[1400] = {};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s >= 0 && !bind(s, (void *)&a, len) &&
	    !getsockname(s, (void *)&a, &len))
		while (n-- > 0)
			if (sendto(s, buf, sizeof(buf), MSG_DONTWAIT,
				   (void *)&a, len) < 0)
				++*refused;
	keep(s);
}

/* A rule more, or none any more. */
static void op_rule(void)
{
	int err = any(40) ? nft_rules(1 + any(3)) : nft_flush();

	if (err)
		++*refused;
}

static void op_protect(void)
{
	int i = any(SLOTS);

	if (map[i].at && mprotect(map[i].at, map[i].len, any(2) ? PROT_READ :
				  PROT_READ | PROT_WRITE))
		++*refused;
}

static void op_grow(void)
{
	size_t len = 4096UL * (1 + any(64));
	int i = any(SLOTS);
	void *at;

	if (!map[i].at)
		return;
	at = mremap(map[i].at, map[i].len, len, MREMAP_MAYMOVE);
	if (at == MAP_FAILED) {
		++*refused;
		return;
	}
	map[i].at = at;
	map[i].len = len;
}

/* Populated and not touched: a refusal would be a SIGBUS. */
static void op_huge(void)
{
	void *at = mmap(NULL, HUGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
			MAP_POPULATE, -1, 0);

	if (at == MAP_FAILED)
		++*refused;
	else
		munmap(at, HUGE);
}

/* A child that inherits all and ends, often by a signal. */
static void op_fork(void)
{
	pid_t pid = fork();

	if (!pid) {
		op_signal();
		op_posix_lock();
		op_open();
		_exit(0);
	}
	if (pid < 0) {
		++*refused;
		return;
	}
	if (!any(3))
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void *idle(void *unused)
{
	return NULL;
}

static void op_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, idle, NULL))
		++*refused;
	else
		pthread_join(t, NULL);
}

/* How often each is done, in proportion: forks take the longest. */
static const struct {
	void (*fn)(void);
	int weight;
} ops[] = {
	{ op_open, 12 }, { op_close, 14 }, { op_dup, 6 }, { op_pipe, 4 },
	{ op_socketpair, 5 }, { op_socket, 8 }, { op_anon_file, 6 },
	{ op_connect, 2 }, { op_write, 6 }, { op_pass, 3 },
	{ op_posix_lock, 16 }, { op_flock, 8 }, { op_lease, 3 }, { op_pty, 2 },
	{ op_signal, 12 }, { op_take_signal, 4 }, { op_timer, 5 },
	{ op_map, 10 }, { op_shm, 2 }, { op_fork, 1 }, { op_thread, 1 },
	{ op_fill, 8 }, { op_truncate, 4 }, { op_udp, 2 }, { op_rule, 1 },
	{ op_protect, 4 }, { op_grow, 4 }, { op_huge, 1 },
};

static void work(long me, long n)
{
	int sum = 0, at, i;
	sigset_t all;

	seed = me + 1;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		sum += ops[i].weight;
	while (n--) {
		at = any(sum);
		for (i = 0; at >= ops[i].weight; i++)
			at -= ops[i].weight;
		ops[i].fn();
	}
}

#endif /* _SELFTESTS_MIXEDOPS_H */
