// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 mem=1536 module=1 timeout=300 */
/*
 * vzctx selftests - lockedpages: huge pages
 *
 * Witness: hugetlb.2MB.current of the container's cgroup.
 */
#include <setjmp.h>
#include <sys/shm.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define HUGE (2L << 20)
#define EACH 512
#define POOL 12

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4U
#endif

static char *area;
static int fd = -1, shmid;
static sigjmp_buf bus;

static void on_bus(int sig)
{
	siglongjmp(bus, 1);
}

/* Orders. Pages are huge ones. */

static long do_map(long pages, long flags)
{
	area = mmap(NULL, pages * HUGE, PROT_READ | PROT_WRITE, MAP_ANONYMOUS |
		    MAP_HUGETLB | flags, -1, 0);
	return area == MAP_FAILED ? -errno : 0;
}

static long do_unmap(long pages, long unused)
{
	return munmap(area, pages * HUGE) ? -errno : 0;
}

/* Writes to each; how many it could. */
static long do_touch(long from, long to)
{
	volatile long i = from;

	signal(SIGBUS, on_bus);
	if (!sigsetjmp(bus, 1))
		for (; i < to; i++)
			area[i * HUGE] = 1;
	return i - from;
}

static long do_segment(long pages, long unused)
{
	shmid = shmget(IPC_PRIVATE, pages * HUGE, SHM_HUGETLB | 0600);
	if (shmid < 0)
		return -errno;
	area = shmat(shmid, NULL, 0);
	return area == (void *)-1 ? -errno : 0;
}

static long do_detach(long unused, long unused2)
{
	return shmdt(area) ? -errno : 0;
}

static long do_remove(long unused, long unused2)
{
	return shmctl(shmid, IPC_RMID, NULL) ? -errno : 0;
}

static long do_memfd(long unused, long unused2)
{
	fd = memfd_create("huge", MFD_HUGETLB);
	return fd < 0 ? -errno : 0;
}

static long do_allocate(long from, long pages)
{
	return fallocate(fd, 0, from * HUGE, pages * HUGE) ? -errno : 0;
}

static long do_truncate(long pages, long unused)
{
	return ftruncate(fd, pages * HUGE) ? -errno : 0;
}

static long do_close(long unused, long unused2)
{
	return close(fd) ? -errno : 0;
}

/* A child that writes to what it inherits, and stays. */
static long do_child(long pages, long unused)
{
	long *told = shared(sizeof(*told));
	pid_t pid = fork();

	if (!pid) {
		*told = 1 + do_touch(0, pages);
		pause_forever();
	}
	return pid > 0 && wait_until(*told) ? (long)pid : -EAGAIN;
}

static long do_reap(long pid, long unused)
{
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

static long do_offline(long page, long unused)
{
	return madvise(area + page * HUGE, 4096, 101 /* MADV_SOFT_OFFLINE */) ?
	       -errno : 0;
}

static long do_read(long page, long unused)
{
	return area[page * HUGE];
}

FIXTURE(huge)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

#define held() held_of(&self->g, 101, UB_LOCKEDPAGES)
#define fails() fails_of(&self->g, 101, UB_LOCKEDPAGES)
#define limit(n) ASSERT_EQ(0, vz_set(&self->g, 101, UB_LOCKEDPAGES, n, n))
#define told(fn, a, b) tell(self->s, fn, a, b)
#define expect_pages(n) do {						\
	EXPECT_TRUE(wait_until(held() == (n) * EACH));			\
	EXPECT_EQ((n) * EACH, held());					\
	EXPECT_EQ((n) * HUGE,						\
		  get_number(self->ct.cgroup, "hugetlb.2MB.current"));	\
} while (0)

static long pool(void)
{
	return get_number("/sys/kernel/mm/hugepages/hugepages-2048kB",
			  "free_hugepages");
}

FIXTURE_SETUP(huge)
{
	char text[16];

	ASSERT_EQ(0, genl_open(&self->g));
	put_file("/proc/sys/vm", "compact_memory", "1");
	snprintf(text, sizeof(text), "%d", POOL);
	ASSERT_EQ(0, put_file("/proc/sys/vm", "nr_hugepages", text));
	ASSERT_EQ(POOL, pool());
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	expect_pages(0);
}

