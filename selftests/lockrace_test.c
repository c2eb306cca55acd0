// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=400 */
/*
 * vzctx selftests - numflock: any sequence of locks, races and storms
 */
#include <pthread.h>

#include "kselftest_harness.h"
#include "filelock.h"

/* Locks single bytes with gaps until it is refused. */
static long do_fill(long i, long from)
{
	long at, err;

	for (at = from; at < 20000; at += 2) {
		err = do_write(i, RANGE(at, 1));
		if (err)
			return err;
	}
	return 0;
}

static long random_ops(long seed, long n)
{
	static const int type[] = { F_RDLCK, F_WRLCK, F_WRLCK, F_UNLCK };
	unsigned int r = seed;
	long strange = 0, err;

	while (n--) {
		int i = rand_r(&r) % 2;
		long range = RANGE(rand_r(&r) % 40L, 1 + rand_r(&r) % 12L);

		err = do_lock(i, rand_r(&r) % 3 ? F_SETLK : F_OFD_SETLK,
			      type[rand_r(&r) % 4], range);
		if (err && err != -ENOLCK && err != -EAGAIN)
			strange++;
		if (!(rand_r(&r) % 20))
			flock(fd[i], LOCK_NB |
				     (rand_r(&r) % 2 ? LOCK_EX : LOCK_SH));
	}
	return strange;
}

CLAIM(lock, any_sequence_agrees_with_proc_locks)
{
	int i;

	for (i = 0; i < 60 / slow() + 10; i++) {
		if (i % 10 == 5)
			limit(i % 20, i % 20 + 2);
		EXPECT_EQ(0, told(random_ops, i, 7));
		EXPECT_EQ(in_proc_locks(), held());
	}
	EXPECT_EQ(0, told(do_unlock, 0, 0));
	EXPECT_EQ(0, told(do_close, 0, 0));
	EXPECT_EQ(0, told(do_close, 1, 0));
	expect_locks(0);
}

static volatile long *got;

/*
 * Who meets another here spins, for as long as the emulator runs the one that
 * spins: the fewer rounds the slower. Nobody waits for a lock: the last to hold it
 * may have ended.
 */
static void *racer(void *arg)
{
	long me = (long)arg, i;

	for (i = 0; i < 200 / (slow() * slow()); i++) {
		int mine = open_one(me % FILES, 0);

		if (!flock(mine, LOCK_SH | LOCK_NB))
			__atomic_add_fetch(got, 1, __ATOMIC_RELAXED);
		random_ops(me * 1000 + i, 3);
		close(mine);
	}
	return NULL;
}

/* Threads of one process on the same files: one owner, many at once. */
static long do_race(long n, long unused)
{
	pthread_t t[8];
	long i;

	for (i = 0; i < n; i++)
		if (pthread_create(&t[i], NULL, racer, (void *)i))
			return -errno;
	for (i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	return 0;
}

CLAIM(lock, eight_race_for_the_last_units)
{
	struct bc bc;
	int i;

	got = shared(sizeof(*got));
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(0, told(do_open, i, 0));
	limit(6, 6);
	EXPECT_EQ(0, told(do_race, 8, 0));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFLOCK, &bc));
	EXPECT_EQ(6, (long)bc.maxheld);
	EXPECT_GT((long)bc.failcnt, 0);
	EXPECT_GT(*got, 0);
	EXPECT_EQ(in_proc_locks(), (long)bc.held);
	for (i = 0; i < FILES; i++)
		EXPECT_EQ(0, told(do_close, i, 0));
	expect_locks(0);
}

CLAIM(lock, a_storm_is_the_containers_own)
{
	struct ct other = {};
	struct servant *t;
	int i;

	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);
	ASSERT_EQ(0, tell(t, do_open, 3, 0));
	limit(500, 500);
	EXPECT_EQ(-ENOLCK, told(do_fill, 0, 0));
	expect_locks(500);
	order(self->s, random_ops, 1, 20000 / slow());
	fd[3] = open_one(3, 0);
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(0, do_write(3, RANGE(2L * i, 1)));
		EXPECT_EQ(0, tell(t, do_write, 3, RANGE(1000 + 2L * i, 1)));
	}
	EXPECT_EQ(200, held_of(&self->g, 102, UB_NUMFLOCK));
	EXPECT_EQ(0, fails_of(&self->g, 102, UB_NUMFLOCK));
	EXPECT_TRUE(wait_until(!self->s->fn));
	close(fd[3]);
	ct_kill(&other);
}

TEST_HARNESS_MAIN
