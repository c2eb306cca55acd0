/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the promise to start a container again when its init has rebooted
 *
 * While it is down in between, the kernel knows nothing of it. So a stop finds the
 * promise and takes it away, and it stays down.
 */
#ifndef _VZCTX_MODULE_AGAIN_H
#define _VZCTX_MODULE_AGAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** again_promise - notes that the calling process is the one to start it again */
void again_promise(uint32_t ctid);

/**
 * again_take - takes the promise away
 * @keeper: whose it has to be; 0: anybody's
 *
 * Who is to act on the answer holds running_lock() with LOCK_EX, under which the
 * start that was promised looks for it too.
 * Return: whether there was one.
 */
bool again_take(uint32_t ctid, pid_t keeper);

/** Calls @fn for each container with a promise until it returns nonzero. */
int again_each(int (*fn)(uint32_t ctid, void *arg), void *arg);

#endif /* _VZCTX_MODULE_AGAIN_H */
