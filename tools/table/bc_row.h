/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the columns of a beancounter table
 */
#ifndef _VZCTX_TABLE_BC_ROW_H
#define _VZCTX_TABLE_BC_ROW_H

#include "lib/print.h"
#include "module/ctxinfo.h"

/** struct bcrow - one line: a beancounter and what the kernel says of it */
struct bcrow {
	uint32_t ctid;
	struct vz_res res;
	struct vz_bc bc;
};

/** "items", "pages" or "bytes". */
const char *bcrow_unit(uint32_t unit);

extern const struct column bcrow_columns[];
extern const size_t bcrow_ncolumns;

#define BCROW_DEFAULT "resource,held,maxheld,barrier,limit,failcnt,enforced"

/**
 * bcrow_make - one row per beancounter of @c for which @want says yes
 * @want: NULL for all
 *
 * Return: the rows, the caller's to free(), or NULL without memory.
 */
struct bcrow *bcrow_make(const struct vz_ctx *c, const struct vz_reslist *res,
			 bool (*want)(const struct vz_res *r, void *arg),
			 void *arg, size_t *n);

#endif /* _VZCTX_TABLE_BC_ROW_H */
