/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - OS templates: from a name to a tree
 *
 * A template is an archive, a directory or a container image. Whoever made it
 * may be hostile: a child reads it that has nothing but the directory it fills
 * within its reach, see jail_run(); names that would leave the directory are
 * refused before that matters.
 */
#ifndef _VZCTX_TEMPLATE_H
#define _VZCTX_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEMPLATE_DIR		"/vz/template"	/* unless vz.conf has TEMPLATE */
#define TEMPLATE_MAX_ENTRIES	2000000U
#define TEMPLATE_MAX_DEPTH	256	/* directories above one another */
#define TEMPLATE_MAX_ID		65535U	/* owners; what a CT's range has room for */

/** struct template_run - what the configuration of an image says to run */
struct template_run {
	bool image;		/* the template was one */
	char command[1024];	/* entry point and arguments, quoted for a shell */
	char user[64];		/* escaped; "" for root */
	char directory[256];	/* escaped; "" for / */
};

/** struct template_progress - knobs of an unpacking, and what came of it */
struct template_progress {
	bool quiet;		/* no line of progress on a terminal */
	const char *label;	/* of that line */
	uint64_t at, total;	/* bytes done, as the child has it; of, 0: not known */
	uint64_t max_entries;	/* 0: TEMPLATE_MAX_ENTRIES */
	uint64_t max_bytes;	/* 0: what is free, less 5 per cent */

	uint64_t entries;	/* made */
	uint64_t bytes;		/* of files, holes not counted */
	uint64_t devices;	/* device nodes left out */
	uint64_t others;	/* sockets and unknown kinds left out */
	uint64_t xattrs;	/* attributes of the host's alone, left out */
	uint64_t mounts;	/* of a directory: left empty */
	struct template_run run;
	char sentence[1024];	/* on failure: what and the way out, escaped */
};

/** "$TEMPLATE/cache", made if @make says so. Return: 0 or -errno. */
int template_cache(char *path, size_t size, bool make);

/**
 * template_trust - whether only root can say what is in the directory @cache
 *
 * Tells the user if not. Return: 0 (also if there is none) or -errno.
 */
int template_trust(const char *cache);

/**
 * template_find - the file or directory an OS template's name means
 * @name: a path if it has a slash in it, else a name in the cache, with or
 *	without its suffix
 *
 * Return: 0, -ENOENT, -EINVAL (no name: empty, or a leading dot), -ENAMETOOLONG.
 */
int template_find(const char *name, char *path, size_t size);

/**
 * template_suffix - splits a file's name from what says its format
 *
 * Return: where in @file the suffix begins (".tar.zst"), NULL without a known one.
 */
const char *template_suffix(const char *file);

/**
 * template_unpack - fills a directory with a template's tree
 * @source: an archive, a directory, or an image (OCI layout, image tar)
 * @dirfd: an empty directory; what it holds after a failure is the caller's to
 *	remove, see template_remove_tree()
 *
 * Device nodes and sockets are left out; dev, proc and sys are made if they are
 * missing. Ends early when the caller gets SIGINT,
 * SIGTERM or SIGHUP, which this function holds off so that the caller can
 * clean up.
 *
 * Return: 0, or -errno with p->sentence set. -EINTR: interrupted.
 */
int template_unpack(const char *source, int dirfd, struct template_progress *p);

/** What was left out, as a half sentence with a leading blank, or "". */
void template_left_out(const struct template_progress *p, char *buf, size_t size);

/**
 * template_remove_tree - removes @name below the directory @parent
 *
 * Works on trees of any depth that somebody hostile made: follows no link,
 * crosses no mount, clears immutable and append-only flags. Nobody may be
 * changing the tree meanwhile. Return: 0 (also if there is none) or -errno, -EXDEV
 * or -EBUSY for a mount in it.
 */
int template_remove_tree(int parent, const char *name);

/** Everything in the directory @dirfd, as template_remove_tree() does it. */
int template_empty_tree(int dirfd);

/**
 * template_pack - writes the tree below @dirfd to @fd as a tar, zstd inside
 *
 * In a child that sees only the tree. Return and signals: as template_unpack().
 */
int template_pack(int dirfd, int fd, struct template_progress *p);

#endif /* _VZCTX_TEMPLATE_H */
