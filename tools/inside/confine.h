/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a task inside a context gives up
 */
#ifndef _VZCTX_INSIDE_CONFINE_H
#define _VZCTX_INSIDE_CONFINE_H

#include <stdbool.h>

/**
 * confine_ids - becomes the context's root: ids 0, no supplementary groups
 * @chan: where a failing step is told; the task then ends
 */
void confine_ids(int chan);

/**
 * confine - gives up what a system container has no use for
 * @chan: where a failing step is told; the task then ends
 * @net_admin: it keeps that capability, with which its network, the packet filter too,
 *	is its own affair
 *
 * A session keyring and resource limits of its own; mac_admin, mac_override, sys_time, sys_module
 * and sys_rawio out of every capability set (LXC's list); loading kernels and
 * modules and opening files by handle refused by seccomp. No new privileges is
 * not set: su and sudo work inside. Last privileged step before exec.
 */
void confine(int chan, bool net_admin);

/** A clean environment for a program inside; static, for execve(). */
char **confine_env(void);

/**
 * confine_fds - @chan becomes close-on-exec, and so does all above stdio
 *
 * Descriptors are closed by exec itself, so none is reachable by the program.
 */
void confine_fds(int chan);

#endif /* _VZCTX_INSIDE_CONFINE_H */
