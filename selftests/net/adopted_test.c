// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - venet of containers that the tool did not make
 *
 * Such a container has no user namespace and no configuration, its tree is the host's,
 * and it may share its network with another one, as containers of a pod do.
 */
#include <kselftest_harness.h>
#include "help/net.h"

#define IP4	"10.9.0.1"
#define IP6	"2001:db8:9::1"

FIXTURE(adopted)
{
	struct genl g;
	struct ct ct[2];
};

static void join_net(void *arg)
{
	if (setns(*(int *)arg, CLONE_NEWNET))
		_exit(1);
	pause_forever();
}

/* The second one goes to the network of the first. */
FIXTURE_SETUP(adopted)
{
	char path[64];
	int net;

	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct[0], 301, CLONE_NEWNET, park_forever, NULL));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", self->ct[0].init);
	net = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_GE(net, 0);
	ASSERT_EQ(0, ct_spawn(&self->ct[1], 302, 0, join_net, &net));
	for (int i = 0; i < 2; i++)
		ASSERT_EQ(0, vz_create(&self->g, 301 + i, self->ct[i].init));
	ASSERT_EQ(0, ct_go(&self->ct[1]));
	ASSERT_TRUE(wait_until(!sh("test /proc/%d/ns/net -ef %s", self->ct[1].init, path)));
	close(net);
}

FIXTURE_TEARDOWN(adopted)
{
	for (int i = 0; i < 2; i++)
		ct_kill(&self->ct[i]);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	close(self->g.fd);
	sh("ip link del host0 2>/dev/null");
}

CLAIM(adopted, the_tool_gives_it_an_address)
{
	ASSERT_EQ(0, sh("ip link add host0 type dummy && ip link set host0 up && "
			"ip addr add 192.0.2.1/32 dev host0 && ip addr add 2001:db8::1/128 dev host0 nodad"));
	EXPECT_EQ(0, sh("vzctl set 301 --ipadd " IP4 " --ipadd " IP6 " >/dev/null"));
	EXPECT_EQ(0, sh("busybox ping -c 1 -w 20 " IP4 " >/dev/null"));
	EXPECT_EQ(0, sh("busybox ping -c 1 -w 20 " IP6 " >/dev/null"));
	EXPECT_EQ(0, sh("vzctl set 301 --ipdel all >/dev/null"));
	EXPECT_NE(0, sh("busybox ping -c 1 -w 1 " IP4 " >/dev/null"));
}

CLAIM(adopted, one_venet_in_one_network)
{
	ASSERT_EQ(0, give(&self->g, 301, IP4));
	EXPECT_EQ(-EBUSY, give(&self->g, 302, IP6));
	EXPECT_STREQ("another container has its venet in the network that they share",
		     self->g.text);
	EXPECT_EQ(0, sh("vzctl set 302 --ipadd " IP6 " 2>&1 | "
			"grep -q 'give " IP6 " to CT 302: it shares its network with CT 301'"));
	EXPECT_NE(0, sh("nsenter --net=/proc/%d/ns/net ip link show dev venet1 2>/dev/null",
			self->ct[0].init));
	/* The one that is left may have one, at once. */
	ct_kill(&self->ct[0]);
	EXPECT_EQ(0, give(&self->g, 302, IP4));
	EXPECT_EQ(0, sh("nsenter --net=/proc/%d/ns/net ip -br link | grep -q venet",
			self->ct[1].init));
}

TEST_HARNESS_MAIN
