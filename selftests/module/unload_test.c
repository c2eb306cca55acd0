// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single append=preempt=full timeout=900 */
/*
 * vzctx selftests - loading and unloading, and what is hooked in between
 *
 * Witness: the kernel's own lists, /proc/modules and enabled_functions.
 */
#include <kselftest_harness.h>
#include "help/modload.h"

#define HOLDER "/vzctx/holder.ko"
#define STORM_S 40
#define STORM_CYCLES (slow() > 1 ? 1 : 3)

FIXTURE(module)
{
	struct genl g;
	struct ct ct;
	pid_t load[2];
};

FIXTURE_SETUP(module)
{
}

FIXTURE_TEARDOWN(module)
{
	ct_kill(&self->ct);
	if (loaded())
		EXPECT_TRUE(wait_until(!unload(0)));
	EXPECT_FALSE(loaded());
	EXPECT_EQ(0, hooked());
}

CLAIM(module, nothing_is_hooked_without_a_context)
{
	ASSERT_EQ(0, load("linger=0"));
	EXPECT_EQ(0, hooked());
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	EXPECT_GE(hooked(), 4);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(hooked() == 0));
}

CLAIM(module, hooks_linger)
{
	ASSERT_EQ(0, load("linger=5"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_GE(hooked(), 4);
	EXPECT_TRUE(wait_until(hooked() == 0));
}

CLAIM(module, a_failed_binding_leaves_no_hooks)
{
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	EXPECT_EQ(-EINVAL, vz_create(&self->g, 101, getpid()));
	EXPECT_TRUE(wait_until(hooked() == 0));
}

CLAIM(module, a_live_context_keeps_it)
{
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	EXPECT_EQ(-EAGAIN, unload(0));
	EXPECT_TRUE(loaded());
}

CLAIM(module, without_a_core_hook_nothing_is_bound)
{
	ASSERT_EQ(0, load("linger=0 withhold=zap_pid_ns_processes"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	EXPECT_EQ(-ECANCELED, vz_create(&self->g, 101, self->ct.init));
	EXPECT_STRNE("", self->g.text);
	EXPECT_EQ(0, vz_count(&self->g));
	EXPECT_EQ(0, hooked());
}

CLAIM(module, nor_if_another_holds_its_function)
{
	ASSERT_EQ(0, load_file(HOLDER, "symbol=zap_pid_ns_processes"));
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	EXPECT_EQ(-EBUSY, vz_create(&self->g, 101, self->ct.init));
	EXPECT_STRNE("", self->g.text);
	EXPECT_EQ(0, vz_count(&self->g));
	EXPECT_EQ(0, hooked());
	EXPECT_EQ(0, unload_module("holder", 0));
	EXPECT_EQ(0, vz_create(&self->g, 101, self->ct.init));
}

#define FTRACE "/proc/sys/kernel"

CLAIM(module, ftrace_off_refuses_a_binding_and_cannot_be_turned_off_under_one)
{
	int err;

	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	err = put_file(FTRACE, "ftrace_enabled", "0");
	if (err == -EOPNOTSUPP)
		SKIP(return, "this kernel lets nobody turn ftrace off");
	ASSERT_EQ(0, err);
	EXPECT_EQ(-EBUSY, vz_create(&self->g, 101, self->ct.init));
	EXPECT_STRNE("", self->g.text);
	EXPECT_EQ(0, vz_count(&self->g));
	ASSERT_EQ(0, put_file(FTRACE, "ftrace_enabled", "1"));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	EXPECT_EQ(-EBUSY, put_file(FTRACE, "ftrace_enabled", "0"));
}

struct first {
	int state;
	uint64_t objects;
	int n;
};

static void keep_first(const struct nlmsghdr *nlh, void *data)
{
	struct first *f = data;

	if (f->n++)
		return;
	f->state = attr_u64(msg_find(nlh, VZCTX_A_STATE));
	f->objects = attr_u64(msg_find(nlh, VZCTX_A_OBJECTS));
}

/* An init nobody reaps: the context is dead, one object keeps it. */
CLAIM(module, a_dead_context_does_not_keep_it)
{
	struct first f = {};
	siginfo_t info;
	struct msg m;
	struct bc bc;

	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	kill(self->ct.init, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, self->ct.init, &info, WEXITED | WNOWAIT));
	ASSERT_TRUE(wait_until(vz_bc(&self->g, 101, UB_NUMPROC, &bc) ==
			       -ENOENT));
	EXPECT_TRUE(wait_until(({
		memset(&f, 0, sizeof(f));
		msg_init(&m, self->g.family, VZCTX_CMD_GET, NLM_F_DUMP);
		!genl_talk(&self->g, &m, keep_first, &f) && f.objects == 1;
	})));
	EXPECT_EQ(1, f.n);
	EXPECT_EQ(VZCTX_STATE_DYING, f.state);
	EXPECT_EQ(1, f.objects);
	/* Hooks stay while an object is charged, or it would be freed unseen. */
	EXPECT_GE(hooked(), 4);
	close(self->g.fd);
	EXPECT_TRUE(wait_until(!unload(0)));
	EXPECT_FALSE(loaded());
	ASSERT_EQ(self->ct.init, waitpid(self->ct.init, NULL, 0));
	self->ct.init = 0;
}

CLAIM(module, a_dying_ctid_may_be_used_again)
{
	struct ct again = {};
	siginfo_t info;
	struct bc bc;

	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	kill(self->ct.init, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, self->ct.init, &info, WEXITED | WNOWAIT));
	ASSERT_TRUE(wait_until(vz_bc(&self->g, 101, UB_NUMPROC, &bc) ==
			       -ENOENT));
	ASSERT_EQ(0, ct_spawn(&again, 101, 0, park_forever, NULL));
	EXPECT_EQ(0, vz_create(&self->g, 101, again.init));
	EXPECT_EQ(2, vz_count(&self->g));
	ct_kill(&again);
}

static void fork_forever(void *arg)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

/*
 * Loads, binds a container that forks as fast as it can, kills it and unloads,
 * while the host forks as fast as it can.
 */
TEST_F_TIMEOUT(module, storm, 600)
{
	time_t end = time(NULL) + STORM_S;
	unsigned int cycles = 0;
	int i;

	for (i = 0; i < 2; i++) {
		self->load[i] = fork();
		if (!self->load[i])
			fork_forever(NULL);
	}
	while (time(NULL) < end) {
		ASSERT_EQ(0, load(cycles % 2 ? "linger=0" : ""));
		ASSERT_EQ(0, genl_open(&self->g));
		ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, fork_forever, NULL));
		ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
		ASSERT_EQ(0, ct_go(&self->ct));
		usleep(50000);
		ASSERT_EQ(0, kill(self->ct.init, SIGKILL));
		/* Every other time the container is still dying. */
		if (cycles % 4 < 2)
			waitpid(self->ct.init, NULL, 0);
		close(self->g.fd);
		ASSERT_TRUE(wait_until(!unload(0)));
		if (cycles % 4 >= 2)
			waitpid(self->ct.init, NULL, 0);
		self->ct.init = 0;
		close(self->ct.go);
		ASSERT_EQ(0, hooked());
		cycles++;
	}
	for (i = 0; i < 2; i++) {
		kill(self->load[i], SIGKILL);
		waitpid(self->load[i], NULL, 0);
	}
	ct_kill(&self->ct);
	printf("# %u load and unload cycles in %d s\n", cycles, STORM_S);
	EXPECT_GE(cycles, STORM_CYCLES);
}

