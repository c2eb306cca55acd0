// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - shmpages: shared memory, by size and by page
 *
 * Witness: the figures of shmctl(SHM_INFO), which ipcs -u prints, and st_blocks.
 */
#include <setjmp.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>

#include <kselftest_harness.h>
#include "help/orders.h"

#define PAGE 4096UL

enum order {
	NOTHING, SHMGET, SHMRM, ANON, ANON_UNMAP, MEMFD, MEMFD_WRITE,
	MEMFD_TRUNC, MEMFD_TOUCH, CLOSE, TMPFS, TMPFS_RM, STORM,
};

static int shmid = -1, fd = -1;
static char *anon = MAP_FAILED;
static long anon_len;
static volatile long *blocks;
static sigjmp_buf bus;

static void on_bus(int sig)
{
	siglongjmp(bus, 1);
}

/* Writes page after page; tells how many went. */
static void write_pages(struct servant *s)
{
	static const char page[PAGE];
	struct stat st;

	for (s->ret = 0; s->ret < s->arg; s->ret++)
		if (write(fd, page, PAGE) != PAGE) {
			s->err = errno;
			break;
		}
	if (!fstat(fd, &st))
		*blocks = st.st_blocks / (PAGE / 512);
}

static void touch_pages(struct servant *s)
{
	volatile long n = 0;
	volatile char *p;

	if (ftruncate(fd, s->arg * PAGE)) {
		s->err = errno;
		return;
	}
	p = mmap(NULL, s->arg * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	signal(SIGBUS, on_bus);
	if (!sigsetjmp(bus, 1))
		for (; n < s->arg; n++)
			p[n * PAGE] = 1;
	s->ret = n;
	munmap((void *)p, s->arg * PAGE);
}

static void storm(struct servant *s)
{
	char name[32];
	int i, j;

	for (i = 0; i < 8; i++)
		if (!fork()) {
			static const char page[PAGE];

			snprintf(name, sizeof(name), "/tmp/shm/%d", i % 2);
			for (j = 0; j < s->arg; j++) {
				int f = open(name, O_CREAT | O_RDWR, 0600);

				while (write(f, page, PAGE) == PAGE &&
				       lseek(f, 0, SEEK_CUR) < 64 * (long)PAGE)
					;
				if (ftruncate(f, (j % 3) * PAGE))
					_exit(1);
				close(f);
				unlink(name);
			}
			_exit(0);
		}
	while (wait(&i) > 0)
		s->err |= i;
}

static void serve_one(struct servant *s)
{
	switch (s->order) {
	case SHMGET:
		shmid = shmget(IPC_PRIVATE, s->arg * PAGE, 0600);
		s->err = shmid < 0 ? errno : 0;
		break;
	case SHMRM:
		shmctl(shmid, IPC_RMID, NULL);
		break;
	case ANON:
		anon_len = s->arg * PAGE;
		anon = mmap(NULL, anon_len, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		s->err = anon == MAP_FAILED ? errno : 0;
		break;
	case ANON_UNMAP:
		munmap(anon, anon_len);
		break;
	case MEMFD:
		fd = memfd_create("x", 0);
		break;
	case TMPFS:
		fd = open("/tmp/shm/file", O_CREAT | O_RDWR, 0600);
		s->err = fd < 0 ? errno : 0;
		break;
	case MEMFD_WRITE:
		write_pages(s);
		break;
	case MEMFD_TRUNC:
		s->err = ftruncate(fd, s->arg * PAGE) ? errno : 0;
		break;
	case MEMFD_TOUCH:
		touch_pages(s);
		break;
	case TMPFS_RM:
		unlink("/tmp/shm/file");
		break;
	case CLOSE:
		close(fd);
		break;
	case STORM:
		storm(s);
		break;
	}
}

FIXTURE(shm)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

#define look() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_SHMPAGES, &_bc));		\
	_bc;								\
})

#define held() ((long)look().held)

#define set(n) ASSERT_EQ(0, vz_set(&self->g, 101, UB_SHMPAGES, n, n))

