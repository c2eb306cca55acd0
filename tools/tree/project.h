/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the project of a tree: the number under which the file system counts it
 */
#ifndef _VZCTX_TREE_PROJECT_H
#define _VZCTX_TREE_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * project_of - the project that what is made in the directory @fd will have
 *
 * Return: 0 or -errno; 0 in @id: none.
 */
int project_of(int fd, uint32_t *id);

/** project_begin - the directory @fd and what will be made in it. Return: 0 or -errno. */
int project_begin(int fd, uint32_t id);

/**
 * project_tree - all that is in the directory @fd, and the directory itself last
 * @left: links and special files of which the file system cannot be told
 *
 * Works on trees of any depth that somebody hostile made, and goes on changing; follows
 * no link, crosses no mount. A directory that has the project, as project_of() tells, has it in all that is
 * below. Return: 0 or -errno.
 */
int project_tree(int fd, uint32_t id, uint64_t *left);

#endif /* _VZCTX_TREE_PROJECT_H */
