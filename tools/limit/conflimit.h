/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - beancounter limits in the configuration
 */
#ifndef _VZCTX_LIMIT_CONFLIMIT_H
#define _VZCTX_LIMIT_CONFLIMIT_H

#include "conf/conf.h"
#include "lib/report.h"
#include "module/ctxinfo.h"

#define CONFLIMIT_IMPLIED	3

/**
 * conflimit_implied - what a vswap configuration says without words
 *
 * With a limit of physpages the file may leave out lockedpages, oomguarpages and
 * privvmpages; OpenVZ then derives them from physpages, swappages and VM_OVERCOMMIT,
 * and vmguarpages too, which here would take all of it from others. Return: how many.
 */
size_t conflimit_implied(const struct conf *c,
			 struct vz_set set[CONFLIMIT_IMPLIED]);

/** Whether there is a limit of physpages in it, as OpenVZ understands that. */
bool conflimit_vswap(const struct conf *c);

/**
 * conflimit_fit - what a kernel takes that knows no barrier above a limit
 *
 * OpenVZ's takes one; nothing is granted above the limit there either.
 */
void conflimit_fit(struct vz_set *set);

/**
 * conflimit_read - the limits the file asks for, of resources the kernel counts
 * @set: room for as many as @res has rows
 * @report: hears which are left out because this kernel does not count them
 *
 * Implied ones too. A line that cannot be read sets nothing, which conf_warn() tells.
 * Return: how many.
 */
int conflimit_read(const struct conf *c, uint32_t ctid,
		   const struct vz_reslist *res, struct vz_set *set,
		   struct report *report);

/** Puts limits into the file, in plain decimals. Return: 0 or -errno. */
int conflimit_write(struct conf *c, const struct vz_reslist *res,
		    const struct vz_set *set, size_t n);

#endif /* _VZCTX_LIMIT_CONFLIMIT_H */
