// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=200 */
/*
 * vzctx selftests - /proc/bc/ID/ioacct
 *
 * Witness: /proc/PID/io of the tasks inside.
 */
#include <kselftest_harness.h>
#include "help/servant.h"

#define MB (1024 * 1024L)
#define FILE_NAME "/var/tmp/ioacct.data"

FIXTURE(ioacct)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

static long write_here(long bytes, long b)
{
	int fd = open(FILE_NAME, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	char block[4096] = "x";

	for (; bytes > 0; bytes -= sizeof(block))
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return -errno;
	close(fd);
	return 0;
}

static long write_in_child(long bytes, long b)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(write_here(bytes, 0) != 0);
	waitpid(pid, &status, 0);
	return status;
}

static long figure(const char *path, const char *key)
{
	char line[128], name[64];
	long v, found = -1;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", name, &v) == 2 && !strcmp(name, key))
			found = v;
	if (f)
		fclose(f);
	return found;
}

static long of_init(const struct ct *ct, const char *key)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/io", ct->init);
	return figure(path, key);
}

FIXTURE_SETUP(ioacct)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(ioacct)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	unlink(FILE_NAME);
}

#define ct(key) figure("/proc/bc/101/ioacct", key)

CLAIM(ioacct, what_tasks_write_and_have_written)
{
	char line[64] = "";
	long before;
	FILE *f;

	EXPECT_EQ(of_init(&self->ct, "write_bytes:"), ct("write"));
	EXPECT_EQ(of_init(&self->ct, "read_bytes:"), ct("read"));
	ASSERT_EQ(0, tell(self->s, write_here, MB, 0));
	EXPECT_GE(ct("write"), MB);
	EXPECT_EQ(of_init(&self->ct, "write_bytes:"), ct("write"));
	before = ct("write");
	/* Those of a task that is gone stay. */
	ASSERT_EQ(0, tell(self->s, write_in_child, 2 * MB, 0));
	EXPECT_GE(ct("write"), before + 2 * MB);
	/* Its parent has waited for it, and answers for both. */
	EXPECT_EQ(of_init(&self->ct, "write_bytes:"), ct("write"));
	EXPECT_EQ(0, figure("/proc/bc/0/ioacct", "write"));
	EXPECT_EQ(0, ct("fuse_bytes"));
	f = fopen("/proc/bc/101/ioacct", "re");
	ASSERT_TRUE(f && fgets(line, sizeof(line), f));
	EXPECT_EQ(1 + 20 + 1 + 21 + 1, strlen(line));
	EXPECT_EQ(0, strncmp(line, "\tread                ", 21));
	fclose(f);
}

TEST_HARNESS_MAIN
