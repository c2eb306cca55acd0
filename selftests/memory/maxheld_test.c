// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - maxheld: what the kernel refuses leaves no mark
 *
 * Each request fits every limit and fails in the kernel, for its own reasons.
 */
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define PAGE	4096L
#define TERA	(1L << 40)

/* Of errno, as all of these; 0 is the failure of a test. */
static long get_segment(long bytes, long unused)
{
	return shmget(IPC_PRIVATE, bytes, 0600) < 0 ? errno : 0;
}

static long map_memory(long bytes, long flags)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags,
		    -1, 0) == MAP_FAILED ? errno : 0;
}

/* With no more than so much allowed. */
static long grow_heap(long bytes, long allowed)
{
	struct rlimit old, less;
	int err;

	getrlimit(RLIMIT_DATA, &old);
	less = old;
	less.rlim_cur = allowed;
	setrlimit(RLIMIT_DATA, &less);
	err = sbrk(bytes) == (void *)-1 ? errno : 0;
	setrlimit(RLIMIT_DATA, &old);
	return err;
}

static long queue_signal(long unused, long unused2)
{
	struct rlimit old, none;
	union sigval value = {};
	sigset_t set;
	int err;

	/* An init is sent nothing that it neither handles nor blocks. */
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	getrlimit(RLIMIT_SIGPENDING, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_SIGPENDING, &none);
	err = sigqueue(getpid(), SIGRTMIN, value) ? errno : 0;
	setrlimit(RLIMIT_SIGPENDING, &old);
	return err;
}

static long fork_one(long unused, long unused2)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static long lock_twice(long unused, long unused2)
{
	int one = open("/tmp/maxheld", O_CREAT | O_RDWR, 0600);
	int two = open("/tmp/maxheld", O_RDWR);
	int err;

	if (flock(one, LOCK_EX))
		return -errno;
	err = flock(two, LOCK_EX | LOCK_NB) ? errno : 0;
	close(one);
	close(two);
	unlink("/tmp/maxheld");
	return err;
}

/* By a user who may lock one page. */
static long lock_segment(long bytes, long unused)
{
	struct rlimit one = { PAGE, PAGE };
	pid_t pid = fork();
	int status;

	if (!pid) {
		int id;

		if (setrlimit(RLIMIT_MEMLOCK, &one) || setuid(1000))
			_exit(0);
		id = shmget(IPC_PRIVATE, bytes, 0600);
		status = shmctl(id, SHM_LOCK, NULL) ? errno : 0;
		shmctl(id, IPC_RMID, NULL);
		_exit(status);
	}
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : 0;
}

/* A huge page of an empty pool. */
static long touch_huge(long unused, long unused2)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		char *p = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
			       MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED)
			_exit(errno);
		*(volatile char *)p = 1;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

FIXTURE(maxheld)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_SETUP(maxheld)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = hire(&self->g, &self->ct, 101, CLONE_NEWIPC);
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(maxheld)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define max_of(res) ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, res, &_bc));			\
	(long)_bc.maxheld;						\
})

CLAIM(maxheld, what_the_kernel_refuses_leaves_no_mark)
{
	long before;

	EXPECT_EQ(EAGAIN, tell(self->s, queue_signal, 0, 0));
	EXPECT_EQ(0, max_of(UB_NUMSIGINFO));
	EXPECT_EQ(ENOMEM, tell(self->s, get_segment, TERA, 0));
	EXPECT_EQ(ENOMEM, tell(self->s, map_memory, TERA, MAP_SHARED));
	EXPECT_EQ(0, max_of(UB_SHMPAGES));
	/* Not to count what the stack takes meanwhile. */
	before = max_of(UB_PRIVVMPAGES);
	EXPECT_EQ(ENOMEM, tell(self->s, map_memory, TERA, MAP_PRIVATE));
	EXPECT_EQ(ENOMEM, tell(self->s, grow_heap, 1 << 30, 1 << 20));
	EXPECT_LT(max_of(UB_PRIVVMPAGES), before + 100);
	EXPECT_EQ(EWOULDBLOCK, tell(self->s, lock_twice, 0, 0));
	EXPECT_EQ(1, max_of(UB_NUMFLOCK));
	EXPECT_EQ(ENOMEM, tell(self->s, lock_segment, 4 * PAGE, 0));
	EXPECT_EQ(SIGBUS, tell(self->s, touch_huge, 0, 0));
	EXPECT_EQ(0, max_of(UB_LOCKEDPAGES));
}

/* Refused for its memory, a task was not there either. */
CLAIM(maxheld, one_resource_refused_leaves_none_in_another)
{
	struct bc bc;

	EXPECT_EQ(1, max_of(UB_NUMPROC));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_PRIVVMPAGES, &bc));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_PRIVVMPAGES, bc.held + 10,
			    bc.held + 10));
	EXPECT_EQ(ENOMEM, tell(self->s, fork_one, 0, 0));
	EXPECT_EQ(1, max_of(UB_NUMPROC));
	EXPECT_EQ((long)bc.maxheld, max_of(UB_PRIVVMPAGES));
}

/* What was granted counts at once, and stays after it is given back. */
CLAIM(maxheld, what_is_granted_leaves_its_mark)
{
	long before = max_of(UB_PRIVVMPAGES);

	EXPECT_EQ(0, tell(self->s, get_segment, 300 * PAGE, 0));
	EXPECT_EQ(300, max_of(UB_SHMPAGES));
	EXPECT_EQ(0, tell(self->s, map_memory, 500 * PAGE, MAP_PRIVATE));
	EXPECT_GE(max_of(UB_PRIVVMPAGES), before + 500);
}

TEST_HARNESS_MAIN
