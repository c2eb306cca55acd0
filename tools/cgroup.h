/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the cgroup of a context: vz/CTID under the cgroup2 mount
 */
#ifndef _VZCTX_CGROUP_H
#define _VZCTX_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctxinfo.h"

/**
 * cgroup_make - makes vz/CTID and hands it to the context's root
 * @owner: host id of the context's root; it may make groups below its own
 * @verbose: say which controllers could not be switched on
 *
 * Without cgroup2 on the host a warning is printed.
 *
 * Return: a directory descriptor for CLONE_INTO_CGROUP, or -1 for none.
 */
int cgroup_make(uint32_t ctid, uid_t owner, bool verbose);

/**
 * cgroup_limit - writes the limits the kernel's memory controller enforces
 *
 * physpages is memory.max, swappages memory.swap.max; others are passed over.
 *
 * Return: 0 or -errno of the first that could not be written, which @what names.
 */
int cgroup_limit(uint32_t ctid, const struct vz_set *set, size_t n,
		 const char **what);

/** cgroup_write - puts @text into @file of vz/CTID. Return: 0 or -errno. */
int cgroup_write(uint32_t ctid, const char *file, const char *text);

/**
 * cgroup_join - moves the calling task next to @pid, the context's init
 *
 * Refuses to go anywhere but vz/CTID and below. Return: 0, -ENOENT when the
 * context has no cgroup, or another errno.
 */
int cgroup_join(uint32_t ctid, pid_t pid);

/**
 * cgroup_freezer - opens the cgroup.freeze of vz/CTID for writing
 *
 * Return: a descriptor, or -errno (-ENOENT: the context has no cgroup).
 */
int cgroup_freezer(uint32_t ctid);

/** Kills what is left in it and removes it and what was made below. */
void cgroup_remove(uint32_t ctid);

#endif /* _VZCTX_CGROUP_H */
