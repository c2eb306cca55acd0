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

#include "tree/treejob.h"

/**
 * template_unpack - fills a directory with a template's tree
 * @source: an archive, a directory, or an image (OCI layout, image tar)
 * @dirfd: an empty directory; what it holds after a failure is the caller's to
 *	remove, see tree_remove()
 *
 * Device nodes and sockets are left out; dev, proc and sys are made if they are
 * missing. Ends early when the caller gets SIGINT,
 * SIGTERM or SIGHUP, which this function holds off so that the caller can
 * clean up.
 *
 * Return: 0, or -errno with p->sentence set. -EINTR: interrupted.
 */
int template_unpack(const char *source, int dirfd, struct tree_job *p);

/** What was left out, as a half sentence with a leading blank, or "". */
void template_left_out(const struct tree_job *p, char *buf, size_t size);

/**
 * template_pack - writes the tree below @dirfd to @fd as a tar, zstd inside
 *
 * In a child that sees only the tree. Return and signals: as template_unpack().
 */
int template_pack(int dirfd, int fd, struct tree_job *p);

#endif /* _VZCTX_TEMPLATE_H */
