// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - venet: packets go where their addresses belong, and nowhere else
 *
 * Witnesses: what arrives at sockets, the kernel's counters of a device, and a packet
 * socket on the host.
 */
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>

#include <kselftest_harness.h>
#include "help/venet.h"

CLAIM(venet, packets_find_their_way)
{
	pid_t a = self->ct[0].init, b = self->ct[1].init;

	connect_both();
	EXPECT_TRUE(udp_works(0, HOST4, a, ip4[0]));
	EXPECT_TRUE(udp_works(a, ip4[0], 0, HOST4));
	EXPECT_TRUE(udp_works(0, HOST6, a, ip6[0]));
	EXPECT_TRUE(udp_works(a, ip6[0], 0, HOST6));
	EXPECT_TRUE(udp_works(a, ip4[0], b, ip4[1]));
	EXPECT_TRUE(udp_works(b, ip6[1], a, ip6[0]));
	EXPECT_TRUE(tcp_works(0, a, ip4[0], 3000000));
	EXPECT_TRUE(tcp_works(a, 0, HOST6, 3000000));
	EXPECT_TRUE(tcp_works(a, b, ip4[1], 3000000));
	EXPECT_TRUE(tcp_works(b, a, ip6[0], 3000000));
	EXPECT_EQ(0, sh("busybox ping -c 2 -w 20 %s >/dev/null", ip4[0]));
	EXPECT_EQ(0, sh("busybox ping -c 2 -w 20 %s >/dev/null", ip6[1]));
	/* More than fits in one packet of the path. */
	EXPECT_EQ(0, sh("busybox ping -c 2 -w 20 -s 9000 %s >/dev/null", ip4[0]));
	EXPECT_EQ(0, stat_of(a, "tx.dropped"));
}

/* Whether a sender who asks when its packet left is told. */
static bool time_is_told(pid_t pid, const char *src, const char *dst)
{
	int wanted = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	int fd = bound(pid, SOCK_DGRAM, src);
	struct sockaddr_in6 a = to6(dst);
	struct pollfd p = { .fd = fd };
	char room[512], data[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	bool told = false;

	if (!setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &wanted, sizeof(wanted)) &&
	    sendto(fd, "ping", 5, 0, (void *)&a, sizeof(a)) == 5 &&
	    poll(&p, 1, 1000 * DEADLINE_S) == 1 &&
	    recvmsg(fd, &m, MSG_ERRQUEUE) >= 0)
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
			told |= c->cmsg_level == SOL_SOCKET &&
				c->cmsg_type == SO_TIMESTAMPING;
	close(fd);
	return told;
}

CLAIM(venet, when_a_packet_leaves_is_told)
{
	pid_t a = self->ct[0].init;

	connect_both();
	EXPECT_TRUE(time_is_told(a, ip4[0], HOST4));
	EXPECT_TRUE(time_is_told(0, HOST6, ip6[0]));
}

#define REFUSALS 16	/* as many as are told at once */

static void ask_in_vain(void *arg)
{
	for (int n = 0; n < REFUSALS;)
		n += fork_sleeper() < 0;
	pause_forever();
}

/* The next event: its type, and how many were dropped before; -1: none comes. */
static int next_event(struct genl *l, uint64_t *dropped)
{
	const struct nlattr *ev, *type = NULL, *n = NULL;

	if (!ready(l->fd) || recv_one(l))
		return -1;
	ev = msg_find((void *)l->buf, VZCTX_A_EVENT);
	if (ev) {
		type = attr_find(attr_data(ev), attr_len(ev), VZCTX_EVENT_A_TYPE);
		n = attr_find(attr_data(ev), attr_len(ev), VZCTX_EVENT_A_DROPPED);
	}
	*dropped = n ? attr_u64(n) : 0;
	return type ? attr_u64(type) : 0;
}

