// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 append=preempt=full timeout=600 */
/*
 * vzctx selftests - numsiginfo: queued signals and POSIX timers
 *
 * Witness: the first number of SigQ in /proc/PID/status, which the kernel
 * counts for all processes of a user; so containers here have a user to
 * themselves.
 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include <kselftest_harness.h>
#include "help/modload.h"
#include "help/servant.h"

#define USER 4321

static long sigq(pid_t pid)
{
	char path[32], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "SigQ: %ld", &n) == 1)
			break;
	fclose(f);
	return n;
}

static timer_t timers[64];
static int nr_timers;

/* Orders. */

static long do_user(long uid, long unused)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	return setresuid(uid, uid, 0) ? -errno : 0;
}

/* Queues up to n to itself; the errno of the first refusal. */
static long do_queue(long n, long sig)
{
	union sigval v = {};

	while (n--)
		if (sigqueue(getpid(), sig, v))
			return -errno;
	return 0;
}

/* Takes what is there; how many had their information. */
static long do_take(long unused, long unused2)
{
	struct timespec none = {};
	long told = 0;
	siginfo_t info;
	sigset_t all;

	sigfillset(&all);
	while (sigtimedwait(&all, &info, &none) > 0)
		told += info.si_code == SI_QUEUE;
	return told;
}

/* Setting a handler to ignore throws away what is queued. */
static long do_ignore(long sig, long unused)
{
	signal(sig, SIG_IGN);
	signal(sig, SIG_DFL);
	return 0;
}

static long do_kill(long sig, long unused)
{
	return kill(getpid(), sig) ? -errno : 0;
}

static long do_pending(long sig, long unused)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig);
}

static long do_timers(long n, long unused)
{
	struct sigevent ev = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGRTMIN + 5,
	};

	while (n--) {
		if (timer_create(CLOCK_MONOTONIC, &ev, &timers[nr_timers]))
			return -errno;
		nr_timers++;
	}
	return 0;
}

static long do_fire(long unused, long unused2)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1 };
	int i;

	for (i = 0; i < nr_timers; i++)
		timer_settime(timers[i], 0, &soon, NULL);
	while (!do_pending(SIGRTMIN + 5, 0))
		;
	return 0;
}

static long do_delete(long unused, long unused2)
{
	while (nr_timers)
		timer_delete(timers[--nr_timers]);
	return 0;
}

/* A child that ends with signals queued and timers running. */
static long do_child(long n, long unused)
{
	pid_t pid = fork();

	if (!pid) {
		do_queue(n, SIGRTMIN);
		nr_timers = 0;
		do_timers(n, 0);
		_exit(0);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

static long do_sleeper(long unused, long unused2)
{
	return fork_sleeper();
}

static void *racer(void *arg)
{
	union sigval v = {};
	struct timespec none = {};
	sigset_t all;
	long i;

	sigfillset(&all);
	for (i = 0; i < 1500 / slow(); i++) {
		if (sigqueue(getpid(), SIGRTMIN + i % 3, v) && errno != EAGAIN)
			return (void *)(long)errno;
		if (i & 1)
			sigtimedwait(&all, NULL, &none);
	}
	return NULL;
}

FIXTURE(sig)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

#define held() held_of(&self->g, 101, UB_NUMSIGINFO)
#define fails() fails_of(&self->g, 101, UB_NUMSIGINFO)
#define limit(n) ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMSIGINFO, n, n))
#define told(fn, a, b) tell(self->s, fn, a, b)
#define expect_queued(n) do {						\
	EXPECT_EQ(n, held());						\
	EXPECT_EQ(n, sigq(self->ct.init));				\
} while (0)

FIXTURE_SETUP(sig)
{
	struct rlimit many = { 60000, 60000 };

	ASSERT_EQ(0, setrlimit(RLIMIT_SIGPENDING, &many));
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	ASSERT_EQ(0, told(do_user, USER, 0));
	ASSERT_EQ(0, held());
	ASSERT_EQ(0, sigq(self->ct.init));
}

FIXTURE_TEARDOWN(sig)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(sig, stops_at_the_barrier_with_EAGAIN)
{
	struct bc bc;

	limit(20);
	EXPECT_EQ(-EAGAIN, told(do_queue, 30, SIGRTMIN));
	expect_queued(20);
	EXPECT_EQ(-EAGAIN, told(do_timers, 1, 0));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMSIGINFO, &bc));
	EXPECT_EQ(2, (long)bc.failcnt);
	EXPECT_EQ(20, (long)bc.maxheld);
	EXPECT_EQ(20, told(do_take, 0, 0));
	expect_queued(0);
	EXPECT_EQ(0, told(do_queue, 20, SIGRTMIN));
	EXPECT_EQ(0, told(do_ignore, SIGRTMIN, 0));
	expect_queued(0);
}

