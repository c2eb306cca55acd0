// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=120 */
/*
 * vzctx selftests - forks that fail after the charge, in each way copy_process() can
 */
#include <linux/sched.h>
#include <sys/resource.h>

#include <kselftest_harness.h>
#include "help/numproc.h"

enum failing { BAD_FD, PIDS_CGROUP, TAKEN_PID };

FIXTURE(failing)
{
	struct genl g;
	struct ct ct;
	struct report *r;
};

FIXTURE_VARIANT(failing)
{
	enum failing how;
	int err;
};

FIXTURE_VARIANT_ADD(failing, bad_fd)
{
	.how = BAD_FD, .err = EMFILE,
};

FIXTURE_VARIANT_ADD(failing, pids_cgroup)
{
	.how = PIDS_CGROUP, .err = EAGAIN,
};

FIXTURE_VARIANT_ADD(failing, taken_pid)
{
	.how = TAKEN_PID, .err = EEXIST,
};

FIXTURE_SETUP(failing)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->r = shared(sizeof(*self->r));
	ASSERT_NE(NULL, self->r);
}

FIXTURE_TEARDOWN(failing)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

struct failing_args {
	struct report *r;
	enum failing how;
};

static void failing_clones(void *arg)
{
	struct failing_args *fa = arg;
	struct report *r = fa->r;
	pid_t taken = 1;
	int pidfd, i;

	for (i = 0; i < 20; i++) {
		struct clone_args args = { .exit_signal = SIGCHLD };
		long pid;

		if (fa->how == BAD_FD) {
			struct rlimit none = { 0, 0 };

			setrlimit(RLIMIT_NOFILE, &none);
			args.flags = CLONE_PIDFD;
			args.pidfd = (uintptr_t)&pidfd;
		} else if (fa->how == TAKEN_PID) {
			args.set_tid = (uintptr_t)&taken;
			args.set_tid_size = 1;
		}
		pid = syscall(SYS_clone3, &args, sizeof(args));
		if (!pid)
			_exit(0);
		if (pid < 0) {
			r->refused++;
			r->err = errno;
		} else {
			r->forked++;
		}
	}
	r->step = 1;
	pause_forever();
}

CLAIM(failing, clone_is_given_back)
{
	struct failing_args fa = { self->r, variant->how };
	struct bc bc;

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, failing_clones, &fa));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	if (variant->how == PIDS_CGROUP)
		ASSERT_EQ(0, put_file(self->ct.cgroup, "pids.max", "1"));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->r->step == 1));
	EXPECT_EQ(0, self->r->forked);
	EXPECT_EQ(20, self->r->refused);
	EXPECT_EQ(variant->err, self->r->err);
	expect_tasks(1);
	/* They were charged, one at a time, and no limit refused them. */
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ(2, bc.maxheld);
	EXPECT_EQ(0, bc.failcnt);
}

TEST_HARNESS_MAIN