CLAIM(venet, lies_push_no_refusal_out)
{
	int limits = 0, told = 0, type;
	uint64_t dropped;
	struct genl l;
	pid_t a;

	ct_kill(&self->ct[0]);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 1));
	ASSERT_EQ(0, ct_spawn(&self->ct[0], 101, CLONE_NEWNET, ask_in_vain, NULL));
	a = self->ct[0].init;
	ASSERT_EQ(0, vz_create(&self->g, 101, a));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, 1, 2));
	ASSERT_EQ(0, connect_ct(&self->g, 0, a));
	ASSERT_EQ(0, genl_open(&l));
	ASSERT_EQ(0, genl_join(&l));
	for (int i = 0; i < 100; i++)
		send_forged(a, "198.51.100.7", HOST4);
	ASSERT_EQ(0, ct_go(&self->ct[0]));
	while (limits < REFUSALS && (type = next_event(&l, &dropped)) >= 0) {
		limits += type == VZCTX_EVENT_LIMIT;
		told += type == VZCTX_EVENT_SPOOF;
		EXPECT_EQ(0, dropped);
	}
	EXPECT_EQ(REFUSALS, limits);
	EXPECT_GT(told, 0);
	EXPECT_LT(told, 50);
	EXPECT_EQ(100, spoofed(&self->g, 101));
	close(l.fd);
}

CLAIM(venet, root_inside_gets_nowhere)
{
	pid_t a = self->ct[0].init, b = self->ct[1].init;

	connect_both();
	EXPECT_NE(0, in_net(a, "ip link del venet0"));
	EXPECT_NE(0, in_net(a, "ip link add type venet"));
	EXPECT_NE(0, sh("nsenter --net=/proc/%d/ns/net ip link set venet0 netns %d 2>/dev/null", a, b));
	EXPECT_NE(0, sh("ip link del venet0 2>/dev/null"));
	EXPECT_NE(0, sh("ip link set venet0 netns %d 2>/dev/null", a));
	EXPECT_NE(0, in_net(a, "ip link set venet0 mtu 70000"));
	EXPECT_NE(0, in_net(a, "ip link add link venet0 name v.7 type vlan id 7"));
	EXPECT_NE(0, in_net(a, "ip link add br0 type bridge && ip link set venet0 master br0"));
	/* An address that nobody gave it is its own affair, and leads to no answer. */
	EXPECT_EQ(0, in_net(a, "ip addr add 10.9.0.2/32 dev venet0"));
	EXPECT_NE(0, in_net(a, "busybox ping -c 1 -w 2 -I 10.9.0.2 192.0.2.1"));
	EXPECT_EQ(1, spoofed(&self->g, 101) > 0);
	EXPECT_EQ(0, in_net(a, "ip addr del 10.9.0.2/32 dev venet0"));
	/* These it may do, and the network goes on. */
	EXPECT_EQ(0, in_net(a, "ip link set venet0 mtu 9000"));
	EXPECT_TRUE(tcp_works(a, 0, HOST4, 300000));
	EXPECT_EQ(0, in_net(a, "ip link set venet0 mtu 1400"));
	EXPECT_TRUE(tcp_works(0, a, ip4[0], 300000));
	EXPECT_EQ(0, in_net(a, "ip link set venet0 down && ip link set venet0 name other"));
	EXPECT_EQ(0, in_net(a, "ip link set other up && ip route add default dev other"));
	EXPECT_TRUE(udp_works(0, HOST4, a, ip4[0]));
	EXPECT_TRUE(udp_works(b, ip4[1], a, ip4[0]));
}

/* A figure of the device of @pid: the kernel's file, which has 8 of each direction. */
static long figure(pid_t pid, const char *form)
{
	char path[32], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/net/dev", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, form, &n);
	if (f)
		fclose(f);
	return n;
}

#define received(pid)	figure(pid, " venet0: %*d %ld")
#define sent(pid)	figure(pid, " venet0: %*d %*d %*d %*d %*d %*d %*d %*d %*d %ld")

