/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the cgroup of a context: vz/CTID under the cgroup2 mount
 */
#ifndef _VZCTX_ENGINE_CGROUP_H
#define _VZCTX_ENGINE_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/report.h"
#include "module/ctxinfo.h"

/**
 * cgroup_make - makes vz/CTID and hands it to the context's root
 * @owner: host id of the context's root; it may make groups below its own
 * @verbose: note which controllers could not be switched on
 *
 * What an earlier life left there goes. The context can make so many cgroups below
 * and no more. It is a note where the host has no cgroup2.
 *
 * Return: a directory descriptor for CLONE_INTO_CGROUP, or -1 for none.
 */
int cgroup_make(uint32_t ctid, uid_t owner, bool verbose,
		struct report *report);

/**
 * cgroup_limit - writes the limits the kernel's memory controller enforces
 *
 * physpages is memory.max, swappages memory.swap.max, and the barrier of vmguarpages
 * memory.min; others are passed over. What is guaranteed to all contexts together is
 * at most three quarters of the host's memory.
 *
 * Return: 0 or -errno of the first that could not be written, which @what names.
 */
int cgroup_limit(uint32_t ctid, const struct vz_set *set, size_t n,
		 const char **what);

/** cgroup_open - Return: a descriptor of the directory vz/CTID, or -errno */
int cgroup_open(uint32_t ctid);

/** cgroup_write - puts @text into @file of vz/CTID. Return: 0 or -errno. */
int cgroup_write(uint32_t ctid, const char *file, const char *text);

/** cgroup_read - the first line of @file of vz/CTID. Return: 0 or -errno. */
int cgroup_read(uint32_t ctid, const char *file, char *line, size_t size);

/**
 * cgroup_find - the line of @file of vz/CTID whose first word is @word
 *
 * Return: 0 or -errno, -ENODATA where there is none, @line being "" then.
 */
int cgroup_find(uint32_t ctid, const char *file, const char *word, char *line, size_t size);

/**
 * cgroup_fork - forks a task that is born in vz/CTID
 *
 * Not where its init is: the context chooses that, and may have frozen it. The task
 * is in a cgroup of the host's own directly below, which the context can neither
 * freeze nor fill. To be moved there later, it would wait for all tasks of the host
 * to pass a point. Where the context has no cgroup it is fork().
 *
 * Return: as fork(), or -errno.
 */
pid_t cgroup_fork(uint32_t ctid);

/** Whether the host holds all of @ctid. What it froze inside is its own matter. */
bool cgroup_frozen(uint32_t ctid);

/** Whether every task of it has come to a stand. */
bool cgroup_still(uint32_t ctid);

/**
 * cgroup_thaw - lets @init, the context's init, go on
 *
 * Whoever froze it, the host or the context itself. Return: whether it was frozen.
 */
bool cgroup_thaw(uint32_t ctid, pid_t init);

/** Kills all of it at once. */
void cgroup_kill(uint32_t ctid);

/** Whether the host's cgroups have that controller. */
bool cgroup_controls(const char *controller);

/**
 * cgroup_freezer - opens the cgroup.freeze of vz/CTID for writing
 *
 * Return: a descriptor, or -errno (-ENOENT: the context has no cgroup).
 */
int cgroup_freezer(uint32_t ctid);

/** Kills what is left in it and removes it and what was made below; notes a failure. */
void cgroup_remove(uint32_t ctid, struct report *report);

#endif /* _VZCTX_ENGINE_CGROUP_H */
