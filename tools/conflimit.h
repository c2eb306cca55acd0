/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - beancounter limits in the configuration
 */
#ifndef _VZCTX_CONFLIMIT_H
#define _VZCTX_CONFLIMIT_H

#include "conf.h"
#include "ctxinfo.h"

/**
 * conflimit_read - the limits the file asks for, of resources the kernel counts
 * @set: room for as many as @res has rows
 * @verbose: name the ones left out because this kernel does not count them
 *
 * A figure that cannot be read is reported and ends it. Return: how many, or
 * -EINVAL.
 */
int conflimit_read(const struct conf *c, uint32_t ctid,
		   const struct vz_reslist *res, struct vz_set *set,
		   bool verbose);

/** Puts limits into the file, in plain decimals. Return: 0 or -errno. */
int conflimit_write(struct conf *c, const struct vz_reslist *res,
		    const struct vz_set *set, size_t n);

#endif /* _VZCTX_CONFLIMIT_H */
