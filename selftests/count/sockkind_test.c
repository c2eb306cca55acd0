// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - numtcpsock, numothersock: what counts as a socket, and
 * where sockets stop
 *
 * Witness: "sockets: used" of the container's own network, which the kernel
 * counts up and down at its own places.
 */
#include <linux/netlink.h>
#include <linux/vm_sockets.h>

#include <kselftest_harness.h>
#include "help/sockcount.h"

/* The kinds of socket */

struct kind {
	int family, type, protocol;
	uint32_t id;
	int err;
	int pair;
};

static const struct kind *kind_asked;

static long make(long arg)
{
	const struct kind *k = (const struct kind *)arg;
	int sv[2];

	if (!k->pair)
		return keep(socket(k->family, k->type, k->protocol));
	if (socketpair(k->family, k->type, k->protocol, sv))
		return -errno;
	keep(sv[0]);
	return keep(sv[1]);
}

FIXTURE(kind)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
};

FIXTURE_VARIANT(kind)
{
	struct kind kind;
};

FIXTURE_VARIANT_ADD(kind, tcp)
{
	.kind = { AF_INET, SOCK_STREAM, 0, UB_NUMTCPSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, tcp6)
{
	.kind = { AF_INET6, SOCK_STREAM, 0, UB_NUMTCPSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, mptcp)
{
	.kind = { AF_INET, SOCK_STREAM, IPPROTO_MPTCP, UB_NUMTCPSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, sctp)
{
	.kind = { AF_INET, SOCK_STREAM, IPPROTO_SCTP, UB_NUMTCPSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, udp)
{
	.kind = { AF_INET, SOCK_DGRAM, 0, UB_NUMOTHERSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, udp6)
{
	.kind = { AF_INET6, SOCK_DGRAM, 0, UB_NUMOTHERSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, raw)
{
	.kind = { AF_INET, SOCK_RAW, IPPROTO_ICMP, UB_NUMOTHERSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, packet)
{
	.kind = { AF_PACKET, SOCK_RAW, 0, UB_NUMOTHERSOCK, ENOBUFS },
};

FIXTURE_VARIANT_ADD(kind, unix_stream)
{
	.kind = { AF_UNIX, SOCK_STREAM, 0, UB_NUMOTHERSOCK, ENOMEM },
};

FIXTURE_VARIANT_ADD(kind, unix_dgram)
{
	.kind = { AF_UNIX, SOCK_DGRAM, 0, UB_NUMOTHERSOCK, ENOMEM },
};

FIXTURE_VARIANT_ADD(kind, netlink)
{
	.kind = { AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, UB_NUMOTHERSOCK, ENOMEM },
};

FIXTURE_VARIANT_ADD(kind, vsock)
{
	.kind = { AF_VSOCK, SOCK_STREAM, 0, UB_NUMOTHERSOCK, ENOMEM },
};

FIXTURE_VARIANT_ADD(kind, pair)
{
	.kind = { AF_UNIX, SOCK_SEQPACKET, 0, UB_NUMOTHERSOCK, ENOMEM, 1 },
};

FIXTURE_SETUP(kind)
{
	/* A kind of socket that is a module is loaded for the host only. */
	close(socket(variant->kind.family, variant->kind.type,
		     variant->kind.protocol));
	ASSERT_EQ(0, genl_open(&self->g));
	/* Forked with the servant, so it is there too. */
	kind_asked = &variant->kind;
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock));
	ASSERT_EQ(0, tell(self->s, close_all, 0));
}

FIXTURE_TEARDOWN(kind)
{
	close(self->sock);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(kind, counts_and_stops)
{
	const struct kind *k = &variant->kind;
	uint32_t not_it = k->id == UB_NUMTCPSOCK ? UB_NUMOTHERSOCK :
						   UB_NUMTCPSOCK;
	long each = k->pair ? 2 : 1, before = used(), made;
	/* Here the kernel counts the TCP socket behind it too, or not. */
	bool witness = k->protocol != IPPROTO_MPTCP;

	made = tell(self->s, make, (long)k);
	if (made == -EPROTONOSUPPORT || made == -EAFNOSUPPORT) {
		ASSERT_EQ(made, make((long)k));
		SKIP(return, "no such protocol on this kernel");
	}
	ASSERT_GE(made, 0);
	EXPECT_EQ(each, bc_held(&self->g, 101, k->id));
	EXPECT_EQ(0, bc_held(&self->g, 101, not_it));
	if (witness)
		EXPECT_EQ(before + each, used());

	EXPECT_EQ(0, limit(k->id, each));
	EXPECT_EQ(-k->err, tell(self->s, make, (long)k));
	EXPECT_EQ(-k->err, tell(self->s, make, (long)k));
	EXPECT_EQ(2, bc_failcnt(&self->g, 101, k->id));
	EXPECT_EQ(each, bc_held(&self->g, 101, k->id));
	if (witness)
		EXPECT_EQ(before + each, used());

	tell(self->s, close_all, 0);
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, k->id) == 0));
	EXPECT_EQ(before, used());
	EXPECT_GE(tell(self->s, make, (long)k), 0);
	EXPECT_EQ(2, bc_failcnt(&self->g, 101, k->id));
}

/* The last units */

#define RACERS 8
#define UNITS 100

struct tally {
	int made;
	int refused;
	int wrong;
};

static struct tally *tally;

static long race(long n)
{
	int i, status, left = 0;

	for (i = 0; i < RACERS; i++) {
		if (fork())
			continue;
		for (; n; n--) {
			if (socket(AF_UNIX, SOCK_DGRAM, 0) >= 0)
				__sync_fetch_and_add(&tally->made, 1);
			else if (errno == ENOMEM)
				__sync_fetch_and_add(&tally->refused, 1);
			else
				__sync_fetch_and_add(&tally->wrong, 1);
		}
		raise(SIGSTOP);
		_exit(0);
	}
	while (left < RACERS && waitpid(-1, &status, WUNTRACED) > 0)
		left++;
	return 0;
}

static long end_race(long arg)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}

FIXTURE(racers)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
};

FIXTURE_SETUP(racers)
{
	tally = shared(sizeof(*tally));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock));
	ASSERT_EQ(0, tell(self->s, close_all, 0));
}

FIXTURE_TEARDOWN(racers)
{
	close(self->sock);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(racers, get_all_of_the_last_units_and_no_more)
{
	ASSERT_EQ(0, limit(UB_NUMOTHERSOCK, UNITS));
	ASSERT_EQ(0, tell(self->s, race, 50));
	EXPECT_EQ(UNITS, tally->made);
	EXPECT_EQ(RACERS * 50 - UNITS, tally->refused);
	EXPECT_EQ(0, tally->wrong);
	EXPECT_EQ(UNITS, other());
	EXPECT_EQ(UNITS, bc_maxheld(&self->g, 101, UB_NUMOTHERSOCK));
	EXPECT_EQ(tally->refused,
		  bc_failcnt(&self->g, 101, UB_NUMOTHERSOCK));
	EXPECT_EQ(UNITS, used());
	ASSERT_EQ(0, tell(self->s, end_race, 0));
	EXPECT_TRUE(wait_until(other() == 0));
	EXPECT_EQ(0, used());
}

TEST_HARNESS_MAIN
