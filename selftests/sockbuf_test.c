// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - tcpsndbuf, tcprcvbuf, othersockbuf, dgramrcvbuf
 *
 * Witness: SO_MEMINFO of each socket, the kernel's own account.
 */
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "kselftest_harness.h"
#include "sockservant.h"

#define PORT 5000
#define PAGE 4096L
#define CONNECTIONS 8

FIXTURE(buf)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
};

/* What the servant and its helpers count. */
struct tally {
	volatile long moved;
	volatile long err;
};

static struct tally *tally;

FIXTURE_SETUP(buf)
{
	tally = shared(sizeof(*tally));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock)) TH_LOG("%s", self->g.text);
	ASSERT_EQ(0, tell(self->s, close_all, 0));
}

FIXTURE_TEARDOWN(buf)
{
	close(self->sock);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define held(id) bc_held(&self->g, 101, id)
#define maxheld(id) bc_maxheld(&self->g, 101, id)
#define failcnt(id) bc_failcnt(&self->g, 101, id)
#define limit(id, b, l) vz_set(&self->g, 101, id, b, l)

/* Memory the kernel has in its account for a socket. */
static long account(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(mem);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len))
		return 0;
	return mem[SK_MEMINFO_RMEM_ALLOC] + mem[SK_MEMINFO_WMEM_QUEUED] +
	       (int)mem[SK_MEMINFO_FWD_ALLOC];
}

/* Of all sockets the servant keeps. */
static long accounts(long arg)
{
	long sum = 0;
	int i;

	for (i = 0; i < nr_kept; i++)
		sum += account(kept[i]);
	return sum;
}

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

static int socket_in(pid_t pid, int type)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd = enter_net(pid) ? -1 : socket(AF_INET, type, 0);

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
	ASSERT_EQ(0, tell(self->s, fill_all, 0));
	EXPECT_GT(failcnt(UB_TCPSNDBUF), 0);
	EXPECT_GT(held(UB_TCPSNDBUF), lim / 2);
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
	ASSERT_EQ(0, tell(self->s, fill_first, 0));
	EXPECT_GT(held(UB_TCPSNDBUF), lim / 2);
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
	EXPECT_EQ(0, held(UB_TCPSNDBUF));
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

/* Datagrams */

