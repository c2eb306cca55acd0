/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a container whose init makes sockets when told
 */
#ifndef _SELFTESTS_SOCKSERVANT_H
#define _SELFTESTS_SOCKSERVANT_H

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include "passfd.h"
#include "world.h"

#define SERVANT_FDS 4096

typedef long (*order_fn)(long arg);

/**
 * struct servant - what both sides of an order share
 * @fn: what to do; the same address in both, they are forks of one program
 * @arg: with what
 * @ret: what came of it
 * @asked: orders given
 * @done: orders carried out
 * @sock: unix socket to the host, in the servant
 */
struct servant {
	order_fn volatile fn;
	volatile long arg;
	volatile long ret;
	volatile int asked;
	volatile int done;
	int sock;
};

/* What the servant keeps open between orders. */
static int kept[SERVANT_FDS];
static int nr_kept;
static int host_sock = -1;

static inline long keep(int fd)
{
	if (fd < 0)
		return -errno;
	kept[nr_kept] = fd;
	return nr_kept++;
}

static inline long close_all(long arg)
{
	while (nr_kept)
		close(kept[--nr_kept]);
	return 0;
}

static inline void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

static inline void servant(void *arg)
{
	struct servant *s = arg;

	signal(SIGPIPE, SIG_IGN);
	lo_up();
	host_sock = s->sock;
	for (;;) {
		while (s->done == s->asked)
			usleep(500);
		s->ret = s->fn(s->arg);
		s->done++;
	}
}

/* Gives an order without waiting for it. */
static inline void order(struct servant *s, order_fn fn, long arg)
{
	s->fn = fn;
	s->arg = arg;
	s->asked++;
}

static inline bool carried_out(struct servant *s)
{
	return s->done == s->asked;
}

/* Gives an order and waits; returns what came of it. */
static inline long tell(struct servant *s, order_fn fn, long arg)
{
	order(s, fn, arg);
	return wait_until(carried_out(s)) ? s->ret : -ETIME;
}

static inline long give_last(long arg)
{
	return send_fd(host_sock, kept[nr_kept - 1]);
}

static inline long take_one(long arg)
{
	return keep(receive_fd(host_sock));
}

static inline struct sockaddr_in on_lo(int port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static inline int listener(int port, int protocol)
{
	struct sockaddr_in a = on_lo(port);
	int fd = socket(AF_INET, SOCK_STREAM, protocol), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&a, sizeof(a)) || listen(fd, 512)) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline int dial(int port, int flags)
{
	struct sockaddr_in a = on_lo(port);
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	if (fd >= 0 && connect(fd, (void *)&a, sizeof(a)) &&
	    errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Puts the calling process in the network of a task. */
static inline int enter_net(pid_t pid)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return err;
}

/* A number that follows two words in a file of a task's network. */
static inline long net_number(pid_t pid, const char *file, const char *line,
			      const char *word)
{
	char path[64], text[1024];
	char *at;
	FILE *f;
	long n = -1;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, file);
	f = fopen(path, "re");
	while (f && fgets(text, sizeof(text), f)) {
		if (strncmp(text, line, strlen(line)))
			continue;
		at = strstr(text, word);
		if (at)
			n = atol(at + strlen(word));
		break;
	}
	if (f)
		fclose(f);
	return n;
}

static inline long bc_held(struct genl *g, uint32_t ctid, uint32_t id)
{
	struct bc bc;

	return vz_bc(g, ctid, id, &bc) ? -1 : (long)bc.held;
}

static inline long bc_maxheld(struct genl *g, uint32_t ctid, uint32_t id)
{
	struct bc bc;

	return vz_bc(g, ctid, id, &bc) ? -1 : (long)bc.maxheld;
}

static inline long bc_failcnt(struct genl *g, uint32_t ctid, uint32_t id)
{
	struct bc bc;

	return vz_bc(g, ctid, id, &bc) ? -1 : (long)bc.failcnt;
}

/* Binds a servant with a network of its own; 0 or -errno. */
static inline int servant_start(struct genl *g, struct ct *ct, uint32_t ctid,
				struct servant **s, int *sock)
{
	int sv[2], err;

	*s = shared(sizeof(**s));
	if (!*s || socketpair(AF_UNIX, SOCK_STREAM, 0, sv))
		return -errno;
	(*s)->sock = sv[1];
	*sock = sv[0];
	err = ct_spawn(ct, ctid, CLONE_NEWNET, servant, *s);
	if (err)
		return err;
	close(sv[1]);
	err = vz_create(g, ctid, ct->init);
	return err ?: ct_go(ct);
}

#endif /* _SELFTESTS_SOCKSERVANT_H */
