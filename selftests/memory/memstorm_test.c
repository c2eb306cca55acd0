// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - privvmpages: many at once at one limit
 *
 * Witness: the sixth figure of /proc/PID/statm (data and stack, in pages),
 * summed over the processes of the container's cgroup.
 */
#include <pthread.h>

#include "help/private.h"

#define RWS	8

struct servant {
	volatile long arg;
	volatile int done;
	volatile int err;
	volatile int stop;
	volatile long got[RWS];
	volatile int ready;
};

static void *storm_thread(void *arg)
{
	struct servant *s = arg;
	int me = __atomic_fetch_add(&s->ready, 1, __ATOMIC_SEQ_CST);
	long n = 0, i;
	char *p[64];

	/* Half of what was got is given back and got again, then it stays. */
	for (i = 0; i < s->arg; i++) {
		for (n = 0; n < 64; n++) {
			p[n] = map(1 + n % 3, PROT_READ | PROT_WRITE, 0);
			if (p[n] == MAP_FAILED)
				break;
		}
		while (n-- > 0)
			munmap(p[n], (1 + n % 3) * PAGE);
	}
	for (n = 0; map(1, PROT_READ | PROT_WRITE, 0) != MAP_FAILED;)
		n++;
	s->got[me] = n;
	return NULL;
}

static void storm_processes(void *arg)
{
	struct servant *s = arg;
	int i;

	for (i = 0; i < RWS; i++)
		if (!fork()) {
			storm_thread(s);
			__atomic_fetch_add(&s->done, 1, __ATOMIC_SEQ_CST);
			pause_forever();
		}
	pause_forever();
}

static void storm_threads(void *arg)
{
	pthread_t t[RWS];
	struct servant *s = arg;
	pthread_attr_t a;
	int i;

	pthread_attr_init(&a);
	pthread_attr_setstacksize(&a, 64 * 1024);
	for (i = 0; i < RWS; i++)
		if (pthread_create(&t[i], &a, storm_thread, arg))
			s->err = 1;
	for (i = 0; i < RWS; i++)
		pthread_join(t[i], NULL);
	s->done = RWS;
	pause_forever();
}

static int begin(struct genl *g, struct ct *ct, struct servant **s, ct_fn fn)
{
	int err = genl_open(g);

	*s = shared(sizeof(**s));
	(*s)->arg = 20 / slow() + 1;
	return err ?: ct_spawn(ct, 101, 0, fn, *s) ?: vz_create(g, 101, ct->init);
}

FIXTURE(storm)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_VARIANT(storm)
{
	ct_fn fn;
};

FIXTURE_VARIANT_ADD(storm, eight_threads) { .fn = storm_threads };
FIXTURE_VARIANT_ADD(storm, eight_processes) { .fn = storm_processes };

FIXTURE_SETUP(storm)
{
	ASSERT_EQ(0, begin(&self->g, &self->ct, &self->s, variant->fn));
}

FIXTURE_TEARDOWN(storm)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(storm, never_above_the_limit_and_full_at_the_end)
{
	long top = 4000, w;

	set(top, top);
	ASSERT_EQ(0, ct_go(&self->ct));
	EXPECT_TRUE(wait_until(({
		/* Racing with what it reads, each process at its own time. */
		held() > top || self->s->done == RWS;
	})));
	EXPECT_EQ(0, self->s->err);
	EXPECT_EQ(RWS, self->s->done);
	w = witness(&self->ct);
	/* The last to give up found it full to the page. */
	EXPECT_EQ(top, w);
	EXPECT_EQ(top, held());
	EXPECT_EQ(top, (long)look().maxheld);
}

/* Every child holds what its parent holds: how many are there at once? */
static void fork_storm(void *arg)
{
	struct servant *s = arg;
	int i, me;

	map(200, PROT_READ | PROT_WRITE, 0);
	for (me = 0; me < RWS; me++)
		if (!fork())
			break;
	if (me == RWS)
		pause_forever();
	/* Nobody takes the room of those who are still to come. */
	__atomic_fetch_add(&s->ready, 1, __ATOMIC_SEQ_CST);
	while (s->ready < RWS)
		usleep(500);
	while (!s->stop) {
		pid_t pid[8];

		for (i = 0; i < 8; i++) {
			pid[i] = fork_sleeper();
			if (pid[i] < 0 && pid[i] != -ENOMEM)
				s->err = -pid[i];
			s->got[me] += pid[i] > 0;
		}
		while (i--)
			if (pid[i] > 0) {
				kill(pid[i], SIGKILL);
				waitpid(pid[i], NULL, 0);
			}
	}
	__atomic_fetch_add(&s->done, 1, __ATOMIC_SEQ_CST);
	pause_forever();
}

/* Sum of a snapshot in which nothing can run: the cgroup is frozen. */
static long frozen_witness(const struct ct *ct)
{
	long sum;

	put_file(ct->cgroup, "cgroup.freeze", "1");
	wait_until(ct_frozen(ct));
	sum = witness(ct);
	put_file(ct->cgroup, "cgroup.freeze", "0");
	return sum;
}

static long rounds(const struct servant *s)
{
	long sum = 0;
	int i;

	for (i = 0; i < RWS; i++)
		sum += s->got[i];
	return sum;
}

FIXTURE(forks)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_SETUP(forks)
{
	ASSERT_EQ(0, begin(&self->g, &self->ct, &self->s, fork_storm));
}

FIXTURE_TEARDOWN(forks)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(forks, do_not_overshoot)
{
	long top, one, most = 0, w;
	int i;

	one = held() + 200;
	/* Room for the nine and ten more, where 64 would like to be. */
	top = one * 19;
	set(top, top);
	ASSERT_EQ(0, ct_go(&self->ct));
	for (i = 0; i < 60 / slow() + 10; i++) {
		long before = rounds(self->s);

		EXPECT_TRUE(wait_until(rounds(self->s) > before + 8));
		w = frozen_witness(&self->ct);
		if (w > most)
			most = w;
		/* Limits change while it runs. */
		if (i == 20)
			set(top - one, top);
		if (i == 25)
			set(top, top);
	}
	EXPECT_LE(most, top);
	EXPECT_GT(most, top / 2);
	EXPECT_GT(look().failcnt, 0);
	EXPECT_LE((long)look().maxheld, top);
	self->s->stop = 1;
	EXPECT_TRUE(wait_until(self->s->done == RWS));
	EXPECT_EQ(0, self->s->err);
	EXPECT_TRUE(wait_until(held() == witness(&self->ct)));
}

TEST_HARNESS_MAIN
