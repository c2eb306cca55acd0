// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single append=preempt=full timeout=900 */
/*
 * vzctx selftests - venet: devices come and go with contexts and with the module
 *
 * Witness: the kernel's own lists of devices, in each network.
 */
#include <kselftest_harness.h>
#include "help/modload.h"
#include "help/net.h"

#define IP	"10.9.0.1"
#define ROUNDS	2

/* Whether there is a device in a network, which an open file keeps. */
static bool there(int net, const char *name)
{
	return !sh("nsenter --net=/proc/%d/fd/%d ip link show dev %s >/dev/null 2>&1",
		   getpid(), net, name);
}

static int net_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return open(path, O_RDONLY);
}

FIXTURE(life)
{
	struct genl g;
	struct ct ct[2];
	int net;
	pid_t flood[3];
};

FIXTURE_SETUP(life)
{
	self->net = -1;
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
}

FIXTURE_TEARDOWN(life)
{
	for (int i = 0; i < 3; i++) {
		if (self->flood[i] <= 0)
			continue;
		kill(self->flood[i], SIGKILL);
		waitpid(self->flood[i], NULL, 0);
	}
	for (int i = 0; i < 2; i++)
		ct_kill(&self->ct[i]);
	if (self->net >= 0)
		close(self->net);
	close(self->g.fd);
	if (loaded())
		EXPECT_TRUE(wait_until(!unload(0)));
	sh("ip link del dummy0 2>/dev/null");
}

static int begin(struct genl *g, struct ct *ct, uint32_t ctid)
{
	return ct_spawn(ct, ctid, CLONE_NEWNET, park_forever, NULL) ?:
	       vz_create(g, ctid, ct->init);
}

CLAIM(life, a_device_comes_with_the_first_address_and_goes_with_the_context)
{
	EXPECT_EQ(0, sh("ip link show dev venet0 >/dev/null"));
	ASSERT_EQ(0, begin(&self->g, &self->ct[0], 101));
	self->net = net_of(self->ct[0].init);
	EXPECT_FALSE(there(self->net, "venet0"));
	ASSERT_EQ(0, give(&self->g, 101, IP));
	EXPECT_TRUE(there(self->net, "venet0"));
	ASSERT_EQ(0, take(&self->g, 101, IP));
	EXPECT_TRUE(there(self->net, "venet0"));
	ASSERT_EQ(0, give(&self->g, 101, IP));
	EXPECT_EQ(-EAGAIN, unload(0));
	/* Somebody keeps the network; the device goes all the same. */
	ct_kill(&self->ct[0]);
	EXPECT_TRUE(wait_until(!there(self->net, "venet0")));
	EXPECT_TRUE(wait_until(!unload(0)));
	EXPECT_NE(0, sh("ip link show dev venet0 >/dev/null 2>&1"));
}

CLAIM(life, the_address_is_free_when_the_end_is_told)
{
	struct genl l;

	ASSERT_EQ(0, genl_open(&l));
	ASSERT_EQ(0, genl_join(&l));
	ASSERT_EQ(0, begin(&self->g, &self->ct[1], 102));
	for (int i = 0; i < ROUNDS; i++) {
		const struct nlattr *ev = NULL, *type = NULL;

		ASSERT_EQ(0, begin(&self->g, &self->ct[0], 101));
		ASSERT_EQ(0, give(&self->g, 101, IP));
		EXPECT_EQ(-EADDRINUSE, give(&self->g, 102, IP));
		kill(self->ct[0].init, SIGKILL);
		do {
			ASSERT_EQ(0, recv_one(&l));
			ev = msg_find((void *)l.buf, VZCTX_A_EVENT);
			type = ev ? attr_find(attr_data(ev), attr_len(ev),
					      VZCTX_EVENT_A_TYPE) : NULL;
		} while (!type || attr_u64(type) != VZCTX_EVENT_STOP);
		EXPECT_EQ(0, give(&self->g, 102, IP));
		EXPECT_EQ(0, take(&self->g, 102, IP));
		ct_kill(&self->ct[0]);
	}
	close(l.fd);
}

/* A child that works on only while nobody else has to, or all the rest would wait. */
static pid_t fork_humble(void)
{
	const struct sched_param lowest = {};
	pid_t child = fork();

	if (!child)
		sched_setscheduler(0, SCHED_IDLE, &lowest);
	return child;
}

/* Sends as fast as it can, from the network of @pid, until it is killed. */
static pid_t flood(pid_t pid, const char *to)
{
	struct sockaddr_in6 a = to6(to);
	pid_t child;
	int fd = socket_in(pid, AF_INET6, SOCK_DGRAM, 0);

	child = fork_humble();
	while (!child)
		sendto(fd, "flood", 5, 0, (void *)&a, sizeof(a));
	close(fd);
	return child;
}

CLAIM(life, killed_under_load)
{
	ASSERT_EQ(0, sh("ip link add dummy0 type dummy; ip link set dummy0 up; "
			"ip addr add 192.0.2.1/32 dev dummy0; ip link set venet0 up; "
			"ip route add " IP "/32 dev venet0"));
	self->flood[0] = flood(0, IP);
	for (int i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, begin(&self->g, &self->ct[0], 101));
		ASSERT_EQ(0, give(&self->g, 101, IP));
		ASSERT_EQ(0, sh("nsenter --net=/proc/%d/ns/net sh -c 'ip link set venet0 up; "
				"ip addr add " IP "/32 dev venet0; ip route add default dev venet0'",
				self->ct[0].init));
		self->flood[1] = flood(self->ct[0].init, "192.0.2.1");
		self->flood[2] = flood(self->ct[0].init, "198.51.100.1");
		usleep(20000);
		/* Its flooders keep its network. */
		ct_kill(&self->ct[0]);
		for (int k = 1; k < 3; k++) {
			kill(self->flood[k], SIGKILL);
			waitpid(self->flood[k], NULL, 0);
			self->flood[k] = 0;
		}
	}
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(!unload(0)));
}

CLAIM(life, addresses_given_while_it_dies)
{
	pid_t giver = fork_humble();

	ASSERT_GE(giver, 0);
	if (!giver) {
		struct genl g;

		genl_open(&g);
		for (;;) {
			give(&g, 101, IP);
			take(&g, 101, IP);
			give(&g, 101, "2001:db8::5");
		}
	}
	self->flood[0] = giver;
	for (int i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, begin(&self->g, &self->ct[0], 101));
		usleep(5000 * i);
		ct_kill(&self->ct[0]);
		EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
		/* Nobody has it now. */
		ASSERT_EQ(0, begin(&self->g, &self->ct[1], 102));
		EXPECT_EQ(0, give(&self->g, 102, IP));
		EXPECT_EQ(0, give(&self->g, 102, "2001:db8::5"));
		ct_kill(&self->ct[1]);
		EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	}
}

CLAIM(life, a_forced_unload_takes_the_devices_along)
{
	ASSERT_EQ(0, begin(&self->g, &self->ct[0], 101));
	self->net = net_of(self->ct[0].init);
	ASSERT_EQ(0, give(&self->g, 101, IP));
	ASSERT_EQ(0, sh("nsenter --net=/proc/%d/ns/net ip link set venet0 up",
			self->ct[0].init));
	close(self->g.fd);
	ASSERT_EQ(0, unload(O_TRUNC));
	EXPECT_FALSE(there(self->net, "venet0"));
	EXPECT_NE(0, sh("ip link show dev venet0 >/dev/null 2>&1"));
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
}

TEST_HARNESS_MAIN
