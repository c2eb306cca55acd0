/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - directories on the way to a path
 */
#ifndef _VZCTX_LIB_DIRS_H
#define _VZCTX_LIB_DIRS_H

#include <stdbool.h>
#include <sys/types.h>

/** dirs_make - makes @path and what is missing above it. Return: 0 or -errno. */
int dirs_make(const char *path, mode_t mode);

/** dirs_empty - whether there is nothing in the open directory @dirfd. */
bool dirs_empty(int dirfd);

#endif /* _VZCTX_LIB_DIRS_H */
