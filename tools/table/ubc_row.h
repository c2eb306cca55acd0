/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - beancounters as people look at them
 */
#ifndef _VZCTX_TABLE_UBC_ROW_H
#define _VZCTX_TABLE_UBC_ROW_H

#include "table/bc_row.h"

/** struct ubcrow - a beancounter, and where its failures are counted from */
struct ubcrow {
	struct bcrow r;
	uint64_t since;		/* of the context; 0: not known */
	uint64_t base;		/* failures before the snapshot */
};

/** struct ubcrows - free with ubcrows_free() */
struct ubcrows {
	struct ubcrow *v;
	size_t n;
};

extern const struct column ubcrow_columns[];
extern const size_t ubcrow_ncolumns;

/** Appends one row. Return: 0 or -ENOMEM. */
int ubcrows_add(struct ubcrows *rows, const struct ubcrow *row);
void ubcrows_free(struct ubcrows *rows);

/** Refused requests that are news. */
static inline uint64_t ubcrow_new(const struct ubcrow *r)
{
	return r->r.bc.failcnt - r->base;
}

/** ubcrow_use - held in per cent of what refuses; -1 where nothing does */
int64_t ubcrow_use(const struct vz_res *res, const struct vz_bc *bc);

#endif /* _VZCTX_TABLE_UBC_ROW_H */
