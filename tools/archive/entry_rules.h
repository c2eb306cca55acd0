/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a template may put into a container's tree
 *
 * One set of rules for archives, layers and directories.
 */
#ifndef _VZCTX_ARCHIVE_ENTRY_RULES_H
#define _VZCTX_ARCHIVE_ENTRY_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tree/treejob.h"

struct archive_entry;

/**
 * entry_clean - turns a name in an archive into a path below the directory
 * @from: as the archive has it; a leading slash goes, as GNU tar does it
 * @path: PATH_MAX bytes; "." for the directory itself
 *
 * Return: NULL, or what is wrong with it ("holds ..").
 */
const char *entry_clean(const char *from, char *path);

/** Whether an attribute belongs into a tree: user.* and valid file capabilities. */
bool entry_xattr_allowed(const char *name, const void *value, size_t size);

/**
 * entry_owner - refuses owners a container has no room for
 *
 * Return: 0, or -EINVAL with p->sentence set.
 */
int entry_owner(struct tree_job *p, const char *name, int64_t uid,
		int64_t gid);

/**
 * entry_prepare - judges an entry of an archive and makes it fit to be written
 * @path: from entry_clean()
 *
 * Takes attributes off that do not belong in a tree, counting them.
 * Return: 0, 1 for one to be left out (counted, unless it is a
 * hard link to itself and there already), -errno with p->sentence set.
 */
int entry_prepare(struct tree_job *p, struct archive_entry *e,
		  const char *path);

#endif /* _VZCTX_ARCHIVE_ENTRY_RULES_H */