/* At the limit kill() works on, without information. */
CLAIM(sig, kill_is_never_refused)
{
	pid_t child;

	child = told(do_sleeper, 0, 0);
	ASSERT_GT(child, 0);
	limit(1);
	EXPECT_EQ(0, told(do_queue, 1, SIGRTMIN));
	EXPECT_EQ(0, told(do_kill, SIGUSR1, 0));
	EXPECT_EQ(0, told(do_kill, SIGRTMIN + 1, 0));
	EXPECT_EQ(1, told(do_pending, SIGUSR1, 0));
	EXPECT_EQ(1, told(do_pending, SIGRTMIN + 1, 0));
	expect_queued(1);
	EXPECT_GT(fails(), 1);
	/* From the host as well, and it ends what it should. */
	EXPECT_EQ(0, kill(self->ct.init, SIGUSR2));
	EXPECT_EQ(1, told(do_pending, SIGUSR2, 0));
	ct_kill(&self->ct);
	EXPECT_EQ(0, self->ct.init);
}

CLAIM(sig, timers_count_until_deleted)
{
	EXPECT_EQ(0, told(do_timers, 7, 0));
	expect_queued(7);
	EXPECT_EQ(0, told(do_fire, 0, 0));
	expect_queued(7);
	told(do_take, 0, 0);
	expect_queued(7);
	limit(7);
	EXPECT_EQ(-EAGAIN, told(do_timers, 1, 0));
	EXPECT_EQ(0, told(do_fire, 0, 0));
	/* Deleted with its signal on the way. */
	EXPECT_EQ(0, told(do_delete, 0, 0));
	told(do_take, 0, 0);
	expect_queued(0);
}

CLAIM(sig, exit_gives_back)
{
	int i;

	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, told(do_child, 20, 0));
	/* SIGCHLD */
	told(do_take, 0, 0);
	expect_queued(0);
}

/* The queue of the target is filled, so the target pays, and is protected. */
CLAIM(sig, the_target_pays)
{
	union sigval v = {};
	struct ct other = {};
	struct servant *t;
	int i;

	limit(5);
	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, sigqueue(self->ct.init, SIGRTMIN, v));
	EXPECT_EQ(-1, sigqueue(self->ct.init, SIGRTMIN, v));
	EXPECT_EQ(EAGAIN, errno);
	expect_queued(5);
	/* Two containers with one user share the kernel's number, not ours. */
	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);
	ASSERT_EQ(0, tell(t, do_user, USER, 0));
	EXPECT_EQ(0, tell(t, do_queue, 30, SIGRTMIN));
	EXPECT_EQ(35, sigq(self->ct.init));
	EXPECT_EQ(5, held());
	EXPECT_EQ(30, held_of(&self->g, 102, UB_NUMSIGINFO));
	EXPECT_EQ(5, told(do_take, 0, 0));
	EXPECT_EQ(0, held());
	EXPECT_EQ(30, held_of(&self->g, 102, UB_NUMSIGINFO));
	ct_kill(&other);
	EXPECT_EQ(0, sigq(self->ct.init));
}

/* A user who is another by the time the signal is taken. */
CLAIM(sig, changing_user)
{
	EXPECT_EQ(0, told(do_queue, 10, SIGRTMIN));
	EXPECT_EQ(0, told(do_user, 0, 0));
	EXPECT_EQ(10, held());
	EXPECT_EQ(0, told(do_queue, 10, SIGRTMIN));
	EXPECT_EQ(20, held());
	EXPECT_EQ(20, told(do_take, 0, 0));
	EXPECT_EQ(0, held());
	EXPECT_EQ(0, told(do_user, USER, 0));
	EXPECT_EQ(0, sigq(self->ct.init));
}

