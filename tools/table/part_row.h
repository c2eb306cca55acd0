/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - one context's part in what the host has promised
 */
#ifndef _VZCTX_TABLE_PART_ROW_H
#define _VZCTX_TABLE_PART_ROW_H

#include "lib/print.h"
#include "lib/report.h"
#include "limit/commitment.h"
#include "module/nl.h"

#define PARTROWS	(SHARE_KINDS + 1)	/* the last: the largest part */

/** struct partrow - one kind of memory, or tasks */
struct partrow {
	const char *name;
	struct share s;
	uint64_t of;		/* the host's; 0: these are hundredths of per cent */
	uint32_t unit;
};

extern const struct column partrow_columns[];
extern const size_t partrow_ncolumns;

#define PARTROW_DEFAULT "kind,current,currentp,promised,promisedp,max,maxp"

/** Fills @rows. Return: EXIT_OK, or an outcome that has been reported. */
int partrow_make(struct vznl *nl, uint32_t ctid, struct partrow rows[PARTROWS],
		 struct report *report);

#endif /* _VZCTX_TABLE_PART_ROW_H */
