// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single timeout=120 */
/*
 * vzctx selftests - the module cannot be loaded, and is asked for something meanwhile
 *
 * Witness: the kernel's own lists, and that it lives on.
 */
#include <kselftest_harness.h>
#include "help/modload.h"

#define HOLDER "/vzctx/holder.ko"

FIXTURE(loadfail)
{
	struct genl g;
	struct ct ct;
	pid_t loader;
};

/* The last door opens slowly, and in vain. */
FIXTURE_SETUP(loadfail)
{
	ASSERT_EQ(0, load_file(HOLDER, "device=vzctl"));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
}

FIXTURE_TEARDOWN(loadfail)
{
	ct_kill(&self->ct);
	EXPECT_EQ(0, unload_module("holder", 0));
}

static bool opened(struct genl *g)
{
	if (!genl_open(g))
		return true;
	close(g->fd);
	return false;
}

static bool meet(struct genl *g, pid_t *loader)
{
	*loader = fork();
	if (!*loader)
		_exit(-load("linger=0"));
	return *loader > 0 && wait_until(opened(g)) &&
	       !put_file("/sys/module/holder/parameters", "met", "Y");
}

/* The errno that loading has met. */
static int outcome(pid_t loader)
{
	int status;

	waitpid(loader, &status, 0);
	return WEXITSTATUS(status);
}

CLAIM(loadfail, binds_nothing_before_it_is_sure)
{
	struct genl after;

	ASSERT_TRUE(meet(&self->g, &self->loader));
	EXPECT_EQ(-ENODEV, vz_create(&self->g, 101, self->ct.init));
	EXPECT_STRNE("", self->g.text);
	EXPECT_EQ(EBUSY, outcome(self->loader));
	EXPECT_FALSE(loaded());
	EXPECT_EQ(0, hooked());

	ASSERT_EQ(0, unload_module("holder", 0));
	EXPECT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&after));
	EXPECT_EQ(0, vz_create(&after, 101, self->ct.init))
		TH_LOG("%s", after.text);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(!unload(0)));
	ASSERT_EQ(0, load_file(HOLDER, "device=vzctl"));
}

CLAIM(loadfail, waits_for_who_reads)
{
	struct genl later;
	char buf[65536];
	struct msg m;

	ASSERT_TRUE(meet(&self->g, &self->loader));
	msg_init(&m, self->g.family, VZCTX_CMD_RES, NLM_F_DUMP);
	ASSERT_LT(0, send(self->g.fd, &m, m.nlh.nlmsg_len, 0));
	ASSERT_TRUE(wait_until(!opened(&later) || (close(later.fd), false)));
	EXPECT_LT(0, recv(self->g.fd, buf, sizeof(buf), 0));
	EXPECT_LT(0, recv(self->g.fd, buf, sizeof(buf), 0));
	close(self->g.fd);
	EXPECT_EQ(EBUSY, outcome(self->loader));
	EXPECT_FALSE(loaded());
}

TEST_HARNESS_MAIN