/* Killed, but not reaped by the host: its queue is there, and it is listed. */
CLAIM(sig, outlives_its_container)
{
	EXPECT_EQ(0, told(do_queue, 10, SIGRTMIN));
	EXPECT_EQ(0, kill(self->ct.init, SIGKILL));
	EXPECT_EQ(0, waitid(P_PID, self->ct.init, NULL, WEXITED | WNOWAIT));
	usleep(100000);
	EXPECT_EQ(1, vz_count(&self->g));
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* The user's number is seen by a process that is not in the container. */
static pid_t watcher(void)
{
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(USER, USER, USER))
			_exit(1);
		pause_forever();
	}
	return pid;
}

/* What is queued when the module goes is the kernel's to count down. */
CLAIM(sig, unloaded_while_a_dead_init_has_signals)
{
	pid_t see = watcher();

	EXPECT_EQ(0, told(do_queue, 10, SIGRTMIN));
	EXPECT_EQ(0, told(do_timers, 3, 0));
	EXPECT_EQ(0, kill(self->ct.init, SIGKILL));
	EXPECT_EQ(0, waitid(P_PID, self->ct.init, NULL, WEXITED | WNOWAIT));
	close(self->g.fd);
	ASSERT_TRUE(wait_until(!unload(0)));
	EXPECT_EQ(10, sigq(see));
	ct_kill(&self->ct);
	EXPECT_EQ(0, sigq(see));
	ASSERT_EQ(0, load(""));
	ASSERT_EQ(0, genl_open(&self->g));
	kill(see, SIGKILL);
	waitpid(see, NULL, 0);
}

CLAIM(sig, torn_out_and_loaded_again_with_signals_queued)
{
	EXPECT_EQ(0, told(do_queue, 20, SIGRTMIN));
	EXPECT_EQ(0, told(do_timers, 3, 0));
	close(self->g.fd);
	ASSERT_EQ(0, unload(O_TRUNC));
	EXPECT_EQ(23, sigq(self->ct.init));
	EXPECT_EQ(0, told(do_queue, 5, SIGRTMIN));
	EXPECT_EQ(0, told(do_ignore, SIGRTMIN, 0));
	EXPECT_EQ(3, sigq(self->ct.init));
	ASSERT_EQ(0, load(""));
	ASSERT_EQ(0, genl_open(&self->g));
	EXPECT_EQ(0, told(do_delete, 0, 0));
	EXPECT_EQ(0, sigq(self->ct.init));
}

CLAIM(sig, eight_race_for_the_last_units)
{
	struct bc bc;

	limit(3);
	EXPECT_EQ(0, told(race, (long)racer, 8));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMSIGINFO, &bc));
	EXPECT_EQ(3, (long)bc.maxheld);
	EXPECT_EQ(sigq(self->ct.init), (long)bc.held);
	told(do_take, 0, 0);
	expect_queued(0);
}

CLAIM(sig, a_storm_is_the_containers_own)
{
	union sigval v = {};
	struct ct other = {};
	struct servant *t;
	sigset_t all;
	int i;

	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);
	ASSERT_EQ(0, tell(t, do_user, USER + 1, 0));
	limit(100);
	order(self->s, race, (long)racer, 8);
	sigemptyset(&all);
	sigaddset(&all, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (i = 0; i < 100; i++) {
		EXPECT_EQ(0, sigqueue(getpid(), SIGRTMIN, v));
		EXPECT_EQ(SIGRTMIN, sigwaitinfo(&all, NULL));
		EXPECT_EQ(0, tell(t, do_queue, 10, SIGRTMIN));
		EXPECT_EQ(10, tell(t, do_take, 0, 0));
	}
	EXPECT_EQ(0, fails_of(&self->g, 102, UB_NUMSIGINFO));
	EXPECT_TRUE(wait_until(!self->s->fn));
	told(do_take, 0, 0);
	expect_queued(0);
	ct_kill(&other);
}

TEST_HARNESS_MAIN
