// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a context at a glance
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/beancounter.h>

#include "lib/parse.h"
#include "table/top_row.h"
#include "table/ubc_row.h"

#define ROW(r) ((const struct toprow *)(r))
#define NUMBER(v) ((struct cell){ .kind = CELL_NUMBER, .n = (v) })

static struct cell get_ctid(const void *r)
{
	return (struct cell){ .kind = CELL_NUMBER, .n = ROW(r)->ctid,
			      .alarm = ROW(r)->news };
}

static struct cell get_tasks(const void *r) { return NUMBER(ROW(r)->tasks); }

static struct cell get_failures(const void *r)
{
	return NUMBER(ROW(r)->failures);
}

static struct cell get_new(const void *r)
{
	return (struct cell){ .kind = CELL_NUMBER, .n = ROW(r)->news,
			      .alarm = ROW(r)->news };
}

static struct cell get_use(const void *r)
{
	return (struct cell){ .kind = ROW(r)->use < 0 ? CELL_NONE : CELL_PERCENT,
			      .n = ROW(r)->use, .alarm = ROW(r)->use >= 100 };
}

static struct cell get_fullest(const void *r)
{
	return (struct cell){ .kind = CELL_WORD, .s = ROW(r)->fullest };
}

static struct cell get_cpu(const void *r)
{
	return (struct cell){ .kind = CELL_PERCENT, .n = ROW(r)->cpu };
}

static struct cell get_load(const void *r)
{
	return (struct cell){ .kind = CELL_HUNDREDTHS, .n = ROW(r)->load };
}

static struct cell get_time(const void *r)
{
	return (struct cell){ .kind = CELL_SECONDS,
			      .n = ROW(r)->used / 1000000000 };
}

static struct cell get_uptime(const void *r)
{
	return (struct cell){ .kind = CELL_SECONDS,
			      .n = ROW(r)->uptime / 1000000000 };
}

static struct cell get_io(const void *r)
{
	return (struct cell){ .kind = ROW(r)->usage.has_io ? CELL_SCALED : CELL_NONE,
			      .n = ROW(r)->rate, .unit = VZCTX_UNIT_BYTES };
}

static struct cell pressure(const struct usage *u, enum pressure what)
{
	return (struct cell){ .kind = u->has_pressure[what] ? CELL_PERCENT2 : CELL_NONE,
			      .n = u->pressure[what] };
}

static struct cell get_waitcpu(const void *r)
{
	return pressure(&ROW(r)->usage, PRESSURE_CPU);
}

static struct cell get_waitmem(const void *r)
{
	return pressure(&ROW(r)->usage, PRESSURE_MEMORY);
}

static struct cell get_waitio(const void *r)
{
	return pressure(&ROW(r)->usage, PRESSURE_IO);
}

const struct column toprow_columns[] = {
	{ "ctid", "container id", true, get_ctid },
	{ "numproc", "tasks held", true, get_tasks },
	{ "cpu", "per cent of one processor since the last look", true, get_cpu },
	{ "load", "tasks that run or want to, over one minute", true, get_load },
	{ "use", "of the fullest resource, in per cent", true, get_use },
	{ "fullest", "which resource that is", false, get_fullest },
	{ "failures", "refused requests, all resources", true, get_failures },
	{ "new", "of these, since the last look", true, get_new },
	{ "time", "processor time used", true, get_time },
	{ "uptime", "time since it was bound", true, get_uptime },
	{ "io", "bytes a second from and to disks since the last look", true, get_io },
	{ "waitcpu", "time some task of it waited for a processor, of the last 10 s", true,
	  get_waitcpu },
	{ "waitmem", "the same for memory", true, get_waitmem },
	{ "waitio", "the same for a disk", true, get_waitio },
};

const size_t toprow_ncolumns =
	sizeof(toprow_columns) / sizeof(toprow_columns[0]);

const char *top_sort_word(enum top_sort sort)
{
	static const char *const words[] = { "failures", "use", "cpu" };

	return words[sort];
}

static const struct toprow *find(const struct toprows *old,
				 const struct vz_ctx *c)
{
	for (size_t i = 0; i < old->n; i++)
		if (old->v[i].ctid == c->ctid && old->v[i].since == c->since)
			return &old->v[i];
	return NULL;
}

static void fill(struct toprow *row, const struct vz_ctx *c,
		 const struct vz_reslist *res, const struct toprow *before)
{
	uint64_t used = c->cpu.user + c->cpu.system, d = used;
	uint64_t t = c->cpu.uptime, moved;

	*row = (struct toprow){
		.ctid = c->ctid, .pid = c->pid, .since = c->since,
		.used = used, .uptime = t, .load = c->cpu.load[0], .use = -1,
	};
	for (size_t i = 0; i < c->nbc; i++) {
		const struct vz_res *r = res_by_id(res, c->bc[i].id);
		int64_t use;

		row->failures += c->bc[i].failcnt;
		if (!r)
			continue;
		use = ubcrow_use(r, &c->bc[i]);
		if (r->id == UB_NUMPROC)
			row->tasks = c->bc[i].held;
		if (use > row->use && r->counted != VZCTX_COUNTED_NO) {
			row->use = use;
			snprintf(row->fullest, sizeof(row->fullest), "%s",
				 r->name);
		}
	}
	usage_read(c->ctid, NULL, &row->usage);
	moved = row->usage.read + row->usage.written;
	if (before) {
		moved -= before->usage.read + before->usage.written;
		row->news = row->failures - before->failures;
		d = used - before->used;
		t -= before->uptime;
	}
	row->rate = t ? (uint64_t)((long double)moved * 1000000000 / t) : 0;
	row->cpu = t ? (uint64_t)((long double)d * 100 / t + 0.5) : 0;
}

int toprows_read(struct vznl *nl, const struct vz_reslist *res,
		 const struct toprows *old, struct toprows *rows)
{
	struct vz_ctxlist list;
	int ret = vznl_list(nl, &list);

	*rows = (struct toprows){ 0 };
	if (ret)
		return ret;
	rows->v = calloc(list.n + 1, sizeof(*rows->v));
	for (size_t i = 0; rows->v && i < list.n; i++)
		if (list.v[i].state == VZCTX_STATE_RUNNING)
			fill(&rows->v[rows->n++], &list.v[i], res,
			     find(old, &list.v[i]));
	vz_ctxlist_free(&list);
	return rows->v ? 0 : -ENOMEM;
}

static int more(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_failures(const void *a, const void *b)
{
	const struct toprow *x = a, *y = b;
	int ret = more(x->news, y->news);

	ret = ret ? ret : more(x->failures, y->failures);
	return ret ? ret : more(y->ctid, x->ctid);
}

static int by_use(const void *a, const void *b)
{
	const struct toprow *x = a, *y = b;
	int ret = more(x->use + 1, y->use + 1);

	return ret ? ret : more(y->ctid, x->ctid);
}

static int by_cpu(const void *a, const void *b)
{
	const struct toprow *x = a, *y = b;
	int ret = more(x->cpu, y->cpu);

	ret = ret ? ret : more(x->used, y->used);
	return ret ? ret : more(y->ctid, x->ctid);
}

void toprows_sort(struct toprows *rows, enum top_sort sort)
{
	static int (*const fn[])(const void *a, const void *b) = {
		by_failures, by_use, by_cpu,
	};

	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), fn[sort]);
}

void toprows_free(struct toprows *rows)
{
	free(rows->v);
	*rows = (struct toprows){ 0 };
}
