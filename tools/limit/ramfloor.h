/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a limit of memory that a running container could not live under
 */
#ifndef _VZCTX_LIMIT_RAMFLOOR_H
#define _VZCTX_LIMIT_RAMFLOOR_H

#include "lib/report.h"
#include "module/ctxinfo.h"

/**
 * ramfloor_check - whether @ctid can have these limits and live
 *
 * Below what it holds the kernel does not refuse more: it kills.
 * Return: EXIT_OK, or OUT_LIMITS, with how much it holds reported.
 */
int ramfloor_check(uint32_t ctid, const struct vz_set *set, size_t n,
		   struct report *report);

#endif /* _VZCTX_LIMIT_RAMFLOOR_H */
