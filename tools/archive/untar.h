/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - an archive's entries onto the disk
 *
 * Everything here runs in jail_run()'s child: the root directory is the tree.
 */
#ifndef _VZCTX_ARCHIVE_UNTAR_H
#define _VZCTX_ARCHIVE_UNTAR_H

#include "archive/stream.h"
#include "tree/treejob.h"

struct archive;
struct archive_entry;

/** struct unpack - one tree being filled, by one archive or several layers */
struct unpack {
	struct tree_job *p;
	int root;			/* the tree */
	int source;			/* its position is the progress; or -1 */
	uint64_t max_entries, max_bytes;
	bool chosen;			/* max_bytes is the user's figure */
	bool have_root_times;		/* what the tree's own times are to be */
	struct timespec root_times[2];
};

/** Sets root and the limits, from what the file system has left. Return: 0/-errno. */
int unpack_begin(struct unpack *u, struct tree_job *p);

/** Counts @n more bytes of @path. Return: 0 or -EFBIG with the sentence set. */
int unpack_charge(struct unpack *u, const char *path, uint64_t n);

/** Counts one more entry. Return: 0 or -E2BIG with the sentence set. */
int unpack_entry(struct unpack *u, const char *path);

/**
 * untar_look - what a user of untar() makes of an entry first
 * @in: the entry's data can be read from it
 * @path: clean, see entry_clean()
 *
 * Return: 0 to write it, 1 to leave it out, UNTAR_END, or -errno.
 */
typedef int (*untar_look)(struct unpack *u, struct archive *in,
			  struct archive_entry *e, const char *path, void *arg);

#define UNTAR_END	2

/**
 * untar - writes what @s holds into the tree
 * @look: may be NULL
 *
 * Does not read on after the end mark. Return: 0, or -errno with the sentence set.
 */
int untar(struct unpack *u, struct stream *s, untar_look look, void *arg);

/** untar_scan - the same, but writes and counts nothing. */
int untar_scan(struct unpack *u, struct stream *s, untar_look look, void *arg);

/**
 * untar_open - a reader of the tar archive in @s
 *
 * For users with a loop of their own. Return: 0, or -errno with the sentence set
 * and @in NULL.
 */
int untar_open(struct unpack *u, struct stream *s, struct archive **in);

/** Sets the sentence for a reader that failed. Return: -errno. */
int untar_broken(struct unpack *u, struct archive *in, struct stream *s);

/**
 * untar_end - reads what is behind the end mark, so that checksums are compared
 * @marked: there has to be an end mark
 *
 * Return: 0, or -errno with the sentence set.
 */
int untar_end(struct unpack *u, struct stream *s, bool marked);

#endif /* _VZCTX_ARCHIVE_UNTAR_H */