FIXTURE_TEARDOWN(huge)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_EQ(get_number("/proc/sys/vm", "nr_hugepages"), pool());
	put_file("/proc/sys/vm", "nr_hugepages", "0");
}

CLAIM(huge, counts_what_is_touched_and_stops_with_SIGBUS)
{
	struct bc bc;

	limit(3 * EACH + EACH / 2);
	EXPECT_EQ(0, told(do_map, 5, MAP_PRIVATE));
	expect_pages(0);
	EXPECT_EQ(2, told(do_touch, 0, 2));
	expect_pages(2);
	EXPECT_EQ(1, told(do_touch, 2, 5));
	expect_pages(3);
	EXPECT_EQ(1, fails());
	/* Nothing of the refused one was taken from the pool. */
	EXPECT_EQ(POOL - 3, pool());
	limit(4 * EACH);
	EXPECT_EQ(1, told(do_touch, 3, 5));
	expect_pages(4);
	EXPECT_EQ(2, fails());
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_LOCKEDPAGES, &bc));
	EXPECT_EQ(4 * EACH, (long)bc.maxheld);
	EXPECT_EQ(0, told(do_unmap, 5, 0));
	expect_pages(0);
	EXPECT_EQ(POOL, pool());
}

CLAIM(huge, segments_and_files_keep_theirs)
{
	limit(3 * EACH);
	EXPECT_EQ(0, told(do_segment, 2, 0));
	EXPECT_EQ(2, told(do_touch, 0, 2));
	EXPECT_EQ(0, told(do_detach, 0, 0));
	expect_pages(2);
	EXPECT_EQ(0, told(do_memfd, 0, 0));
	EXPECT_EQ(0, told(do_allocate, 0, 1));
	expect_pages(3);
	EXPECT_EQ(-ENOSPC, told(do_allocate, 1, 1));
	expect_pages(3);
	EXPECT_EQ(1, fails());
	EXPECT_EQ(0, told(do_truncate, 0, 0));
	expect_pages(2);
	EXPECT_EQ(0, told(do_allocate, 0, 1));
	EXPECT_EQ(0, told(do_close, 0, 0));
	expect_pages(2);
	EXPECT_EQ(0, told(do_remove, 0, 0));
	expect_pages(0);
}

CLAIM(huge, a_child_pays_for_its_copies)
{
	long pid, next;

	EXPECT_EQ(0, told(do_map, 2, MAP_PRIVATE));
	EXPECT_EQ(2, told(do_touch, 0, 2));
	pid = told(do_child, 2, 0);
	ASSERT_GT(pid, 0);
	expect_pages(4);
	EXPECT_EQ(0, told(do_reap, pid, 0));
	expect_pages(2);
	limit(3 * EACH);
	pid = told(do_child, 2, 0);
	expect_pages(3);
	/* Once it is full; and all of it goes with the container. */
	next = fails();
	EXPECT_GT(next, 0);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_EQ(POOL, pool());
}

CLAIM(huge, a_page_that_moves_stays_charged)
{
	/* Asked of the kernel, so that a refusal of another kind is none of this. */
	if (access("/sys/devices/system/memory/soft_offline_page", F_OK))
		SKIP(return, "this kernel has no CONFIG_MEMORY_FAILURE");
	EXPECT_EQ(0, told(do_map, 2, MAP_PRIVATE));
	EXPECT_EQ(2, told(do_touch, 0, 2));
	expect_pages(2);
	EXPECT_EQ(0, told(do_offline, 0, 0));
	EXPECT_EQ(1, told(do_read, 0, 0));
	EXPECT_EQ(2 * EACH, held());
	EXPECT_EQ(0, told(do_unmap, 2, 0));
	EXPECT_TRUE(wait_until(held() == 0));
}

CLAIM(huge, the_host_pays_for_its_own)
{
	EXPECT_EQ(0, do_map(1, MAP_SHARED));
	EXPECT_EQ(1, do_touch(0, 1));
	EXPECT_EQ(0, held());
	EXPECT_EQ(0, do_unmap(1, 0));
}

TEST_HARNESS_MAIN