static int offload(pid_t pid, bool on)
{
	static const uint32_t what[] = { ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO };
	int fd = socket_in(pid, AF_INET, SOCK_DGRAM, 0), err = 0;

	for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		struct ethtool_value v = { .cmd = what[i], .data = on };
		struct ifreq ifr = { .ifr_name = "venet0", .ifr_data = (void *)&v };

		err |= ioctl(fd, SIOCETHTOOL, &ifr);
	}
	close(fd);
	return err;
}

CLAIM(venet, segments_are_made_by_nobody_or_by_the_sender)
{
	pid_t a = self->ct[0].init, b = self->ct[1].init;
	const long segments = 3000000 / 1460;
	long n;

	connect_both();
	n = sent(a);
	EXPECT_TRUE(tcp_works(a, b, ip4[1], 3000000));
	EXPECT_LT(sent(a) - n, segments / 2);
	ASSERT_EQ(0, offload(a, false));
	n = sent(a);
	EXPECT_TRUE(tcp_works(a, b, ip4[1], 3000000));
	EXPECT_GE(sent(a) - n, segments);
	EXPECT_TRUE(tcp_works(a, b, ip6[1], 300000));
	EXPECT_TRUE(udp_works(a, ip4[0], b, ip4[1]));
	ASSERT_EQ(0, offload(a, true));
	EXPECT_TRUE(tcp_works(a, b, ip4[1], 300000));
}

/* Whether a datagram gets there; @whole: in one piece. EMSGSIZE: it does not fit. */
static int carry(pid_t from, const char *src, pid_t to, const char *dst, size_t size, bool whole)
{
	int server = bound(to, SOCK_DGRAM, dst), client = bound(from, SOCK_DGRAM, src);
	int how = whole ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT, err = 0;
	struct sockaddr_in6 a = to6(dst);
	static char buf[16384];

	setsockopt(client, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &how, sizeof(how));
	setsockopt(client, IPPROTO_IP, IP_MTU_DISCOVER, &how, sizeof(how));
	if (sendto(client, buf, size, 0, (void *)&a, sizeof(a)) != (ssize_t)size)
		err = errno;
	else if (!ready(server) || recv(server, buf, sizeof(buf), 0) != (ssize_t)size)
		err = EIO;
	close(client);
	close(server);
	return err;
}

CLAIM(venet, large_datagrams_in_pieces_or_whole)
{
	pid_t a = self->ct[0].init;

	connect_both();
	EXPECT_EQ(0, carry(a, ip4[0], 0, HOST4, 8000, false));
	EXPECT_EQ(0, carry(0, HOST6, a, ip6[0], 8000, false));
	EXPECT_EQ(EMSGSIZE, carry(a, ip4[0], 0, HOST4, 8000, true));
	EXPECT_EQ(EMSGSIZE, carry(0, HOST6, a, ip6[0], 8000, true));
	EXPECT_EQ(0, sh("ip link set venet0 mtu 9000"));
	EXPECT_EQ(0, in_net(a, "ip link set venet0 mtu 9000"));
	EXPECT_EQ(0, carry(a, ip4[0], 0, HOST4, 8000, true));
	EXPECT_EQ(0, carry(0, HOST6, a, ip6[0], 8000, true));
	EXPECT_EQ(0, sh("ip link set venet0 mtu 1500"));
}

/* Behind the host there is a link that takes less; the host says so to who sends. */
CLAIM(venet, the_narrowest_link_of_a_path_is_found)
{
	pid_t a = self->ct[0].init, b = self->ct[1].init;

	ASSERT_EQ(0, connect_ct(&self->g, 0, a));
	ASSERT_EQ(0, sh("ip link add v0 type veth peer name v1 netns %d && ip link set v0 mtu 1300 up && "
			"ip addr add 198.51.100.1/24 dev v0 && ip addr add 2001:db8:a::1/64 dev v0 nodad && "
			"echo 1 >/proc/sys/net/ipv4/ip_forward", b));
	ASSERT_EQ(0, in_net(b, "ip link set v1 up && ip addr add 198.51.100.2/24 dev v1 && "
			    "ip addr add 2001:db8:a::2/64 dev v1 nodad && "
			    "ip route add default via 198.51.100.1 && ip route add default via 2001:db8:a::1"));
	EXPECT_TRUE(tcp_works(a, b, "198.51.100.2", 300000));
	EXPECT_TRUE(tcp_works(a, b, "2001:db8:a::2", 300000));
	EXPECT_EQ(0, in_net(a, "ip route get 198.51.100.2 | grep \"mtu 1300\""));
	EXPECT_EQ(0, in_net(a, "ip route get 2001:db8:a::2 | grep \"mtu 1300\""));
	sh("ip link del v0; echo 0 >/proc/sys/net/ipv4/ip_forward");
}

