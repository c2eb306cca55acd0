// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - tcpsndbuf, tcprcvbuf
 *
 * Witness: SO_MEMINFO of each socket, the kernel's own account.
 */
#include "help/sockbuf.h"

#define CONNECTIONS 8

/* What is charged is what the kernel says, once nothing moves. */
#define expect_agreed() ({						\
	EXPECT_TRUE(wait_until(held(UB_TCPSNDBUF) + held(UB_TCPRCVBUF) ==	\
			       tell(self->s, accounts, 0)))		\
		TH_LOG("charged %ld + %ld, kernel %ld",			\
		       held(UB_TCPSNDBUF), held(UB_TCPRCVBUF),		\
		       tell(self->s, accounts, 0));			\
})

static long dial_many(long n)
{
	int fd;

	while (n--) {
		fd = dial(PORT, 0);
		if (fd < 0)
			return -errno;
		fcntl(fd, F_SETFL, O_NONBLOCK);
		keep(fd);
	}
	return 0;
}

/* Sends on every socket until none takes more. */
static long fill_all(long arg)
{
	static char block[16384];
	long sum = 0, n, more;
	int i;

	do {
		more = 0;
		for (i = 0; i < nr_kept; i++) {
			n = send(kept[i], block, sizeof(block), MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN)
				return -errno;
			if (n > 0)
				more += n;
		}
		sum += more;
	} while (more);
	tally->moved += sum;
	return 0;
}

static long send_on(int fd, long n)
{
	static char block[65536];
	long r;

	fcntl(fd, F_SETFL, 0);
	while (n > 0) {
		r = send(fd, block, n < 65536 ? n : 65536, 0);
		if (r < 0)
			return -errno;
		n -= r;
	}
	return 0;
}

static long send_blocking(long n)
{
	return send_on(kept[0], n);
}

static long send_second(long n)
{
	return send_on(kept[1], n);
}

/* A listener of the host's in the container's network. */
static int listen_in(pid_t pid)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd = enter_net(pid) ? -1 : listener(PORT, 0);

	setns(home, CLONE_NEWNET);
	close(home);
	return fd;
}

static long drain(int fd)
{
	static char buf[65536];
	long sum = 0, n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		sum += n;
	return sum;
}

/* A reader that does not read: the senders stop, and go on when it does. */
CLAIM(buf, tcp_senders_stop_and_go_on)
{
	const long lim = 512 * 1024;
	int l = listen_in(self->ct.init), fds[CONNECTIONS], i;
	long got = 0;

	ASSERT_GE(l, 0);
	ASSERT_EQ(0, limit(UB_TCPSNDBUF, lim, lim));
	ASSERT_EQ(0, tell(self->s, dial_many, CONNECTIONS));
	for (i = 0; i < CONNECTIONS; i++)
		ASSERT_GE(fds[i] = accept(l, NULL, NULL), 0);
	/* What was on its way makes room again, until readers have all they take. */
	EXPECT_TRUE(wait_until(({
		ASSERT_EQ(0, tell(self->s, fill_all, 0));
		held(UB_TCPSNDBUF) > lim / 2;
	})));
	EXPECT_GT(failcnt(UB_TCPSNDBUF), 0);
	/* What the kernel grants a connection with nothing queued. */
	EXPECT_LE(maxheld(UB_TCPSNDBUF), lim + CONNECTIONS * 3 * PAGE);
	expect_agreed();

	/* All of it arrives, over connections none of which starves. */
	EXPECT_TRUE(wait_until(({
		for (i = 0; i < CONNECTIONS; i++)
			got += drain(fds[i]);
		got == tally->moved;
	})));
	EXPECT_TRUE(wait_until(held(UB_TCPSNDBUF) <= CONNECTIONS * PAGE));
	expect_agreed();
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(held(UB_TCPSNDBUF) == 0));
	EXPECT_TRUE(wait_until(held(UB_TCPRCVBUF) == 0));
	for (i = 0; i < CONNECTIONS; i++)
		close(fds[i]);
	close(l);
}

