// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - lockedpages: memory that may not be swapped out
 *
 * Witness: VmLck of /proc/PID/status.
 */
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include <kselftest_harness.h>
#include "help/orders.h"

#define PAGE 4096UL

enum order {
	NOTHING, LOCK, LOCK_ONFAULT, UNLOCK, ALL, FUTURE, NOT_ALL, MAP, MAP_LOCK,
	UNMAP, GROW, BRK, FORK, SEG_LOCK, SEG_GONE, POOR,
};

static char *area, *more = MAP_FAILED;
static long more_pages;
static int shmid;

static int map_more(struct servant *s, int flags)
{
	more = mmap(NULL, s->arg * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
	more_pages = s->arg;
	return more == MAP_FAILED ? errno : 0;
}

/* mlockall() of a task that may not lock as much as it has. */
static int lock_all_poor(void)
{
	const struct rlimit little = { 16 * PAGE, 16 * PAGE };
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (setrlimit(RLIMIT_MEMLOCK, &little) || setresuid(65534, 65534, 65534))
			_exit(255);
		_exit(mlockall(MCL_CURRENT) ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void serve_one(struct servant *s)
{
	void *p;

	switch (s->order) {
	case LOCK:
		s->err = mlock(area, s->arg * PAGE) ? errno : 0;
		break;
	case LOCK_ONFAULT:
		s->err = mlock2(area, s->arg * PAGE, MLOCK_ONFAULT) ? errno : 0;
		break;
	case UNLOCK:
		s->err = munlock(area, s->arg * PAGE) ? errno : 0;
		break;
	case ALL:
		s->err = mlockall(MCL_CURRENT) ? errno : 0;
		break;
	case FUTURE:
		s->err = mlockall(MCL_FUTURE) ? errno : 0;
		break;
	case NOT_ALL:
		s->err = munlockall() ? errno : 0;
		break;
	case MAP:
		s->err = map_more(s, 0);
		break;
	case MAP_LOCK:
		s->err = map_more(s, MAP_LOCKED);
		break;
	case GROW:
		p = mremap(more, more_pages * PAGE, (more_pages + s->arg) * PAGE,
			   MREMAP_MAYMOVE);
		s->err = p == MAP_FAILED ? errno : 0;
		if (!s->err) {
			more = p;
			more_pages += s->arg;
		}
		break;
	case UNMAP:
		munmap(more, more_pages * PAGE);
		break;
	case BRK:
		s->err = sbrk(s->arg * (long)PAGE) == (void *)-1 ? errno : 0;
		break;
	case FORK:
		s->err = fork_sleeper() < 0 ? ENOMEM : 0;
		break;
	case SEG_LOCK:
		shmid = shmget(IPC_PRIVATE, s->arg * PAGE, 0600);
		s->err = shmctl(shmid, SHM_LOCK, NULL) ? errno : 0;
		break;
	case SEG_GONE:
		s->err = shmctl(shmid, IPC_RMID, NULL) ? errno : 0;
		break;
	case POOR:
		s->err = lock_all_poor();
		break;
	}
}

FIXTURE(lock)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

#define look() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_LOCKEDPAGES, &_bc));	\
	_bc;								\
})

#define held() ((long)look().held)

#define set(n) ASSERT_EQ(0, vz_set(&self->g, 101, UB_LOCKEDPAGES, n, n))

static long vmlck(pid_t pid)
{
	char path[32], line[128];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmLck: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb < 0 ? kb : kb / 4;
}

#define expect_locked(n) do {						\
	EXPECT_EQ((n), held());						\
	EXPECT_EQ((n), vmlck(self->ct.init));				\
} while (0)

FIXTURE_SETUP(lock)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	/* The init has it from here, for fork() copies it. */
	area = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, engage(&self->g, &self->ct, self->s));
	expect_locked(0);
}

FIXTURE_TEARDOWN(lock)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(lock, mlock_stops_at_the_barrier)
{
	set(20);
	EXPECT_EQ(ENOMEM, tell(LOCK, 21));
	EXPECT_EQ(1, (long)look().failcnt);
	expect_locked(0);
	EXPECT_EQ(0, tell(LOCK, 20));
	expect_locked(20);
	/* Again is nothing new. */
	EXPECT_EQ(0, tell(LOCK, 20));
	EXPECT_EQ(0, tell(LOCK_ONFAULT, 20));
	EXPECT_EQ(ENOMEM, tell(MAP_LOCK, 1));
	EXPECT_EQ(ENOMEM, tell(SEG_LOCK, 1));
	EXPECT_EQ(0, tell(SEG_GONE, 0));
	EXPECT_EQ(3, (long)look().failcnt);
	EXPECT_EQ(0, tell(FORK, 0));
	expect_locked(20);
	EXPECT_EQ(0, tell(UNLOCK, 15));
	expect_locked(5);
	EXPECT_EQ(0, tell(MAP_LOCK, 15));
	expect_locked(20);
	EXPECT_EQ(ENOMEM, tell(GROW, 1));
	EXPECT_EQ(0, tell(UNMAP, 0));
	expect_locked(5);
	EXPECT_EQ(20, (long)look().maxheld);
	EXPECT_EQ(0, tell(SEG_LOCK, 15));
	EXPECT_EQ(20, held());
	EXPECT_EQ(ENOMEM, tell(LOCK, 6));
	EXPECT_EQ(0, tell(SEG_GONE, 0));
	expect_locked(5);
}

CLAIM(lock, mlockall_is_all_or_nothing)
{
	long all;

	EXPECT_EQ(0, tell(ALL, 0));
	all = vmlck(self->ct.init);
	EXPECT_GT(all, 64);
	expect_locked(all);
	EXPECT_EQ(0, tell(NOT_ALL, 0));
	expect_locked(0);
	set(all - 1);
	EXPECT_EQ(ENOMEM, tell(ALL, 0));
	EXPECT_EQ(1, (long)look().failcnt);
	expect_locked(0);
	EXPECT_EQ(0, tell(FUTURE, 0));
	EXPECT_EQ(ENOMEM, tell(MAP, all));
	EXPECT_EQ(0, tell(MAP, all - 1));
	expect_locked(all - 1);
	EXPECT_EQ(ENOMEM, tell(BRK, 1));
	EXPECT_EQ(0, tell(UNMAP, 0));
	EXPECT_EQ(0, tell(BRK, 3));
	expect_locked(3);
	EXPECT_EQ(3, (long)look().failcnt);
}

CLAIM(lock, what_the_kernel_refuses_is_no_failure_of_ours)
{
	set(16);
	EXPECT_EQ(ENOMEM, tell(POOR, 0));
	EXPECT_EQ(0, (long)look().failcnt);
	expect_locked(0);
}

TEST_HARNESS_MAIN