static long udp_receiver(long type)
{
	struct sockaddr_in a = on_lo(PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		return -errno;
	return keep(fd);
}

static long read_datagrams(long arg)
{
	char buf[2048];
	long n = 0;

	while (recv(kept[0], buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

static int flood(int fd, int n)
{
	struct sockaddr_in a = on_lo(PORT);
	char packet[1000] = {};
	int i, sent = 0;

	for (i = 0; i < n; i++)
		sent += sendto(fd, packet, sizeof(packet), 0, (void *)&a,
			       sizeof(a)) == sizeof(packet);
	return sent;
}

CLAIM(buf, udp_flood_is_dropped)
{
	const long lim = 32 * 1024;
	struct servant *s;
	struct ct ct = {};
	int sock[1];
	int fd = socket_in(self->ct.init, SOCK_DGRAM);
	long n;

	ASSERT_EQ(0, tell(self->s, udp_receiver, 0));
	ASSERT_EQ(0, limit(UB_DGRAMRCVBUF, lim, lim));
	EXPECT_EQ(1000, flood(fd, 1000));
	EXPECT_GT(failcnt(UB_DGRAMRCVBUF), 0);
	EXPECT_LE(maxheld(UB_DGRAMRCVBUF), lim);
	EXPECT_GT(held(UB_DGRAMRCVBUF), lim / 2);
	EXPECT_EQ(held(UB_DGRAMRCVBUF), tell(self->s, accounts, 0));

	/* Another container receives. */
	ASSERT_EQ(0, servant_start(&self->g, &ct, 102, &s, sock));
	ASSERT_EQ(0, tell(s, close_all, 0));
	ASSERT_EQ(0, tell(s, udp_receiver, 0));
	close(fd);
	fd = socket_in(ct.init, SOCK_DGRAM);
	EXPECT_EQ(50, flood(fd, 50));
	EXPECT_EQ(50, tell(s, read_datagrams, 0));
	EXPECT_EQ(0, bc_failcnt(&self->g, 102, UB_DGRAMRCVBUF));
	close(fd);
	close(*sock);
	ct_kill(&ct);

	n = tell(self->s, read_datagrams, 0);
	EXPECT_GT(n, 0);
	EXPECT_LT(n, 1000);
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(held(UB_DGRAMRCVBUF) == 0));
}

static long raw_receiver(long arg)
{
	return keep(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
}

CLAIM(buf, raw_flood_is_dropped)
{
	const long lim = 32 * 1024;
	int fd = socket_in(self->ct.init, SOCK_DGRAM);

	ASSERT_EQ(0, tell(self->s, raw_receiver, 0));
	ASSERT_EQ(0, limit(UB_DGRAMRCVBUF, lim, lim));
	/* Nobody listens, so the sender hears of it now and then. */
	flood(fd, 200);
	EXPECT_GT(failcnt(UB_DGRAMRCVBUF), 0);
	EXPECT_LE(maxheld(UB_DGRAMRCVBUF), lim);
	EXPECT_GT(held(UB_DGRAMRCVBUF), 0);
	EXPECT_GT(tell(self->s, read_datagrams, 0), 0);
	EXPECT_TRUE(wait_until(held(UB_DGRAMRCVBUF) == 0));
	close(fd);
}

static long packet_receiver(long wanted)
{
	struct sock_filter none = { BPF_RET | BPF_K, 0, 0, 0 };
	struct sock_fprog prog = { 1, &none };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (!wanted && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				  sizeof(prog)))
		return -errno;
	return keep(fd);
}

CLAIM(buf, packet_flood_is_dropped)
{
	const long lim = 32 * 1024;
	int fd = socket_in(self->ct.init, SOCK_DGRAM);

	/* What a filter does not want is held by nobody. */
	ASSERT_EQ(0, tell(self->s, packet_receiver, 0));
	ASSERT_EQ(0, limit(UB_DGRAMRCVBUF, lim, lim));
	flood(fd, 200);
	EXPECT_EQ(0, held(UB_DGRAMRCVBUF));
	EXPECT_EQ(0, failcnt(UB_DGRAMRCVBUF));
	tell(self->s, close_all, 0);

	ASSERT_EQ(0, tell(self->s, packet_receiver, 1));
	flood(fd, 200);
	EXPECT_GT(failcnt(UB_DGRAMRCVBUF), 0);
	EXPECT_LE(maxheld(UB_DGRAMRCVBUF), lim);
	EXPECT_GT(held(UB_DGRAMRCVBUF), lim / 2);
	EXPECT_EQ(held(UB_DGRAMRCVBUF), tell(self->s, accounts, 0));
	EXPECT_GT(tell(self->s, read_datagrams, 0), 0);
	EXPECT_EQ(0, held(UB_DGRAMRCVBUF));
	flood(fd, 5);
	EXPECT_EQ(held(UB_DGRAMRCVBUF), tell(self->s, accounts, 0));
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(held(UB_DGRAMRCVBUF) == 0));
	close(fd);
}

/* Packets on their way: unix */

static long unix_pairs(long n)
{
	int sv[2];

	while (n--) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv))
			return -errno;
		keep(sv[0]);
		keep(sv[1]);
	}
	return 0;
}

/* Sends on one side of each pair until it may not; what it has on its way. */
static long fill_pairs(long size)
{
	static char block[65536];
	int i, sum = 0, out;

	for (i = 0; i < nr_kept; i += 2) {
		while (send(kept[i], block, size, MSG_DONTWAIT) == size)
			tally->moved++;
		if (errno != EAGAIN)
			return -errno;
		ioctl(kept[i], SIOCOUTQ, &out);
		sum += out;
	}
	return sum;
}

static long drain_pairs(long arg)
{
	static char block[65536];
	long n = 0;
	int i;

	for (i = 1; i < nr_kept; i += 2)
		while (recv(kept[i], block, sizeof(block), MSG_DONTWAIT) >= 0)
			n++;
	return n;
}

CLAIM(buf, unix_senders_stop)
{
	const long lim = 128 * 1024;
	long queued;

	ASSERT_EQ(0, limit(UB_OTHERSOCKBUF, lim, lim));
	ASSERT_EQ(0, tell(self->s, unix_pairs, 8));
	queued = tell(self->s, fill_pairs, 4000);
	EXPECT_EQ(queued, held(UB_OTHERSOCKBUF));
	EXPECT_GT(failcnt(UB_OTHERSOCKBUF), 0);
	EXPECT_LE(maxheld(UB_OTHERSOCKBUF), lim);
	EXPECT_GT(held(UB_OTHERSOCKBUF), lim / 2);
	EXPECT_EQ(tally->moved, tell(self->s, drain_pairs, 0));
	EXPECT_EQ(0, held(UB_OTHERSOCKBUF));
	/* Nothing of that was taken for good. */
	EXPECT_GT(tell(self->s, fill_pairs, 400), lim / 2);
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(held(UB_OTHERSOCKBUF) == 0));
}

