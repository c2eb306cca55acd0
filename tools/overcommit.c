// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the host has promised
 *
 * OpenVZ's vzmemcheck, in bytes: used is what is held of memory, promised is
 * what a context may count on, limit is the most it can ask for.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "msg.h"
#include "overcommit.h"
#include "parse.h"

struct row {
	uint32_t ctid;		/* 0: the sum */
	uint64_t used, promised, limit, ram, all;
};

#define NONE VZCTX_UNLIMITED
#define ROW(r) ((const struct row *)(r))

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > NONE - b ? NONE : a + b;
}

static uint64_t pages(uint64_t n)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	return n > NONE / page ? NONE : n * page;
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
	return (struct cell){ .kind = CELL_PERCENT,
			      .n = (uint64_t)((long double)v * 100 / of),
			      .alarm = v > of };
}

static struct cell get_ctid(const void *r)
{
	if (!ROW(r)->ctid)
		return (struct cell){ .kind = CELL_NONE };
	return (struct cell){ .kind = CELL_NUMBER, .n = ROW(r)->ctid };
}

static struct cell get_used(const void *r) { return bytes(ROW(r)->used); }
static struct cell get_promised(const void *r) { return bytes(ROW(r)->promised); }
static struct cell get_limit(const void *r) { return bytes(ROW(r)->limit); }

static struct cell get_usedp(const void *r)
{
	return percent(ROW(r)->used, ROW(r)->ram);
}

static struct cell get_promisedp(const void *r)
{
	return percent(ROW(r)->promised, ROW(r)->all);
}

static struct cell get_limitp(const void *r)
{
	return percent(ROW(r)->limit, ROW(r)->all);
}

const struct column overcommit_columns[] = {
	{ "ctid", "context id; the last line is the sum", true, get_ctid },
	{ "used", "physpages, or kernel memory and buffers", true, get_used },
	{ "usedp", "of the host's memory, per cent", true, get_usedp },
	{ "promised", "the barrier of vmguarpages", true, get_promised },
	{ "promisedp", "of memory and swap, per cent", true, get_promisedp },
	{ "limit", "the most it can ask for", true, get_limit },
	{ "limitp", "of memory and swap, per cent", true, get_limitp },
};

const size_t overcommit_ncolumns =
	sizeof(overcommit_columns) / sizeof(overcommit_columns[0]);

static uint64_t held(const struct vz_ctx *c, uint32_t id)
{
	const struct vz_bc *bc = vz_ctx_bc(c, id);

	return bc ? bc->held : 0;
}

static uint64_t barrier(const struct vz_ctx *c, uint32_t id)
{
	const struct vz_bc *bc = vz_ctx_bc(c, id);

	return bc ? bc->barrier : NONE;
}

static uint64_t limit(const struct vz_ctx *c, uint32_t id)
{
	const struct vz_bc *bc = vz_ctx_bc(c, id);

	return bc ? bc->limit : NONE;
}

static void fill(struct row *row, const struct vz_ctx *c)
{
	static const unsigned char bufs[] = {
		UB_TCPSNDBUF, UB_TCPRCVBUF, UB_OTHERSOCKBUF, UB_DGRAMRCVBUF,
	};
	uint64_t low = held(c, UB_KMEMSIZE), most = limit(c, UB_KMEMSIZE);
	uint64_t ram = pages(limit(c, UB_PHYSPAGES));

	for (size_t i = 0; i < sizeof(bufs); i++) {
		low = sum(low, held(c, bufs[i]));
		most = sum(most, limit(c, bufs[i]));
	}
	row->ctid = c->ctid;
	row->used = pages(held(c, UB_PHYSPAGES));
	if (row->used < low)
		row->used = low;
	/* A guarantee nobody gave is none. */
	row->promised = pages(barrier(c, UB_VMGUARPAGES));
	if (row->promised == NONE)
		row->promised = 0;
	most = sum(most, pages(limit(c, UB_PRIVVMPAGES)));
	if (ram != NONE)
		ram = sum(ram, pages(limit(c, UB_SWAPPAGES)));
	row->limit = ram < most ? ram : most;
}

int overcommit(struct vznl *nl, const struct out *out)
{
	uint64_t ram, all;
	struct vz_ctxlist list;
	struct row *rows, *total;
	struct sysinfo si;
	size_t n = 0;
	int ret = vznl_list(nl, &list);

	if (ret)
		return msg_fail(-ret, vznl_sentence(nl), "list contexts");
	rows = calloc(list.n + 1, sizeof(*rows));
	if (!rows || sysinfo(&si)) {
		vz_ctxlist_free(&list);
		free(rows);
		return msg_fail(errno, NULL, "sum up the host");
	}
	ram = si.totalram * (uint64_t)si.mem_unit;
	all = ram + si.totalswap * (uint64_t)si.mem_unit;
	total = &rows[list.n];
	for (size_t i = 0; i < list.n; i++) {
		if (list.v[i].state != VZCTX_STATE_RUNNING)
			continue;
		fill(&rows[n], &list.v[i]);
		total->used = sum(total->used, rows[n].used);
		total->promised = sum(total->promised, rows[n].promised);
		total->limit = sum(total->limit, rows[n].limit);
		n++;
	}
	rows[n] = *total;
	for (size_t i = 0; i <= n; i++) {
		rows[i].ram = ram;
		rows[i].all = all;
	}
	ret = print_table(out, "overcommit", overcommit_columns,
			  overcommit_ncolumns,
			  "ctid,used,usedp,promised,promisedp,limit,limitp",
			  rows, n + 1, sizeof(*rows));
	if (ret) {
		ret = msg_fail(-ret, NULL, "print the sums");
	} else if (rows[n].promised > all) {
		msg_note("more memory is promised than there is; a context may be refused what it is guaranteed");
		ret = EXIT_FAILED;
	}
	vz_ctxlist_free(&list);
	free(rows);
	return ret;
}
