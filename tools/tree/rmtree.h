/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - removes a tree somebody hostile made
 */
#ifndef _VZCTX_TREE_RMTREE_H
#define _VZCTX_TREE_RMTREE_H

/**
 * tree_remove - removes @name below the directory @parent
 *
 * Works on trees of any depth that somebody hostile made: follows no link,
 * crosses no mount, clears immutable and append-only flags. Nobody may be
 * changing the tree meanwhile. Return: 0 (also if there is none) or -errno, -EXDEV
 * or -EBUSY for a mount in it.
 */
int tree_remove(int parent, const char *name);

/** Everything in the directory @dirfd, as tree_remove() does it. */
int tree_empty(int dirfd);

#endif /* _VZCTX_TREE_RMTREE_H */
