// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 timeout=120 kernels=newest
 *
 * vzctx - trees that do not want to be removed.
 *
 * The tool's own code, without the tool: no verb leaves such trees behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kselftest_harness.h>

#include "../../tools/lib/open_beneath.c"
#include "../../tools/tree/rmtree.c"

#define DEPTH 1500	/* with names this long more than any path may be */
#define LONG "a-name-that-makes-the-path-of-this-tree-longer-than-what-fts-can-count"

FIXTURE(tree) {
	char base[64];
	int dir;	/* base; the tree in it is called t */
};

FIXTURE_SETUP(tree)
{
	int fd;

	strcpy(self->base, "/var/tmp/rmtree.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->base));
	self->dir = open(self->base, O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, self->dir);
	ASSERT_EQ(0, mkdirat(self->dir, "t", 0755));
	fd = openat(self->dir, "kept", O_CREAT | O_WRONLY, 0600);
	ASSERT_LE(0, fd);
	close(fd);
}

FIXTURE_TEARDOWN(tree)
{
	tree_remove(self->dir, "t");
	tree_remove(self->dir, "other");
	unlinkat(self->dir, "kept", 0);
	close(self->dir);
	EXPECT_EQ(0, rmdir(self->base));
}

static int set_flags(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW), ret;

	if (fd < 0)
		return -1;
	ret = ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	return ret;
}

static bool there(int dir, const char *name)
{
	struct stat st;

	return !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
}

TEST_F(tree, what_is_not_there_is_removed)
{
	EXPECT_EQ(0, tree_remove(self->dir, "nothing"));
	EXPECT_EQ(-EINVAL, tree_remove(self->dir, ".."));
	EXPECT_EQ(-EINVAL, tree_remove(self->dir, "."));
	EXPECT_EQ(-EINVAL, tree_remove(self->dir, ""));
	EXPECT_EQ(-EINVAL, tree_remove(self->dir, "t/x"));
	EXPECT_TRUE(there(self->dir, "t"));
}

TEST_F(tree, links_are_removed_not_followed)
{
	ASSERT_EQ(0, symlinkat(self->base, self->dir, "t/up"));
	ASSERT_EQ(0, symlinkat("../kept", self->dir, "t/file"));
	ASSERT_EQ(0, symlinkat("t", self->dir, "link"));
	EXPECT_EQ(0, tree_remove(self->dir, "link"));
	EXPECT_TRUE(there(self->dir, "t/up"));
	EXPECT_EQ(0, tree_remove(self->dir, "t"));
	EXPECT_FALSE(there(self->dir, "t"));
	EXPECT_TRUE(there(self->dir, "kept"));
}

TEST_F(tree, deeper_than_paths_and_descriptors_go)
{
	const struct rlimit few = { 400, 400 };
	int at = openat(self->dir, "t", O_RDONLY | O_DIRECTORY), next;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
	for (int i = 0; i < DEPTH; i++) {
		ASSERT_EQ(0, mkdirat(at, LONG, 0755));
		next = openat(at, LONG, O_RDONLY | O_DIRECTORY);
		ASSERT_LE(0, next);
		close(at);
		at = next;
	}
	ASSERT_EQ(0, mkdirat(at, ".vzctx.0", 0755));
	close(at);
	EXPECT_EQ(0, tree_remove(self->dir, "t"));
	EXPECT_FALSE(there(self->dir, "t"));
}

TEST_F(tree, flags_are_cleared)
{
	ASSERT_EQ(0, mkdirat(self->dir, "t/d", 0755));
	ASSERT_EQ(0, mkdirat(self->dir, "t/d/e", 0755));
	close(openat(self->dir, "t/d/f", O_CREAT | O_WRONLY, 0600));
	close(openat(self->dir, "t/d/e/g", O_CREAT | O_WRONLY, 0600));
	ASSERT_EQ(0, set_flags(self->dir, "t/d/f", FS_IMMUTABLE_FL));
	ASSERT_EQ(0, set_flags(self->dir, "t/d/e/g", FS_APPEND_FL));
	ASSERT_EQ(0, set_flags(self->dir, "t/d/e", FS_APPEND_FL));
	ASSERT_EQ(0, set_flags(self->dir, "t/d", FS_IMMUTABLE_FL));
	EXPECT_EQ(0, tree_remove(self->dir, "t"));
	EXPECT_FALSE(there(self->dir, "t"));
}

TEST_F(tree, mounts_are_not_entered)
{
	char path[96], other[96];

	ASSERT_EQ(0, mkdirat(self->dir, "t/m", 0755));
	ASSERT_EQ(0, mkdirat(self->dir, "other", 0755));
	ASSERT_EQ(0, renameat(self->dir, "kept", self->dir, "other/kept"));
	snprintf(path, sizeof(path), "%s/t/m", self->base);
	snprintf(other, sizeof(other), "%s/other", self->base);
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	/* The old descriptor still sees the old namespace. */
	close(self->dir);
	self->dir = open(self->base, O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, self->dir);
	/* Of the same file system, so that only the mount can tell. */
	ASSERT_EQ(0, mount(other, path, NULL, MS_BIND, NULL));
	EXPECT_GT(0, tree_remove(self->dir, "t"));
	EXPECT_TRUE(there(self->dir, "other/kept"));
	ASSERT_EQ(0, umount2(path, MNT_DETACH));
	EXPECT_EQ(0, tree_remove(self->dir, "t"));
}

TEST_HARNESS_MAIN
