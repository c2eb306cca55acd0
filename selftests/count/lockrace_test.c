// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=400 */
/*
 * vzctx selftests - numflock: any sequence of locks, races and storms
 */

#include <kselftest_harness.h>
#include "help/filelock.h"

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
 * may have ended. All are threads of one process on the same files: one owner.
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

CLAIM(lock, eight_race_for_the_last_units)
{
	struct bc bc;
	int i;

	got = shared(sizeof(*got));
	hire_again();
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(0, told(do_open, i, 0));
	limit(6, 6);
	EXPECT_EQ(0, told(race, (long)racer, 8));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFLOCK, &bc));
	EXPECT_EQ(6, (long)bc.maxheld);
	EXPECT_GT((long)bc.failcnt, 0);
	EXPECT_GT(*got, 0);
	EXPECT_EQ(in_proc_locks(), (long)bc.held);
	for (i = 0; i < FILES; i++)
		EXPECT_EQ(0, told(do_close, i, 0));
	expect_locks(0);
}

#define BUSY	6
#define LOCKERS	32
#define OWN	64

/* Lockers that are on their way, shared with their container. */
static volatile int *started;

static void open_own(int own[OWN], const char *whose, int i)
{
	char path[48];
	int k;

	for (k = 0; k < OWN; k++) {
		snprintf(path, sizeof(path), "/tmp/%s%d.%d", whose, i, k);
		own[k] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
}

static void lock_idly(int i)
{
	const struct sched_param lowest = {};
	int own[OWN], k;

	open_own(own, "idle", i);
	if (!sched_setscheduler(0, SCHED_IDLE, &lowest))
		__atomic_add_fetch(started, 1, __ATOMIC_SEQ_CST);
	for (k = 0;; k++) {
		flock(own[k % OWN], LOCK_EX);
		flock(own[k % OWN], LOCK_UN);
	}
}

static long do_crowd(long unused, long unused_too)
{
	int i;

	for (i = 0; i < LOCKERS; i++)
		if (!fork())
			lock_idly(i);
	while (*started < LOCKERS)
		usleep(1000);
	for (i = 0; i < BUSY; i++)
		if (!fork())
			for (;;)
				;
	return 0;
}

/* Locks and unlocks files in turn; how often in so many seconds. */
static long do_many(long seconds, long unused)
{
	struct timespec now, end;
	int own[OWN];
	long n = 0;

	open_own(own, "own", 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		flock(own[n % OWN], LOCK_EX);
		flock(own[n % OWN], LOCK_UN);
		n++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec ||
		 (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
	return n;
}

/*
 * Lockers that get no processor are stopped wherever they are, in the middle of
 * a request too. Other containers lock at their own speed.
 */
CLAIM(lock, a_starving_crowd_stalls_only_its_own)
{
	struct ct other = {};
	struct servant *t;
	long alone, n;

	started = shared(sizeof(*started));
	hire_again();
	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);
	alone = tell(t, do_many, 1, 0);
	ASSERT_GT(alone, 0);
	ASSERT_EQ(0, told(do_crowd, 0, 0));
	n = tell(t, do_many, 2, 0);
	TH_LOG("%ld locks in 2 s, %ld in 1 s before there was a crowd", n, alone);
	EXPECT_GT(n, alone / 100);
	ct_kill(&other);
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
