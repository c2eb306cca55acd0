// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - numpty: what counts as a pseudo-terminal, and for how long
 *
 * Witness: /proc/sys/kernel/pty/nr, and what is listed in the devpts mount.
 */
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define MAX_OPEN 1024

static int opened[MAX_OPEN];
static int nr_opened;
static const char *ptmx = "/dev/ptmx";

static long ptys(void)
{
	return get_number("/proc/sys/kernel/pty", "nr");
}

/* Orders. */

/* Opens up to n masters; the errno of the first refusal. */
static long do_open(long n, long unused)
{
	while (n--) {
		int fd = open(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		opened[nr_opened++] = fd;
	}
	return 0;
}

static long do_close(long unused, long unused2)
{
	while (nr_opened)
		close(opened[--nr_opened]);
	return 0;
}

/* Leaves only the other end of one pty open. */
static long do_keep_slave(long unused, long unused2)
{
	int master = opened[--nr_opened], zero = 0;
	int slave;

	if (ioctl(master, TIOCSPTLCK, &zero))
		return -errno;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (slave < 0)
		return -errno;
	close(master);
	opened[nr_opened++] = slave;
	return 0;
}

/* A devpts of its own, as containers have. */
static long do_own_devpts(long unused, long unused2)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("devpts", "/dev/pts", "devpts", 0,
		  "newinstance,ptmxmode=0666"))
		return -errno;
	ptmx = "/dev/pts/ptmx";
	return 0;
}

static long do_storm(long n, long unused)
{
	long refused = 0;

	while (n--) {
		if (!do_open(1, 0))
			continue;
		refused++;
		do_close(0, 0);
	}
	do_close(0, 0);
	return refused;
}

static void *racer(void *arg)
{
	long i;

	for (i = 0; i < 40 / slow(); i++) {
		int fd = open(ptmx, O_RDWR | O_NOCTTY);

		if (fd < 0 && errno != ENOMEM)
			return (void *)(long)errno;
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

FIXTURE(tty)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	long before;
};

#define held() held_of(&self->g, 101, UB_NUMPTY)
#define fails() fails_of(&self->g, 101, UB_NUMPTY)
#define limit(n) ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPTY, n, n))
#define told(fn, a, b) tell(self->s, fn, a, b)

FIXTURE_SETUP(tty)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->before = ptys();
	self->s = hire(&self->g, &self->ct, 101, CLONE_NEWNS);
	ASSERT_NE(NULL, self->s);
	ASSERT_EQ(0, held());
}

FIXTURE_TEARDOWN(tty)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(ptys() == self->before));
}

CLAIM(tty, stops_at_the_barrier_with_ENOMEM)
{
	struct bc bc;

	limit(5);
	EXPECT_EQ(-ENOMEM, told(do_open, 9, 0));
	EXPECT_EQ(5, held());
	EXPECT_EQ(self->before + 5, ptys());
	EXPECT_EQ(-ENOMEM, told(do_open, 1, 0));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPTY, &bc));
	EXPECT_EQ(2, (long)bc.failcnt);
	EXPECT_EQ(5, (long)bc.maxheld);
	/* The host's are not touched. */
	EXPECT_EQ(0, do_open(9, 0));
	EXPECT_EQ(5, held());
	EXPECT_EQ(self->before + 14, ptys());
	do_close(0, 0);
	told(do_close, 0, 0);
	EXPECT_TRUE(wait_until(held() == 0));
	EXPECT_TRUE(wait_until(ptys() == self->before));
	EXPECT_EQ(0, told(do_open, 5, 0));
	EXPECT_EQ(5, held());
}

CLAIM(tty, counts_until_both_ends_are_closed)
{
	EXPECT_EQ(0, told(do_open, 2, 0));
	EXPECT_EQ(0, told(do_keep_slave, 0, 0));
	EXPECT_EQ(2, held());
	EXPECT_EQ(self->before + 2, ptys());
	told(do_close, 0, 0);
	EXPECT_TRUE(wait_until(held() == 0));
	EXPECT_TRUE(wait_until(ptys() == self->before));
}

