/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the two directories of a container, and who else might want them
 *
 * VE_PRIVATE and VE_ROOT have to be places only root can change (place.h), apart
 * from the host's own directories and from those of other containers, and below
 * a directory that only root may enter: owners and set-user-id bits in them mean
 * the host's users.
 */
#ifndef _VZCTX_TREE_AREA_H
#define _VZCTX_TREE_AREA_H

#include <stdint.h>

#include "conf/conf.h"
#include "tree/areas.h"
#include "tree/place.h"

/** enum area_for - what a directory is wanted for, each asking more than before */
enum area_for {
	AREA_REMOVE,	/* apart from others and from the host */
	AREA_SAVE,	/* that, and closed to other users, or will be */
	AREA_USE,	/* and closed now */
	AREA_NEW,	/* and, if it is there, nobody's but root's */
};

/**
 * area_open - the container's directory, if it may be that
 *
 * Refused too while others than root may write the container's configuration.
 * The directory that holds all containers' by default is closed by AREA_USE,
 * which is reported. Return: 0, or -errno with @p's sentence set, which names
 * the directory and the way out.
 */
int area_open(struct place *p, struct areas *a, enum area which,
	      enum area_for why);

/** area_check - area_open() of one that is not kept open */
int area_check(struct place *p, struct areas *a, enum area which,
	       enum area_for why);

/**
 * area_open_tree - a directory that is to hold a stranger's tree, and no container yet
 *
 * Closed to other users, as area_open()'s, but it may lie anywhere outside of what
 * is a container's. Return: as area_open().
 */
int area_open_tree(struct place *p, const char *path, struct report *report);

/** area_open_roots - what only root can turn elsewhere, and leads into no container's */
int area_open_roots(struct place *p, const char *path);

/**
 * area_open_source - a file or directory that root reads because it was named
 *
 * It may be any user's, but no container chooses what it is: the path leads into
 * no container's directory. Return: 0, or -errno with @p's sentence set.
 */
int area_open_source(struct place *p, const char *path);

/** enum area_mount - what is on VE_ROOT */
enum area_mount {
	AREA_BARE,	/* nothing */
	AREA_OURS,	/* the private area, as life_mount.c mounts it */
	AREA_BOUND,	/* the private area, but somebody else did it */
	AREA_FOREIGN,	/* something else, or it cannot be told */
};

/** area_mounted - @p is what lies on VE_ROOT, to be closed; its fd may be -1. */
enum area_mount area_mounted(uint32_t ctid, const struct conf *c,
			     struct place *p);

#endif /* _VZCTX_TREE_AREA_H */
