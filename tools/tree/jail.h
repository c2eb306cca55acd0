/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a child that reads what strangers made
 */
#ifndef _VZCTX_TREE_JAIL_H
#define _VZCTX_TREE_JAIL_H

#include "lib/report.h"
#include "tree/treejob.h"

/**
 * jail_fn - what is done in the child
 * @fd: the descriptor the child was given, -1 for none
 */
typedef int (*jail_fn)(struct tree_job *p, int fd, void *arg);

/**
 * jail_run - runs @fn in a child that sees nothing but the directory @dirfd
 * @fd: a file or directory the child needs too; -1 for none
 * @p: given to @fn; what it writes there is there afterwards. Progress is drawn
 *	by the caller's process from what the child writes to p->at.
 *
 * Even with the child's code in a stranger's hands nothing but that tree and @fd
 * is within its reach. It has namespaces of its own of every kind: no mount but
 * its root, which is also its working directory, and no path out of it or of @fd;
 * no process to signal, no network. No other descriptor is open but /dev/null.
 * Its capabilities hold in its own user namespace only, and are those that own
 * and change files there. A list of allowed system calls has neither sockets nor
 * new namespaces nor other programs in it. It has 1 GiB of memory.
 *
 * SIGINT, SIGTERM and SIGHUP end the child, not the caller.
 *
 * Return: what @fn returned (0 or -errno), -EINTR when a signal ended it.
 */
int jail_run(int dirfd, int fd, jail_fn fn, void *arg,
	     struct tree_job *p);

/** @name escaped, shortened if need be; good for three more calls. */
const char *jail_name(const char *name);

/** A library's words without what could confuse a terminal; good for one more call. */
const char *jail_words(const char *words);

#endif /* _VZCTX_TREE_JAIL_H */
