/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - finding a running context
 */
#ifndef _VZCTX_RUNNING_H
#define _VZCTX_RUNNING_H

#include <sys/file.h>

#include "nl.h"

/**
 * running_get - what the kernel knows, with a descriptor of the init
 * @intent: "run in CT 101": what to say cannot be done
 * @pidfd: proved to be the init the answer names, not a later task of its pid
 *
 * Return: EXIT_OK, or the exit code to leave with; the user has been told.
 */
int running_get(struct vznl *nl, uint32_t ctid, const char *intent,
		struct vz_ctx *c, int *pidfd);

/**
 * running_explain - says which limit refused a step with @err
 * @before: the context before the step; a request refused since then counts,
 *	for what the failed step held is free again by now
 *
 * Return: false when no limit refused anything, and nothing was said.
 */
bool running_explain(struct vznl *nl, const struct vz_ctx *before, int err);

/**
 * running_lock - waits until @ctid is neither being born nor cleaned up
 * @how: LOCK_EX for who does either, LOCK_SH for who wants to go inside
 *
 * Two lives of one number share a cgroup: who makes or removes it must know
 * that it is the only one. And until its birth is over a context still has the
 * host's mounts in sight. The new init holds a copy of `start`'s descriptor
 * until its program runs, so the lock outlives a start that is killed.
 *
 * Return: a descriptor to close(), -EWOULDBLOCK when somebody else has had it
 * for too long, or another errno.
 */
int running_lock(uint32_t ctid, int how);

/** running_busy - what to say of @lock, a failed running_lock(). */
const char *running_busy(int lock);

/** running_clean_up - removes what a life left, unless another has begun */
void running_clean_up(struct vznl *nl, uint32_t ctid);

/**
 * running_wait_gone - waits until @ctid is not running any more
 * @since: which of its lives is meant; 0: any
 *
 * Return: 0, -ETIMEDOUT after ten seconds, or what asking returned.
 */
int running_wait_gone(struct vznl *nl, uint32_t ctid, uint64_t since);

#endif /* _VZCTX_RUNNING_H */
