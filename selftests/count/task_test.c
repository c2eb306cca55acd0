// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - numproc: what counts as a task, and where forks stop
 *
 * Witness: pids.current of the container's cgroup, which the kernel counts up
 * and down at its own places.
 */
#include <pthread.h>
#include <sys/prctl.h>

#include <kselftest_harness.h>
#include "help/numproc.h"

#define LIMIT 16

FIXTURE(ct)
{
	struct genl g;
	struct ct ct;
	struct report *r;
};

FIXTURE_SETUP(ct)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->r = shared(sizeof(*self->r));
	ASSERT_NE(NULL, self->r);
}

FIXTURE_TEARDOWN(ct)
{
	ct_kill(&self->ct);
	/* Every context is gone, so every task that was charged is given back. */
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define start(fn, flags) do {						\
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, flags, fn, self->r));	\
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init))		\
		TH_LOG("%s", self->g.text);				\
	ASSERT_EQ(0, ct_go(&self->ct));					\
} while (0)

CLAIM(ct, init_is_counted)
{
	start(park_forever, 0);
	expect_tasks(1);
}

static void bomb(void *arg)
{
	struct report *r = arg;
	pid_t pid;
	int i;

	for (i = 0; i < 3 * LIMIT; i++) {
		pid = fork_sleeper();
		if (pid > 0) {
			r->forked++;
			r->last = pid;
		} else {
			r->refused++;
			r->err = -pid;
		}
	}
	r->step = 1;
	while (!r->ask)
		usleep(1000);
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	r->step = 2;
	pause_forever();
}

CLAIM(ct, bomb_stops_at_the_barrier)
{
	struct ct other = {};
	struct bc bc;
	pid_t pid;
	int i;

	start(bomb, 0);
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, LIMIT, 2 * LIMIT));
	/* The bomb may have begun before the limit: begin again below it. */
	ASSERT_TRUE(wait_until(self->r->step == 1));
	self->r->ask = 1;
	ASSERT_TRUE(wait_until(self->r->step == 2));
	expect_tasks(1);
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));

	memset(self->r, 0, sizeof(*self->r));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, bomb, self->r));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, LIMIT, 2 * LIMIT));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->r->step == 1));

	EXPECT_EQ(LIMIT - 1, self->r->forked);
	EXPECT_EQ(3 * LIMIT - (LIMIT - 1), self->r->refused);
	EXPECT_EQ(ENOMEM, self->r->err);
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ(LIMIT, bc.held);
	EXPECT_EQ(LIMIT, bc.maxheld);
	EXPECT_EQ(LIMIT, bc.barrier);
	EXPECT_EQ(2 * LIMIT, bc.limit);
	EXPECT_EQ((uint64_t)self->r->refused, bc.failcnt);
	EXPECT_EQ(LIMIT, pids_current(&self->ct));

	/* The host and a second container fork on. */
	for (i = 0; i < 3 * LIMIT; i++) {
		pid = fork();
		ASSERT_GE(pid, 0);
		if (!pid)
			_exit(0);
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	memset(self->r, 0, sizeof(*self->r));
	ASSERT_EQ(0, ct_spawn(&other, 102, 0, bomb, self->r));
	ASSERT_EQ(0, vz_create(&self->g, 102, other.init));
	ASSERT_EQ(0, ct_go(&other));
	ASSERT_TRUE(wait_until(self->r->step == 1));
	EXPECT_EQ(3 * LIMIT, self->r->forked);
	EXPECT_EQ(0, self->r->refused);
	ASSERT_EQ(0, vz_bc(&self->g, 102, UB_NUMPROC, &bc));
	EXPECT_EQ(3 * LIMIT + 1, bc.held);
	EXPECT_EQ(3 * LIMIT + 1, pids_current(&other));
	ct_kill(&other);

	EXPECT_EQ(LIMIT, held());
}

static void *thread_sleeper(void *arg)
{
	pause_forever();
	return NULL;
}

static void threads(void *arg)
{
	struct report *r = arg;
	pthread_t t;
	int i;

	for (i = 0; i < 2 * LIMIT; i++) {
		int err = pthread_create(&t, NULL, thread_sleeper, NULL);

		if (err) {
			r->refused++;
			r->err = err;
		} else {
			r->forked++;
		}
	}
	r->step = 1;
	pause_forever();
}

CLAIM(ct, threads_count_and_pthread_create_says_eagain)
{
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, threads, self->r));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, LIMIT, LIMIT));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->r->step == 1));
	EXPECT_EQ(LIMIT - 1, self->r->forked);
	EXPECT_EQ(LIMIT + 1, self->r->refused);
	/* glibc reports the kernel's ENOMEM as the errno POSIX allows. */
	EXPECT_EQ(EAGAIN, self->r->err);
	expect_tasks(LIMIT);
}

static void *leave_slowly(void *arg)
{
	usleep(20000);
	return NULL;
}

static void leaders_leave_first(void *arg)
{
	struct report *r = arg;
	int i;

	for (i = 0; i < 10; i++) {
		pthread_t t;

		if (fork())
			continue;
		pthread_create(&t, NULL, leave_slowly, NULL);
		pthread_create(&t, NULL, leave_slowly, NULL);
		syscall(SYS_exit, 0);
	}
	while (wait(NULL) > 0)
		;
	r->step = 1;
	pause_forever();
}

CLAIM(ct, leaders_that_exit_before_their_threads)
{
	start(leaders_leave_first, 0);
	ASSERT_TRUE(wait_until(self->r->step == 1));
	expect_tasks(1);
}

