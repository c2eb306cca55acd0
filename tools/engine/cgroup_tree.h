/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a tree of cgroups, below a descriptor
 *
 * What lies in it may be a container's: as deep and as wide as that could make it.
 */
#ifndef _VZCTX_ENGINE_CGROUP_TREE_H
#define _VZCTX_ENGINE_CGROUP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Writes @text into @file of the cgroup @dir. Return: 0 or -errno. */
int cgtree_put(int dir, const char *file, const char *text);

/** Reads the first line of @file of the cgroup @dir, "" without. Return: 0 or -errno. */
int cgtree_line(int dir, const char *file, char *line, size_t size);

/** Opens the cgroup @name in @at. Return: a descriptor, or -1 with errno. */
int cgtree_open(int at, const char *name);

/** Whether @file of the cgroup @dir has a line that is @line. */
bool cgtree_says(int dir, const char *file, const char *line);

/** The sum of the figures in @file of each cgroup directly below @dir; "max": INT64_MAX */
uint64_t cgtree_sum(int dir, const char *file);

/**
 * cgtree_remove - kills what is in the cgroup @name of @at, and removes it
 *
 * With all that lies below, in steps of the same size however deep it is. Return: 0,
 * also when there is none, or -errno after ten seconds in vain.
 */
int cgtree_remove(int at, const char *name);

#endif /* _VZCTX_ENGINE_CGROUP_TREE_H */
