/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how an init is asked to end
 */
#ifndef _VZCTX_STOPSIG_H
#define _VZCTX_STOPSIG_H

#include <stdint.h>
#include <sys/types.h>

/**
 * stop_politely - asks the init to shut the container down
 * @pidfd: proved to be the init's
 * @pid: the init
 *
 * What kind of init it is, is the container's own word, and decides about the
 * way of asking only. Return: 0, -ESRCH when it has ended, or another errno.
 */
int stop_politely(uint32_t ctid, int pidfd, pid_t pid);

#endif /* _VZCTX_STOPSIG_H */
