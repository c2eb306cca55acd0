// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the host has promised, by context
 */
#include <errno.h>
#include <stdlib.h>

#include "table/overcommit_row.h"

#define NONE VZCTX_UNLIMITED
#define ROW(r) ((const struct overcommitrow *)(r))

static struct cell get_ctid(const void *r)
{
	if (!ROW(r)->ctid)
		return (struct cell){ .kind = CELL_NONE, .s = "sum" };
	return (struct cell){ .kind = CELL_NUMBER, .n = ROW(r)->ctid };
}

static struct cell bytes(uint64_t v)
{
	return (struct cell){ .kind = CELL_SCALED, .n = v,
			      .unit = VZCTX_UNIT_BYTES };
}

static struct cell percent(uint64_t v, uint64_t of)
{
	if (v == NONE || !of)
		return (struct cell){ .kind = CELL_NONE };
	return (struct cell){ .kind = CELL_PERCENT2,
			      .n = share_percent(v, of),
			      .alarm = v > of };
}

static struct cell get_limit(const void *r) { return bytes(ROW(r)->limit); }

static struct cell get_limitp(const void *r)
{
	return percent(ROW(r)->limit, ROW(r)->of[SHARE_ALLOC]);
}

/* A figure in bytes, and in per cent of the host's. */
#define FIGURE(name, kind, what)					\
static struct cell get_##name(const void *r)				\
{									\
	return bytes(ROW(r)->s[kind].what);				\
}									\
static struct cell get_##name##p(const void *r)				\
{									\
	return percent(ROW(r)->s[kind].what, ROW(r)->of[kind]);		\
}

FIGURE(used, SHARE_RAM, current)
FIGURE(promised, SHARE_ALLOC, promised)
FIGURE(kernel, SHARE_KERNEL, current)
FIGURE(kernelmax, SHARE_KERNEL, max)
FIGURE(swap, SHARE_SWAP, current)
FIGURE(swapprom, SHARE_SWAP, promised)
FIGURE(alloc, SHARE_ALLOC, current)
FIGURE(allocmax, SHARE_ALLOC, max)

#define BOTH(name, help)						\
	{ #name, help, true, get_##name },				\
	{ #name "p", "the same in per cent of the host's", true, get_##name##p }

const struct column overcommitrow_columns[] = {
	{ "ctid", "container id; the last line is the sum", true, get_ctid },
	BOTH(used, "memory in use: physpages held"),
	BOTH(promised, "vmguarpages, and limits of kernel memory and buffers"),
	BOTH(limit, "the most it can ask for, of memory and swap"),
	BOTH(kernel, "kernel memory and socket buffers held"),
	BOTH(kernelmax, "the limits of these"),
	BOTH(swap, "oomguarpages held, and kernel"),
	BOTH(swapprom, "oomguarpages, and limits of kernel memory and buffers"),
	BOTH(alloc, "privvmpages held, and kernel"),
	BOTH(allocmax, "the limit of privvmpages, and kernelmax"),
};

const size_t overcommitrow_ncolumns =
	sizeof(overcommitrow_columns) / sizeof(overcommitrow_columns[0]);

/* Each context is bounded by the least of its own limits. */
static uint64_t least(const struct share s[SHARE_KINDS])
{
	uint64_t a = s[SHARE_ALLOC].max, b = s[SHARE_SWAP].max;

	return a < b ? a : b;
}

static void add(struct overcommitrow *to, const struct overcommitrow *what)
{
	to->limit = share_sum(to->limit, what->limit);
	for (size_t i = 0; i < SHARE_KINDS; i++) {
		struct share *a = &to->s[i];
		const struct share *b = &what->s[i];

		a->current = share_sum(a->current, b->current);
		a->promised = share_sum(a->promised, b->promised);
		a->max = share_sum(a->max, b->max);
	}
}

static size_t running(const struct vz_ctxlist *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->v[i].state == VZCTX_STATE_RUNNING;
	return n;
}

static void fill(const struct vz_ctxlist *list, struct overcommitrow *row,
		 struct overcommitrow *total)
{
	for (size_t i = 0; i < list->n; i++) {
		struct conf *conf;

		if (list->v[i].state != VZCTX_STATE_RUNNING)
			continue;
		conf = conf_load(list->v[i].ctid);
		*row = *total;
		row->ctid = list->v[i].ctid;
		share_take(&list->v[i], conf, row->s);
		row->limit = least(row->s);
		conf_free(conf);
		row++;
	}
}

int overcommitrow_make(struct vznl *nl, struct overcommitrow **rows, size_t *n,
		       struct report *report)
{
	struct overcommitrow *v, *total;
	struct vz_ctxlist list;
	int ret = vznl_list(nl, &list);

	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, vznl_sentence(nl),
				   "list containers");
	*n = running(&list) + 1;
	v = calloc(*n, sizeof(*v));
	total = v ? &v[*n - 1] : NULL;
	ret = v ? share_host(total->of) : -ENOMEM;
	if (!ret) {
		fill(&list, v, total);
		for (struct overcommitrow *row = v; row < total; row++)
			add(total, row);
	}
	vz_ctxlist_free(&list);
	*rows = v;
	if (!ret)
		return EXIT_OK;
	free(v);
	*rows = NULL;
	return report_fail(report, EXIT_FAILED, -ret, NULL, "sum up the host");
}

bool overcommitrow_alarm(const struct overcommitrow *sum)
{
	return sum->s[SHARE_ALLOC].promised > sum->of[SHARE_ALLOC];
}
