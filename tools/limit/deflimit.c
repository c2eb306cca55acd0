// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - limits of a container whose configuration does not say any
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "engine/cgroup.h"
#include "lib/parse.h"
#include "limit/deflimit.h"

/* The figure in a file of one; 0: there is none. */
static uint64_t figure(const char *path)
{
	FILE *f = fopen(path, "re");
	uint64_t v = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%" SCNu64, &v) != 1)
		v = 0;
	fclose(f);
	return v;
}

/* @most, or half of the @all that the kernel has, where that is less; 0: unknown. */
static uint64_t share(uint64_t most, uint64_t all)
{
	uint64_t half = all / 2;

	return half && half < most ? half : most;
}

/* What it has for containers; its reserve is for the host alone. */
static uint64_t ttys(void)
{
	uint64_t max = figure("/proc/sys/kernel/pty/max");
	uint64_t reserve = figure("/proc/sys/kernel/pty/reserve");

	return max > reserve ? max - reserve : 0;
}

uint64_t deflimit_memory(void)
{
	struct sysinfo si;

	if (!cgroup_controls("memory") || sysinfo(&si))
		return VZCTX_UNLIMITED;
	return si.totalram * (uint64_t)si.mem_unit / sysconf(_SC_PAGESIZE) / 4 *
	       DEFLIMIT_RAM_QUARTERS;
}

size_t deflimit_add(const struct conf *c, const struct vz_reslist *res,
		    struct vz_set *set, size_t n)
{
	const char *word = globalconf(c, DEFLIMIT_KEY);
	const uint64_t tasks = share(DEFLIMIT_TASKS, figure("/proc/sys/kernel/threads-max"));
	const uint64_t files = share(DEFLIMIT_FILES, figure("/proc/sys/fs/file-max"));
	const uint64_t terminals = share(DEFLIMIT_TTYS, ttys());
	const struct vz_set defaults[] = {
		{ .id = UB_NUMPROC, .barrier = tasks, .limit = tasks },
		{ .id = UB_NUMFILE, .barrier = files, .limit = files },
		{ .id = UB_NUMPTY, .barrier = terminals, .limit = terminals },
		{ .id = UB_PHYSPAGES, .limit = deflimit_memory() },
	};

	if (word && !strcmp(word, DEFLIMIT_OFF))
		return n;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		const struct vz_res *r = res_by_id(res, defaults[i].id);
		bool said = !r || r->counted == VZCTX_COUNTED_NO;

		for (size_t k = 0; k < n && !said; k++)
			said = set[k].id == defaults[i].id;
		if (!said)
			set[n++] = defaults[i];
	}
	return n;
}
