// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the columns of a beancounter table
 */
#include <string.h>

#include "lib/parse.h"
#include "limit/onlimit.h"
#include "table/bc_row.h"

#define ROW(r) ((const struct bcrow *)(r))
#define WORD(w) ((struct cell){ .kind = CELL_WORD, .s = (w) })
#define NUMBER(v) ((struct cell){ .kind = CELL_NUMBER, .n = (v) })
#define LIMIT(v) ((struct cell){ .kind = CELL_LIMIT, .n = (v) })

static const char *pick(const char *const *words, size_t n, uint32_t i)
{
	return i < n && words[i] ? words[i] : "?";
}

#define PICK(words, i) pick(words, sizeof(words) / sizeof((words)[0]), i)

static struct cell get_ctid(const void *r) { return NUMBER(ROW(r)->ctid); }
static struct cell get_name(const void *r) { return WORD(ROW(r)->res.name); }
static struct cell get_held(const void *r) { return NUMBER(ROW(r)->bc.held); }
static struct cell get_maxheld(const void *r)
{
	return NUMBER(ROW(r)->bc.maxheld);
}
static struct cell get_barrier(const void *r)
{
	return LIMIT(ROW(r)->bc.barrier);
}
static struct cell get_limit(const void *r) { return LIMIT(ROW(r)->bc.limit); }
static struct cell get_failcnt(const void *r)
{
	return NUMBER(ROW(r)->bc.failcnt);
}

const char *bcrow_unit(uint32_t unit)
{
	static const char *const words[] = {
		[VZCTX_UNIT_ITEMS] = "items",
		[VZCTX_UNIT_PAGES] = "pages",
		[VZCTX_UNIT_BYTES] = "bytes",
	};

	return PICK(words, unit);
}

static struct cell get_unit(const void *r)
{
	return WORD(bcrow_unit(ROW(r)->res.unit));
}

static struct cell get_counted(const void *r)
{
	static const char *const words[] = {
		[VZCTX_COUNTED_NO] = "no",
		[VZCTX_COUNTED_CHARGED] = "charged",
		[VZCTX_COUNTED_SAMPLED] = "sampled",
		[VZCTX_COUNTED_KERNEL] = "kernel",
	};

	return WORD(PICK(words, ROW(r)->res.counted));
}

static struct cell get_enforced(const void *r)
{
	static const char *const words[] = {
		[VZCTX_ENFORCED_NO] = "no",
		[VZCTX_ENFORCED_EXACT] = "exact",
		[VZCTX_ENFORCED_BOUNDED] = "bounded",
		[VZCTX_ENFORCED_CGROUP] = "cgroup",
	};

	return WORD(PICK(words, ROW(r)->res.enforced));
}

static struct cell get_errno(const void *r)
{
	return WORD(ROW(r)->res.err ? strerrorname_np(ROW(r)->res.err) : NULL);
}

static struct cell get_onlimit(const void *r)
{
	return WORD(onlimit_word(ROW(r)->bc.action));
}

static struct cell get_note(const void *r) { return WORD(ROW(r)->res.note); }
static struct cell get_why(const void *r)
{
	return WORD(ROW(r)->res.why ? ROW(r)->res.note : NULL);
}

const struct column bcrow_columns[] = {
	{ "ctid", "container id", true, get_ctid },
	{ "resource", "OpenVZ's name of the resource", false, get_name },
	{ "held", "charged now", true, get_held },
	{ "maxheld", "highest held since the start", true, get_maxheld },
	{ "barrier", "ordinary requests stop here", true, get_barrier },
	{ "limit", "no request passes this", true, get_limit },
	{ "failcnt", "refused requests", true, get_failcnt },
	{ "unit", "items, pages or bytes", false, get_unit },
	{ "counted", "no, charged, sampled, kernel", false, get_counted },
	{ "enforced", "no, exact, bounded, cgroup", false, get_enforced },
	{ "errno", "what a refused application sees", false, get_errno },
	{ "onlimit", "notify, freeze, kill", false, get_onlimit },
	{ "note", "the kernel's remark", false, get_note },
	{ "why", "what this kernel lacks, if it is not enforced for that", false, get_why },
};

const size_t bcrow_ncolumns = sizeof(bcrow_columns) / sizeof(bcrow_columns[0]);

struct bcrow *bcrow_make(const struct vz_ctx *c, const struct vz_reslist *res,
			 bool (*want)(const struct vz_res *r, void *arg),
			 void *arg, size_t *n)
{
	struct bcrow *rows = calloc(c->nbc + 1, sizeof(*rows));

	*n = 0;
	for (size_t i = 0; rows && i < c->nbc; i++) {
		const struct vz_res *r = res_by_id(res, c->bc[i].id);

		if (!r || (want && !want(r, arg)))
			continue;
		rows[(*n)++] = (struct bcrow){ c->ctid, *r, c->bc[i] };
	}
	return rows;
}
