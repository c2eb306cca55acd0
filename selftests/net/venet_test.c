// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - venet: packets go where their addresses belong, and nowhere else
 *
 * Witnesses: what arrives at sockets, the kernel's counters of a device, and a packet
 * socket on the host.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net_tstamp.h>
#include <linux/udp.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <kselftest_harness.h>
#include "help/net.h"

#define HOST4	"192.0.2.1"
#define HOST6	"2001:db8::1"

static const char *const ip4[] = { "10.9.0.1", "10.9.0.2" };
static const char *const ip6[] = { "2001:db8:9::1", "2001:db8:9::2" };

/* Sockets of both families, for IPv4 addresses are mapped. -1: cannot bind. */
static int bound(pid_t pid, int type, const char *text)
{
	int fd = socket_in(pid, AF_INET6, type, 0), one = 1;
	struct sockaddr_in6 a = to6(text);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&a, sizeof(a)) ||
	    (type == SOCK_STREAM && listen(fd, 4))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Whether a datagram gets there, and an answer back. */
static bool udp_works(pid_t from, const char *src, pid_t to, const char *dst)
{
	int server = bound(to, SOCK_DGRAM, dst);
	int client = bound(from, SOCK_DGRAM, src);
	struct sockaddr_in6 a = to6(dst), peer;
	struct in6_addr wanted = ip_of(src);
	socklen_t len = sizeof(peer);
	char buf[16] = "";
	bool ok = server >= 0 && client >= 0 &&
		  sendto(client, "ping", 5, 0, (void *)&a, sizeof(a)) == 5 &&
		  ready(server) &&
		  recvfrom(server, buf, sizeof(buf), 0, (void *)&peer, &len) == 5 &&
		  !strcmp(buf, "ping") &&
		  !memcmp(&peer.sin6_addr, &wanted, sizeof(wanted)) &&
		  sendto(server, "pong", 5, 0, (void *)&peer, len) == 5 &&
		  ready(client) && recv(client, buf, sizeof(buf), 0) == 5 &&
		  !strcmp(buf, "pong");

	close(server);
	close(client);
	return ok;
}

/* Whether @size bytes get there by one connection, all of them and unchanged. */
static bool tcp_works(pid_t from, pid_t to, const char *dst, size_t size)
{
	int server = bound(to, SOCK_STREAM, dst), client, fd = -1, st = -1;
	struct sockaddr_in6 a = to6(dst);
	static unsigned char buf[65536];
	size_t got = 0;
	bool same = true;
	pid_t writer;

	client = socket_in(from, AF_INET6, SOCK_STREAM, 0);
	writer = fork();
	if (!writer) {
		size_t put = 0;

		alarm(DEADLINE_S);
		if (connect(client, (void *)&a, sizeof(a)))
			_exit(1);
		for (ssize_t n; put < size; put += n) {
			for (size_t i = 0; i < sizeof(buf); i++)
				buf[i] = (put + i) * 7 >> 3;
			n = send(client, buf, sizeof(buf) < size - put ?
				 sizeof(buf) : size - put, 0);
			if (n <= 0)
				_exit(1);
		}
		_exit(0);
	}
	close(client);
	if (ready(server))
		fd = accept(server, NULL, NULL);
	for (ssize_t n; fd >= 0 && ready(fd); got += n) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			same &= buf[i] == (unsigned char)((got + i) * 7 >> 3);
	}
	close(fd);
	close(server);
	waitpid(writer, &st, 0);
	return !st && same && got == size;
}

FIXTURE(venet)
{
	struct genl g;
	struct ct ct[2];
};

FIXTURE_SETUP(venet)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, sh("ip link add dummy0 type dummy 2>/dev/null; ip link set dummy0 up; "
			"ip addr replace " HOST4 "/32 dev dummy0; "
			"ip addr replace " HOST6 "/128 dev dummy0 nodad; "
			"ip link set lo up; ip link set venet0 up; "
			"echo 1 >/proc/sys/net/ipv4/conf/venet0/forwarding; "
			"echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, ct_spawn(&self->ct[i], 101 + i, CLONE_NEWNET,
				      park_forever, NULL));
		ASSERT_EQ(0, vz_create(&self->g, 101 + i, self->ct[i].init));
	}
}

