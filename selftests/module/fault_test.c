// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=900 */
/*
 * vzctx selftests - every allocation fails once
 *
 * The n-th allocation of a call is made to fail, for n from 1 until the call
 * makes fewer. Each time it fails cleanly or succeeds all the same, and
 * afterwards held is what it was. Needs a kernel with fault injection.
 */
#include <kselftest_harness.h>
#include "help/world.h"

#define NTH "/proc/thread-self/fail-nth"
#define DEBUGFS "/sys/kernel/debug"
#define MANY 2000

/* Makes GFP_KERNEL allocations fail too, in every cache, without a word. */
static bool arm(void)
{
	int fd = open(NTH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	put_file(DEBUGFS "/failslab", "ignore-gfp-wait", "N");
	put_file(DEBUGFS "/failslab", "verbose", "0");
	put_file(DEBUGFS "/fail_page_alloc", "ignore-gfp-wait", "N");
	put_file(DEBUGFS "/fail_page_alloc", "verbose", "0");
	put_file(DEBUGFS "/fail_page_alloc", "min-order", "0");
	return true;
}

static int open_nth(void)
{
	return open(NTH, O_RDWR | O_CLOEXEC);
}

static void set_nth(int fd, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(fd, text, len, 0) != len)
		abort();
}

/* Whether the fault was spent; disarms. */
static bool spent(int fd)
{
	char text[16] = {};
	bool was = false;

	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		was = atoi(text) == 0;
	set_nth(fd, 0);
	return was;
}

/* What a container's init saw while its calls were made to fail. */
struct saw {
	volatile int done;
	volatile int faults;
	volatile int failures;
	volatile int strange;
};

static bool is_clean(int err)
{
	return err == ENOMEM || err == ENFILE || err == EAGAIN ||
	       err == EMFILE || err == ENOBUFS;
}

static void note_result(struct saw *s, int err, bool was_spent)
{
	s->faults += was_spent;
	if (!err)
		return;
	s->failures++;
	if (!is_clean(err))
		s->strange = err;
}

static void fail_forks(void *arg)
{
	struct saw *s = arg;
	int fd = open_nth(), n;
	bool more = true;

	for (n = 1; more && n < MANY; n++) {
		pid_t pid;
		int err;

		set_nth(fd, n);
		pid = syscall(SYS_fork);
		if (!pid)
			_exit(0);
		err = pid < 0 ? errno : 0;
		more = spent(fd);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		note_result(s, err, more);
	}
	close(fd);
	s->done = 1;
	pause_forever();
}

static void fail_opens(void *arg)
{
	struct saw *s = arg;
	int fd = open_nth(), n;
	bool more = true;

	for (n = 1; more && n < MANY; n++) {
		int fds[2], err;

		set_nth(fd, n);
		err = pipe(fds) ? errno : 0;
		more = spent(fd);
		if (!err) {
			close(fds[0]);
			close(fds[1]);
		}
		note_result(s, err, more);
	}
	for (more = true, n = 1; more && n < MANY; n++) {
		int f, err;

		set_nth(fd, n);
		f = open("/tmp", O_RDONLY);
		err = f < 0 ? errno : 0;
		more = spent(fd);
		close(f);
		note_result(s, err, more);
	}
	close(fd);
	s->done = 1;
	pause_forever();
}

FIXTURE(fault)
{
	struct genl g;
	struct ct ct;
	struct saw *s;
	int nth;
};

#define need_injection() do {						\
	if (self->nth < 0)						\
		SKIP(return, "this kernel has no fault injection");	\
} while (0)

FIXTURE_SETUP(fault)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	self->nth = arm() ? open_nth() : -1;
}

FIXTURE_TEARDOWN(fault)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

static int fail_requests(struct genl *g, int nth, struct msg *m, int *faults,
			 int *strange)
{
	bool more = true;
	int n, err = 0;

	for (n = 1; more && n < MANY; n++) {
		struct msg copy = *m;

		set_nth(nth, n);
		err = genl_talk(g, &copy, NULL, NULL);
		more = spent(nth);
		*faults += more;
		if (err < 0 && !is_clean(-err))
			*strange = -err;
	}
	return err;
}

CLAIM(fault, fork)
{
	struct bc bc;

	need_injection();
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, fail_forks, self->s));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->s->done));
	printf("# %d faults, %d failures\n", self->s->faults,
	       self->s->failures);
	EXPECT_GT(self->s->failures, 5);
	EXPECT_EQ(0, self->s->strange);
	EXPECT_TRUE(wait_until(!vz_bc(&self->g, 101, UB_NUMPROC, &bc) &&
			       bc.held == 1));
	EXPECT_TRUE(wait_until(pids_current(&self->ct) == 1));
	EXPECT_EQ(0, bc.failcnt);
}

CLAIM(fault, open_and_pipe)
{
	struct bc before, after;

	need_injection();
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, fail_opens, self->s));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFILE, &before));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(self->s->done));
	printf("# %d faults, %d failures\n", self->s->faults,
	       self->s->failures);
	EXPECT_GT(self->s->failures, 3);
	EXPECT_EQ(0, self->s->strange);
	EXPECT_TRUE(wait_until(!vz_bc(&self->g, 101, UB_NUMFILE, &after) &&
			       after.held == before.held));
	EXPECT_EQ(0, after.failcnt);
}

/* A new container each time: some allocations may fail and it is bound all the same. */
CLAIM(fault, create)
{
	int faults = 0, failures = 0, n, err;
	bool more = true;

	need_injection();
	for (n = 1; more && n < MANY; n++) {
		ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
		set_nth(self->nth, n);
		err = vz_create(&self->g, 101, self->ct.init);
		more = spent(self->nth);
		faults += more;
		failures += !!err;
		EXPECT_TRUE(!err || is_clean(-err)) TH_LOG("%d", err);
		ct_kill(&self->ct);
		ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	}
	printf("# %d faults, %d failures\n", faults, failures);
	EXPECT_GT(failures, 5);
}

CLAIM(fault, limit_get_and_dump)
{
	int faults = 0, strange = 0;
	struct nlattr *bcs;
	struct msg m;
	struct bc bc;

	need_injection();
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, UB_NUMPROC, 44, 55);
	msg_nest_end(&m, bcs);
	EXPECT_EQ(0, fail_requests(&self->g, self->nth, &m, &faults,
				   &strange));
	msg_init(&m, self->g.family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	EXPECT_EQ(0, fail_requests(&self->g, self->nth, &m, &faults,
				   &strange));
	msg_init(&m, self->g.family, VZCTX_CMD_GET, NLM_F_DUMP);
	EXPECT_EQ(0, fail_requests(&self->g, self->nth, &m, &faults,
				   &strange));
	printf("# %d faults\n", faults);
	EXPECT_GT(faults, 3);
	EXPECT_EQ(0, strange);
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ(44, bc.barrier);
	EXPECT_EQ(55, bc.limit);
}

TEST_HARNESS_MAIN
