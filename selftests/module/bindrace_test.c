// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=multi module=1 timeout=600 */
/*
 * vzctx selftests - an init that is killed while it is being bound
 *
 * Its many open files make the binding long; they are the test's too, so what is
 * lent of them does not go by itself. The witness that the binding left nothing
 * behind is the kernel's count of memory cgroups that are removed and still
 * referred to.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <kselftest_harness.h>
#include "help/world.h"

#define FILES	(40000 / slow())
#define ROUNDS	4

static volatile pid_t victim;

static bool is_listed(uint32_t ctid)
{
	char line[128];
	unsigned int id;
	bool found = false;
	FILE *f = fopen("/proc/vz/veinfo", "re");

	while (f && fgets(line, sizeof(line), f))
		found = found || (sscanf(line, "%u", &id) == 1 && id == ctid);
	if (f)
		fclose(f);
	return found;
}

static void *kill_when_listed(void *arg)
{
	if (wait_until(is_listed(*(uint32_t *)arg)))
		kill(victim, SIGKILL);
	return NULL;
}

/* Memory cgroups that are removed, and kept by somebody. */
static long dying(void)
{
	char line[64];
	long n = -1;
	FILE *f = fopen("/sys/fs/cgroup/cgroup.stat", "re");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "nr_dying_descendants %ld", &n);
	if (f)
		fclose(f);
	return n;
}

/* Whether the ends that were told so far are those of beginnings told before. */
static bool ends_follow_starts(struct genl *l)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	int running = 0;

	while (running >= 0 && poll(&p, 1, 0) == 1 && !recv_one(l)) {
		const struct nlattr *nest = msg_find((void *)l->buf,
						     VZCTX_A_EVENT);

		if (!nest)
			return false;
		for_each_attr(a, attr_data(nest), attr_len(nest)) {
			if (attr_type(a) != VZCTX_EVENT_A_TYPE)
				continue;
			running += attr_u64(a) == VZCTX_EVENT_START;
			running -= attr_u64(a) == VZCTX_EVENT_STOP;
		}
	}
	return !running;
}

FIXTURE(bind)
{
	struct genl g;
	struct genl l;
};

FIXTURE_SETUP(bind)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, genl_open(&self->l));
	ASSERT_EQ(0, genl_join(&self->l));
}

FIXTURE_TEARDOWN(bind)
{
}

CLAIM(bind, leaves_nothing_of_an_init_killed_meanwhile)
{
	struct rlimit many = { FILES + 100, FILES + 100 };
	uint32_t ctid = 101;
	long before;
	int i, err;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	for (i = 0; i < FILES; i++)
		ASSERT_LE(0, eventfd(0, 0));
	before = dying();
	ASSERT_LE(0, before);
	for (i = 0; i < ROUNDS; i++) {
		struct ct ct = {};
		pthread_t killer;

		ASSERT_EQ(0, ct_spawn(&ct, ctid, 0, park_forever, NULL));
		victim = ct.init;
		ASSERT_EQ(0, pthread_create(&killer, NULL, kill_when_listed,
					    &ctid));
		err = vz_create(&self->g, ctid, ct.init);
		pthread_join(killer, NULL);
		EXPECT_TRUE(!err || err == -ESRCH) {
			TH_LOG("binding returned %d", err);
		}
		ct_kill(&ct);
		ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
		EXPECT_TRUE(ends_follow_starts(&self->l));
	}
	EXPECT_TRUE(wait_until(dying() <= before)) {
		TH_LOG("%ld cgroups are kept", dying() - before);
	}
}

TEST_HARNESS_MAIN