FIXTURE_TEARDOWN(venet)
{
	for (int i = 0; i < 2; i++)
		ct_kill(&self->ct[i]);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	close(self->g.fd);
	sh("ip route flush dev venet0; ip -6 route flush dev venet0; ip link del dummy0");
}

/* What the tool does: addresses, the interface inside, the route on the host. */
static int connect_ct(struct genl *g, int i, pid_t pid)
{
	return give(g, 101 + i, ip4[i]) ?: give(g, 101 + i, ip6[i]) ?:
	       sh("nsenter --net=/proc/%d/ns/net sh -c '"
		  "ip link set lo up && ip link set venet0 up && "
		  "ip addr add %s/32 dev venet0 && ip addr add %s/128 dev venet0 && "
		  "ip route add default dev venet0 && ip -6 route add default dev venet0' && "
		  "ip route add %s/32 dev venet0 src " HOST4 " && "
		  "ip -6 route add %s/128 dev venet0 src " HOST6,
		  pid, ip4[i], ip6[i], ip4[i], ip6[i]);
}

#define connect_both() do {						\
	for (int _i = 0; _i < 2; _i++)					\
		ASSERT_EQ(0, connect_ct(&self->g, _i,			\
					self->ct[_i].init));		\
} while (0)

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

/* A packet as somebody writes it who wants to be somebody else. */
struct forged {
	union {
		struct iphdr v4;
		struct ipv6hdr v6;
	};
	struct udphdr udp;
	char mark[8];
} __attribute__((packed));

#define MARK "forged"

static size_t forge(struct forged *f, const char *src, const char *dst)
{
	struct in6_addr from = ip_of(src), to = ip_of(dst);
	size_t head = strchr(src, ':') ? sizeof(f->v6) : sizeof(f->v4);
	size_t len = head + sizeof(f->udp) + sizeof(f->mark);
	struct udphdr *udp = (void *)((char *)f + head);

	memset(f, 0, sizeof(*f));
	if (head == sizeof(f->v4)) {
		f->v4 = (struct iphdr) {
			.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			.tot_len = htons(len),
		};
		memcpy(&f->v4.saddr, &from.s6_addr[12], 4);
		memcpy(&f->v4.daddr, &to.s6_addr[12], 4);
	} else {
		f->v6 = (struct ipv6hdr) {
			.version = 6, .hop_limit = 64, .nexthdr = IPPROTO_UDP,
			.payload_len = htons(len - head),
		};
		memcpy(&f->v6.saddr, &from, sizeof(from));
		memcpy(&f->v6.daddr, &to, sizeof(to));
	}
	udp->source = udp->dest = htons(PORT);
	udp->len = htons(len - head);
	memcpy(udp + 1, MARK, sizeof(MARK));
	return len;
}

/* Puts bytes on the venet of @pid as they are; @proto is what they are said to be. */
static int put_on_wire(pid_t pid, int proto, const void *bytes, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(proto),
	};
	int fd = socket_in(pid, AF_PACKET, SOCK_DGRAM, 0), err = 0;
	struct ifreq ifr = { .ifr_name = "venet0" };

	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr))
		return -errno;
	to.sll_ifindex = ifr.ifr_ifindex;
	if (sendto(fd, bytes, len, 0, (void *)&to, sizeof(to)) != len)
		err = -errno;
	close(fd);
	return err;
}

static int send_forged(pid_t pid, const char *src, const char *dst)
{
	struct forged f;
	size_t len = forge(&f, src, dst);

	return put_on_wire(pid, strchr(src, ':') ? ETH_P_IPV6 : ETH_P_IP, &f, len);
}

/* Sees all that comes in on the host's venet. */
static int listener(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons(ETH_P_ALL));
	struct sockaddr_ll on = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex("venet0"),
	};

	return bind(fd, (void *)&on, sizeof(on)) ? -1 : fd;
}

/* Whether a packet from @src has come in by now. */
static bool seen_from(int fd, const char *src)
{
	struct in6_addr from = ip_of(src);
	bool v6 = strchr(src, ':'), seen = false;
	unsigned char buf[2048];

	for (ssize_t n; (n = recv(fd, buf, sizeof(buf), 0)) > 0;)
		seen |= n >= 20 && (v6 ? n >= 40 && buf[0] >> 4 == 6 && !memcmp(buf + 8, &from, 16) :
				    buf[0] >> 4 == 4 && !memcmp(buf + 12, &from.s6_addr[12], 4));
	return seen;
}

