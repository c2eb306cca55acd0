// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - removes a tree somebody hostile made
 *
 * Directories are entered by descriptor, without following a link or crossing a
 * mount. A tree may be deeper than there are descriptors: what is found very
 * deep is moved to the top first, so the depth of the walk is bounded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/open_beneath.h"
#include "tree/rmtree.h"

#define DEEP	64

struct removal {
	int top;
	unsigned int moved;	/* for names of what is moved to the top */
};

static bool clear_flags(int fd)
{
	int flags;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) ||
	    !(flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)))
		return false;
	flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	return !ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

/* Opening anything but files and directories may have effects. */
static bool clear_flags_of(int dir, const char *name)
{
	struct stat st;
	bool done;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return false;
	fd = open_beneath(dir, name, O_RDONLY | O_NONBLOCK);
	done = clear_flags(fd);
	if (fd >= 0)
		close(fd);
	return done;
}

/* Return: true if it is worth another try. */
static bool unlocked(int dir, const char *name)
{
	bool here = clear_flags(dir);

	return clear_flags_of(dir, name) || here;
}

static int unlink_one(int dir, const char *name, int flags)
{
	int err;

	if (!unlinkat(dir, name, flags) || errno == ENOENT)
		return 0;
	err = errno;
	if (err != EPERM || !unlocked(dir, name))
		return -err;
	return unlinkat(dir, name, flags) ? -errno : 0;
}

static int move_up(struct removal *r, int dir, const char *name)
{
	char fresh[32];
	int err;

	do {
		snprintf(fresh, sizeof(fresh), ".vzctx.%u", r->moved++);
		if (!renameat2(dir, name, r->top, fresh, RENAME_NOREPLACE))
			return 0;
		err = errno;
	} while (err == EEXIST || (err == EPERM && unlocked(dir, name)) ||
		 (err == EPERM && clear_flags(r->top)));
	return -err;
}

static int empty(struct removal *r, int dir, unsigned int depth);

static int remove_dir(struct removal *r, int dir, const char *name,
		      unsigned int depth)
{
	int fd, ret;

	ret = unlink_one(dir, name, AT_REMOVEDIR);
	if (ret != -ENOTEMPTY && ret != -EEXIST)
		return ret;
	if (depth >= DEEP)
		return move_up(r, dir, name);
	fd = open_beneath(dir, name, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	ret = empty(r, fd, depth + 1);
	close(fd);
	return ret ?: unlink_one(dir, name, AT_REMOVEDIR);
}

static int remove_one(struct removal *r, int dir, const char *name,
		      unsigned int depth)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return remove_dir(r, dir, name, depth);
	return unlink_one(dir, name, 0);
}

/* Until a look finds nothing: what is moved to the top may have been missed. */
static int empty(struct removal *r, int dir, unsigned int depth)
{
	int copy = open_beneath(dir, ".", O_RDONLY | O_DIRECTORY), ret = 0;
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	bool found;

	if (!d) {
		ret = copy < 0 ? copy : -errno;
		if (copy >= 0)
			close(copy);
		return ret;
	}
	do {
		found = false;
		rewinddir(d);
		while (!ret && (errno = 0, e = readdir(d))) {
			if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
				continue;
			found = true;
			ret = remove_one(r, dir, e->d_name, depth);
		}
		if (!ret && errno)
			ret = -errno;
	} while (!ret && found);
	closedir(d);
	return ret;
}

int tree_empty(int dirfd)
{
	struct removal r = { .top = dirfd };

	return empty(&r, dirfd, 0);
}

int tree_remove(int parent, const char *name)
{
	struct stat st;
	int fd, ret;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISDIR(st.st_mode))
		return unlink_one(parent, name, 0);
	fd = open_beneath(parent, name, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	ret = tree_empty(fd);
	close(fd);
	return ret ?: unlink_one(parent, name, AT_REMOVEDIR);
}