/* No room at all: a connection has what one packet takes, and gets on. */
CLAIM(buf, tcp_does_not_starve)
{
	const long total = 40000;
	int l = listen_in(self->ct.init), fd;
	long got = 0;

	ASSERT_EQ(0, limit(UB_TCPSNDBUF, 0, 0));
	ASSERT_EQ(0, limit(UB_TCPRCVBUF, 0, 0));
	ASSERT_EQ(0, tell(self->s, dial_many, 1));
	ASSERT_GE(fd = accept(l, NULL, NULL), 0);
	order(self->s, send_blocking, total);
	EXPECT_TRUE(wait_until((got += drain(fd)) == total));
	EXPECT_TRUE(wait_until(carried_out(self->s)));
	EXPECT_EQ(0, self->s->ret);
	EXPECT_GT(failcnt(UB_TCPSNDBUF), 0);
	EXPECT_LE(maxheld(UB_TCPSNDBUF), 3 * PAGE + 65536);
	expect_agreed();
	close(fd);
	close(l);
}

static long fill_first(long arg)
{
	static char block[16384];

	while (send(kept[0], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	return errno == EAGAIN ? 0 : -errno;
}

/* One connection holds all there is; another gets on, and better with more. */
CLAIM(buf, tcp_gets_on_beside_one_that_holds_all)
{
	const long lim = 64 * 1024, total = 1 << 20;
	int l = listen_in(self->ct.init), fd, full;
	long got = 0;

	ASSERT_EQ(0, limit(UB_TCPSNDBUF, lim, lim));
	ASSERT_EQ(0, tell(self->s, dial_many, 2));
	ASSERT_GE(full = accept(l, NULL, NULL), 0);
	ASSERT_GE(fd = accept(l, NULL, NULL), 0);
	EXPECT_TRUE(wait_until(({
		ASSERT_EQ(0, tell(self->s, fill_first, 0));
		held(UB_TCPSNDBUF) > lim / 2;
	})));
	order(self->s, send_second, total);
	EXPECT_TRUE(wait_until((got += drain(fd)) > 16384));
	ASSERT_EQ(0, limit(UB_TCPSNDBUF, 64 << 20, 64 << 20));
	EXPECT_TRUE(wait_until((got += drain(fd)) == total));
	EXPECT_TRUE(wait_until(carried_out(self->s)));
	EXPECT_EQ(0, self->s->ret);
	close(full);
	close(fd);
	close(l);
}

static long open_listener(long arg)
{
	return keep(listener(PORT, 0));
}

static long accept_one(long arg)
{
	return keep(accept(kept[0], NULL, NULL));
}

static long read_all(long arg)
{
	static char buf[65536];
	long n, sum = 0;

	while ((n = recv(kept[1], buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		sum += n;
	return sum;
}

static int dial_in(pid_t pid)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd = enter_net(pid) ? -1 : dial(PORT, 0);

	setns(home, CLONE_NEWNET);
	close(home);
	return fd;
}

/* The container reads slowly: what comes is dropped, sent again, and arrives. */
CLAIM(buf, tcp_slow_reader)
{
	const long lim = 64 * 1024, total = 600000;
	static char block[65536];
	long sent = 0, got = 0, n;
	int fd;

	ASSERT_EQ(0, tell(self->s, open_listener, 0));
	ASSERT_EQ(0, limit(UB_TCPRCVBUF, lim, lim));
	fd = dial_in(self->ct.init);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(1, tell(self->s, accept_one, 0));
	EXPECT_TRUE(wait_until(({
		n = send(fd, block, sizeof(block), MSG_DONTWAIT);
		sent += n > 0 ? n : 0;
		failcnt(UB_TCPRCVBUF) > 0;
	})));
	EXPECT_GT(held(UB_TCPRCVBUF), 0);
	EXPECT_LE(maxheld(UB_TCPRCVBUF), lim + 2 * 65536 + 2 * PAGE);
	expect_agreed();
	EXPECT_TRUE(wait_until(({
		if (sent < total) {
			n = send(fd, block, sizeof(block), MSG_DONTWAIT);
			sent += n > 0 ? n : 0;
		}
		got += tell(self->s, read_all, 0);
		sent >= total && got == sent;
	})));
	EXPECT_EQ(sent, got);
	expect_agreed();
	close(fd);
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(held(UB_TCPRCVBUF) == 0));
	EXPECT_TRUE(wait_until(held(UB_TCPSNDBUF) == 0));
}

/* The kernel's reserve would fill a socket's account behind our back. */
static long reserve(long bytes)
{
	int n = bytes;

	return setsockopt(kept[0], SOL_SOCKET, 73 /* SO_RESERVE_MEM */, &n,
			  sizeof(n)) ? -errno : 0;
}

CLAIM(buf, reserved_memory_is_no_way_around)
{
	ASSERT_EQ(0, tell(self->s, open_listener, 0));
	EXPECT_EQ(-EOPNOTSUPP, tell(self->s, reserve, 1 << 20));
}

TEST_HARNESS_MAIN
