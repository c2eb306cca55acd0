/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a context at a glance
 */
#ifndef _VZCTX_TABLE_TOP_ROW_H
#define _VZCTX_TABLE_TOP_ROW_H

#include "engine/usage.h"
#include "lib/print.h"
#include "module/nl.h"

/** struct toprow - one context, and what changed since the last look */
struct toprow {
	uint32_t ctid, pid;
	uint64_t since, used, uptime;	/* ns */
	uint64_t tasks, failures, news;
	uint32_t load;			/* hundredths */
	uint64_t cpu;			/* per cent of one processor */
	int64_t use;			/* the fullest resource; -1: none limited */
	char fullest[32];
	struct usage usage;
	uint64_t rate;			/* bytes a second, to and from disks */
};

struct toprows {
	struct toprow *v;
	size_t n;
};

extern const struct column toprow_columns[];
extern const size_t toprow_ncolumns;

/** Keys that sort, and the word for each. */
enum top_sort { TOP_FAILURES, TOP_USE, TOP_CPU };
const char *top_sort_word(enum top_sort sort);

/**
 * toprows_read - looks at all running contexts
 * @old: the look before, for what changed; may be empty
 *
 * Return: 0 or -errno.
 */
int toprows_read(struct vznl *nl, const struct vz_reslist *res,
		 const struct toprows *old, struct toprows *rows);

void toprows_sort(struct toprows *rows, enum top_sort sort);
void toprows_free(struct toprows *rows);

#endif /* _VZCTX_TABLE_TOP_ROW_H */
