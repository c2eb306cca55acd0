// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a limit of memory that a running container could not live under
 */
#include <stdio.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "engine/cgroup_hold.h"
#include "lib/parse.h"
#include "limit/ramfloor.h"

/* Bytes; UINT64_MAX: nothing is said of it, or that there is no limit. */
static uint64_t asked(const struct vz_set *set, size_t n, uint32_t id)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < n; i++)
		if (set[i].id == id && !set[i].keep &&
		    set[i].limit <= INT64_MAX / page)
			return set[i].limit * page;
	return UINT64_MAX;
}

int ramfloor_check(uint32_t ctid, const struct vz_set *set, size_t n,
		   struct report *report)
{
	uint64_t ram = asked(set, n, UB_PHYSPAGES), held;
	char have[24], want[24], text[192];

	if (ram == UINT64_MAX)
		return EXIT_OK;
	held = cgroup_hold(ctid, asked(set, n, UB_SWAPPAGES));
	if (held <= ram)
		return EXIT_OK;
	format_scaled(held, VZCTX_UNIT_BYTES, have, sizeof(have));
	format_scaled(ram, VZCTX_UNIT_BYTES, want, sizeof(want));
	snprintf(text, sizeof(text),
		 "it holds %s that it cannot give up, and under %s the kernel would kill its tasks; set more, or stop it first",
		 have, want);
	return report_fail(report, OUT_LIMITS, 0, text,
			   "limit the memory of CT %u", ctid);
}
