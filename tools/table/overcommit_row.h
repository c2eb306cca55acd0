/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the host has promised, a line for each context and the sum
 */
#ifndef _VZCTX_TABLE_OVERCOMMIT_ROW_H
#define _VZCTX_TABLE_OVERCOMMIT_ROW_H

#include "lib/print.h"
#include "lib/report.h"
#include "limit/commitment.h"
#include "module/nl.h"

/** struct overcommitrow - of a running context, or the sum */
struct overcommitrow {
	uint32_t ctid;		/* 0: the sum */
	struct share s[SHARE_KINDS];
	uint64_t limit;		/* the most it can ask for, of memory and swap */
	uint64_t of[SHARE_KINDS];	/* the host's */
};

extern const struct column overcommitrow_columns[];
extern const size_t overcommitrow_ncolumns;

#define OVERCOMMITROW_DEFAULT "ctid,used,usedp,promised,promisedp,limit,limitp"

/**
 * overcommitrow_make - what of the host's memory is used, promised and the most
 * that may be asked for, by running context and, in the last row, in sum
 * @rows: set, the caller's to free()
 *
 * Return: EXIT_OK, or an outcome that has been reported.
 */
int overcommitrow_make(struct vznl *nl, struct overcommitrow **rows, size_t *n,
		       struct report *report);

/** Whether more memory is promised than there is; @sum is the last row. */
bool overcommitrow_alarm(const struct overcommitrow *sum);

#endif /* _VZCTX_TABLE_OVERCOMMIT_ROW_H */
