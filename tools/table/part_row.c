// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one context's part in what the host has promised
 */
#include <errno.h>

#include "table/part_row.h"

#define ROW(r) ((const struct partrow *)(r))
#define MEMORY SHARE_KINDS	/* the line below the others */

static struct cell figure(const struct partrow *row, uint64_t v)
{
	if (v == SHARE_NONE || !row->of)
		return (struct cell){ .kind = CELL_NONE };
	return (struct cell){ .kind = CELL_SCALED, .n = v, .unit = row->unit };
}

static struct cell percent(const struct partrow *row, uint64_t v)
{
	if (v == SHARE_NONE || v == VZCTX_UNLIMITED)
		return (struct cell){ .kind = CELL_NONE };
	if (row->of)
		v = share_percent(v, row->of);
	return (struct cell){ .kind = CELL_PERCENT2, .n = v,
			      .alarm = v > 10000 };
}

static struct cell get_kind(const void *r)
{
	return (struct cell){ .kind = CELL_WORD, .s = ROW(r)->name };
}

#define FIGURE(what)							\
static struct cell get_##what(const void *r)				\
{									\
	return figure(ROW(r), ROW(r)->s.what);				\
}									\
static struct cell get_##what##p(const void *r)				\
{									\
	return percent(ROW(r), ROW(r)->s.what);				\
}

FIGURE(current)
FIGURE(promised)
FIGURE(max)

const struct column partrow_columns[] = {
	{ "kind", "kernel, ram, swap, alloc, numproc; memory: the largest", false, get_kind },
	{ "current", "held", true, get_current },
	{ "currentp", "the same in per cent of the host's", true, get_currentp },
	{ "promised", "guaranteed", true, get_promised },
	{ "promisedp", "the same in per cent of the host's", true, get_promisedp },
	{ "max", "the most it can ask for", true, get_max },
	{ "maxp", "the same in per cent of the host's", true, get_maxp },
};

const size_t partrow_ncolumns =
	sizeof(partrow_columns) / sizeof(partrow_columns[0]);

/* @v, if it is a larger part than the largest so far. */
static void larger(uint64_t *largest, uint64_t v, uint64_t of)
{
	if (v == SHARE_NONE || *largest == VZCTX_UNLIMITED || !of)
		return;
	if (v != VZCTX_UNLIMITED)
		v = share_percent(v, of);
	if (v > *largest)
		*largest = v;
}

int partrow_make(struct vznl *nl, uint32_t ctid, struct partrow rows[PARTROWS],
		 struct report *report)
{
	static const char *const names[PARTROWS] = {
		"kernel", "ram", "swap", "alloc", "numproc", "memory",
	};
	struct share s[SHARE_KINDS], *most = &rows[MEMORY].s;
	uint64_t of[SHARE_KINDS];
	struct conf *conf;
	struct vz_ctx c;
	int ret = vznl_get(nl, ctid, &c);

	if (ret)
		return report_fail(report, EXIT_FAILED, -ret,
				   ret == -ENOENT ? "it is not running" :
				   vznl_sentence(nl), "tell the part of CT %u",
				   ctid);
	ret = share_host(of);
	conf = conf_load(ctid);
	share_take(&c, conf, s);
	conf_free(conf);
	vz_ctx_free(&c);
	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, NULL,
				   "sum up the host");
	for (size_t i = 0; i < PARTROWS; i++)
		rows[i] = (struct partrow){ .name = names[i] };
	for (size_t i = 0; i < SHARE_KINDS; i++) {
		rows[i].s = s[i];
		rows[i].of = of[i];
		rows[i].unit = i == SHARE_PROC ? VZCTX_UNIT_ITEMS :
						 VZCTX_UNIT_BYTES;
		larger(&most->current, s[i].current, of[i]);
		larger(&most->promised, s[i].promised, of[i]);
		larger(&most->max, s[i].max, of[i]);
	}
	return EXIT_OK;
}
