/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the directories that are somebody's: the host's and those of containers
 *
 * Whoever is root in a container may put links into its tree that lead anywhere.
 * So a path that root of the host follows must not pass a tree of a container's,
 * under whatever name that is mounted; nor one that a destroyed container left.
 */
#ifndef _VZCTX_TREE_AREAS_H
#define _VZCTX_TREE_AREAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "lib/report.h"
#include "tree/location.h"
#include "tree/place.h"

/** struct areas - a container, and the directories of all others */
struct areas {
	uint32_t ctid;
	const struct conf *conf;
	struct mounts *mounts;
	struct area_other {
		uint32_t ctid;
		bool left;	/* by a container that is no more: no way, but free */
		char *path;
		struct location location;
	} *v;
	size_t n;
	struct report *report;	/* who hears that a directory was closed */
};

/**
 * areas_load - of @ctid and all others; 0 and NULL: of no container's
 *
 * Return: 0, or -errno: not every configuration could be read.
 */
int areas_load(struct areas *a, uint32_t ctid, const struct conf *c,
	       struct report *report);
void areas_free(struct areas *a);

/** Looks anew at what is mounted. */
void areas_refresh(struct areas *a);

/** The guard of a place that lets no path pass a container's; @arg: struct areas */
bool areas_pass(struct place *p, const char *directory, void *arg);

/** Refuses what lies in another's. Return: 0 or -errno, the sentence set. */
int areas_check_outside(struct place *p, const struct areas *a);

/** Refuses what is another's, in or around it. Return: as above. */
int areas_check_apart(struct place *p, const struct areas *a);

enum area { AREA_PRIVATE, AREA_ROOT };

/** The path that a configuration gives. */
void area_path(uint32_t ctid, const struct conf *c, enum area which, char *buf,
	       size_t size);

/** Where those of all containers lie unless they say otherwise, or "". */
void areas_common(enum area which, char *buf, size_t size);

/** The directory of the host's system that @path is, is in or around; or NULL. */
const char *areas_host_directory(const char *path);

/** The same of what @p is, under whatever name. */
const char *areas_host(const struct place *p);

/** Whether @p is the directory at @path, be it by a bind mount. */
bool areas_same(const struct place *p, const char *path);

#endif /* _VZCTX_TREE_AREAS_H */
