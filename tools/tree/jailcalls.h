/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the system calls of a child that reads what strangers made
 */
#ifndef _VZCTX_TREE_JAILCALLS_H
#define _VZCTX_TREE_JAILCALLS_H

/**
 * jail_calls - from now on only calls that work on open files, on paths and on
 * the task's own memory are made; every other one fails with EPERM
 *
 * No new privileges has to be set before. Return: 0 or -errno.
 */
int jail_calls(void);

#endif /* _VZCTX_TREE_JAILCALLS_H */
