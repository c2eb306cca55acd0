// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - OpenVZ's short way to limit memory
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "conf/check.h"
#include "lib/parse.h"
#include "limit/vswap.h"
#include "module/nl.h"

/* As if RES=BAR:LIM had been given. */
static int append(const struct vz_reslist *res, uint32_t id, uint64_t barrier,
		  uint64_t limit, struct vz_set *set, size_t *n,
		  struct report *report)
{
	for (size_t i = 0; i < *n; i++)
		if (set[i].id == id)
			return report_wrong(report, EXIT_USAGE, "%s is given twice",
					 res_by_id(res, id)->name);
	set[(*n)++] = (struct vz_set){ .id = id, .barrier = barrier,
				       .limit = limit };
	return EXIT_OK;
}

/* The limit that is asked for now, or what holds already. */
static uint64_t limit_of(const struct vz_ctx *c, uint32_t id,
			 const struct vz_set *set, size_t n)
{
	const struct vz_bc *bc = vz_ctx_bc(c, id);

	for (size_t i = 0; i < n; i++)
		if (set[i].id == id)
			return set[i].limit;
	return bc ? bc->limit : VZCTX_UNLIMITED;
}

static int take_size(const struct vz_reslist *res, uint32_t id, const char *text,
		     struct vz_set *set, size_t *n, struct report *report)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t bytes;

	if (!text)
		return EXIT_OK;
	if (!parse_amount(text, VZCTX_UNIT_BYTES, &bytes))
		return report_wrong(report, EXIT_USAGE, "\"%s\" is no size", text);
	if (bytes == VZCTX_UNLIMITED)
		return append(res, id, bytes, bytes, set, n, report);
	if (id == UB_PHYSPAGES && bytes < 1 << 20 && !text[strspn(text, "0123456789")])
		return report_wrong(report, EXIT_USAGE, "--ram %s is %s bytes, less than any container needs; say the unit, as in --ram %sM",
				 text, text, text);
	return append(res, id, 0, bytes / page + !!(bytes % page), set, n, report);
}

int vswap_take(struct vznl *nl, const struct vz_reslist *res, uint32_t ctid,
	       const struct vswap *v, struct vz_set *set, size_t *n,
	       struct report *report)
{
	struct vz_ctx c = { 0 };
	uint64_t ram, swap;
	char word[SETVAL_SIZE];
	double pages, factor;
	int ret = take_size(res, UB_PHYSPAGES, v->ram, set, n, report);

	if (!ret)
		ret = take_size(res, UB_SWAPPAGES, v->swap, set, n, report);
	if (ret || !v->overcommit)
		return ret;
	factor = val_factor(v->overcommit, word) ? strtod(word, NULL) : 0;
	if (!(factor > 0))
		return report_wrong(report, EXIT_USAGE, "\"%s\" is no factor above 0",
				 v->overcommit);
	vznl_get(nl, ctid, &c);
	ram = limit_of(&c, UB_PHYSPAGES, set, *n);
	swap = limit_of(&c, UB_SWAPPAGES, set, *n);
	vz_ctx_free(&c);
	if (ram == VZCTX_UNLIMITED)
		return report_wrong(report, EXIT_USAGE, "--vm_overcommit needs a limit of physpages: give --ram");
	pages = ((double)ram + (swap == VZCTX_UNLIMITED ? 0 : swap)) * factor;
	ram = pages >= 9e18 ? VZCTX_UNLIMITED : (uint64_t)pages;
	return append(res, UB_PRIVVMPAGES, ram, ram, set, n, report);
}
