/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a tree into an archive
 */
#ifndef _VZCTX_ARCHIVE_TREEPACK_H
#define _VZCTX_ARCHIVE_TREEPACK_H

#include "tree/treejob.h"

/**
 * treepack - writes what is below the working directory to @fd, as tar in zstd
 *
 * Owners by number only. Return: 0, or -errno with the sentence
 * set.
 */
int treepack(struct tree_job *p, int fd);

#endif /* _VZCTX_ARCHIVE_TREEPACK_H */
