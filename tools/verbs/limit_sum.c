// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx limit --overcommit - what the host has promised
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/msg.h"
#include "table/overcommit_row.h"
#include "table/part_row.h"
#include "verbs/limit.h"

static int of_one(struct limit *l)
{
	struct partrow rows[PARTROWS];
	int ret = partrow_make(l->nl, l->ctid, rows, &msg_report);

	if (ret)
		return ret;
	ret = print_table(&l->out, "part", partrow_columns, partrow_ncolumns,
			  PARTROW_DEFAULT, rows, PARTROWS, sizeof(rows[0]));
	return ret ? msg_fail(-ret, NULL, "print the part of CT %u", l->ctid) :
		     EXIT_OK;
}

static int of_all(struct limit *l)
{
	struct overcommitrow *rows;
	size_t n;
	int ret = overcommitrow_make(l->nl, &rows, &n, &msg_report);

	if (ret)
		return ret;
	ret = print_table(&l->out, "overcommit", overcommitrow_columns,
			  overcommitrow_ncolumns, OVERCOMMITROW_DEFAULT, rows,
			  n, sizeof(*rows));
	if (ret) {
		ret = msg_fail(-ret, NULL, "print the sums");
	} else if (overcommitrow_alarm(&rows[n - 1])) {
		msg_note("more memory is promised than there is; a container may be refused what it is guaranteed");
		ret = EXIT_FAILED;
	}
	free(rows);
	return ret;
}

int limit_sum(struct limit *l)
{
	return l->ctid ? of_one(l) : of_all(l);
}