/* Between barrier and limit each socket is sure of its share. */
CLAIM(buf, a_share_for_each_socket)
{
	long queued;

	ASSERT_EQ(0, limit(UB_NUMOTHERSOCK, 16, 16));
	ASSERT_EQ(0, limit(UB_OTHERSOCKBUF, 16 * 1024,
			   16 * 1024 + 16 * 8 * 1024));
	ASSERT_EQ(0, tell(self->s, unix_pairs, 8));
	queued = tell(self->s, fill_pairs, 1000);
	EXPECT_EQ(queued, held(UB_OTHERSOCKBUF));
	/* The first took what was free, the last its share nevertheless. */
	EXPECT_GE(held(UB_OTHERSOCKBUF), 16 * 1024 + 7 * 6 * 1024);
	EXPECT_LE(maxheld(UB_OTHERSOCKBUF), 16 * 1024 + 16 * 8 * 1024);
}

static long send_one_blocking(long size)
{
	static char block[262144];
	int big = 1 << 20;

	setsockopt(kept[2], SOL_SOCKET, SO_SNDBUF, &big, sizeof(big));
	return send(kept[2], block, size, 0) == size ? 0 : -errno;
}

CLAIM(buf, unix_sender_waits_for_room)
{
	const long lim = 64 * 1024;
	long failed;

	ASSERT_EQ(0, limit(UB_OTHERSOCKBUF, lim, lim));
	ASSERT_EQ(0, tell(self->s, unix_pairs, 2));
	ASSERT_GT(tell(self->s, fill_pairs, 4000), 0);
	failed = failcnt(UB_OTHERSOCKBUF);
	order(self->s, send_one_blocking, 4000);
	EXPECT_TRUE(wait_until(failcnt(UB_OTHERSOCKBUF) > failed));
	EXPECT_FALSE(carried_out(self->s));
	/* It looks again and again, but fails once. */
	EXPECT_EQ(failed + 1, failcnt(UB_OTHERSOCKBUF));
	ASSERT_EQ(0, limit(UB_OTHERSOCKBUF, 2 * lim, 2 * lim));
	EXPECT_TRUE(wait_until(carried_out(self->s)));
	EXPECT_EQ(0, self->s->ret);
	/* What can never be sent is not waited for. */
	EXPECT_EQ(-ENOBUFS, tell(self->s, send_one_blocking, 3 * lim));
}

/* A signal ends the wait, and so does the end of the container. */
CLAIM(buf, a_waiting_sender_can_be_killed)
{
	ASSERT_EQ(0, limit(UB_OTHERSOCKBUF, 16384, 16384));
	ASSERT_EQ(0, tell(self->s, unix_pairs, 2));
	ASSERT_GT(tell(self->s, fill_pairs, 4000), 0);
	order(self->s, send_one_blocking, 4000);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

static long udp_send(long n)
{
	struct sockaddr_in a = on_lo(PORT + 1);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), more = 1;
	static char block[1400];

	if (n < 0)
		setsockopt(fd, IPPROTO_UDP, 1 /* UDP_CORK */, &more,
			   sizeof(more));
	for (n = labs(n); n; n--)
		if (sendto(fd, block, sizeof(block), 0, (void *)&a,
			   sizeof(a)) < 0 && errno != ECONNREFUSED)
			return -errno;
	close(fd);
	return 0;
}

/* Packets that grow while they are put together come out even. */
CLAIM(buf, udp_packets_leave_nothing)
{
	ASSERT_EQ(0, limit(UB_OTHERSOCKBUF, 256 * 1024, 256 * 1024));
	EXPECT_EQ(0, tell(self->s, udp_send, 300));
	EXPECT_EQ(0, tell(self->s, udp_send, -20));
	EXPECT_TRUE(wait_until(held(UB_OTHERSOCKBUF) == 0));
	EXPECT_GT(maxheld(UB_OTHERSOCKBUF), 0);
	EXPECT_EQ(0, failcnt(UB_OTHERSOCKBUF));
}

TEST_HARNESS_MAIN