static long listed(pid_t pid)
{
	char path[64];
	struct dirent *e;
	long n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/root/dev/pts", pid);
	d = opendir(path);
	if (!d)
		return -errno;
	while ((e = readdir(d)))
		n += e->d_name[0] >= '0' && e->d_name[0] <= '9';
	closedir(d);
	return n;
}

/* The same index in two mounts, and one opened by the host inside. */
CLAIM(tty, each_devpts_and_who_opens)
{
	struct ct other = {};
	struct servant *t;
	char path[64];
	int fd;

	t = hire(&self->g, &other, 102, CLONE_NEWNS);
	ASSERT_NE(NULL, t);
	ASSERT_EQ(0, told(do_own_devpts, 0, 0));
	ASSERT_EQ(0, tell(t, do_own_devpts, 0, 0));
	EXPECT_EQ(0, told(do_open, 3, 0));
	EXPECT_EQ(0, tell(t, do_open, 2, 0));
	EXPECT_EQ(3, held());
	EXPECT_EQ(2, held_of(&self->g, 102, UB_NUMPTY));
	EXPECT_EQ(3, listed(self->ct.init));
	EXPECT_EQ(2, listed(other.init));

	snprintf(path, sizeof(path), "/proc/%d/root/dev/pts/ptmx",
		 self->ct.init);
	fd = open(path, O_RDWR | O_NOCTTY);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(4, listed(self->ct.init));
	EXPECT_EQ(3, held());
	EXPECT_EQ(0, tell(t, do_close, 0, 0));
	EXPECT_TRUE(wait_until(held_of(&self->g, 102, UB_NUMPTY) == 0));
	EXPECT_EQ(3, held());
	close(fd);
	EXPECT_EQ(3, held());
	ct_kill(&other);
}

static int take_fd(pid_t pid, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	int got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);

	close(pidfd);
	return got;
}

static long do_which(long i, long unused)
{
	return opened[i];
}

CLAIM(tty, outlives_its_container)
{
	int fd;

	EXPECT_EQ(0, told(do_open, 1, 0));
	fd = take_fd(self->ct.init, told(do_which, 0, 0));
	ASSERT_GE(fd, 0);
	ct_kill(&self->ct);
	usleep(100000);
	EXPECT_EQ(1, vz_count(&self->g));
	EXPECT_EQ(self->before + 1, ptys());
	close(fd);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(tty, eight_race_for_the_last_units)
{
	struct bc bc;

	limit(3);
	EXPECT_EQ(0, told(race, (long)racer, 8));
	EXPECT_TRUE(wait_until(held() == 0));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPTY, &bc));
	EXPECT_LE((long)bc.maxheld, 3);
	EXPECT_GT((long)bc.maxheld, 0);
	EXPECT_EQ(0, told(do_open, 3, 0));
	EXPECT_EQ(-ENOMEM, told(do_open, 1, 0));
}

CLAIM(tty, a_storm_is_the_containers_own)
{
	struct ct other = {};
	struct servant *t;
	int i;

	t = hire(&self->g, &other, 102, CLONE_NEWNS);
	ASSERT_NE(NULL, t);
	limit(10);
	order(self->s, do_storm, 400 / slow(), 0);
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(0, do_open(3, 0));
		do_close(0, 0);
		EXPECT_EQ(0, tell(t, do_open, 3, 0));
		EXPECT_EQ(0, tell(t, do_close, 0, 0));
	}
	EXPECT_EQ(0, fails_of(&self->g, 102, UB_NUMPTY));
	EXPECT_TRUE(wait_until(!self->s->fn));
	EXPECT_GT(self->s->ret, 0);
	EXPECT_TRUE(wait_until(held() == 0));
	EXPECT_TRUE(wait_until(held_of(&self->g, 102, UB_NUMPTY) == 0));
	ct_kill(&other);
}

TEST_HARNESS_MAIN
