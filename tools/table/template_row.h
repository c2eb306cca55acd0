/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the templates there are
 */
#ifndef _VZCTX_TABLE_TEMPLATE_ROW_H
#define _VZCTX_TABLE_TEMPLATE_ROW_H

#include <limits.h>

#include "lib/print.h"

/** struct templaterow - a template in the cache */
struct templaterow {
	char name[4 * NAME_MAX + 1];	/* escaped */
	char format[16];
	char date[32];
	uint64_t size;
	bool directory;
};

extern const struct column templaterow_columns[];
extern const size_t templaterow_ncolumns;

#define TEMPLATEROW_DEFAULT "name,format,size,date"

/**
 * templaterow_make - the templates by name; none where there is no cache
 * @rows: set, also after a failure; the caller's to free()
 *
 * Return: 0 or -errno.
 */
int templaterow_make(struct templaterow **rows, size_t *n);

#endif /* _VZCTX_TABLE_TEMPLATE_ROW_H */
