// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - venet: what root inside makes up stays inside
 *
 * Witnesses: a packet socket on the host, sockets, and the kernel's counters of a device.
 */
#include <netinet/icmp6.h>

#include <kselftest_harness.h>
#include "help/venet.h"

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

/* A packet by a socket that lets its owner write the header. */
static int send_raw(pid_t pid, const char *src, const char *dst)
{
	bool v6 = strchr(src, ':');
	int fd = socket_in(pid, v6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_addr = ip_of(dst) };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct forged f;
	size_t len = forge(&f, src, dst);
	ssize_t n;

	memcpy(&to4.sin_addr, &to6.sin6_addr.s6_addr[12], 4);
	n = v6 ? sendto(fd, &f, len, 0, (void *)&to6, sizeof(to6)) :
		 sendto(fd, &f, len, 0, (void *)&to4, sizeof(to4));
	close(fd);
	return n == (ssize_t)len ? 0 : -1;
}

CLAIM(venet, nor_by_a_raw_socket)
{
	pid_t a = self->ct[0].init;
	uint64_t told = 0;
	int fd;

	connect_both();
	fd = listener();
	ASSERT_EQ(0, send_raw(a, ip4[0], HOST4));
	EXPECT_TRUE(seen_from(fd, ip4[0]));
	ASSERT_EQ(0, send_raw(a, ip6[0], HOST6));
	EXPECT_TRUE(seen_from(fd, ip6[0]));
	for (size_t i = 0; i < NR_LIES; i++) {
		/* The kernel itself fills in a source that is 0. */
		if (!strcmp(lies[i].src, "0.0.0.0"))
			continue;
		EXPECT_EQ(0, send_raw(a, lies[i].src, lies[i].dst));
		EXPECT_FALSE(seen_from(fd, lies[i].src))
			TH_LOG("from %s", lies[i].src);
		EXPECT_EQ(++told, spoofed(&self->g, 101));
	}
	close(fd);
}

/* The first or the last 8 of the 16 bytes behind the header, as a fragment. */
static int send_fragment(pid_t pid, const char *src, bool last)
{
	unsigned char bytes[28];
	struct forged f;

	forge(&f, src, HOST4);
	memcpy(bytes + 20, (char *)&f + 20 + 8 * last, 8);
	f.v4.tot_len = htons(sizeof(bytes));
	f.v4.id = htons(7);
	f.v4.frag_off = htons(last ? 1 : 0x2000);
	f.v4.check = 0;
	f.v4.check = sum16(&f.v4, sizeof(f.v4));
	memcpy(bytes, &f.v4, sizeof(f.v4));
	return put_on_wire(pid, ETH_P_IP, bytes, sizeof(bytes));
}

/* Each fragment has the source in it, and each is looked at. */
CLAIM(venet, no_fragment_lies)
{
	pid_t a = self->ct[0].init;
	char buf[16] = "";
	int fd, server;

	connect_both();
	fd = listener();
	server = bound(0, SOCK_DGRAM, HOST4);
	ASSERT_GE(server, 0);
	for (int last = 0; last < 2; last++) {
		ASSERT_EQ(0, send_fragment(a, ip4[1], last));
		EXPECT_FALSE(seen_from(fd, ip4[1]));
		EXPECT_EQ(1 + last, spoofed(&self->g, 101));
		ASSERT_EQ(0, send_fragment(a, ip4[0], last));
	}
	/* What is true is put together. */
	ASSERT_TRUE(ready(server));
	EXPECT_EQ(8, recv(server, buf, sizeof(buf), 0));
	EXPECT_STREQ(MARK, buf);
	close(server);
	close(fd);
}

/* With a source of its own it may send to any address; the host takes none for local. */
CLAIM(venet, the_hosts_loopback_is_out_of_reach)
{
	pid_t a = self->ct[0].init;
	int lo, server;
	char buf[16];

	connect_both();
	lo = bound(0, SOCK_DGRAM, "127.0.0.1");
	server = bound(0, SOCK_DGRAM, HOST4);
	ASSERT_TRUE(lo >= 0 && server >= 0);
	ASSERT_EQ(0, send_forged(a, ip4[0], "127.0.0.1"));
	ASSERT_EQ(0, send_forged(a, ip4[0], HOST4));
	ASSERT_TRUE(ready(server));
	EXPECT_EQ(-1, recv(lo, buf, sizeof(buf), MSG_DONTWAIT));
	close(lo);
	close(server);
}

/* Tells the host that the neighbour's address is reached by way of the sender. */
static int advertise(pid_t pid)
{
	struct nd_neighbor_advert na = {
		.nd_na_type = ND_NEIGHBOR_ADVERT,
		.nd_na_flags_reserved = ND_NA_FLAG_SOLICITED | ND_NA_FLAG_OVERRIDE,
		.nd_na_target = ip_of(ip6[1]),
	};
	struct sockaddr_in6 from = { .sin6_family = AF_INET6, .sin6_addr = ip_of(ip6[0]) };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_addr = ip_of(HOST6) };
	int fd = socket_in(pid, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), hops = 255;
	bool sent = !setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops)) &&
		    !bind(fd, (void *)&from, sizeof(from)) &&
		    sendto(fd, &na, sizeof(na), 0, (void *)&to, sizeof(to)) == sizeof(na);

	close(fd);
	return sent ? 0 : -1;
}

static int redirect(pid_t pid)
{
	struct {
		uint8_t type, code;
		uint16_t sum;
		struct in_addr gateway;
		char about[28];
	} msg = { .type = 5, .code = 1 };	/* redirect, for a host */
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct in6_addr self = ip_of(ip4[0]), host = ip_of(HOST4);
	int fd = socket_in(pid, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	struct forged f;
	bool sent;

	forge(&f, HOST4, ip4[1]);
	memcpy(msg.about, &f, sizeof(msg.about));
	memcpy(&msg.gateway, &self.s6_addr[12], 4);
	msg.sum = sum16(&msg, sizeof(msg));
	memcpy(&to.sin_addr, &host.s6_addr[12], 4);
	sent = sendto(fd, &msg, sizeof(msg), 0, (void *)&to, sizeof(to)) == sizeof(msg);
	close(fd);
	return sent ? 0 : -1;
}

CLAIM(venet, nobody_takes_over_a_neighbours_address)
{
	pid_t a = self->ct[0].init, b = self->ct[1].init;
	int fd;

	connect_both();
	fd = listener();
	EXPECT_EQ(0, advertise(a));
	EXPECT_TRUE(seen_from(fd, ip6[0]));
	EXPECT_EQ(0, redirect(a));
	EXPECT_TRUE(seen_from(fd, ip4[0]));
	EXPECT_TRUE(udp_works(0, HOST6, b, ip6[1]));
	EXPECT_TRUE(udp_works(0, HOST4, b, ip4[1]));
	/* To have the address inside is not enough either. */
	EXPECT_EQ(0, in_net(a, "ip addr add 10.9.0.2/32 dev venet0"));
	EXPECT_TRUE(udp_works(0, HOST4, b, ip4[1]));
	close(fd);
}

TEST_HARNESS_MAIN
