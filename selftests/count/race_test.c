// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=multi module=1 timeout=600 */
/*
 * vzctx selftests - eight tasks race for the last units
 *
 * Never one unit above the limit; never refused while, at an instant of the
 * call, enough was free.
 */
#include <kselftest_harness.h>
#include "help/world.h"

#define TASKS 8
#define ROUNDS (400 / (slow() * slow()))

struct race {
	volatile int ready;
	volatile int go;
	volatile int finished;
	int got[TASKS];
	int refused[TASKS];
	int err[TASKS];
};

static void open_and_close(struct race *r, int i)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		r->got[i]++;
		close(fd);
	} else {
		r->refused[i]++;
		r->err[i] = errno;
	}
}

static void fork_and_wait(struct race *r, int i)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid > 0) {
		r->got[i]++;
		waitpid(pid, NULL, 0);
	} else {
		r->refused[i]++;
		r->err[i] = errno;
	}
}

static void runners(struct race *r, void (*fn)(struct race *r, int i))
{
	int i, n;

	for (i = 0; i < TASKS; i++) {
		if (fork())
			continue;
		__sync_fetch_and_add(&r->ready, 1);
		while (!r->go)
			usleep(200);
		for (n = 0; n < ROUNDS; n++)
			fn(r, i);
		__sync_fetch_and_add(&r->finished, 1);
		pause_forever();
	}
	pause_forever();
}

static void file_runners(void *arg)
{
	runners(arg, open_and_close);
}

static void task_runners(void *arg)
{
	runners(arg, fork_and_wait);
}

FIXTURE(race)
{
	struct genl g;
	struct ct ct;
	struct race *r;
};

FIXTURE_VARIANT(race)
{
	int res;
	ct_fn fn;
	int free;
	int err;
};

FIXTURE_VARIANT_ADD(race, numfile_enough)
{
	.res = UB_NUMFILE, .fn = file_runners, .free = TASKS, .err = 0,
};

FIXTURE_VARIANT_ADD(race, numfile_scarce)
{
	.res = UB_NUMFILE, .fn = file_runners, .free = 1, .err = ENFILE,
};

FIXTURE_VARIANT_ADD(race, numproc_enough)
{
	.res = UB_NUMPROC, .fn = task_runners, .free = TASKS, .err = 0,
};

FIXTURE_VARIANT_ADD(race, numproc_scarce)
{
	.res = UB_NUMPROC, .fn = task_runners, .free = 1, .err = ENOMEM,
};

FIXTURE_SETUP(race)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->r = shared(sizeof(*self->r));
	ASSERT_NE(NULL, self->r);
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, variant->fn, self->r));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->r->ready == TASKS));
}

FIXTURE_TEARDOWN(race)
{
	ct_kill(&self->ct);
}

CLAIM(race, for_the_last_units)
{
	int i, got = 0, refused = 0;
	struct bc before, after;
	uint64_t top;

	ASSERT_EQ(0, vz_bc(&self->g, 101, variant->res, &before));
	top = before.held + variant->free;
	ASSERT_EQ(0, vz_set(&self->g, 101, variant->res, top, top));
	self->r->go = 1;
	ASSERT_TRUE(wait_until(self->r->finished == TASKS));

	for (i = 0; i < TASKS; i++) {
		got += self->r->got[i];
		refused += self->r->refused[i];
		if (self->r->refused[i])
			EXPECT_EQ(variant->err, self->r->err[i]);
	}
	ASSERT_EQ(0, vz_bc(&self->g, 101, variant->res, &after));
	EXPECT_EQ(TASKS * ROUNDS, got + refused);
	EXPECT_LE(after.maxheld, top);
	EXPECT_EQ(before.held, after.held);
	EXPECT_EQ((uint64_t)refused, after.failcnt - before.failcnt);
	EXPECT_GT(got, 0);
	/* Each holds one at a time: with one for each, nobody is refused. */
	if (variant->free == TASKS)
		EXPECT_EQ(0, refused);
	printf("# granted %d, refused %d, free %d\n", got, refused,
	       variant->free);
}

TEST_HARNESS_MAIN
