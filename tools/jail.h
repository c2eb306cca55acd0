/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a child that reads what strangers made
 */
#ifndef _VZCTX_JAIL_H
#define _VZCTX_JAIL_H

#include "template.h"

typedef int (*jail_fn)(struct template_progress *p, void *arg);

/**
 * jail_run - runs @fn in a child whose root directory is @dirfd
 * @p: given to @fn; what it writes there is there afterwards
 *
 * The child's working directory is its root. It may own and change every file it
 * sees, but make no device nodes and none of what other capabilities allow, and
 * has 1 GiB of memory. Descriptors that are open stay so. SIGINT, SIGTERM and
 * SIGHUP end the child, not the caller.
 *
 * Return: what @fn returned (0 or -errno), -EINTR when a signal ended it.
 */
int jail_run(int dirfd, jail_fn fn, void *arg, struct template_progress *p);

/** Sets p->sentence. Return: -@err. */
int jail_fail(struct template_progress *p, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** @name escaped, shortened if need be; good for three more calls. */
const char *jail_name(const char *name);

/** A library's words without what could confuse a terminal; good for one more call. */
const char *jail_words(const char *words);

#endif /* _VZCTX_JAIL_H */
