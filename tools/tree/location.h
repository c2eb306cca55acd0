/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - where a directory lies in its file system, whatever name leads to it
 *
 * A bind mount gives a directory, or one below it, another path. Its file system
 * and its path in there stay the same.
 */
#ifndef _VZCTX_TREE_LOCATION_H
#define _VZCTX_TREE_LOCATION_H

#include <stdbool.h>
#include <sys/types.h>

#include "tree/mounts.h"

struct location {
	dev_t dev;
	char *path;	/* from the root of the file system, "" is that; NULL: not known */
};

#define LOCATION_NONE	{ .path = NULL }

/**
 * location_find - where the directory lies that is open as @fd
 * @rest: what is to be below it, or ""
 *
 * Return: 0 with @l to be freed by location_free(), or -errno.
 */
int location_find(const struct mounts *mounts, int fd, const char *rest,
		  struct location *l);

/** The same of a path whose last part is no link. */
int location_of_path(const struct mounts *mounts, const char *path,
		     struct location *l);

void location_free(struct location *l);

/** Whether @l is @dir or below it; not when either is not known. */
bool location_within(const struct location *l, const struct location *dir);

/** Whether @path is @dir or below it, as text. */
bool path_within(const char *path, const char *dir);

#endif /* _VZCTX_TREE_LOCATION_H */
