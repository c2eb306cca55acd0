// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - beancounters as people look at them
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "limit/onlimit.h"
#include "table/ubc_row.h"

#define ROW(r) ((const struct ubcrow *)(r))
#define WORD(w) ((struct cell){ .kind = CELL_WORD, .s = (w) })
#define NUMBER(v) ((struct cell){ .kind = CELL_NUMBER, .n = (v) })

static struct cell scaled(const void *r, uint64_t v)
{
	return (struct cell){ .kind = CELL_SCALED, .n = v,
			      .unit = ROW(r)->r.res.unit };
}

static bool failed(const void *r)
{
	return ubcrow_new(ROW(r));
}

int64_t ubcrow_use(const struct vz_res *res, const struct vz_bc *bc)
{
	uint64_t top = bc->barrier < bc->limit ? bc->barrier : bc->limit;

	/* A cgroup has no barrier. */
	if (res->enforced == VZCTX_ENFORCED_CGROUP)
		top = bc->limit;
	if (res->enforced == VZCTX_ENFORCED_NO || top == VZCTX_UNLIMITED)
		return -1;
	if (!top)
		return bc->held ? 999 : 0;
	return bc->held / top > 9 ? 999 :
	       (int64_t)((long double)bc->held * 100 / top);
}

static struct cell get_ctid(const void *r) { return NUMBER(ROW(r)->r.ctid); }

static struct cell get_name(const void *r)
{
	return (struct cell){ .kind = CELL_WORD, .s = ROW(r)->r.res.name,
			      .alarm = failed(r) };
}

static struct cell get_held(const void *r)
{
	return scaled(r, ROW(r)->r.bc.held);
}

static struct cell get_maxheld(const void *r)
{
	return scaled(r, ROW(r)->r.bc.maxheld);
}

static struct cell get_barrier(const void *r)
{
	return scaled(r, ROW(r)->r.bc.barrier);
}

static struct cell get_limit(const void *r)
{
	return scaled(r, ROW(r)->r.bc.limit);
}

static struct cell get_failcnt(const void *r)
{
	return (struct cell){ .kind = CELL_NUMBER, .n = ROW(r)->r.bc.failcnt,
			      .alarm = failed(r) };
}

static struct cell get_new(const void *r)
{
	return (struct cell){ .kind = CELL_NUMBER, .n = ubcrow_new(ROW(r)),
			      .alarm = failed(r) };
}

static struct cell get_use(const void *r)
{
	int64_t use = ubcrow_use(&ROW(r)->r.res, &ROW(r)->r.bc);

	return (struct cell){ .kind = use < 0 ? CELL_NONE : CELL_PERCENT,
			      .n = use, .alarm = use >= 100 };
}

static struct cell get_unit(const void *r)
{
	return WORD(bcrow_unit(ROW(r)->r.res.unit));
}

static struct cell get_onlimit(const void *r)
{
	return WORD(onlimit_word(ROW(r)->r.bc.action));
}

static struct cell get_errno(const void *r)
{
	int err = ROW(r)->r.res.err;

	return WORD(err ? strerrorname_np(err) : NULL);
}

static struct cell get_note(const void *r) { return WORD(ROW(r)->r.res.note); }

const struct column ubcrow_columns[] = {
	{ "ctid", "container id", true, get_ctid },
	{ "resource", "OpenVZ's name of the resource", false, get_name },
	{ "held", "charged now", true, get_held },
	{ "use", "held, in per cent of what refuses", true, get_use },
	{ "maxheld", "highest held since the start", true, get_maxheld },
	{ "barrier", "ordinary requests stop here", true, get_barrier },
	{ "limit", "no request passes this", true, get_limit },
	{ "failcnt", "refused requests", true, get_failcnt },
	{ "new", "of these, since the snapshot", true, get_new },
	{ "unit", "items, pages or bytes", false, get_unit },
	{ "onlimit", "notify, freeze, kill", false, get_onlimit },
	{ "errno", "what a refused application sees", false, get_errno },
	{ "note", "the kernel's remark", false, get_note },
};

const size_t ubcrow_ncolumns =
	sizeof(ubcrow_columns) / sizeof(ubcrow_columns[0]);

int ubcrows_add(struct ubcrows *rows, const struct ubcrow *row)
{
	struct ubcrow *v = realloc(rows->v, (rows->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	rows->v = v;
	v[rows->n++] = *row;
	return 0;
}

void ubcrows_free(struct ubcrows *rows)
{
	free(rows->v);
	rows->v = NULL;
	rows->n = 0;
}
