// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - othersockbuf, dgramrcvbuf
 *
 * Witness: SO_MEMINFO of each socket, the kernel's own account.
 */
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/sockios.h>

#include "help/sockbuf.h"

static int socket_in(pid_t pid, int type)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd = enter_net(pid) ? -1 : socket(AF_INET, type, 0);

	setns(home, CLONE_NEWNET);
	close(home);
	return fd;
}

/* Datagrams. A busy host may deliver what was sent a moment later. */

/* What is charged is what the kernel says, once nothing is on its way. */
#define agreed() \
	wait_until(held(UB_DGRAMRCVBUF) == tell(self->s, accounts, 0))

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
	EXPECT_TRUE(wait_until(failcnt(UB_DGRAMRCVBUF) > 0));
	EXPECT_LE(maxheld(UB_DGRAMRCVBUF), lim);
	EXPECT_TRUE(wait_until(held(UB_DGRAMRCVBUF) > lim / 2));
	EXPECT_TRUE(agreed());

	/* Another container receives. */
	ASSERT_EQ(0, servant_start(&self->g, &ct, 102, &s, sock));
	ASSERT_EQ(0, tell(s, close_all, 0));
	ASSERT_EQ(0, tell(s, udp_receiver, 0));
	close(fd);
	fd = socket_in(ct.init, SOCK_DGRAM);
	EXPECT_EQ(50, flood(fd, 50));
	n = 0;
	EXPECT_TRUE(wait_until((n += tell(s, read_datagrams, 0)) == 50));
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
	EXPECT_TRUE(wait_until(failcnt(UB_DGRAMRCVBUF) > 0));
	EXPECT_LE(maxheld(UB_DGRAMRCVBUF), lim);
	EXPECT_TRUE(wait_until(held(UB_DGRAMRCVBUF) > 0));
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
	EXPECT_TRUE(wait_until(failcnt(UB_DGRAMRCVBUF) > 0));
	EXPECT_LE(maxheld(UB_DGRAMRCVBUF), lim);
	EXPECT_TRUE(wait_until(held(UB_DGRAMRCVBUF) > lim / 2));
	EXPECT_TRUE(agreed());
	EXPECT_GT(tell(self->s, read_datagrams, 0), 0);
	EXPECT_TRUE(wait_until(({
		tell(self->s, read_datagrams, 0);
		held(UB_DGRAMRCVBUF) == 0;
	})));
	flood(fd, 5);
	EXPECT_TRUE(agreed());
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
