// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - numtcpsock, numothersock: connections, and whose a socket
 * is that crosses between containers and host
 *
 * Witness: "sockets: used" of the container's own network, which the kernel
 * counts up and down at its own places.
 */
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <kselftest_harness.h>
#include "help/sockcount.h"

FIXTURE(sock)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
	long tcp;
	long other;
};

FIXTURE_SETUP(sock)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock)) TH_LOG("%s", self->g.text);
	ASSERT_EQ(0, tell(self->s, close_all, 0));
	self->tcp = bc_held(&self->g, 101, UB_NUMTCPSOCK);
	self->other = bc_held(&self->g, 101, UB_NUMOTHERSOCK);
	ASSERT_EQ(0, self->tcp);
	ASSERT_EQ(0, self->other);
}

FIXTURE_TEARDOWN(sock)
{
	close(self->sock);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* Connections */

#define PORT 5000

static long open_listener(long protocol)
{
	return keep(listener(PORT, protocol));
}

static long accept_all(long arg)
{
	int n = 0, fd;

	fcntl(kept[arg], F_SETFL, O_NONBLOCK);
	while ((fd = accept(kept[arg], NULL, NULL)) >= 0) {
		keep(fd);
		n++;
	}
	return n;
}

/* Dials from the host, through the container's network. */
static int dial_in(pid_t pid, int *fds, int n)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int i, err = enter_net(pid);

	for (i = 0; !err && i < n; i++) {
		fds[i] = dial(PORT, SOCK_NONBLOCK);
		if (fds[i] < 0)
			err = -errno;
	}
	setns(home, CLONE_NEWNET);
	close(home);
	return err;
}

/* The fourth connection is dropped; the listener takes it when there is room. */
static void connections_stop(struct __test_metadata *_metadata,
			     FIXTURE_DATA(sock) *self, int protocol)
{
	int fds[4], i;

	ASSERT_EQ(0, tell(self->s, open_listener, protocol));
	EXPECT_EQ(1, tcp());
	ASSERT_EQ(0, limit(UB_NUMTCPSOCK, 4));
	ASSERT_EQ(0, dial_in(self->ct.init, fds, 4));
	EXPECT_TRUE(wait_until(bc_failcnt(&self->g, 101, UB_NUMTCPSOCK) > 0));
	EXPECT_EQ(4, tcp());
	EXPECT_EQ(4, bc_maxheld(&self->g, 101, UB_NUMTCPSOCK));
	EXPECT_EQ(3, tell(self->s, accept_all, 0));
	EXPECT_EQ(4, tcp());
	ASSERT_EQ(0, limit(UB_NUMTCPSOCK, 5));
	EXPECT_TRUE(wait_until(tcp() == 5));
	/* It is charged before it is in the queue. */
	EXPECT_TRUE(wait_until(tell(self->s, accept_all, 0) == 1));
	for (i = 0; i < 4; i++)
		close(fds[i]);
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(tcp() == 0));
}

CLAIM(sock, connections_stop_and_the_listener_lives)
{
	connections_stop(_metadata, self, IPPROTO_TCP);
}

/* What an MPTCP socket listens on is the kernel's; what comes of it is not. */
CLAIM(sock, mptcp_listeners_are_no_way_around)
{
	connections_stop(_metadata, self, IPPROTO_MPTCP);
}

static long unix_connection(long arg)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(a);
	long l = keep(socket(AF_UNIX, SOCK_STREAM, 0)), c;

	bind(kept[l], (void *)&a, sizeof(sa_family_t));
	getsockname(kept[l], (void *)&a, &len);
	listen(kept[l], 1);
	c = keep(socket(AF_UNIX, SOCK_STREAM, 0));
	return connect(kept[c], (void *)&a, len) ? -errno : 0;
}