static void vforks(void *arg)
{
	struct report *r = arg;
	volatile int i;

	for (i = 0; i < 20; i++) {
		pid_t pid = vfork();

		if (!pid)
			_exit(0);
		if (pid > 0) {
			r->forked++;
			waitpid(pid, NULL, 0);
		} else {
			r->refused++;
			r->err = errno;
		}
	}
	r->step = 1;
	pause_forever();
}

CLAIM(ct, vfork_is_charged_and_given_back)
{
	struct bc bc;

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, vforks, self->r));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->r->step == 1));
	EXPECT_EQ(20, self->r->forked);
	expect_tasks(1);
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ(2, bc.maxheld);
}

CLAIM(ct, vfork_is_refused)
{
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, vforks, self->r));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, 1, 1));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->r->step == 1));
	EXPECT_EQ(20, self->r->refused);
	EXPECT_EQ(ENOMEM, self->r->err);
	EXPECT_EQ(20, failcnt());
	expect_tasks(1);
}

CLAIM(ct, death_of_init_gives_everything_back)
{
	start(bomb, 0);
	ASSERT_TRUE(wait_until(self->r->step == 1));
	expect_tasks(3 * LIMIT + 1);
	ASSERT_EQ(0, kill(self->ct.init, SIGKILL));
	ASSERT_EQ(self->ct.init, waitpid(self->ct.init, NULL, 0));
	EXPECT_TRUE(wait_until(pids_current(&self->ct) == 0));
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	self->ct.init = 0;
}

CLAIM(ct, destroy_ends_it)
{
	struct bc bc;

	start(bomb, 0);
	ASSERT_TRUE(wait_until(self->r->step == 1));
	ASSERT_EQ(0, vz_destroy(&self->g, 101));
	EXPECT_TRUE(wait_until(vz_bc(&self->g, 101, UB_NUMPROC, &bc) ==
			       -ENOENT));
	EXPECT_EQ(-ENOENT, vz_destroy(&self->g, 101));
}

CLAIM(ct, sigkill_of_children_gives_back)
{
	int i;

	start(bomb, 0);
	ASSERT_TRUE(wait_until(self->r->step == 1));
	for (i = 0; i < 2; i++)
		expect_tasks(3 * LIMIT + 1);
	self->r->ask = 1;
	ASSERT_TRUE(wait_until(self->r->step == 2));
	expect_tasks(1);
}

static pid_t nsenter_and_fork(struct ct *ct, int *err)
{
	char path[64];
	int fd, status;
	pid_t helper, *inner = shared(sizeof(*inner));

	helper = fork();
	if (helper) {
		waitpid(helper, &status, 0);
		*err = WEXITSTATUS(status);
		return *inner;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", ct->init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWPID))
		_exit(errno);
	helper = fork();
	if (!helper)
		pause_forever();
	*inner = helper;
	_exit(helper < 0 ? errno : 0);
}

CLAIM(ct, nsenter_is_charged_and_the_host_is_not)
{
	pid_t pid;
	int err;

	start(park_forever, 0);
	expect_tasks(1);
	pid = nsenter_and_fork(&self->ct, &err);
	ASSERT_EQ(0, err);
	ASSERT_GT(pid, 0);
	/* The cgroup does not follow nsenter; the beancounter does. */
	EXPECT_EQ(2, held());
	EXPECT_EQ(1, pids_current(&self->ct));

	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, 2, 2));
	nsenter_and_fork(&self->ct, &err);
	EXPECT_EQ(ENOMEM, err);
	EXPECT_EQ(1, failcnt());
	kill(pid, SIGKILL);
	expect_tasks(1);
}

static void nest(void *arg)
{
	struct report *r = arg;
	int i;

	if (!syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0)) {
		for (i = 0; i < 4; i++)
			fork_sleeper();
		r->step = 1;
		pause_forever();
	}
	pause_forever();
}

CLAIM(ct, nested_pid_namespace_is_charged_to_the_container)
{
	start(nest, 0);
	ASSERT_TRUE(wait_until(self->r->step == 1));
	expect_tasks(6);
}

CLAIM(ct, user_namespace_makes_no_difference)
{
	start(bomb, CLONE_NEWUSER);
	ASSERT_TRUE(wait_until(self->r->step == 1));
	expect_tasks(3 * LIMIT + 1);
}

static void churn(void *arg)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (fork())
			continue;
		for (;;) {
			pthread_t t;
			pid_t pid = fork();

			if (!pid) {
				pthread_create(&t, NULL, leave_slowly, NULL);
				_exit(0);
			}
			if (pid > 0)
				waitpid(pid, NULL, 0);
		}
	}
	pause_forever();
}

/* At every standstill of a busy container the two counts are equal. */
CLAIM(ct, equals_pids_current_throughout)
{
	unsigned int seen = 0;
	int i;

	start(churn, 0);
	for (i = 0; i < 50 / slow(); i++) {
		usleep(10000);
		ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "1"));
		ASSERT_TRUE(wait_until(ct_frozen(&self->ct)));
		/* A thread past its last user instruction may still be reaped. */
		EXPECT_TRUE(wait_until(pids_current(&self->ct) ==
				       (long)held()));
		if (held() > 5)
			seen++;
		ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "0"));
	}
	/* It was not idle each time it was looked at. */
	EXPECT_GT(seen, 0);
}

TEST_HARNESS_MAIN