static pid_t zombie_inside(struct ct *ct, int *hold)
{
	char path[64];
	int fd, pipefd[2];
	pid_t helper;

	if (pipe(pipefd))
		return -1;
	helper = fork();
	if (helper) {
		close(pipefd[0]);
		*hold = pipefd[1];
		return helper;
	}
	close(pipefd[1]);
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", ct->init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWPID))
		_exit(1);
	if (!fork())
		pause_forever();
	/* Keeps its dead child unreaped until it is told to leave. */
	if (read(pipefd[0], path, 1) < 0)
		_exit(1);
	_exit(0);
}

/*
 * The init of a container whose last zombie a host task does not reap sleeps in
 * zap_pid_ns_processes(), that is, in our wrapper. Being live still, the context
 * refuses an ordinary unload; a forced one has to wait for the sleeper. Meanwhile
 * another zombie goes and nobody sees it, so that a look at the container's load,
 * which is due every five seconds, had better not look at it: KASAN's to judge.
 */
CLAIM(module, a_task_asleep_in_a_wrapper_holds_unloading_back)
{
	pid_t helper, other, unloader;
	int hold, hold_other;

	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	helper = zombie_inside(&self->ct, &hold);
	ASSERT_GT(helper, 0);
	other = zombie_inside(&self->ct, &hold_other);
	ASSERT_GT(other, 0);
	ASSERT_TRUE(wait_until(pids_current(&self->ct) == 1 &&
			       lines_with("/proc/modules", "vzctx ") == 1));
	usleep(200000);
	ASSERT_EQ(0, kill(self->ct.init, SIGKILL));
	close(self->g.fd);
	EXPECT_EQ(-EAGAIN, unload(0));

	unloader = fork();
	if (!unloader) {
		close(hold);
		close(hold_other);
		_exit(unload(O_TRUNC) ? 1 : 0);
	}
	EXPECT_TRUE(wait_until(lines_with("/proc/modules", "Unloading") == 1));
	EXPECT_TRUE(wait_until(hooked() == 0));
	close(hold_other);
	waitpid(other, NULL, 0);
	sleep(slow() > 1 ? 8 : 3);
	EXPECT_EQ(0, waitpid(unloader, NULL, WNOHANG));
	EXPECT_EQ(1, lines_with("/proc/modules", "Unloading"));
	/* Told to leave, it takes its zombie along. */
	close(hold);
	waitpid(helper, NULL, 0);
	ASSERT_TRUE(wait_until(waitpid(unloader, NULL, WNOHANG) == unloader));
	EXPECT_FALSE(loaded());
	/* The machine lives, and so does the next load. */
	ASSERT_EQ(0, load("linger=0"));
}

TEST_HARNESS_MAIN
