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

#endif /* _VZCTX_CONF_IDRANGE_H */
