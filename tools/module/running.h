/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - finding a running context
 */
#ifndef _VZCTX_MODULE_RUNNING_H
#define _VZCTX_MODULE_RUNNING_H

#include <sys/file.h>

#include "lib/report.h"
#include "module/nl.h"

/**
 * running_get - what the kernel knows, with a descriptor of the init
 * @intent: "run in CT 101": what to say cannot be done
 * @start: starting a stopped one would help, so say how
 * @pidfd: proved to be the init the answer names, not a later task of its pid
 *
 * Return: EXIT_OK, or an outcome that has been reported.
 */
int running_get(struct vznl *nl, uint32_t ctid, const char *intent, bool start,
		struct vz_ctx *c, int *pidfd, struct report *report);

/**
 * running_not - reports why the kernel does not have @ctid, and what helps
 * @start: as for running_get()
 * @err: what asking for it returned, negative; -ENOENT: stopped, or none at all
 *
 * Return: the outcome.
 */
int running_not(struct vznl *nl, uint32_t ctid, const char *intent, bool start,
		int err, struct report *report);

/**
 * running_explain - reports which limit refused a step with @err
 * @before: the context before the step; a request refused since then counts,
 *	for what the failed step held is free again by now
 *
 * Return: false when no limit refused anything, and nothing was reported.
 */
bool running_explain(struct vznl *nl, const struct vz_ctx *before, int err,
		     struct report *report);

/** running_file - a file of locks, made if missing. Return: a descriptor or -errno. */
int running_file(const char *name);

/**
 * running_file_lock - locks such a file
 * @how: LOCK_EX or LOCK_SH
 *
 * Return: a descriptor to close, or -errno; -EWOULDBLOCK after ten seconds.
 */
int running_file_lock(const char *name, int how);

/**
 * running_lock - waits until @ctid is neither being born nor cleaned up
 * @how: LOCK_EX for who does either, LOCK_SH for who wants to go inside
 * @verb: LOCK_EX: what for, told to those who wait in vain
 *
 * Two lives of one number share a cgroup: who makes or removes it must know
 * that it is the only one. And until its birth is over a context still has the
 * host's mounts in sight.
 *
 * Return: as running_file_lock().
 */
int running_lock(uint32_t ctid, int how, const char *verb);

/** Reports who holds it. Return: OUT_LOCKED or EXIT_FAILED. */
int running_busy(int lock, uint32_t ctid, const char *intent,
		 struct report *report);

/**
 * running_mark_stop - notes that @init has been asked to end
 *
 * Without that a container could answer a stop by rebooting.
 */
void running_mark_stop(uint32_t ctid, pid_t init);

/**
 * running_take_stop - whether @init was asked to end; the note is gone afterwards
 *
 * For who would start it again: whoever asks takes the answer from all others.
 */
bool running_take_stop(uint32_t ctid, pid_t init);

/**
 * running_wait_gone - waits until @ctid is not running any more
 * @since: which of its lives is meant; 0: any
 *
 * Return: 0, -ETIMEDOUT after ten seconds, or what asking returned.
 */
int running_wait_gone(struct vznl *nl, uint32_t ctid, uint64_t since);

#endif /* _VZCTX_MODULE_RUNNING_H */