#define settles(n) do {							\
	EXPECT_TRUE(wait_until(held() == (n)));				\
	EXPECT_EQ((n), held());						\
} while (0)

FIXTURE_SETUP(shm)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	blocks = shared(sizeof(*blocks));
	ASSERT_NE(NULL, blocks);
	mkdir("/tmp/shm", 0755);
	ASSERT_EQ(0, mount("t", "/tmp/shm", "tmpfs", 0, NULL));
	ASSERT_EQ(0, engage(&self->g, &self->ct, self->s));
	EXPECT_EQ(0, held());
}

FIXTURE_TEARDOWN(shm)
{
	ct_kill(&self->ct);
	EXPECT_EQ(0, umount("/tmp/shm"));
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

static long ipcs_pages(void)
{
	struct shm_info i = {};

	shmctl(0, SHM_INFO, (void *)&i);
	return i.shm_tot;
}

CLAIM(shm, by_size)
{
	struct shm_info info;
	struct shmid_ds d;
	long fails = 0;
	int i, n;

	set(200);
	EXPECT_EQ(ENOMEM, tell(SHMGET, 201));
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(0, tell(SHMGET, 120));
	EXPECT_EQ(120, held());
	EXPECT_EQ(120, ipcs_pages());
	EXPECT_EQ(ENOMEM, tell(ANON, 81));
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(0, tell(ANON, 80));
	EXPECT_EQ(200, held());
	EXPECT_EQ(200, (long)look().maxheld);
	tell(ANON_UNMAP, 0);
	settles(120);
	tell(SHMRM, 0);
	settles(0);
	EXPECT_EQ(0, ipcs_pages());
	/* A segment outlives who made it, and its container. */
	EXPECT_EQ(0, tell(SHMGET, 120));
	ct_kill(&self->ct);
	EXPECT_EQ(1, vz_count(&self->g));
	EXPECT_EQ(120, ipcs_pages());
	n = shmctl(0, SHM_INFO, (void *)&info);
	for (i = 0; i <= n; i++)
		shmctl(shmctl(i, SHM_STAT, &d), IPC_RMID, NULL);
}

CLAIM(shm, by_page)
{
	set(50);
	EXPECT_EQ(0, tell(MEMFD, 0));
	EXPECT_EQ(0, tell(MEMFD_TRUNC, 1000));
	EXPECT_EQ(0, held());
	EXPECT_EQ(EDQUOT, tell(MEMFD_WRITE, 100));
	EXPECT_EQ(50, self->s->ret);
	EXPECT_EQ(50, *blocks);
	EXPECT_EQ(50, held());
	EXPECT_EQ(1, (long)look().failcnt);
	EXPECT_EQ(0, tell(MEMFD_TRUNC, 20));
	EXPECT_EQ(20, held());
	EXPECT_EQ(0, tell(MEMFD_TRUNC, 0));
	EXPECT_EQ(0, held());
	tell(MEMFD_TOUCH, 60);
	EXPECT_EQ(50, self->s->ret);
	EXPECT_EQ(50, held());
	tell(CLOSE, 0);
	settles(0);

	EXPECT_EQ(0, tell(TMPFS, 0));
	EXPECT_EQ(EDQUOT, tell(MEMFD_WRITE, 60));
	EXPECT_EQ(50, self->s->ret);
	tell(CLOSE, 0);
	EXPECT_EQ(50, held());
	tell(TMPFS_RM, 0);
	settles(0);
	EXPECT_EQ(50, (long)look().maxheld);
}

CLAIM(shm, the_host_pays_for_its_own)
{
	static const char page[PAGE];
	int f = open("/tmp/shm/host", O_CREAT | O_RDWR, 0600), i;

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(PAGE, write(f, page, PAGE));
	}
	EXPECT_EQ(0, held());
	close(f);
	unlink("/tmp/shm/host");
}

CLAIM(shm, writers_and_truncaters_of_the_same_files)
{
	set(40);
	EXPECT_EQ(0, tell(STORM, 60 / slow() + 5));
	settles(0);
	EXPECT_LE((long)look().maxheld, 40);
	EXPECT_GT(look().failcnt, 0);
}

TEST_HARNESS_MAIN
