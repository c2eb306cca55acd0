/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what is mounted in the caller's mount namespace
 *
 * As /proc/self/mountinfo has it. The library that reads this too is a large part of
 * what a container's start would cost.
 */
#ifndef _VZCTX_TREE_MOUNTS_H
#define _VZCTX_TREE_MOUNTS_H

#include <stddef.h>
#include <sys/types.h>

/** struct mount - one of them; paths are as they are, nothing is escaped */
struct mount {
	int id;			/* as STATX_MNT_ID has it */
	dev_t dev;
	const char *root;	/* the directory of the file system that is mounted */
	const char *target;	/* where it is mounted */
	const char *type;	/* of the file system */
};

/** struct mounts - all of them, what was mounted last behind what it covers */
struct mounts {
	size_t n;
	struct mount *v;
	char *text;
};

/** Return: to be given to mounts_free(), or NULL with errno set. */
struct mounts *mounts_read(void);
void mounts_free(struct mounts *m);

/** Return: the mount with that id, or NULL. */
const struct mount *mounts_by_id(const struct mounts *m, int id);

#endif /* _VZCTX_TREE_MOUNTS_H */
