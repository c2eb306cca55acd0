// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where a directory lies in its file system, whatever name leads to it
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree/location.h"

void location_free(struct location *l)
{
	free(l->path);
	l->path = NULL;
}

bool path_within(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (!strcmp(dir, "/"))
		return true;
	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

bool location_within(const struct location *l, const struct location *dir)
{
	return l->path && dir->path && l->dev == dir->dev &&
	       path_within(l->path, dir->path);
}

/* So that what is below can be put behind it. */
static const char *or_nothing(const char *path)
{
	return strcmp(path, "/") ? path : "";
}

int location_find(const struct mounts *mounts, int fd, const char *rest,
		  struct location *l)
{
	char name[64], path[PATH_MAX];
	const char *root, *target, *below;
	const struct mount *m;
	struct statx x;
	ssize_t len;

	*l = (struct location)LOCATION_NONE;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	len = readlink(name, path, sizeof(path) - 1);
	if (len < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &x))
		return -errno;
	path[len] = '\0';
	m = mounts_by_id(mounts, x.stx_mnt_id);
	if (!m)
		return -ENODEV;
	root = or_nothing(m->root);
	target = or_nothing(m->target);
	if (!path_within(path, target))
		return -ENODEV;
	below = or_nothing(path + strlen(target));
	l->dev = m->dev;
	if (asprintf(&l->path, "%s%s%s%s", root, below, *rest ? "/" : "",
		     rest) < 0) {
		l->path = NULL;
		return -ENOMEM;
	}
	return 0;
}

int location_of_path(const struct mounts *mounts, const char *path,
		     struct location *l)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC), ret;

	*l = (struct location)LOCATION_NONE;
	if (fd < 0)
		return -errno;
	ret = location_find(mounts, fd, "", l);
	close(fd);
	return ret;
}
