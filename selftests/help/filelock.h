/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a container that locks files as it is told
 *
 * Witness: /proc/locks, without the requests that wait.
 */
#ifndef _SELFTESTS_FILELOCK_H
#define _SELFTESTS_FILELOCK_H

#include <sys/file.h>

#include "servant.h"

#define FILES 4

static int fd[FILES];
static unsigned long ino[FILES];

static int open_one(int i, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/tmp/lock%d", i);
	return open(path, flags | O_RDWR | O_CLOEXEC, 0644);
}

/* Locks the kernel has on the files of this test. */
static long in_proc_locks(void)
{
	unsigned long inode;
	char line[256];
	long n = 0;
	int i;
	FILE *f = fopen("/proc/locks", "re");

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, "->") ||
		    sscanf(line, "%*s %*s %*s %*s %*s %*[^:]:%*[^:]:%lu",
			   &inode) != 1)
			continue;
		for (i = 0; i < FILES; i++)
			n += inode == ino[i];
	}
	fclose(f);
	return n;
}

/* Orders. A file is an index, a range is two numbers in one. */

static long do_open(long i, long unused)
{
	fd[i] = open_one(i, 0);
	return fd[i] < 0 ? -errno : 0;
}

static long do_close(long i, long unused)
{
	return close(fd[i]) ? -errno : 0;
}

#define RANGE(start, len) ((start) << 16 | (len))

static long do_lock(int i, int cmd, int type, long range)
{
	struct flock fl = {
		.l_type = type,
		.l_start = range >> 16,
		.l_len = range & 0xffff,
	};

	return fcntl(fd[i], cmd, &fl) ? -errno : 0;
}

static long do_write(long i, long range)
{
	return do_lock(i, F_SETLK, F_WRLCK, range);
}

static long do_unlock(long i, long range)
{
	return do_lock(i, F_SETLK, F_UNLCK, range);
}

FIXTURE(lock)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

#define held() held_of(&self->g, 101, UB_NUMFLOCK)
#define fails() fails_of(&self->g, 101, UB_NUMFLOCK)
#define limit(b, l) ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMFLOCK, b, l))
/* A new container in place of the first, with what is open here by now. */
#define hire_again() do {						\
	ct_kill(&self->ct);						\
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));		\
	self->s = hire(&self->g, &self->ct, 101, 0);			\
	ASSERT_NE(NULL, self->s);					\
} while (0)
#define told(fn, a, b) tell(self->s, fn, a, b)
#define expect_locks(n) do {						\
	EXPECT_EQ(n, held());						\
	EXPECT_EQ(n, in_proc_locks());					\
} while (0)

FIXTURE_SETUP(lock)
{
	struct stat st;
	int i;

	ASSERT_EQ(0, genl_open(&self->g));
	for (i = 0; i < FILES; i++) {
		fd[i] = open_one(i, O_CREAT);
		ASSERT_GE(fd[i], 0);
		ASSERT_EQ(0, fstat(fd[i], &st));
		ino[i] = st.st_ino;
		close(fd[i]);
	}
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(0, told(do_open, i, 0));
	ASSERT_EQ(0, held());
}

FIXTURE_TEARDOWN(lock)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_EQ(0, in_proc_locks());
}

#endif /* _SELFTESTS_FILELOCK_H */
