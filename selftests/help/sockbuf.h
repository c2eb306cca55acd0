/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a container whose sockets' buffers are watched
 */
#ifndef _SELFTESTS_SOCKBUF_H
#define _SELFTESTS_SOCKBUF_H

#include <linux/sock_diag.h>

#include <kselftest_harness.h>
#include "sockservant.h"

#define PORT 5000
#define PAGE 4096L

FIXTURE(buf)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
};

/* What the servant and its helpers count. */
struct tally {
	volatile long moved;
	volatile long err;
};

static struct tally *tally;

FIXTURE_SETUP(buf)
{
	tally = shared(sizeof(*tally));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock)) TH_LOG("%s", self->g.text);
	ASSERT_EQ(0, tell(self->s, close_all, 0));
}

FIXTURE_TEARDOWN(buf)
{
	close(self->sock);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define held(id) bc_held(&self->g, 101, id)
#define maxheld(id) bc_maxheld(&self->g, 101, id)
#define failcnt(id) bc_failcnt(&self->g, 101, id)
#define limit(id, b, l) vz_set(&self->g, 101, id, b, l)

/* Memory the kernel has in its account for a socket. */
static long account(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(mem);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len))
		return 0;
	return mem[SK_MEMINFO_RMEM_ALLOC] + mem[SK_MEMINFO_WMEM_QUEUED] +
	       (int)mem[SK_MEMINFO_FWD_ALLOC];
}

/* Of all sockets the servant keeps. */
static long accounts(long arg)
{
	long sum = 0;
	int i;

	for (i = 0; i < nr_kept; i++)
		sum += account(kept[i]);
	return sum;
}

#endif /* _SELFTESTS_SOCKBUF_H */
