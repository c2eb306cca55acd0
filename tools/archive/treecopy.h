/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a copy of a directory tree
 */
#ifndef _VZCTX_ARCHIVE_TREECOPY_H
#define _VZCTX_ARCHIVE_TREECOPY_H

#include "archive/untar.h"

/**
 * treecopy - copies what is below @from into the tree
 *
 * Owners, modes, times, hard links among the files, access lists, holes and the
 * attributes entry_xattr_allowed() lets through; data are shared where the file
 * system can. Follows no link. Mounts become empty directories; device nodes and
 * sockets are left out; both are counted. Return: 0, or -errno with the sentence
 * set.
 */
int treecopy(struct unpack *u, int from);

#endif /* _VZCTX_ARCHIVE_TREECOPY_H */
