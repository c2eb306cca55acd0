/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - two containers with venet, and packets that somebody makes up
 *
 * A program includes this behind kselftest_harness.h. Its fixture "venet" has two
 * containers, which connect_both() gives the addresses ip4[] and ip6[].
 */
#ifndef _SELFTESTS_VENET_H
#define _SELFTESTS_VENET_H

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "net.h"

#define HOST4	"192.0.2.1"
#define HOST6	"2001:db8::1"

static const char *const ip4[] = { "10.9.0.1", "10.9.0.2" };
static const char *const ip6[] = { "2001:db8:9::1", "2001:db8:9::2" };

/* Sockets of both families, for IPv4 addresses are mapped. -1: cannot bind. */
static inline int bound(pid_t pid, int type, const char *text)
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
static inline bool udp_works(pid_t from, const char *src, pid_t to, const char *dst)
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
static inline bool tcp_works(pid_t from, pid_t to, const char *dst, size_t size)
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
static inline int connect_ct(struct genl *g, int i, pid_t pid)
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

static inline int in_net(pid_t pid, const char *line)
{
	return sh("nsenter --net=/proc/%d/ns/net sh -c '%s' >/dev/null 2>&1", pid, line);
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

/* The checksum of a header. */
static inline uint16_t sum16(const void *bytes, size_t len)
{
	const uint16_t *word = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < len / 2; i++)
		sum += word[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static inline size_t forge(struct forged *f, const char *src, const char *dst)
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
		f->v4.check = sum16(&f->v4, sizeof(f->v4));
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
static inline int put_on_wire(pid_t pid, int proto, const void *bytes, size_t len)
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

static inline int send_forged(pid_t pid, const char *src, const char *dst)
{
	struct forged f;
	size_t len = forge(&f, src, dst);

	return put_on_wire(pid, strchr(src, ':') ? ETH_P_IPV6 : ETH_P_IP, &f, len);
}

/* Sees all that comes in on the host's venet. */
static inline int listener(void)
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
static inline bool seen_from(int fd, const char *src)
{
	struct in6_addr from = ip_of(src);
	bool v6 = strchr(src, ':'), seen = false;
	unsigned char buf[2048];

	for (ssize_t n; (n = recv(fd, buf, sizeof(buf), 0)) > 0;)
		seen |= n >= 20 && (v6 ? n >= 40 && buf[0] >> 4 == 6 && !memcmp(buf + 8, &from, 16) :
				    buf[0] >> 4 == 4 && !memcmp(buf + 12, &from.s6_addr[12], 4));
	return seen;
}

static inline void keep_spoofed(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, VZCTX_A_SPOOFED);

	*(uint64_t *)data = a ? attr_u64(a) : UINT64_MAX;
}

static inline uint64_t spoofed(struct genl *g, uint32_t ctid)
{
	uint64_t n = UINT64_MAX;
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	genl_talk(g, &m, keep_spoofed, &n);
	return n;
}

#endif /* _SELFTESTS_VENET_H */
