// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one context's part in what the host has promised
 */
#include <errno.h>

#include "lib/msg.h"
#include "limit/commitment.h"
#include "limit/overcommit_one.h"

struct row {
	const char *name;
	struct share s;
	uint64_t of;		/* the host's; 0: these are hundredths of per cent */
	uint32_t unit;
};

#define ROW(r) ((const struct row *)(r))
#define MEMORY SHARE_KINDS	/* the line below the others */

static struct cell figure(const struct row *row, uint64_t v)
{
	if (v == SHARE_NONE || !row->of)
		return (struct cell){ .kind = CELL_NONE };
	return (struct cell){ .kind = CELL_SCALED, .n = v, .unit = row->unit };
}

static struct cell percent(const struct row *row, uint64_t v)
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

const struct column part_columns[] = {
	{ "kind", "kernel, ram, swap, alloc, numproc; memory: the largest", false, get_kind },
	{ "current", "held", true, get_current },
	{ "currentp", "the same in per cent of the host's", true, get_currentp },
	{ "promised", "guaranteed", true, get_promised },
	{ "promisedp", "the same in per cent of the host's", true, get_promisedp },
	{ "max", "the most it can ask for", true, get_max },
	{ "maxp", "the same in per cent of the host's", true, get_maxp },
};

const size_t part_ncolumns = sizeof(part_columns) / sizeof(part_columns[0]);

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

int overcommit_of(struct vznl *nl, uint32_t ctid, const struct out *out)
{
	static const char *const names[] = {
		"kernel", "ram", "swap", "alloc", "numproc", "memory",
	};
	struct row rows[SHARE_KINDS + 1] = { 0 };
	struct share s[SHARE_KINDS], *most = &rows[MEMORY].s;
	uint64_t of[SHARE_KINDS];
	struct conf *conf;
	struct vz_ctx c;
	int ret = vznl_get(nl, ctid, &c);

	if (ret == -ENOENT)
		return msg_fail(0, "it is not running",
				"tell the part of CT %u", ctid);
	if (ret)
		return msg_fail(-ret, vznl_sentence(nl),
				"tell the part of CT %u", ctid);
	ret = share_host(of);
	conf = conf_load(ctid);
	share_take(&c, conf, s);
	conf_free(conf);
	vz_ctx_free(&c);
	if (ret)
		return msg_fail(-ret, NULL, "sum up the host");
	for (size_t i = 0; i < SHARE_KINDS; i++) {
		rows[i].s = s[i];
		rows[i].of = of[i];
		rows[i].unit = i == SHARE_PROC ? VZCTX_UNIT_ITEMS :
						 VZCTX_UNIT_BYTES;
		larger(&most->current, s[i].current, of[i]);
		larger(&most->promised, s[i].promised, of[i]);
		larger(&most->max, s[i].max, of[i]);
	}
	for (size_t i = 0; i <= SHARE_KINDS; i++)
		rows[i].name = names[i];
	ret = print_table(out, "part", part_columns, part_ncolumns,
			  "kind,current,currentp,promised,promisedp,max,maxp",
			  rows, SHARE_KINDS + 1, sizeof(*rows));
	return ret ? msg_fail(-ret, NULL, "print the part of CT %u", ctid) :
		     EXIT_OK;
}
