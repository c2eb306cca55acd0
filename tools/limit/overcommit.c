// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the host has promised, by context
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/msg.h"
#include "limit/commitment.h"
#include "limit/overcommit.h"

struct row {
	uint32_t ctid;		/* 0: the sum */
	struct share s[SHARE_KINDS];
	uint64_t limit;		/* the most it can ask for, of memory and swap */
	const uint64_t *of;	/* the host's, by kind */
};

#define NONE VZCTX_UNLIMITED
#define ROW(r) ((const struct row *)(r))

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

const struct column overcommit_columns[] = {
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

const size_t overcommit_ncolumns =
	sizeof(overcommit_columns) / sizeof(overcommit_columns[0]);

/* Each context is bounded by the least of its own limits. */
static uint64_t least(const struct share s[SHARE_KINDS])
{
	uint64_t a = s[SHARE_ALLOC].max, b = s[SHARE_SWAP].max;

	return a < b ? a : b;
}

static void add(struct row *to, const struct row *what)
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

int overcommit(struct vznl *nl, const struct out *out)
{
	uint64_t of[SHARE_KINDS];
	struct vz_ctxlist list;
	struct row *rows, *total;
	size_t n = 0;
	int ret = vznl_list(nl, &list);

	if (ret)
		return msg_fail(-ret, vznl_sentence(nl), "list containers");
	rows = calloc(list.n + 1, sizeof(*rows));
	ret = rows ? share_host(of) : -ENOMEM;
	if (ret) {
		vz_ctxlist_free(&list);
		free(rows);
		return msg_fail(-ret, NULL, "sum up the host");
	}
	for (size_t i = 0; i < list.n; i++)
		n += list.v[i].state == VZCTX_STATE_RUNNING;
	total = &rows[n];
	total->of = of;
	n = 0;
	for (size_t i = 0; i < list.n; i++) {
		struct conf *conf;

		if (list.v[i].state != VZCTX_STATE_RUNNING)
			continue;
		conf = conf_load(list.v[i].ctid);
		rows[n].ctid = list.v[i].ctid;
		rows[n].of = of;
		share_take(&list.v[i], conf, rows[n].s);
		rows[n].limit = least(rows[n].s);
		add(total, &rows[n]);
		conf_free(conf);
		n++;
	}
	ret = print_table(out, "overcommit", overcommit_columns,
			  overcommit_ncolumns,
			  "ctid,used,usedp,promised,promisedp,limit,limitp",
			  rows, n + 1, sizeof(*rows));
	if (ret) {
		ret = msg_fail(-ret, NULL, "print the sums");
	} else if (total->s[SHARE_ALLOC].promised > of[SHARE_ALLOC]) {
		msg_note("more memory is promised than there is; a container may be refused what it is guaranteed");
		ret = EXIT_FAILED;
	}
	vz_ctxlist_free(&list);
	free(rows);
	return ret;
}