CLAIM(sock, unix_connections_count_before_they_are_accepted)
{
	EXPECT_EQ(0, tell(self->s, unix_connection, 0));
	EXPECT_EQ(3, other());
	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(other() == 0));
	ASSERT_EQ(0, limit(UB_NUMOTHERSOCK, 2));
	EXPECT_EQ(-ENOMEM, tell(self->s, unix_connection, 0));
	EXPECT_EQ(1, bc_failcnt(&self->g, 101, UB_NUMOTHERSOCK));
}

static long open_and_close(long n)
{
	int fd;

	while (n--) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0)
			return -errno;
		close(fd);
	}
	return 0;
}

/* Their memory is free only a grace period later. */
CLAIM(sock, one_after_another_is_one_at_a_time)
{
	ASSERT_EQ(0, limit(UB_NUMOTHERSOCK, 1));
	EXPECT_EQ(0, tell(self->s, open_and_close, 1000));
	EXPECT_EQ(1, bc_maxheld(&self->g, 101, UB_NUMOTHERSOCK));
	EXPECT_EQ(0, bc_failcnt(&self->g, 101, UB_NUMOTHERSOCK));
}

static long short_connections(long n)
{
	int l = listener(PORT, 0), c, a;
	struct linger now = { 1, 0 };
	char byte;
	long i;

	for (i = 0; i < n; i++) {
		c = dial(PORT, 0);
		a = accept(l, NULL, NULL);
		if (c < 0 || a < 0)
			return -errno;
		if (write(a, "x", 1) != 1 || read(c, &byte, 1) != 1)
			return -errno;
		/* Some end in TIME_WAIT, some at once. */
		if (i & 1)
			setsockopt(c, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(c);
		close(a);
	}
	close(l);
	return 0;
}

CLAIM(sock, ten_thousand_connections_leave_nothing)
{
	/* One of each pair may be closing while the next is made. */
	ASSERT_EQ(0, limit(UB_NUMTCPSOCK, 16));
	EXPECT_EQ(0, tell(self->s, short_connections, 10000 / (slow() * slow())));
	EXPECT_TRUE(wait_until(tcp() == 0));
	EXPECT_EQ(0, bc_failcnt(&self->g, 101, UB_NUMTCPSOCK));
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, UB_TCPSNDBUF) == 0));
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, UB_TCPRCVBUF) == 0));
	EXPECT_EQ(0, used());
}

static uint16_t checksum(const void *data, size_t len, uint32_t sum)
{
	const uint16_t *p = data;

	for (; len > 1; len -= 2)
		sum += *p++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Opens of connections by nobody. */
static long syn_flood(long n)
{
	struct sockaddr_in to = on_lo(PORT);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP), one = 1;
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} p;

	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one));
	while (n--) {
		uint32_t pseudo;

		memset(&p, 0, sizeof(p));
		p.ip.version = 4;
		p.ip.ihl = 5;
		p.ip.ttl = 64;
		p.ip.protocol = IPPROTO_TCP;
		p.ip.saddr = htonl(0x7f010000 + n);
		p.ip.daddr = htonl(INADDR_LOOPBACK);
		p.tcp.source = htons(1024 + n % 60000);
		p.tcp.dest = htons(PORT);
		p.tcp.seq = htonl(n);
		p.tcp.doff = 5;
		p.tcp.syn = 1;
		p.tcp.window = htons(1024);
		pseudo = (p.ip.saddr & 0xffff) + (p.ip.saddr >> 16) +
			 (p.ip.daddr & 0xffff) + (p.ip.daddr >> 16) +
			 htons(IPPROTO_TCP) + htons(sizeof(p.tcp));
		p.tcp.check = checksum(&p.tcp, sizeof(p.tcp), pseudo);
		sendto(fd, &p, sizeof(p), 0, (void *)&to, sizeof(to));
	}
	close(fd);
	return 0;
}

