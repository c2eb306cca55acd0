/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how an init is asked to end
 *
 *   init              asked by
 *   systemd           SIGRTMIN+3
 *   busybox           SIGUSR2; SIGTERM would be a reboot
 *   vzctx's own       SIGTERM, which goes on to the command
 *   any other         `halt`, run inside; SIGTERM if there is none or it fails
 */
#ifndef _VZCTX_LIFE_STOPSIG_H
#define _VZCTX_LIFE_STOPSIG_H

#include <stdint.h>
#include <sys/types.h>

/**
 * stop_politely - asks the init to shut the container down
 * @pidfd: proved to be the init's
 * @pid: the init
 *
 * What kind of init it is, is the container's own word, and decides about the
 * way of asking only. Does not wait: where something is run inside, a child of
 * the caller does that, which ends with the container at the latest. The
 * program has to run from a sealed copy: see inside/sealed_copy.h.
 *
 * Return: 0, -ESRCH when it has ended, or another errno.
 */
int stop_politely(uint32_t ctid, int pidfd, pid_t pid);

#endif /* _VZCTX_LIFE_STOPSIG_H */