#define CROWD	50	/* containers */
#define EACH	20	/* addresses of each */

static int link_up(pid_t pid)
{
	struct ifreq ifr = { .ifr_name = "venet0", .ifr_flags = IFF_UP };
	int fd = socket_in(pid, AF_INET, SOCK_DGRAM, 0);
	int ret = ioctl(fd, SIOCSIFFLAGS, &ifr);

	close(fd);
	return ret;
}

CLAIM(venet, each_of_a_thousand_addresses)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ct crowd[CROWD];
	int cts = CROWD / slow();
	char text[32];

	ASSERT_EQ(0, sh("ip route add 10.8.0.0/16 dev venet0 src " HOST4));
	for (int i = 0; i < cts; i++) {
		ASSERT_EQ(0, ct_spawn(&crowd[i], 200 + i, CLONE_NEWNET, park_forever, NULL));
		ASSERT_EQ(0, vz_create(&self->g, 200 + i, crowd[i].init));
		for (int k = 0; k < EACH; k++) {
			snprintf(text, sizeof(text), "10.8.%d.%d", i, k);
			ASSERT_EQ(0, give(&self->g, 200 + i, text));
		}
		ASSERT_EQ(0, link_up(crowd[i].init));
	}
	for (int n = 0; n < cts * EACH; n++) {
		struct sockaddr_in6 a;

		snprintf(text, sizeof(text), "10.8.%d.%d", n % cts, n / cts);
		a = to6(text);
		ASSERT_EQ(1, sendto(fd, "x", 1, 0, (void *)&a, sizeof(a)));
	}
	for (int i = 0; i < cts; i++) {
		EXPECT_TRUE(wait_until(received(crowd[i].init) == EACH))
			TH_LOG("%ld", received(crowd[i].init));
		ct_kill(&crowd[i]);
	}
	close(fd);
}

static int drain(int fd)
{
	char buf[16];
	int n = 0;

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

/* Whether packets come to one socket, and to the other no more. */
static bool moved(int to, int from)
{
	drain(to);
	drain(from);
	return ready(to) && !drain(from);
}

#define MOVING	"10.9.0.9"

CLAIM(venet, an_address_moves_under_load)
{
	struct sockaddr_in6 a = to6(MOVING);
	pid_t flood;
	int fd[2];

	connect_both();
	ASSERT_EQ(0, sh("ip route add " MOVING " dev venet0 src " HOST4));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, in_net(self->ct[i].init, "ip addr add " MOVING "/32 dev venet0"));
		fd[i] = bound(self->ct[i].init, SOCK_DGRAM, MOVING);
		ASSERT_GE(fd[i], 0);
	}
	ASSERT_EQ(0, give(&self->g, 102, MOVING));
	flood = fork();
	if (!flood) {
		int out = socket(AF_INET6, SOCK_DGRAM, 0);

		for (;;) {
			sendto(out, "x", 1, 0, (void *)&a, sizeof(a));
			usleep(100);
		}
	}
	for (int i = 0; i < 20; i++) {
		int to = i % 2;

		EXPECT_EQ(0, take(&self->g, 102 - to, MOVING));
		EXPECT_EQ(0, give(&self->g, 101 + to, MOVING));
		EXPECT_TRUE(wait_until(moved(fd[to], fd[!to])));
	}
	kill(flood, SIGKILL);
	waitpid(flood, NULL, 0);
	close(fd[0]);
	close(fd[1]);
}

TEST_HARNESS_MAIN