CLAIM(sock, syn_flood_hurts_nobody_else)
{
	struct servant *s;
	struct ct ct = {};
	int sock[1], c;

	ASSERT_EQ(0, tell(self->s, open_listener, 0));
	ASSERT_EQ(0, limit(UB_NUMTCPSOCK, 8));
	EXPECT_EQ(0, tell(self->s, syn_flood, 3000 / slow()));
	/* An attempt is no socket. */
	EXPECT_EQ(1, tcp());
	EXPECT_EQ(0, bc_failcnt(&self->g, 101, UB_NUMTCPSOCK));

	ASSERT_EQ(0, servant_start(&self->g, &ct, 102, &s, sock));
	EXPECT_EQ(0, tell(s, short_connections, 10));
	lo_up();
	EXPECT_EQ(0, short_connections(10));
	EXPECT_EQ(0, bc_failcnt(&self->g, 102, UB_NUMTCPSOCK));
	close(*sock);
	ct_kill(&ct);

	/* And the victim still answers, be it by cookies. */
	ASSERT_EQ(0, dial_in(self->ct.init, &c, 1));
	EXPECT_TRUE(wait_until(tell(self->s, accept_all, 0) == 1));
	close(c);
}

/* Crossing */

CLAIM(sock, passed_to_the_host_it_stays_charged)
{
	int l, c, a;

	ASSERT_EQ(0, tell(self->s, open_listener, 0));
	ASSERT_EQ(0, tell(self->s, give_last, 0));
	l = receive_fd(self->sock);
	ASSERT_GE(l, 0);
	tell(self->s, close_all, 0);
	EXPECT_EQ(1, tcp());
	/* Connections the host takes from it are its owner's too. */
	ASSERT_EQ(0, dial_in(self->ct.init, &c, 1));
	a = accept(l, NULL, NULL);
	EXPECT_GE(a, 0);
	EXPECT_EQ(2, tcp());

	ct_kill(&self->ct);
	EXPECT_EQ(1, vz_count(&self->g));
	close(c);
	close(a);
	close(l);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* By way of the host; who made it pays, whoever has it. */
CLAIM(sock, passed_to_another_container_it_stays_charged)
{
	struct servant *s;
	struct ct ct = {};
	int sock[1], l;

	ASSERT_EQ(0, servant_start(&self->g, &ct, 102, &s, sock));
	ASSERT_EQ(0, tell(s, close_all, 0));
	ASSERT_EQ(0, tell(self->s, open_listener, 0));
	ASSERT_EQ(0, tell(self->s, give_last, 0));
	l = receive_fd(self->sock);
	ASSERT_EQ(0, send_fd(*sock, l));
	ASSERT_EQ(0, tell(s, take_one, 0));
	close(l);
	tell(self->s, close_all, 0);
	EXPECT_EQ(1, tcp());
	EXPECT_EQ(0, bc_held(&self->g, 102, UB_NUMTCPSOCK));
	/* Full or not, the one that has it may use it. */
	ASSERT_EQ(0, vz_set(&self->g, 102, UB_NUMTCPSOCK, 0, 0));
	ASSERT_EQ(0, dial_in(self->ct.init, &l, 1));
	EXPECT_TRUE(wait_until(tell(s, accept_all, 0) == 1));
	EXPECT_EQ(2, tcp());
	tell(s, close_all, 0);
	EXPECT_TRUE(wait_until(tcp() == 0));
	close(l);
	close(*sock);
	ct_kill(&ct);
}

CLAIM(sock, passed_by_the_host_it_is_not_charged)
{
	int l = listener(PORT + 1, 0), c, home;

	ASSERT_GE(l, 0);
	ASSERT_EQ(0, send_fd(self->sock, l));
	ASSERT_EQ(0, tell(self->s, take_one, 0));
	EXPECT_EQ(0, tcp());
	lo_up();
	home = dial(PORT + 1, SOCK_NONBLOCK);
	ASSERT_GE(home, 0);
	c = -1;
	EXPECT_TRUE(wait_until(tell(self->s, accept_all, 0) == 1));
	EXPECT_EQ(0, tcp());
	close(c);
	close(home);
	close(l);
}

TEST_HARNESS_MAIN
