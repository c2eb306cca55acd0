// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - shmpages: every way pages get into shared memory and out
 *
 * Witness: st_blocks of the file, which the kernel counts by itself.
 */
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define PAGE	4096L
#define EXTENT	512L	/* pages that become one large page */
#define EXTENTS	3L

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* The init's: a file, mapped at a multiple of a large page. */
static int fd = -1;
static char *map;

static long blocks(long unused, long unused2)
{
	struct stat st;

	return fstat(fd, &st) ? -errno : st.st_blocks / (PAGE / 512);
}

static long map_file(long on_tmpfs, long unused)
{
	long len = EXTENTS * EXTENT * PAGE, align = EXTENT * PAGE;
	char *room;

	if (on_tmpfs)
		fd = open("/tmp/collapse/file", O_CREAT | O_RDWR | O_TRUNC, 0600);
	else
		fd = memfd_create("collapse", 0);
	if (fd < 0 || ftruncate(fd, len))
		return -errno;
	room = mmap(NULL, len + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	map = room + align - (uintptr_t)room % align;
	if (mmap(map, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		 0) == MAP_FAILED)
		return -errno;
	return 0;
}

static long unmap_file(long unused, long unused2)
{
	munmap(map, EXTENTS * EXTENT * PAGE);
	return close(fd) ? -errno : 0;
}

/* Pages of the file from one on; how many went, times 1000, plus errno. */
static long write_pages(long page, long n)
{
	static const char text[PAGE];
	long i;

	for (i = 0; i < n; i++)
		if (pwrite(fd, text, PAGE, (page + i) * PAGE) != PAGE)
			return i * 1000 + errno;
	return i * 1000;
}

static long touch(long page, long unused)
{
	*(volatile char *)(map + page * PAGE) = 1;
	return 0;
}

static long allocate(long page, long n)
{
	return fallocate(fd, 0, page * PAGE, n * PAGE) ? -errno : 0;
}

static long punch(long page, long n)
{
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 page * PAGE, n * PAGE) ? -errno : 0;
}

static long resize(long pages, long unused)
{
	return ftruncate(fd, pages * PAGE) ? -errno : 0;
}

static long collapse(long extent, long unused)
{
	return madvise(map + extent * EXTENT * PAGE, EXTENT * PAGE,
		       MADV_COLLAPSE) ? -errno : 0;
}

/* A page is put in by whoever looks after the faults of a mapping. */
static long fill_in(long page, long n)
{
	static char text[PAGE] __attribute__((__aligned__(PAGE)));
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (uintptr_t)map, EXTENTS * EXTENT * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	long i, err = 0;

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg))
		return -errno;
	for (i = 0; i < n && !err; i++) {
		struct uffdio_copy copy = {
			.src = (uintptr_t)text,
			.dst = (uintptr_t)map + (page + i) * PAGE,
			.len = PAGE,
		};

		if (ioctl(uffd, UFFDIO_COPY, &copy))
			err = errno;
	}
	close(uffd);
	return err ? (i - 1) * 1000 + err : i * 1000;
}

FIXTURE(collapse)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_SETUP(collapse)
{
	ASSERT_EQ(0, genl_open(&self->g));
	mkdir("/tmp/collapse", 0755);
	ASSERT_EQ(0, mount("t", "/tmp/collapse", "tmpfs", 0, NULL));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(collapse)
{
	ct_kill(&self->ct);
	EXPECT_EQ(0, umount("/tmp/collapse"));
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define set(n) ASSERT_EQ(0, vz_set(&self->g, 101, UB_SHMPAGES, n, n))

#define held() held_of(&self->g, 101, UB_SHMPAGES)

/* What is held is so many pages, and so many the file has. */
#define holds(n) do {							\
	EXPECT_EQ((n), tell(self->s, blocks, 0, 0));			\
	EXPECT_EQ((n), held());						\
} while (0)

/* One extent fits, a second one does not. */
static void collapse_at_the_limit(struct __test_metadata *_metadata,
				  FIXTURE_DATA(collapse) *self,
				  bool on_tmpfs)
{
	long fails = fails_of(&self->g, 101, UB_SHMPAGES);
	struct bc bc;

	set(600);
	ASSERT_EQ(0, tell(self->s, map_file, on_tmpfs, 0));
	EXPECT_EQ(0, tell(self->s, touch, 0, 0));
	EXPECT_EQ(0, tell(self->s, touch, EXTENT, 0));
	EXPECT_EQ(0, tell(self->s, touch, 2 * EXTENT, 0));
	holds(3);
	EXPECT_EQ(0, tell(self->s, collapse, 0, 0));
	holds(EXTENT + 2);
	EXPECT_EQ(-EINVAL, tell(self->s, collapse, 1, 0));
	holds(EXTENT + 2);
	EXPECT_EQ(++fails, fails_of(&self->g, 101, UB_SHMPAGES));
	/* What is left is there for others, and no more. */
	EXPECT_EQ((600 - EXTENT - 2) * 1000 + EDQUOT,
		  tell(self->s, write_pages, EXTENT + 1, 100));
	holds(600L);
	EXPECT_EQ(++fails, fails_of(&self->g, 101, UB_SHMPAGES));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_SHMPAGES, &bc));
	EXPECT_EQ(600, bc.maxheld);

	/* A large page is split where a part of it goes. */
	EXPECT_EQ(0, tell(self->s, punch, 7, 1));
	holds(599L);
	EXPECT_EQ(0, tell(self->s, resize, EXTENT + 2, 0));
	holds(EXTENT + 1);
	EXPECT_EQ(0, tell(self->s, resize, 3, 0));
	holds(3L);
	EXPECT_EQ(0, tell(self->s, resize, 0, 0));
	holds(0L);
	EXPECT_EQ(0, tell(self->s, unmap_file, 0, 0));
}

CLAIM(collapse, a_large_page_is_refused_above_the_limit)
{
	collapse_at_the_limit(_metadata, self, false);
	collapse_at_the_limit(_metadata, self, true);
}

CLAIM(collapse, every_other_door_stops_at_the_limit)
{
	set(50);
	ASSERT_EQ(0, tell(self->s, map_file, 0, 0));
	EXPECT_EQ(50000 + EDQUOT, tell(self->s, fill_in, 0, 60));
	holds(50L);
	EXPECT_EQ(0, tell(self->s, punch, 10, 5));
	holds(45L);
	EXPECT_EQ(0, tell(self->s, allocate, 100, 5));
	holds(50L);
	EXPECT_EQ(0, tell(self->s, punch, 102, 3));
	holds(47L);
	/* What was allocated before the refusal is undone. */
	EXPECT_EQ(-EDQUOT, tell(self->s, allocate, 200, 4));
	holds(47L);
	EXPECT_EQ(3000 + EDQUOT, tell(self->s, write_pages, 300, 4));
	holds(50L);
}

TEST_HARNESS_MAIN