static void keep_spoofed(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, VZCTX_A_SPOOFED);

	*(uint64_t *)data = a ? attr_u64(a) : UINT64_MAX;
}

static uint64_t spoofed(struct genl *g, uint32_t ctid)
{
	uint64_t n = UINT64_MAX;
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	genl_talk(g, &m, keep_spoofed, &n);
	return n;
}

static const struct {
	const char *src, *dst;
} lies[] = {
	{ "10.9.0.2", HOST4 },		/* the neighbour's */
	{ HOST4, "10.9.0.2" },		/* the host's */
	{ "198.51.100.7", HOST4 },	/* nobody's */
	{ "127.0.0.1", HOST4 },
	{ "0.0.0.0", HOST4 },
	{ "2001:db8:9::2", HOST6 },
	{ HOST6, "2001:db8:9::2" },
	{ "fe80::1", HOST6 },
	{ "::1", HOST6 },
	{ "::", HOST6 },
};

#define NR_LIES (sizeof(lies) / sizeof(lies[0]))

CLAIM(venet, nobody_lies_about_the_source)
{
	pid_t a = self->ct[0].init;
	long dropped;
	int fd;

	connect_both();
	fd = listener();
	ASSERT_GE(fd, 0);
	dropped = stat_of(a, "tx.dropped");
	/* What is true passes by the same way. */
	ASSERT_EQ(0, send_forged(a, ip4[0], HOST4));
	EXPECT_TRUE(seen_from(fd, ip4[0]));
	ASSERT_EQ(0, send_forged(a, ip6[0], HOST6));
	EXPECT_TRUE(seen_from(fd, ip6[0]));
	for (size_t i = 0; i < NR_LIES; i++) {
		send_forged(a, lies[i].src, lies[i].dst);
		EXPECT_FALSE(seen_from(fd, lies[i].src))
			TH_LOG("from %s", lies[i].src);
		EXPECT_EQ(i + 1, spoofed(&self->g, 101));
	}
	EXPECT_EQ(0, spoofed(&self->g, 102));
	EXPECT_EQ(dropped + NR_LIES, stat_of(a, "tx.dropped"));
	/* An address that was taken away, and that of a container that is gone. */
	ASSERT_EQ(0, take(&self->g, 101, ip4[0]));
	send_forged(a, ip4[0], HOST4);
	EXPECT_FALSE(seen_from(fd, ip4[0]));
	EXPECT_EQ(NR_LIES + 1, spoofed(&self->g, 101));
	close(fd);
}

CLAIM(venet, only_unicast_passes)
{
	static const char *const to4[] = { "224.0.0.1", "255.255.255.255" };
	pid_t a = self->ct[0].init;
	struct forged f;
	size_t len;
	long dropped;
	int fd;

	connect_both();
	fd = listener();
	dropped = stat_of(a, "tx.dropped");
	for (int i = 0; i < 2; i++)
		send_forged(a, ip4[0], to4[i]);
	send_forged(a, ip6[0], "ff02::1");
	/* Said to be something else, of the wrong version, cut off, empty. */
	len = forge(&f, ip4[0], HOST4);
	put_on_wire(a, ETH_P_ARP, &f, len);
	put_on_wire(a, ETH_P_8021Q, &f, len);
	put_on_wire(a, ETH_P_IPV6, &f, len);
	put_on_wire(a, ETH_P_IP, &f, 19);
	len = forge(&f, ip6[0], HOST6);
	put_on_wire(a, ETH_P_IP, &f, len);
	put_on_wire(a, ETH_P_IPV6, &f, 39);
	EXPECT_FALSE(seen_from(fd, ip4[0]));
	EXPECT_EQ(dropped + 9, stat_of(a, "tx.dropped"));
	EXPECT_EQ(0, spoofed(&self->g, 101));
	close(fd);
	/* From the host nothing goes to whom it does not belong to. */
	dropped = stat_of(0, "tx.dropped");
	send_forged(0, HOST4, "10.9.0.3");
	EXPECT_EQ(dropped + 1, stat_of(0, "tx.dropped"));
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

static int in_net(pid_t pid, const char *line)
{
	return sh("nsenter --net=/proc/%d/ns/net sh -c '%s' >/dev/null 2>&1", pid, line);
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

TEST_HARNESS_MAIN
