// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - barrier, limit, maxheld, failcnt: what may be set and what
 * follows from it
 */
#include <kselftest_harness.h>
#include "help/world.h"

struct orders {
	volatile int more;
	volatile int made;
	volatile int refused;
};

/* Forks as many sleepers as it is ordered to, and tells how many came to be. */
static void obey(void *arg)
{
	struct orders *o = arg;

	for (;;) {
		while (!o->more)
			usleep(500);
		if (fork_sleeper() > 0)
			o->made++;
		else
			o->refused++;
		o->more--;
	}
}

FIXTURE(limit)
{
	struct genl g;
	struct ct ct;
	struct orders *o;
};

FIXTURE_SETUP(limit)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->o = shared(sizeof(*self->o));
	ASSERT_NE(NULL, self->o);
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, obey, self->o));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
}

FIXTURE_TEARDOWN(limit)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define order(n) do {							\
	self->o->more = (n);						\
	ASSERT_TRUE(wait_until(!self->o->more));			\
} while (0)

#define look() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &_bc));		\
	_bc;								\
})

#define set(bar, lim) vz_set(&self->g, 101, UB_NUMPROC, bar, lim)

CLAIM(limit, a_new_context_is_unlimited)
{
	struct bc bc = look();

	EXPECT_EQ(VZCTX_UNLIMITED, bc.barrier);
	EXPECT_EQ(VZCTX_UNLIMITED, bc.limit);
	EXPECT_EQ(0, bc.failcnt);
	EXPECT_EQ(1, bc.maxheld);
}

CLAIM(limit, refused_requests_are_counted_not_units)
{
	struct bc bc;

	ASSERT_EQ(0, set(5, 5));
	order(10);
	bc = look();
	EXPECT_EQ(4, self->o->made);
	EXPECT_EQ(6, self->o->refused);
	EXPECT_EQ(6, bc.failcnt);
	EXPECT_EQ(5, bc.held);
	EXPECT_EQ(5, bc.maxheld);
}

CLAIM(limit, below_held_is_accepted_and_later_charges_fail)
{
	struct bc bc;

	order(9);
	EXPECT_EQ(9, self->o->made);
	ASSERT_EQ(0, set(4, 4));
	bc = look();
	EXPECT_EQ(10, bc.held);
	EXPECT_EQ(4, bc.limit);
	EXPECT_EQ(10, pids_current(&self->ct));
	order(3);
	bc = look();
	EXPECT_EQ(9, self->o->made);
	EXPECT_EQ(3, bc.failcnt);
	EXPECT_EQ(10, bc.held);
}

CLAIM(limit, raising_and_lifting_work_at_once)
{
	struct bc bc;

	ASSERT_EQ(0, set(3, 3));
	order(5);
	EXPECT_EQ(2, self->o->made);
	ASSERT_EQ(0, set(6, 6));
	order(5);
	EXPECT_EQ(5, self->o->made);
	ASSERT_EQ(0, set(VZCTX_UNLIMITED, VZCTX_UNLIMITED));
	order(50);
	EXPECT_EQ(55, self->o->made);
	bc = look();
	EXPECT_EQ(56, bc.held);
	EXPECT_EQ(56, bc.maxheld);
	EXPECT_EQ(56, pids_current(&self->ct));
	/* Three above 2 of 5, two above 3 of 5; changes do not reset it. */
	EXPECT_EQ(5, bc.failcnt);
}

CLAIM(limit, maxheld_stays_when_held_falls)
{
	struct bc bc;
	char path[96];

	order(20);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		 self->ct.init, self->ct.init);
	FILE *f = fopen(path, "r");
	pid_t pid;

	ASSERT_NE(NULL, f);
	while (fscanf(f, "%d", &pid) == 1)
		kill(pid, SIGKILL);
	fclose(f);
	/* Zombies count until they are reaped, for the kernel as for us. */
	bc = look();
	EXPECT_EQ(21, bc.held);
	EXPECT_EQ(21, pids_current(&self->ct));
	EXPECT_EQ(21, bc.maxheld);
}

CLAIM(limit, barrier_alone_and_limit_alone)
{
	struct nlattr *bcs, *one;
	struct msg m;
	struct bc bc;

	ASSERT_EQ(0, set(10, 20));
	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	one = msg_nest(&m, VZCTX_A_BC);
	msg_u32(&m, VZCTX_BC_A_ID, UB_NUMPROC);
	msg_u64(&m, VZCTX_BC_A_LIMIT, 30);
	msg_nest_end(&m, one);
	msg_nest_end(&m, bcs);
	ASSERT_EQ(0, genl_talk(&self->g, &m, NULL, NULL));
	bc = look();
	EXPECT_EQ(10, bc.barrier);
	EXPECT_EQ(30, bc.limit);
}

CLAIM(limit, several_in_one_request_are_all_or_nothing)
{
	struct nlattr *bcs;
	struct msg m;
	struct bc bc;

	ASSERT_EQ(0, set(7, 8));
	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, UB_NUMPROC, 50, 60);
	msg_limit(&m, 4, 9, 9);
	msg_nest_end(&m, bcs);
	EXPECT_EQ(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
	EXPECT_STREQ("unknown resource", self->g.text);
	bc = look();
	EXPECT_EQ(7, bc.barrier);
	EXPECT_EQ(8, bc.limit);
}

CLAIM(limit, dry_run_changes_nothing)
{
	struct nlattr *bcs;
	struct msg m;

	ASSERT_EQ(0, set(7, 8));
	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	msg_u32(&m, VZCTX_A_FLAGS, VZCTX_F_DRY_RUN);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, UB_NUMPROC, 50, 60);
	msg_nest_end(&m, bcs);
	EXPECT_EQ(0, genl_talk(&self->g, &m, NULL, NULL));
	EXPECT_EQ(7, look().barrier);
	EXPECT_EQ(8, look().limit);
}

/* Limits given with the binding hold from the first fork on. */
CLAIM(limit, limits_given_at_birth)
{
	struct nlattr *bcs;
	struct msg m;
	struct orders *o = shared(sizeof(*o));
	struct ct ct = {};
	struct bc bc;

	ASSERT_EQ(0, ct_spawn(&ct, 102, 0, obey, o));
	msg_init(&m, self->g.family, VZCTX_CMD_CREATE, 0);
	msg_u32(&m, VZCTX_A_CTID, 102);
	msg_u32(&m, VZCTX_A_PID, ct.init);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, UB_NUMPROC, 3, 3);
	msg_nest_end(&m, bcs);
	ASSERT_EQ(0, genl_talk(&self->g, &m, NULL, NULL));
	o->more = 5;
	ASSERT_EQ(0, ct_go(&ct));
	ASSERT_TRUE(wait_until(!o->more));
	EXPECT_EQ(2, o->made);
	ASSERT_EQ(0, vz_bc(&self->g, 102, UB_NUMPROC, &bc));
	EXPECT_EQ(3, bc.failcnt);
	ct_kill(&ct);
}

TEST_HARNESS_MAIN
