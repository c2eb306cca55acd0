/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a path that only root can turn elsewhere
 *
 * A path of a configuration is followed name by name from "/". Each directory in
 * which a name is looked up has to be root's and writable by nobody else; a
 * symbolic link found in such a directory is root's own word and is followed the
 * same way. Whoever comes to the same path later comes to the same place, unless
 * root wills otherwise.
 */
#ifndef _VZCTX_TREE_PLACE_H
#define _VZCTX_TREE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "lib/report.h"

/** struct place - where a path leads */
struct place {
	int fd;			/* O_PATH of the last directory or file there is */
	int parent;		/* O_PATH of the directory that holds it, or -1 */
	bool closed;		/* some directory above lets only root through */
	char path[PATH_MAX];	/* without links; what is missing included */
	char rest[PATH_MAX];	/* what is missing of it, "" if nothing is */
	char sentence[2 * PATH_MAX];	/* on failure: what is wrong, and the way out */
};

#define PLACE_NONE	{ .fd = -1, .parent = -1 }

/** struct place_guard - what else may keep a path from being followed */
struct place_guard {
	/**
	 * Called with each directory a name is looked up in. False: refuse, with
	 * the sentence of @p set.
	 */
	bool (*pass)(struct place *p, const char *directory, void *arg);
	void *arg;
	bool sticky;	/* what is root's in a directory as /tmp is fine too */
	bool others;	/* others than root may choose the way */
};

/**
 * place_open - follows @path, which may end in names that are not there yet
 * @guard: NULL: none
 *
 * @p was PLACE_NONE or is closed. Return: 0, or -errno with the sentence set and
 * nothing open: -EPERM where others than root could change the way.
 */
int place_open(struct place *p, const char *path,
	       const struct place_guard *guard);

/**
 * place_file - a file whose words root follows: root's, and nobody else may write it
 *
 * Return: as place_open(); 0 with nothing open when there is no such file.
 */
int place_file(struct place *p, const char *path);

/** Closes what is open. */
void place_close(struct place *p);

/**
 * place_make - makes the directories that are missing, for root alone
 * @last: the last one too
 *
 * Return: 0, or -errno with the sentence set.
 */
int place_make(struct place *p, bool last);

/**
 * place_read - opens what was found anew, to read it
 * @flags: with O_DIRECTORY or without
 *
 * Return: a descriptor or -errno.
 */
int place_read(const struct place *p, int flags);

/** Whether nobody but root may write what @st is of. */
bool place_roots_own(const struct stat *st);

#endif /* _VZCTX_TREE_PLACE_H */
