/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a context's own range of user and group ids
 */
#ifndef _VZCTX_CONF_IDRANGE_H
#define _VZCTX_CONF_IDRANGE_H

#include <stdint.h>

#include "conf/conf.h"

/**
 * idrange_give - puts the lowest range nobody has into LOCAL_UID and LOCAL_GID
 *
 * Looks at every other CTID.conf and at /etc/subuid and /etc/subgid. The
 * caller holds conf_lock() until its own file, @c, is saved.
 *
 * Return: 0, -ENOSPC when all are taken, or what reading returned.
 */
int idrange_give(struct conf *c);

/** How many ranges nobody has. Return: that, or -errno. */
int idrange_left(void);

/**
 * idrange_each - calls @fn for each range in a file of subordinate ids
 * @path: /etc/subuid or /etc/subgid
 *
 * Return: 0, also when there is none, or -errno.
 */
int idrange_each(const char *path,
		 void (*fn)(const char *owner, uint64_t first, uint64_t count,
			    void *arg), void *arg);

#endif /* _VZCTX_CONF_IDRANGE_H */
