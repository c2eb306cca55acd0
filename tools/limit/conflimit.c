// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - beancounter limits in the configuration
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/beancounter.h>

#include "conf/check.h"
#include "conf/globalconf.h"
#include "conf/ubcname.h"
#include "lib/parse.h"
#include "limit/conflimit.h"

static void key_of(const struct vz_res *r, char *key, size_t size)
{
	size_t i;

	for (i = 0; r->name[i] && i + 1 < size; i++)
		key[i] = toupper((unsigned char)r->name[i]);
	key[i] = '\0';
}

bool conflimit_vswap(const struct conf *c)
{
	uint64_t bar, lim;

	return ubc_get(c, UB_PHYSPAGES, &bar, &lim) && lim != VZCTX_UNLIMITED &&
	       lim != INT_MAX;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > VZCTX_UNLIMITED - b ? VZCTX_UNLIMITED : a + b;
}

size_t conflimit_implied(const struct conf *c,
			 struct vz_set set[CONFLIMIT_IMPLIED])
{
	const char *word = globalconf(c, "VM_OVERCOMMIT");
	char good[SETVAL_SIZE];
	const double factor = word && val_factor(word, good) ?
			      strtod(good, NULL) : 0;
	uint64_t bar, ram, swap, all, private = VZCTX_UNLIMITED;
	size_t n = 0;

	if (!conflimit_vswap(c) || !ubc_get(c, UB_PHYSPAGES, &bar, &ram))
		return 0;
	if (!ubc_get(c, UB_SWAPPAGES, &bar, &swap))
		swap = 0;
	all = sum(ram, swap);
	if (factor > 0 && all * factor < 9e18)
		private = all * factor;

	const struct vz_set implied[CONFLIMIT_IMPLIED] = {
		{ .id = UB_LOCKEDPAGES, .barrier = ram, .limit = ram },
		{ .id = UB_OOMGUARPAGES, .barrier = ram,
		  .limit = VZCTX_UNLIMITED },
		{ .id = UB_PRIVVMPAGES, .barrier = private, .limit = private },
	};

	for (size_t i = 0; i < CONFLIMIT_IMPLIED; i++)
		if (!ubc_get(c, implied[i].id, &bar, &ram))
			set[n++] = implied[i];
	return n;
}

void conflimit_fit(struct vz_set *set)
{
	if (set->barrier > set->limit)
		set->barrier = set->limit;
}

int conflimit_read(const struct conf *c, uint32_t ctid,
		   const struct vz_reslist *res, struct vz_set *set,
		   struct report *report)
{
	struct vz_set implied[CONFLIMIT_IMPLIED];
	size_t more = conflimit_implied(c, implied);
	char key[32];
	int n = 0;

	for (size_t i = 0; i < res->n; i++) {
		const struct vz_res *r = &res->v[i];
		const char *value;

		key_of(r, key, sizeof(key));
		value = conf_get(c, key);
		if (!value || !parse_barlim(value, r->unit, &set[n].barrier,
					    &set[n].limit))
			continue;
		if (r->counted == VZCTX_COUNTED_NO) {
			report_note(report, "%s of CT %u has no effect: %s",
				    key, ctid, *r->note ? r->note :
				    "not counted on this kernel");
			continue;
		}
		conflimit_fit(&set[n]);
		set[n++].id = r->id;
	}
	for (size_t i = 0; i < more; i++) {
		const struct vz_res *r = res_by_id(res, implied[i].id);

		if (r && r->counted != VZCTX_COUNTED_NO)
			set[n++] = implied[i];
	}
	return n;
}

int conflimit_write(struct conf *c, const struct vz_reslist *res,
		    const struct vz_set *set, size_t n)
{
	char key[32], value[64], bar[24], lim[24];
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i++) {
		const struct vz_res *r = res_by_id(res, set[i].id);

		if (!r)
			return -EINVAL;
		key_of(r, key, sizeof(key));
		format_amount(set[i].barrier, bar, sizeof(bar));
		format_amount(set[i].limit, lim, sizeof(lim));
		snprintf(value, sizeof(value), "%s:%s", bar, lim);
		ret = conf_set(c, key, value);
	}
	return ret;
}
