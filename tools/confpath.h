/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - where the configuration says that a container's trees are
 */
#ifndef _VZCTX_CONFPATH_H
#define _VZCTX_CONFPATH_H

#include "conf.h"

/** The private area: VE_PRIVATE with $VEID replaced, or the default place. */
void conf_private(const struct conf *c, uint32_t ctid, char *buf,
		  unsigned int size);

/** Where it is mounted: VE_ROOT with $VEID replaced, or the default place. */
void conf_root(const struct conf *c, uint32_t ctid, char *buf,
	       unsigned int size);

#endif /* _VZCTX_CONFPATH_H */
